/**
 * Noise on the integers: discrete Laplace and discrete Gaussian, sampled exactly (Canonne, Kamath, Steinke, NeurIPS 2020, algorithms 2 and 3).
 *
 * Claims:   the distributions are the named ones without error, however large the scale, if the coins are fair.
 * Assumes:  coins from secret entropy that is used for nothing else.
 * Strength: exact; a statistical distance of zero.
 * Not for:  privacy by itself: how much noise a sum needs, and who adds which part of it, is the budget's matter.
 */
import { heads, headsOfExp, type Coins } from "./coins.js";

/** A positive rational number. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * A whole number x with probability proportional to `exp(−|x| / scale)`.
 *
 * @throws RangeError unless the scale is positive.
 */
export function discreteLaplace(coins: Coins, scale: Fraction): bigint {
  assertPositive(scale);
  const { numerator: t, denominator: s } = scale;
  for (;;) {
    const low = coins.below(t);
    if (!headsOfExp(coins, low, t)) continue;
    let high = 0n;
    while (headsOfExp(coins, 1n, 1n)) high++;
    const magnitude = (low + t * high) / s;
    const negative = heads(coins, 1n, 2n);
    // Zero would come twice as often as it should: once with each sign.
    if (negative && magnitude === 0n) continue;
    return negative ? -magnitude : magnitude;
  }
}

/**
 * A whole number x with probability proportional to `exp(−x² / (2 · variance))`. The parameter is called σ² in the paper; the true variance is
 * at most that, and less than it by about 8π²σ⁴·e^(−2π²σ²): 2e-7 at σ = 1, which no double sees at σ = 2.
 *
 * @throws RangeError unless the variance is positive.
 */
export function discreteGaussian(coins: Coins, variance: Fraction): bigint {
  assertPositive(variance);
  const { numerator: a, denominator: b } = variance;
  const t = rootOf(a / b) + 1n;
  for (;;) {
    const x = discreteLaplace(coins, { numerator: t, denominator: 1n });
    // (|x| − σ²/t)² / (2σ²) with σ² = a/b, over one denominator.
    const distance = (x < 0n ? -x : x) * b * t - a;
    if (headsOfExp(coins, distance * distance, 2n * a * b * t * t)) return x;
  }
}

function assertPositive({ numerator, denominator }: Fraction): void {
  if (!(numerator > 0n && denominator > 0n)) throw new RangeError("the scale of noise is a positive fraction");
}

/** ⌊√n⌋ by Newton's method from above, which falls until it is there. */
function rootOf(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) / 2n;
    if (next >= x) return x;
    x = next;
  }
}
