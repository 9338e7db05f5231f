import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { bandsOf, decidedBands, tellingOf, type Band } from "../../../src/data/quality/leakage.js";
import { tableOver } from "./duck-table.js";

const LABEL = { isKnown: "y IS NOT NULL", isPositive: "y = 'yes'" };

/** Probability that a positive stands before a negative, ties counting half, pair by pair. */
function aucByPairs(values: readonly (readonly [number, boolean])[]): number {
  const [positives, negatives] = [true, false].map((wanted) => values.filter(([, is]) => is === wanted).map(([x]) => x));
  let sum = 0;
  for (const p of positives ?? []) for (const n of negatives ?? []) sum += p > n ? 1 : p === n ? 0.5 : 0;
  return sum / ((positives?.length ?? 0) * (negatives?.length ?? 0));
}

async function bandsIn(values: readonly (readonly [number | string | null, boolean | null])[], isCategory = false): Promise<readonly Band[]> {
  const rows = values.map(([x, is]) => `(${x === null ? "NULL" : typeof x === "number" ? `${x}::DOUBLE` : `'${x}'`}, ${is === null ? "NULL" : is ? "'yes'" : "'no'"})`);
  const table = await tableOver(`SELECT * FROM (VALUES ${rows.join(", ")}) t(x, y)`);
  return bandsOf(table, { kind: "auc", value: "x", isCategory, label: LABEL }, 7);
}

const repeat = <T>(times: number, value: T): T[] => Array.from({ length: times }, () => value);

