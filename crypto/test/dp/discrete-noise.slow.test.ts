import { expect, test } from "@jest/globals";
import { coinsOf, heads, headsOfExp } from "../../src/dp/coins.js";
import { discreteGaussian, discreteLaplace } from "../../src/dp/discrete-noise.js";
import { draws, ENTROPY, gaussianWeight, laplaceWeight, probabilityOfWorse, upperGamma } from "./goodness-of-fit.js";

const DRAWS = 100_000;

test.each([[1n, 1n], [7n, 3n]])("discrete Laplace noise of scale %d/%d has the probabilities of its definition", (numerator, denominator) => {
  const sample = draws(discreteLaplace, { numerator, denominator }, DRAWS);
  expect(probabilityOfWorse(sample, laplaceWeight(Number(numerator) / Number(denominator)))).toBeGreaterThan(0.001);
});

test.each([[1n, 4n], [400n, 3n]])("discrete Gaussian noise of parameter %d/%d has the probabilities of its definition", (numerator, denominator) => {
  const sample = draws(discreteGaussian, { numerator, denominator }, DRAWS);
  expect(probabilityOfWorse(sample, gaussianWeight(Number(numerator) / Number(denominator)))).toBeGreaterThan(0.001);
});

test("the test would notice: Laplace noise is not Gaussian, and zero may not come once for each sign", () => {
  const sample = draws(discreteLaplace, { numerator: 3n, denominator: 1n }, DRAWS);
  expect(probabilityOfWorse(sample, gaussianWeight(18))).toBeLessThan(1e-9);
  expect(probabilityOfWorse(sample, (x) => (x === 0 ? 2 : 1) * laplaceWeight(3)(x))).toBeLessThan(1e-9);
  // Quantiles of χ² as every table has them.
  expect([upperGamma(0.5, 3.841458821 / 2), upperGamma(5, 18.30703805 / 2), upperGamma(100, 249.4451232 / 2)].map((p) => p.toFixed(6))).toEqual(["0.050000", "0.050000", "0.010000"]);
});

test("the variance of discrete Gaussian noise falls short of its parameter by about 8π²σ⁴·e^(−2π²σ²)", () => {
  for (const parameter of [0.5, 0.75, 1]) {
    let [total, squares] = [0, 0];
    for (let x = -40; x <= 40; x++) [total, squares] = [total + gaussianWeight(parameter)(x), squares + x * x * gaussianWeight(parameter)(x)];
    const short = 8 * Math.PI ** 2 * parameter ** 2 * Math.exp(-2 * Math.PI ** 2 * parameter);
    expect((parameter - squares / total) / short).toBeCloseTo(1, 2);
  }
});

test.each([[0n, 1n], [1n, 3n], [1n, 1n], [5n, 2n]])("a coin of e^-(%d/%d) falls as often as it should", (numerator, denominator) => {
  const coins = coinsOf(ENTROPY, "exp");
  const p = Math.exp(-Number(numerator) / Number(denominator));
  let fallen = 0;
  for (let i = 0; i < DRAWS; i++) if (headsOfExp(coins, numerator, denominator)) fallen++;
  expect(Math.abs(fallen - DRAWS * p)).toBeLessThanOrEqual(6 * Math.sqrt(DRAWS * p * (1 - p)));
});

test("a range that is no power of two is uniform", () => {
  const coins = coinsOf(ENTROPY, "range");
  const counts = new Float64Array(300);
  for (let i = 0; i < 300_000; i++) counts[Number(coins.below(300n))] = (counts[Number(coins.below(300n))] ?? 0) + 1;
  const mean = counts.reduce((sum, count) => sum + count, 0) / 300;
  expect(counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)).toBeLessThan(299 + 6 * Math.sqrt(2 * 299));
});

test("equal entropy and label draw equal noise, another label other noise", () => {
  const drawn = (label: string): string => Array.from({ length: 40 }, (_, i) => discreteGaussian(coinsOf(ENTROPY, `${label}/${i}`), { numerator: 10_000n, denominator: 1n })).join();
  expect(drawn("a")).toBe(drawn("a"));
  expect(drawn("a")).not.toBe(drawn("b"));
});

test("noise of no scale, a probability above one and an empty range are refused", () => {
  const coins = coinsOf(ENTROPY, "refused");
  for (const scale of [{ numerator: 0n, denominator: 1n }, { numerator: 1n, denominator: 0n }, { numerator: -1n, denominator: 1n }, { numerator: 1n, denominator: -1n }]) {
    expect(() => discreteLaplace(coins, scale)).toThrow(RangeError);
    expect(() => discreteGaussian(coins, scale)).toThrow(RangeError);
  }
  expect(() => heads(coins, 2n, 1n)).toThrow(RangeError);
  expect(() => headsOfExp(coins, -1n, 1n)).toThrow(RangeError);
  expect(() => coins.below(0n)).toThrow(RangeError);
});
