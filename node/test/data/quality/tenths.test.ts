import { describe, expect, test } from "@jest/globals";
import { spreadOf } from "../../../src/data/contract/spread.js";
import { magnitudesOf, tenthsOf } from "../../../src/data/quality/tenths.js";
import { tableOver } from "./duck-table.js";

const counted = async (values: string, type: "double" | "text") => {
  const { text, words } = tenthsOf({ name: "c", type }, { min: -5, max: 15 });
  const { counts, otherRows } = await spreadOf(await tableOver(`SELECT c FROM (VALUES ${values}) t(c)`), text, words);
  return { counts: words.map((word) => counts.get(word) ?? 0), otherRows };
};

test("a tenth begins with its lower edge, and the last ends with the upper bound", async () => {
  const values = "(-5::DOUBLE), (-3.0000001), (-3), (0.5), (13), (14.9), (15), (NULL)";
  expect(await counted(values, "double")).toEqual({ counts: [2, 1, 1, 0, 0, 0, 0, 0, 0, 3], otherRows: 0 });
});

test("what lies outside is counted elsewhere, and so are infinite and undefined numbers", async () => {
  expect(await counted("(-5.001::DOUBLE), (15.001), ('inf'::DOUBLE), ('nan'::DOUBLE), (4)", "double")).toEqual({ counts: [0, 0, 0, 0, 1, 0, 0, 0, 0, 0], otherRows: 4 });
});

test("texts that spell numbers are counted as what they spell, others not at all", async () => {
  expect(await counted("('4'), ('1.5e1'), ('four'), (NULL)", "text")).toEqual({ counts: [0, 0, 0, 0, 1, 0, 0, 0, 0, 1], otherRows: 0 });
});

describe("a magnitude", () => {
  const sorted = async (values: string, bounds: { readonly min: number; readonly max: number }) => {
    const bins = magnitudesOf({ name: "c", type: "double" }, bounds);
    if (bins === null) return null;
    const { counts, otherRows } = await spreadOf(await tableOver(`SELECT c FROM (VALUES ${values}) t(c)`), bins.text, bins.words);
    return { counts: Object.fromEntries([...counts].map(([word, rows]) => [Number.parseInt(word, 10), rows])), otherRows, bins: bins.words.length };
  };

  test("is half a power of ten below the larger bound, and zero is of the least", async () => {
    expect(await sorted("(0::DOUBLE), (1e-9), (0.0005), (0.05), (0.5), (2), (9), (31), (32), (100), (100.01), (NULL), ('nan'::DOUBLE), ('inf'::DOUBLE)", { min: 0, max: 100 }))
      .toEqual({ counts: { 0: 2, 1: 1, 5: 1, 7: 1, 8: 1, 9: 1, 10: 1, 11: 2 }, otherRows: 3, bins: 12 });
  });

  test("has a sign, and ends where the bounds end", async () => {
    expect(await sorted("(-40::DOUBLE), (-1), (0), (1), (400)", { min: -40, max: 400 })).toEqual({ counts: { "-10": 1, "-6": 1, 0: 1, 6: 1, 11: 1 }, otherRows: 0, bins: 22 });
  });

  test("is asked only where there are two", () => {
    expect(magnitudesOf({ name: "c", type: "double" }, { min: 1_000, max: 1_010 })).toBeNull();
    expect(magnitudesOf({ name: "c", type: "double" }, { min: 17, max: 100 })?.words).toHaveLength(2);
  });
});
