import { expect, test } from "@jest/globals";
import { spreadOf } from "../../../src/data/quality/drift.js";
import { tenthsOf } from "../../../src/data/quality/tenths.js";
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
