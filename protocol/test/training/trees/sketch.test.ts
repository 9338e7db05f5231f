import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { cellOf, coarseCells, cutCells, partCounts, partsOf, type CellCut } from "../../../src/training/trees/cells.js";
import { thresholdsOf } from "../../../src/training/trees/cuts.js";
import { binOfNumber, type Start } from "../../../src/training/trees/space.js";
import { pooledFirst, pooledNext } from "../../../src/training/trees/pooled.js";
import type { Feature, NumericFeature } from "../../../src/charter/features.js";
import { CLAUSE, termsOf } from "./made-up.js";
import { plainContributor, type PlainRow } from "../../../src/testing/plain-trees.js";

const bounds = fc.tuple(fc.float({ min: -1e9, max: 1e9, noNaN: true }), fc.float({ min: Math.fround(1e-30), max: 1e9, noNaN: true })).map(([min, width]) => ({ min, max: min + width }))
  .filter(({ min, max }) => Math.fround(min) < Math.fround(max));
const number = (min: number, max: number): NumericFeature => ({ kind: "numeric", name: "income", unit: "euros", min, max });

describe("cells", () => {
  test("hold each value of the range exactly once, also after some are cut", () => {
    fc.assert(fc.property(bounds, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), fc.array(fc.nat(1_023), { maxLength: 6 }), fc.integer({ min: 2, max: 40 }), ({ min, max }, shares, cut, parts) => {
      const feature = number(min, max);
      const coarse = coarseCells(feature);
      const cuts = [...new Set(cut)].filter((cell) => cell < coarse.lows.length).sort((a, b) => a - b).map((cell): CellCut => [cell, parts]);
      const cells = cutCells(coarse, cuts, feature);
      expect(cells.highs).toEqual([...cells.lows.slice(1), Infinity]);
      expect([...cells.lows]).toEqual([...new Set(cells.lows)].sort((a, b) => a - b));
      for (const value of [min, max, ...shares.map((share) => Math.min(max, min + share * (max - min)))]) {
        const cell = cellOf(cells, value);
        expect(cells.lows[cell]! <= Math.fround(value) && Math.fround(value) < cells.highs[cell]!).toBe(true);
        // The parts alone hold it exactly if its cell was cut.
        const inParts = cellOf(partsOf(coarse, cuts, feature), value);
        expect(inParts >= 0).toBe(cuts.some(([one]) => one === cellOf(coarse, value)));
      }
      expect(partCounts(coarse, cuts, feature).reduce((sum, count) => sum + count, 0)).toBe(partsOf(coarse, cuts, feature).lows.length);
    }));
  });

  test("hold no missing value", () => { expect(cellOf(coarseCells(number(-3, 8)), NaN)).toBe(-1); });
});

describe("thresholds", () => {
  const cells = { lows: [0, 2, 4, 6, 8, 10], highs: [2, 4, 6, 8, 10, Infinity] };
  test.each([
    { what: "one bin per filled cell while there are enough bins", counts: [5, 0, 90, 3, 0, 2], bins: 4, want: [0, 4, 6, 10] },
    { what: "even shares of evenly spread rows", counts: [10, 10, 10, 10, 10, 10], bins: 3, want: [0, 4, 8] },
    { what: "a bin of its own for a value that most rows have", counts: [4, 4, 80, 4, 4, 4], bins: 3, want: [0, 4, 6] },
    { what: "the lower end alone where one cell holds all", counts: [0, 0, 60, 0, 0, 0], bins: 3, want: [0] },
    { what: "the lower end alone where nothing is known", counts: [0, 0, 0, 0, 0, 0], bins: 3, want: [0] },
  ])("are $what", ({ counts, bins, want }) => { expect(thresholdsOf(cells, counts, bins)).toEqual(want); });

  test("ascend from the lower end, and are no more than the bins", () => {
    fc.assert(fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 300 }), fc.integer({ min: 2, max: 64 }), (counts, bins) => {
      const lows = counts.map((_, i) => i * 3);
      const found = thresholdsOf({ lows, highs: [...lows.slice(1), Infinity] }, counts, bins);
      expect(found[0]).toBe(0);
      expect(found.length).toBeLessThanOrEqual(bins);
      expect(found.every((threshold, i) => i === 0 || threshold > found[i - 1]!)).toBe(true);
    }));
  });
});

/** The bins that a training's first sums lead to, over rows of one number. */
function startOver(values: readonly number[], feature: Feature, bins: number): { readonly start: Start; readonly rounds: number } {
  const terms = termsOf({ bins }, [feature]);
  const rows: readonly PlainRow[] = values.map((value, i) => ({ values: [value], label: i % 2 }));
  let step = pooledFirst(terms);
  for (let rounds = 1; ; rounds++) {
    const next = pooledNext(step, plainContributor(rows, [feature], CLAUSE).answer(step.scene), terms);
    if (next.kind !== "asks") throw new Error(JSON.stringify(next));
    if (next.scene.stage === "level") return { start: next.scene.start, rounds };
    step = next;
  }
}

describe("the bins of a column", () => {
  const heavy = Array.from({ length: 3_000 }, (_, i) => 10 ** (5 * ((i * 0.618034) % 1)));
  const flat = Array.from({ length: 3_000 }, (_, i) => 1e5 * ((i * 0.618034) % 1));
  const largestShare = (values: readonly number[], thresholds: readonly number[]) => {
    const counts = thresholds.map(() => 0);
    for (const value of values) counts[binOfNumber(thresholds, value)]! += 1;
    return Math.max(...counts) / values.length;
  };
  const thresholdsIn = ({ start }: { readonly start: Start }) => (start.spaces[0]?.kind === "numeric" ? start.spaces[0].thresholds : []);

  test.each([
    { what: "evenly spread rows", values: flat, max: 1e5, rounds: 1 },
    { what: "rows bunched at one end", values: heavy, max: 1e5, rounds: 3 },
    { what: "rows bunched at one end of a range far too wide", values: heavy, max: 1e8, rounds: 3 },
  ])("hold even shares of $what, after $rounds looks", ({ values, max, rounds }) => {
    const found = startOver(values, number(0, max), 64);
    expect(found.rounds).toBeLessThanOrEqual(rounds);
    expect(thresholdsIn(found).length).toBeGreaterThan(56);
    expect(largestShare(values, thresholdsIn(found))).toBeLessThan(2 / 64);
  });

  test("keep single values apart, wherever in the range they lie", () => {
    const ages = Array.from({ length: 3_000 }, (_, i) => 17 + (i % 81));
    const thresholds = thresholdsIn(startOver(ages, number(17, 97), 100));
    expect(new Set(ages.map((age) => binOfNumber(thresholds, age))).size).toBe(81);
  });

  test("are one bin more where values are missing, and never more than the charter says", () => {
    const feature = { ...number(0, 1e5), missing: "indicate" } as Feature;
    const { start } = startOver([...flat, NaN, NaN], feature, 16);
    expect(start.spaces[0]).toMatchObject({ kind: "numeric", missing: true });
    expect(thresholdsIn({ start })).toHaveLength(15);
    expect(startOver(flat, feature, 16).start.spaces[0]).toMatchObject({ missing: false });
  });
});
