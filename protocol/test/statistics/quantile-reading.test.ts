import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { equalCells, cellOf } from "../../src/statistics/cells.js";
import { quantileOf } from "../../src/statistics/quantile-reading.js";
import { Dice } from "../../src/testing/dice.js";
import { normal } from "./pooled.js";

const counted = (values: readonly number[], edges: readonly number[]) => {
  const counts = edges.slice(1).map(() => ({ value: 0, variance: 0 }));
  for (const value of values) counts[cellOf(value, edges)]!.value++;
  return counts;
};

test("without noise a quantile lies in one cell with the exact one, of linear cells, of logarithmic ones, and of whole numbers", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 200 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.constantFrom("linear", "log"), fc.boolean(),
    (values, probability, spacing, isWhole) => {
      const edges = equalCells({ min: 0, max: 1_000 }, 32, spacing);
      const { value, low, high } = quantileOf({ counts: counted(values, edges), edges, isWhole }, probability)!;
      const sorted = values.toSorted((a, b) => a - b);
      // The least value that so many do not exceed; a hair less, as 0.07 · 100 is more than 7.
      const exact = sorted[Math.ceil(probability * sorted.length - 1e-9) - 1]!;
      expect([low <= exact, exact <= high, low <= value, value <= high]).toEqual([true, true, true, true]);
      expect(edges.indexOf(high) - edges.indexOf(low)).toBe(1);
      if (isWhole) expect(Number.isInteger(value) || !edges.some((edge) => edge <= value && Math.ceil(edge) < high)).toBe(true);
    },
  ));
});

test("of whole numbers with a cell each, every quantile is exact", () => {
  const values = [1, 1, 1, 1, 2, 2, 3, 6, 6, 9];
  const edges = equalCells({ min: 0, max: 10 }, 10, "linear");
  const at = (probability: number) => quantileOf({ counts: counted(values, edges), edges, isWhole: true }, probability)!.value;
  expect([0.2, 0.4, 0.6, 0.7, 0.8, 0.95].map(at)).toEqual([1, 1, 2, 3, 6, 9]);
});

test("quantiles rise with their probability, whatever noise does to the counts; of nobody there is none", () => {
  const dice = new Dice(5);
  const edges = equalCells({ min: 0, max: 100 }, 40, "log");
  for (let run = 0; run < 200; run++) {
    const counts = edges.slice(1).map((_, i) => ({ value: Math.round(40 / (i + 1) + 10 * normal(dice)), variance: 100 }));
    const read = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95].map((probability) => quantileOf({ counts, edges, isWhole: run % 2 === 0 }, probability));
    if (counts.reduce((sum, { value }) => sum + value, 0) > 0) expect(read.every((one, i) => one !== null && one.low <= one.value && one.value <= one.high && (i === 0 || one.value >= read[i - 1]!.value))).toBe(true);
    else expect(read).toEqual(read.map(() => null));
  }
  expect(quantileOf({ counts: edges.slice(1).map(() => ({ value: 0, variance: 0 })), edges, isWhole: false }, 0.5)).toBeNull();
});

test("with noise, intervals hold the exact quantile at least 95 times of 100", () => {
  const dice = new Dice(11);
  const values = Array.from({ length: 3_000 }, () => Math.exp(3 + normal(dice)));
  const edges = equalCells({ min: 0, max: 2_000 }, 64, "log");
  const exact = counted(values, edges);
  const sorted = values.toSorted((a, b) => a - b);
  let [held, all] = [0, 0];
  for (let run = 0; run < 400; run++) {
    const counts = exact.map(({ value }) => ({ value: value + Math.round(20 * normal(dice)), variance: 400 }));
    for (const probability of [0.1, 0.25, 0.5, 0.75, 0.9]) {
      const { low, high } = quantileOf({ counts, edges, isWhole: false }, probability)!;
      const truth = sorted[Math.ceil(probability * sorted.length) - 1]!;
      all++;
      if (low <= truth && truth <= high) held++;
    }
  }
  expect(held / all).toBeGreaterThan(0.95);
});