describe("the AUC of one column", () => {
  test("is that of all pairs, however many values are tied", async () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.boolean()), { minLength: 5, maxLength: 40 });
    await fc.assert(fc.asyncProperty(rows, async (some) => {
      // Both classes well over the least number of rows.
      const values = [...some.flatMap((one) => repeat(10, one)), ...repeat(60, [1, true] as const), ...repeat(60, [0, false] as const)];
      const expected = aucByPairs(values);
      expect(tellingOf(await bandsIn(values))?.auc).toBeCloseTo(Math.max(expected, 1 - expected), 12);
    }), { numRuns: 25 });
  }, 60_000);

  test("is 1 for the label itself, in either direction, and 0.5 for a constant", async () => {
    const split = (positive: number, negative: number) => [...repeat(70, [positive, true] as const), ...repeat(90, [negative, false] as const)];
    expect(tellingOf(await bandsIn(split(2, 1)))).toEqual({ auc: 1, isByNull: false });
    expect(tellingOf(await bandsIn(split(1, 2)))).toEqual({ auc: 1, isByNull: false });
    expect(tellingOf(await bandsIn(split(3, 3)))).toEqual({ auc: 0.5, isByNull: false });
  });

  test("sees that a column is null exactly where the outcome is negative", async () => {
    const values = [...repeat(60, [5, true] as const), ...repeat(60, [7, true] as const), ...repeat(100, [null, false] as const), ...repeat(2, [6, false] as const)];
    expect(tellingOf(await bandsIn(values))).toEqual({ auc: 0.5 + (100 / 102) / 2, isByNull: true });
  });

  test("says nothing of fewer than fifty rows of one label", async () => {
    const of = (positives: number) => bandsIn([...repeat(positives, [1, true] as const), ...repeat(80, [0, false] as const)]);
    expect(tellingOf(await of(49))).toBeNull();
    expect(decidedBands(await of(49))).toBeNull();
    expect(tellingOf(await of(50))?.auc).toBe(1);
  });

  test("leaves out rows without a label, and takes an undefined number as null", async () => {
    const values = [...repeat(60, [1, true] as const), ...repeat(60, [0, false] as const), ...repeat(500, [1, null] as const), ...repeat(20, [NaN, false] as const)]
      .map(([x, is]) => [Number.isNaN(x) ? "nan" : x, is] as const);
    const rows = values.map(([x, is]) => `('${x}'::DOUBLE, ${is === null ? "NULL" : is ? "'yes'" : "'no'"})`);
    const table = await tableOver(`SELECT * FROM (VALUES ${rows.join(", ")}) t(x, y)`);
    const bands = await bandsOf(table, { kind: "auc", value: "x", isCategory: false, label: LABEL }, 7);
    expect(bands.reduce((sum, band) => sum + band.rows, 0)).toBe(140);
    expect(bands.filter(({ isNull }) => isNull)).toEqual([{ isNull: true, rows: 20, positives: 0, pairs: 0 }]);
    expect(tellingOf(bands)?.auc).toBe(1);
  });

  test("of very many different values comes from a sample of a million rows, always the same, and is hardly another", async () => {
    const table = await tableOver("SELECT i * 1.0 AS x, CASE WHEN (i * 7919) % 2000003 < i / 4 THEN 'yes' ELSE 'no' END AS y FROM range(2000003) t(i)");
    const of = (different: number) => bandsOf(table, { kind: "auc", value: "x", isCategory: false, label: LABEL }, different);
    const [whole, sample, again] = [await of(100_000), await of(100_001), await of(100_001)];
    const rows = sample.reduce((sum, band) => sum + band.rows, 0);
    expect(rows).toBeGreaterThan(600_000);
    expect(rows).toBeLessThan(700_000);
    expect(sample).toEqual(again);
    expect(Math.abs((tellingOf(sample)?.auc ?? 0) - (tellingOf(whole)?.auc ?? 1))).toBeLessThan(0.003);
  }, 60_000);

  test("of categories is that of their rates, and rare categories are taken together, so that identifiers tell nothing", async () => {
    const byWord = [...repeat(40, ["a", true] as const), ...repeat(10, ["a", false] as const), ...repeat(20, ["b", true] as const), ...repeat(60, ["b", false] as const)];
    const [a, b] = [40 / 60, 10 / 70];
    // Ordered b, a: of a pair, a positive a before a negative b, ties half.
    expect(tellingOf(await bandsIn(byWord, true))?.auc).toBeCloseTo(a * (1 - b) + 0.5 * (a * b + (1 - a) * (1 - b)), 12);
    const unique = Array.from({ length: 400 }, (_, i) => [`id${i}`, i % 3 === 0] as const);
    expect(tellingOf(await bandsIn(unique, true))?.auc).toBe(0.5);
  });
});

describe("a band that decides", () => {
  const band = (rows: number, positives: number): Band => ({ isNull: false, rows, positives, pairs: 0 });
  const rest = band(9_000, 1_100);

  test("has fifty times fewer positives than its share, and a twentieth of the rows", () => {
    // 1,100 + 2 of 10,000 rows are positive: 110.2 of 1,000 are to be expected.
    expect(decidedBands([band(1_000, 2), rest])).toBe(1);
    expect(decidedBands([band(1_000, 3), rest])).toBe(0);
    expect(decidedBands([band(450, 0), band(550, 60), rest])).toBe(0);
    expect(decidedBands([band(600, 0), band(400, 60), rest])).toBe(1);
  });

  test("may also be one of positives", () => {
    expect(decidedBands([band(1_000, 1_000), band(9_000, 900)])).toBe(1);
    expect(decidedBands([band(1_000, 950), band(9_000, 900)])).toBe(0);
  });

  test("is not claimed where hardly any row of that label is to be expected", () => {
    expect(decidedBands([band(600, 0), band(9_400, 700)])).toBe(0);
    expect(decidedBands([band(1_000, 0), band(9_000, 700)])).toBe(1);
  });

  test("is nowhere in a column that has nothing to do with the label", async () => {
    const values = Array.from({ length: 4_000 }, (_, i) => [i % 97, i % 7 === 0] as const);
    expect(decidedBands(await bandsIn(values))).toBe(0);
  });
});
