import { coinsOf, type Coins } from "../../src/dp/coins.js";
import type { Fraction } from "../../src/dp/discrete-noise.js";

/** One seed for all: a test that passes today passes tomorrow. */
export const ENTROPY = Uint8Array.from({ length: 32 }, (_, i) => 31 * i + 5);

export type Sampler = (coins: Coins, scale: Fraction) => bigint;
/** Proportional to the probability of a whole number. */
export type Weight = (x: number) => number;

export const laplaceWeight = (scale: number): Weight => (x) => Math.exp(-Math.abs(x) / scale);
export const gaussianWeight = (variance: number): Weight => (x) => Math.exp(-(x * x) / (2 * variance));

export function draws(sampler: Sampler, scale: Fraction, count: number): readonly bigint[] {
  const coins = coinsOf(ENTROPY, `${scale.numerator}/${scale.denominator}`);
  return Array.from({ length: count }, () => sampler(coins, scale));
}

/**
 * Pearson's test of counts against a probability mass function: one cell for each whole number that is expected ten times or more, and one for all others.
 *
 * @returns the probability of a worse fit, if the draws are what they should be.
 */
export function probabilityOfWorse(sample: readonly bigint[], weight: Weight): number {
  const reach = 4000;
  let total = 0;
  for (let x = -reach; x <= reach; x++) total += weight(x);
  const counts = new Map<bigint, number>();
  for (const draw of sample) counts.set(draw, (counts.get(draw) ?? 0) + 1);
  let [statistic, cells, seen, expectedSeen] = [0, 0, 0, 0];
  for (let x = -reach; x <= reach; x++) {
    const expected = (sample.length * weight(x)) / total;
    if (expected < 10) continue;
    const count = counts.get(BigInt(x)) ?? 0;
    statistic += (count - expected) ** 2 / expected;
    [cells, seen, expectedSeen] = [cells + 1, seen + count, expectedSeen + expected];
  }
  const others = sample.length - expectedSeen;
  // Rarer than a tail that is expected five times, Pearson's approximation says nothing of it.
  if (others >= 5) [statistic, cells] = [statistic + (sample.length - seen - others) ** 2 / others, cells + 1];
  return upperGamma((cells - 1) / 2, statistic / 2);
}

/** Γ(a, x) / Γ(a): the series of the lower part below a + 1, the continued fraction of the upper one above (Abramowitz and Stegun 6.5.29, 6.5.31). */
export function upperGamma(a: number, x: number): number {
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let [sum, term] = [1 / a, 1 / a];
    for (let n = 1; term > sum * 1e-16; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - scale * sum;
  }
  let fraction = x - a + 1001;
  for (let n = 500; n >= 1; n--) fraction = x - a + 2 * n - 1 - (n * (n - a)) / fraction;
  return scale / fraction;
}

/** Stirling's series, from where it is exact to a double. */
function logGamma(x: number): number {
  if (x < 15) return logGamma(x + 1) - Math.log(x);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
}
