import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { equalCells, cellOf } from "../../src/statistics/cells.js";
import { mergedCells, quantileOf, type CountedCells } from "../../src/statistics/quantile-reading.js";
import { Dice } from "../../src/testing/dice.js";
import { normal } from "./pooled.js";

const counted = (values: readonly number[], edges: readonly number[]) => {
  const counts = edges.slice(1).map(() => ({ value: 0, variance: 0 }));
  for (const value of values) counts[cellOf(value, edges)]!.value++;
  return counts;
};

const read = (cells: CountedCells, probability: number, cellRows = 1) => quantileOf(cells, mergedCells(cells, cellRows), probability);

test("cells are merged until each has k rows; together they are all cells, in order", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -5, max: 20 }), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (values, cellRows) => {
    const cells = { counts: values.map((value) => ({ value, variance: 1 })), edges: [...values.keys(), values.length] };
    const merged = mergedCells(cells, cellRows);
    const total = values.reduce((sum, value) => sum + value, 0);
    if (merged.length === 0) return expect(total).toBeLessThan(cellRows);
    for (const { first, last, from, to, rows } of merged) {
      expect([from, to, rows]).toEqual([first, last + 1, values.slice(first, last + 1).reduce((sum, value) => sum + value, 0)]);
      expect(rows).toBeGreaterThanOrEqual(cellRows);
    }
    expect([merged[0]!.first, merged.at(-1)!.last]).toEqual([0, values.length - 1]);
    return merged.forEach(({ first }, i) => { expect(first).toBe(i === 0 ? 0 : merged[i - 1]!.last + 1); });
  }));
});

test("without noise the exact quantile lies in the merged cell that is told, of linear cells and of logarithmic ones", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 20, maxLength: 200 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.constantFrom("linear", "log"), fc.integer({ min: 1, max: 20 }),
    (values, probability, spacing, cellRows) => {
      const edges = equalCells({ min: 0, max: 1_000 }, 32, spacing);
      const cells = { counts: counted(values, edges), edges };
      const { cell, low, high } = read(cells, probability, cellRows)!;
      const sorted = values.toSorted((a, b) => a - b);
      // The least value that so many do not exceed; a hair less, as 0.07 · 100 is more than 7.
      const exact = sorted[Math.ceil(probability * sorted.length - 1e-9) - 1]!;
      expect([low <= exact, exact <= high, low, high]).toEqual([true, true, cell.from, cell.to]);
      expect(values.filter((value) => value >= low && (value < high || high === 1_000)).length).toBeGreaterThanOrEqual(cellRows);
    },
  ));
});

test("quantiles rise with their probability, whatever noise does to the counts; of nobody there is none", () => {
  const dice = new Dice(5);
  const edges = equalCells({ min: 0, max: 100 }, 40, "log");
  for (let run = 0; run < 200; run++) {
    const cells = { counts: edges.slice(1).map((_, i) => ({ value: Math.round(40 / (i + 1) + 10 * normal(dice)), variance: 100 })), edges };
    const all = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95].map((probability) => read(cells, probability));
    if (cells.counts.reduce((sum, { value }) => sum + value, 0) >= 1) expect(all.every((one, i) => one !== null && one.low <= one.cell.from && one.cell.to <= one.high && (i === 0 || one.cell.from >= all[i - 1]!.cell.from))).toBe(true);
    else expect(all).toEqual(all.map(() => null));
  }
  expect(read({ counts: edges.slice(1).map(() => ({ value: 0, variance: 0 })), edges }, 0.5)).toBeNull();
});

test.each([[64, 20, 1], [64, 20, 20], [512, 5, 20], [512, 20, 11], [1_024, 20, 1], [1_024, 5, 20]])("with noise, in %i cells with σ of %i and k = %i, intervals hold the exact quantile at least 93 times of 100", (bins, sigma, cellRows) => {
  const dice = new Dice(11);
  const values = Array.from({ length: 3_000 }, () => Math.exp(3 + normal(dice)));
  const edges = equalCells({ min: 0, max: 2_000 }, bins, "log");
  const exact = counted(values, edges);
  const sorted = values.toSorted((a, b) => a - b);
  const probabilities = [0.1, 0.5, 0.9, 0.99];
  const held = probabilities.map(() => 0);
  for (let run = 0; run < RUNS; run++) {
    const cells = { counts: exact.map(({ value }) => ({ value: value + Math.round(sigma * normal(dice)), variance: sigma * sigma })), edges };
    probabilities.forEach((probability, i) => {
      const truth = sorted[Math.ceil(probability * sorted.length) - 1]!;
      const { low, high } = read(cells, probability, cellRows)!;
      if (low <= truth && truth <= high) held[i]!++;
    });
  }
  for (const times of held) expect(times / RUNS).toBeGreaterThanOrEqual(0.93);
});

const RUNS = 200;
