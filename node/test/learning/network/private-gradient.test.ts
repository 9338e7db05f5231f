import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openStream } from "@cohortium/crypto/entropy";
import { initialWeights } from "@cohortium/protocol/training/network/initial";
import { layersOver, type NetworkModel } from "@cohortium/protocol/training/network/model";
import { noisyGrids } from "@cohortium/protocol/training/noisy-layout";
import { takeRows } from "../../../src/data/local-rows.js";
import { inputsOf } from "../../../src/learning/network/inputs.js";
import { backpropOver, privateGradientOf, sampleOf } from "../../../src/learning/network/private-gradient.js";
import { networkScores, sumOfLosses } from "../../../src/learning/network/scores.js";
import { FEATURES, madeUpRows } from "../made-up-rows.js";

const SCALING = {
  columns: ["intercept", "job=farmer", "job=retired", "age", "loan=yes", "rate"], means: [0, 0, 0, 54, 0, -2.5], deviations: [1, 1, 1, 20, 1, 2], dropped: [],
};
const modelOf = (activation: "relu" | "tanh", hidden = [5, 4]): NetworkModel =>
  ({ kind: "network", iteration: 3, ...SCALING, hidden, activation, weights: initialWeights(layersOver(FEATURES, SCALING, hidden), 11).map((weight, i) => weight + (i % 7) / 50) });
const ROWS = madeUpRows(300, 5);
const ENTROPY = new Uint8Array(32).fill(7);
const SCALE_BITS = 24;
const gradientOf = (rows: typeof ROWS, model: NetworkModel, { sampleRate = 1, gradientNorm = 1e6, label = "sample/1" } = {}) =>
  privateGradientOf(rows, FEATURES, model, { privacy: { sampleRate, gradientNorm }, coins: { entropy: ENTROPY, label }, scaleBits: SCALE_BITS });

test.each(["relu", "tanh"] as const)("gradients of a %s network are how fast the loss changes", (activation) => {
  const model = modelOf(activation);
  const sum = gradientOf(ROWS, model).subarray(1);
  const loss = (weights: Float32Array) => sumOfLosses(networkScores(ROWS, FEATURES, { ...model, weights }), ROWS.y);
  const step = 2 ** -13;
  model.weights.forEach((_, i) => {
    const moved = (by: number) => model.weights.map((weight, k) => (k === i ? weight + by : weight));
    const [up, down] = [moved(step), moved(-step)];
    const slope = (loss(up) - loss(down)) / ((up[i] ?? 0) - (down[i] ?? 0));
    // A unit that wakes up within the step bends the slope.
    expect(Math.abs((sum[i] ?? 0) - slope)).toBeLessThan(0.02 * Math.max(20, Math.abs(slope)));
  });
});

test("one row's gradient is no longer than its bound, and one row in the sample moves the sum by no more than its noise is made for", () => {
  const model = modelOf("tanh");
  const [grid] = noisyGrids({ parts: [{ name: "gradient", length: model.weights.length, reach: { kind: "norm", bound: 0.6 }, weight: 1 }], nanoRho: 1e8 }, { noise: { honest: 2 }, parties: 3, rowsMaxPerParty: 5_000 });
  expect(grid?.segment.scaleBits).toBe(SCALE_BITS);
  const units = (rows: typeof ROWS) => [...gradientOf(rows, model, { gradientNorm: 0.6 }).subarray(1)].map((value) => BigInt(value * 2 ** SCALE_BITS));
  const whole = units(ROWS);
  let nearest = 0;
  fc.assert(fc.property(fc.nat(299), (gone) => {
    // Every row is in the sample here, so that nothing but this one changes.
    const without = units(takeRows(ROWS, Array.from({ length: 300 }, (_, i) => i).filter((i) => i !== gone)));
    const moved = whole.reduce((sum, value, i) => sum + (value - (without[i] ?? 0n)) ** 2n, 0n);
    expect(moved <= (grid?.sensitivitySquared ?? 0n)).toBe(true);
    nearest = Math.max(nearest, Number(moved) / Number(grid?.sensitivitySquared));
  }), { numRuns: 50 });
  expect(nearest).toBeGreaterThan(0.99);
});

describe("the sample of a step", () => {
  const sample = (rows: number, rate: number, label: string) => [...sampleOf(rows, rate, openStream(ENTROPY, label))];

  test("takes each row with the rate, by coins that follow from the answer's name and from no row", () => {
    const [one, other, fewer] = [sample(20_000, 0.05, "sample/1"), sample(20_000, 0.05, "sample/2"), sample(19_000, 0.05, "sample/1")];
    // Five deviations of a binomial count of 1000.
    expect(Math.abs(one.length - 1_000)).toBeLessThan(155);
    expect(fewer).toEqual(one.filter((row) => row < 19_000));
    expect(one.filter((row) => other.includes(row)).length).toBeLessThan(100);
  });

  test("is the same again after a crash, another for another answer, also of the same model, and all rows or none at the ends", () => {
    const model = modelOf("relu");
    const first = gradientOf(ROWS, model, { sampleRate: 0.3 });
    expect(gradientOf(ROWS, model, { sampleRate: 0.3 })).toEqual(first);
    expect(gradientOf(ROWS, model, { sampleRate: 0.3, label: "sample/2" })).not.toEqual(first);
    expect([sample(50, 1, "a").length, sample(50, 0, "a").length]).toEqual([50, 0]);
  });
});

test("a row whose gradient is no number adds nothing", () => {
  const model = modelOf("relu");
  const broken = { ...model, weights: model.weights.map(() => Number.NaN) };
  expect(gradientOf(ROWS, broken).subarray(1).every((value) => value === 0)).toBe(true);
  const row = new Float64Array(inputsOf(ROWS, FEATURES, model).columns).fill(1);
  expect(backpropOver(model, layersOver(FEATURES, model, model.hidden))(row, 1).length).toBe(model.weights.length);
});
