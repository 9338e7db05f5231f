import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Dice } from "../../src/testing/dice.js";
import { evaluate, type Evaluation } from "../../src/training/evaluation.js";
import { aucNoiseVariance } from "../../src/training/intervals.js";
import { evaluateNoisy, packNoisyHistogram, withoutNegatives } from "../../src/training/noisy-evaluation.js";

const POSITIVES = Float64Array.of(0, 3, 9, 20, 41, 60, 44, 20, 5, 0, 0, 0);
const NEGATIVES = Float64Array.of(40, 210, 320, 260, 110, 60, 21, 9, 2, 0, 0, 0);
const BINS = POSITIVES.length;
const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
const counts = fc.array(fc.double({ min: -50, max: 500, noNaN: true }), { minLength: 2, maxLength: 40 }).map((values) => Float64Array.from(values));

function evaluated(values: Float64Array, deviation: number): Evaluation {
  const result = evaluateNoisy(values, BINS, deviation);
  if (result.kind !== "evaluated") throw new Error(result.because);
  return result;
}

/** Sum of twelve uniform numbers: near enough to a Gaussian for a test of coverage. */
function gaussian(dice: Dice): number {
  return Array.from({ length: 12 }, () => dice.roll(1_000_000) / 1_000_000).reduce((total, value) => total + value, -6);
}

describe("counts without negatives", () => {
  test("have the same total, none below zero, and the order they had", () => {
    fc.assert(fc.property(counts, (noisy) => {
      const all = sum(noisy);
      const moved = withoutNegatives(noisy);
      expect(moved.every((count) => count >= 0)).toBe(true);
      expect(sum(moved)).toBeCloseTo(Math.max(0, all), 6);
      noisy.forEach((count, i) => noisy.forEach((other, k) => { if (count > other) expect(moved[i]).toBeGreaterThanOrEqual((moved[k] ?? 0) - 1e-9); }));
    }), { numRuns: 50 });
  });

  test("are nearer than any others: no move of a little from one to another comes closer", () => {
    fc.assert(fc.property(counts, fc.nat(), fc.nat(), (noisy, a, b) => {
      const moved = withoutNegatives(noisy);
      const [from, to] = [a % noisy.length, b % noisy.length];
      const step = Math.min(1e-3, moved[from] ?? 0);
      if (sum(noisy) <= 0 || from === to) return;
      const other = moved.map((count, i) => count + (i === to ? step : 0) - (i === from ? step : 0));
      const distance = (values: Float64Array) => values.reduce((total, value, i) => total + (value - (noisy[i] ?? 0)) ** 2, 0);
      expect(distance(moved)).toBeLessThanOrEqual(distance(other) + 1e-6);
    }), { numRuns: 200 });
  });

  test("that were never negative stay as they are", () => {
    withoutNegatives(NEGATIVES).forEach((count, i) => expect(count).toBeCloseTo(NEGATIVES[i] ?? Number.NaN, 9));
  });
});

describe("an evaluation of noisy histograms", () => {
  const exact = evaluate({ rows: sum(POSITIVES) + sum(NEGATIVES), positives: POSITIVES, negatives: NEGATIVES });

  test("without noise is the exact one", () => {
    if (exact.kind !== "evaluated") throw new Error(exact.because);
    const noisy = evaluated(packNoisyHistogram({ positives: POSITIVES, negatives: NEGATIVES }), 0);
    expect(noisy.auc).toBeCloseTo(exact.auc, 12);
    expect(noisy.aucInterval.low).toBeCloseTo(exact.aucInterval.low, 9);
    expect(noisy.deciles.map(({ positives }) => positives)).toEqual(exact.deciles.map(({ positives }) => expect.closeTo(positives, 6)));
  });

  test("has intervals that are wider by the noise, and never narrower", () => {
    const packed = packNoisyHistogram({ positives: POSITIVES, negatives: NEGATIVES });
    const [plain, noisy] = [evaluated(packed, 0), evaluated(packed, 6)];
    const pairs = (one: Evaluation) => [one.aucInterval, one.ksInterval, ...one.deciles.flatMap(({ observedInterval, liftInterval, gainInterval }) => [observedInterval, liftInterval, gainInterval])];
    pairs(plain).forEach(({ low, high }, i) => {
      const wide = pairs(noisy)[i] ?? { low: Number.NaN, high: Number.NaN };
      expect([wide.low <= low, wide.high >= high]).toEqual([true, true]);
    });
    expect(noisy.aucInterval.high - noisy.aucInterval.low).toBeGreaterThan(1.2 * (plain.aucInterval.high - plain.aucInterval.low));
  });

  test("says within its interval what the rows would have said, nine times in ten and more", () => {
    if (exact.kind !== "evaluated") throw new Error(exact.because);
    const dice = new Dice(11);
    const deviation = 7;
    let held = 0;
    for (let run = 0; run < 200; run++) {
      const noisy = packNoisyHistogram({ positives: POSITIVES, negatives: NEGATIVES }).map((count, i) => (i === 0 ? 1 : count + deviation * gaussian(dice)));
      const { aucInterval: { low, high } } = evaluated(noisy, deviation);
      if (low <= exact.auc && exact.auc <= high) held++;
    }
    expect(held).toBeGreaterThan(180);
  });

  test("knows how far noise moves the area, to first order", () => {
    if (exact.kind !== "evaluated") throw new Error(exact.because);
    const step = 1e-4;
    let squares = 0;
    for (const [which, list] of [["positives", POSITIVES], ["negatives", NEGATIVES]] as const) {
      list.forEach((_, bin) => {
        const moved = { positives: POSITIVES, negatives: NEGATIVES, [which]: list.map((count, i) => (i === bin ? count + step : count)) };
        const again = evaluate({ ...moved, rows: sum(moved.positives) + sum(moved.negatives) });
        squares += again.kind === "evaluated" ? ((again.auc - exact.auc) / step) ** 2 : Number.NaN;
      });
    }
    expect(aucNoiseVariance({ positives: POSITIVES, negatives: NEGATIVES }, exact.auc) / squares).toBeCloseTo(1, 3);
  });

  test("of noise alone, or of one class, is none", () => {
    expect(evaluateNoisy(packNoisyHistogram({ positives: POSITIVES.map(() => -1), negatives: NEGATIVES }), BINS, 3)).toEqual({ kind: "unusable", because: "one-class" });
    expect(() => evaluateNoisy(new Float64Array(BINS), BINS, 3)).toThrow("not two histograms");
  });
});
