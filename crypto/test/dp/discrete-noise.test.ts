import { expect, test } from "@jest/globals";
import { coinsOf, heads, headsOfExp } from "../../src/dp/coins.js";
import { discreteGaussian, discreteLaplace, type Fraction } from "../../src/dp/discrete-noise.js";

const ENTROPY = Uint8Array.from({ length: 32 }, (_, i) => 31 * i + 5);
const DRAWS = 100_000;

/** χ² of counts against a probability mass function, over the whole numbers that are expected at least ten times. */
function chiSquare(draws: readonly bigint[], pmf: (x: number) => number): { readonly statistic: number; readonly cells: number } {
  const counts = new Map<number, number>();
  for (const draw of draws) counts.set(Number(draw), (counts.get(Number(draw)) ?? 0) + 1);
  let [statistic, cells, inside] = [0, 0, 0];
  for (let x = -200; x <= 200; x++) {
    const expected = draws.length * pmf(x);
    if (expected < 10) continue;
    cells++;
    inside += counts.get(x) ?? 0;
    statistic += ((counts.get(x) ?? 0) - expected) ** 2 / expected;
  }
  expect(inside / draws.length).toBeGreaterThan(0.99);
  return { statistic, cells };
}

/** Six standard deviations above the mean of χ²: one seed in a hundred million fails by chance, and the seed is fixed. */
const limitOf = (cells: number): number => cells + 6 * Math.sqrt(2 * cells);

/** Probabilities proportional to a weight, summed far enough. */
function normalised(weight: (x: number) => number): (x: number) => number {
  let total = 0;
  for (let x = -2000; x <= 2000; x++) total += weight(x);
  return (x) => weight(x) / total;
}

const draw = (sampler: (coins: ReturnType<typeof coinsOf>, scale: Fraction) => bigint, scale: Fraction): readonly bigint[] => {
  const coins = coinsOf(ENTROPY, `${scale.numerator}/${scale.denominator}`);
  return Array.from({ length: DRAWS }, () => sampler(coins, scale));
};

test.each([[1n, 2n], [1n, 1n], [7n, 3n], [20n, 1n]])("discrete Laplace noise of scale %d/%d has the probabilities of its definition", (numerator, denominator) => {
  const scale = Number(numerator) / Number(denominator);
  const { statistic, cells } = chiSquare(draw(discreteLaplace, { numerator, denominator }), normalised((x) => Math.exp(-Math.abs(x) / scale)));
  expect(statistic).toBeLessThan(limitOf(cells));
});

test.each([[1n, 4n], [1n, 1n], [10n, 3n], [400n, 1n]])("discrete Gaussian noise of parameter %d/%d has the probabilities of its definition", (numerator, denominator) => {
  const variance = Number(numerator) / Number(denominator);
  const { statistic, cells } = chiSquare(draw(discreteGaussian, { numerator, denominator }), normalised((x) => Math.exp(-(x * x) / (2 * variance))));
  expect(statistic).toBeLessThan(limitOf(cells));
});

test("the test would notice: Laplace noise is not Gaussian, and zero may not come once for each sign", () => {
  const { statistic, cells } = chiSquare(draw(discreteLaplace, { numerator: 3n, denominator: 1n }), normalised((x) => Math.exp(-(x * x) / 36)));
  expect(statistic).toBeGreaterThan(limitOf(cells));
  const doubled = chiSquare(draw(discreteLaplace, { numerator: 3n, denominator: 1n }), normalised((x) => (x === 0 ? 2 : 1) * Math.exp(-Math.abs(x) / 3)));
  expect(doubled.statistic).toBeGreaterThan(limitOf(doubled.cells));
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
  expect(counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)).toBeLessThan(limitOf(299));
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
