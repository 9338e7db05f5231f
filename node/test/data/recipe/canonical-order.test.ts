import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { putInOrder } from "../../../src/data/recipe/canonical-order.js";
import { importFrom } from "../../../src/data/import-rows.js";
import { CHARTER_WORDS } from "../../../src/data/recipe/own-words.js";
import { feed, files, place, SETTINGS } from "../feeds/stage.js";
import { join } from "node:path";

interface Row {
  readonly a: number;
  readonly b: number;
  readonly word: number;
  readonly y: number;
}

function ordered(rows: readonly Row[]): readonly string[] {
  const [x, word, y] = [Float64Array.from([...rows.map(({ a }) => a), ...rows.map(({ b }) => b)]), Int32Array.from(rows, (row) => row.word), Uint8Array.from(rows, (row) => row.y)];
  putInOrder({ rows: rows.length, x, words: [word, y] });
  return rows.map((_, i) => [x[i], x[rows.length + i], word[i], y[i]].join(" "));
}

const row = fc.record({ a: fc.constantFrom(0, 1, Number.NaN, 2.5, -1e300), b: fc.constantFrom(0, 1), word: fc.integer({ min: 0, max: 2 }), y: fc.integer({ min: 0, max: 1 }) });

describe("the order of rows", () => {
  test("is one, whatever order they came in, and every row stays whole", () => fc.assert(fc.property(fc.array(row, { maxLength: 40 }).chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))), ([rows, shuffled]) => {
    expect(ordered(shuffled)).toEqual(ordered(rows));
    expect([...ordered(rows)].sort()).toEqual(rows.map(({ a, b, word, y }) => [a, b, word, y].join(" ")).sort());
  })));

  test("is not that of their values", () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => ({ a: i, b: 0, word: 0, y: 0 }));
    const numbers = ordered(rows).map((text) => Number.parseInt(text, 10));
    const rising = numbers.filter((number, i) => i > 0 && number > (numbers[i - 1] ?? 0)).length;
    expect(rising).toBeGreaterThan(400);
    expect(rising).toBeLessThan(600);
  });
});

test("a column that the recipe does not read changes neither digest nor order of a feed", async () => {
  const recipe = { features: [{ kind: "numeric", name: "age", unit: "years", min: 0, max: 1_000 }], label: { name: "y", positive: "yes", negative: "no" } } as const;
  const read = async (note: (i: number) => string) => {
    const text = ["age,note,y", ...Array.from({ length: 50 }, (_, i) => `${i},${note(i)},${i % 3 === 0 ? "yes" : "no"}`)].join("\n");
    const sources = { open: () => ({ rows: feed(files(join(place({ "a.csv": text }), "a.csv"))), transactions: null }), keyColumn: null, words: CHARTER_WORDS, settings: SETTINGS };
    const result = await importFrom(sources, { recipe, rowsMin: 1, rowsMax: 100 }, () => Promise.resolve(null));
    if (result.kind === "refused") throw new Error("these rows fit");
    return result.rows;
  };
  const [one, other] = [await read((i) => `n${i}`), await read((i) => `m${i * 7}`)];
  expect([...one.x]).toEqual([...other.x]);
  expect(one.digest).toBe(other.digest);
});
