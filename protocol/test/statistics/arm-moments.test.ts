import { describe, expect, test } from "@jest/globals";
import { adjustedMean, armMean, cupedTheta, type ArmMoments } from "../../src/statistics/arm-moments.js";
import { sampleRatioOf } from "../../src/statistics/experiment.js";
import { Z_95 } from "../../src/training/intervals.js";
import { Dice } from "../../src/testing/dice.js";
import { normal } from "./pooled.js";

const of = (value: number, variance = 0) => ({ value, variance });
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Moments of pairs (x before, y after), with normal noise of these deviations on counts and sums. */
function moments(x: readonly number[], y: readonly number[], noise: { readonly dice: Dice; readonly sigma: number } | null = null): ArmMoments {
  const noisy = (exact: number) => of(exact + (noise === null ? 0 : noise.sigma * normal(noise.dice)), noise === null ? 0 : noise.sigma ** 2);
  return {
    rows: noisy(x.length), sum: noisy(sum(y)), squares: noisy(sum(y.map((one) => one * one))), range: [-20, 20],
    covariate: { sum: noisy(sum(x)), squares: noisy(sum(x.map((one) => one * one))), products: noisy(sum(x.map((one, i) => one * y[i]!))) },
  };
}

/** An experiment of two arms: y is what x was, scatter, and the effect for the treated. */
function trial(dice: Dice, effect: number, sigma = 0) {
  const arm = (shift: number) => {
    const x = Array.from({ length: 120 }, () => 2 + 3 * normal(dice));
    return moments(x, x.map((one) => 1 + 0.8 * one + 1.5 * normal(dice) + shift), sigma === 0 ? null : { dice, sigma });
  };
  const [treated, control] = [arm(effect), arm(0)];
  const theta = cupedTheta([treated, control]);
  const difference = (mean: (arm: ArmMoments) => ReturnType<typeof armMean>) => {
    const [a, b] = [mean(treated)!, mean(control)!];
    return { value: a.value - b.value, error: Math.sqrt(a.sample + b.sample + a.noise + b.noise) };
  };
  return { plain: difference(armMean), adjusted: difference((one) => adjustedMean(one, theta)), theta };
}

describe("a thousand simulated experiments", () => {
  const EFFECT = 0.5;
  const runs = (sigma: number) => {
    const dice = new Dice(2_026);
    return Array.from({ length: 1_000 }, () => trial(dice, EFFECT, sigma));
  };
  const about = (numbers: readonly number[]) => {
    const mean = sum(numbers) / numbers.length;
    const deviation = Math.sqrt(sum(numbers.map((one) => (one - mean) ** 2)) / (numbers.length - 1));
    return { mean, deviation, errorOfMean: deviation / Math.sqrt(numbers.length) };
  };

  test.each([["without noise", 0], ["with noise", 15]])("%s, neither the plain nor the adjusted effect is biased, and their intervals hold the true one 95 times of 100", (_, sigma) => {
    const all = runs(sigma);
    for (const kind of ["plain", "adjusted"] as const) {
      const { mean, errorOfMean } = about(all.map((run) => run[kind].value));
      expect(Math.abs(mean - EFFECT)).toBeLessThan(3 * errorOfMean);
      const held = all.filter((run) => Math.abs(run[kind].value - EFFECT) <= Z_95 * run[kind].error).length;
      expect(held).toBeGreaterThan(930);
    }
  });

  test("the adjusted effect scatters as much less as the correlation says, and its stated error is its scatter", () => {
    const all = runs(0);
    const [plain, adjusted] = [about(all.map((run) => run.plain.value)), about(all.map((run) => run.adjusted.value))];
    // Of Var(y) = 0.8² · 9 + 1.5² the covariate explains 0.72.
    expect((adjusted.deviation / plain.deviation) ** 2).toBeCloseTo(0.28, 1);
    expect(Math.abs(about(all.map((run) => run.adjusted.error)).mean / adjusted.deviation - 1)).toBeLessThan(0.08);
    expect(about(all.map(({ theta }) => theta)).mean).toBeCloseTo(0.8, 1);
  });
});

test("a covariate that does not vary adjusts nothing", () => {
  const arm = moments([2, 2, 2], [1, 2, 4]);
  expect(cupedTheta([arm, arm])).toBe(0);
  expect(adjustedMean(arm, 0)).toEqual(armMean(arm));
});

test("of fewer than two rows there is no mean; noise that makes a variance negative leaves the largest there can be", () => {
  expect(armMean(moments([1], [1]))).toBeNull();
  const arm: ArmMoments = { rows: of(10, 1), sum: of(10, 1), squares: of(-5, 1), covariate: null, range: [0, 1] };
  expect(armMean(arm)!.sample).toBeCloseTo((1 / 4) * (10 / 9) / 10, 12);
});

describe("the sample ratio", () => {
  test("is Pearson's chi-square, and rings below p = 0.001", () => {
    expect(sampleRatioOf([of(512), of(488)], [0.5, 0.5])).toMatchObject({ chiSquare: 0.576, degrees: 1, alarm: false });
    expect(sampleRatioOf([of(600), of(400)], [0.5, 0.5])).toMatchObject({ chiSquare: 40, degrees: 1, alarm: true });
    expect(sampleRatioOf([of(900), of(100)], [0.9, 0.1])).toMatchObject({ chiSquare: 0, p: 1, alarm: false });
    expect(sampleRatioOf([of(-3, 9), of(2, 9)], [0.5, 0.5])).toBeNull();
  });

  test.each([[[0.5, 0.5], 12], [[0.9, 0.1], 12], [[0.9, 0.1], 50], [[0.2, 0.3, 0.5], 30]] as const)("on sound arms of %p with noise of σ = %i it rings less than three times in a thousand", (shares, sigma) => {
    const dice = new Dice(3);
    let rang = 0;
    for (let run = 0; run < 2_000; run++) {
      const n = shares.map(() => 0);
      for (let i = 0; i < 300; i++) {
        let [left, arm] = [dice.roll(1e6) / 1e6, 0];
        while (arm < shares.length - 1 && left >= shares[arm]!) left -= shares[arm++]!;
        n[arm]!++;
      }
      if (sampleRatioOf(n.map((exact) => of(exact + sigma * normal(dice), sigma * sigma)), shares)!.alarm) rang++;
    }
    expect(rang).toBeLessThan(6);
  });
});
