/**
 * Rényi differential privacy (Mironov, CSF 2017) of Gaussian noise on a Poisson sample (Mironov, Talwar, Zhang, 2019): the cheap account of
 * noisy training, one number per order.
 *
 * Claims:   the divergence of each order from 1.1 to 512, whole or not, never too low and too high by less than 2e-12 of itself (found against sixty
 *           digits at 2,000 settings with q from 1e-15 and σ from 0.2 to 100); values of one order add up under adaptive composition.
 * Assumes:  each subject enters each step independently with probability q (not a shuffle); neighbours differ by one subject added or removed;
 *           one subject moves the sum by at most 1 in Euclidean norm, against noise of standard deviation σ.
 * Strength: an upper bound on ε; the privacy loss distribution (privacy-loss.ts) is tighter and dearer.
 * Not for:  samples of fixed size.
 */
import { assertDelta } from "./concentrated.js";
import { logRatio } from "./likelihood-ratio.js";

/** Orders that leave no gap where the optimum of common settings lies. */
export const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 52 }, (_, i) => 12 + i),
  80, 96, 128, 192, 256, 512,
];

export interface SampledGaussian {
  /** Probability with which a subject enters a step. */
  readonly q: number;
  /** Standard deviation of the noise over the sensitivity. */
  readonly sigma: number;
}

/**
 * D_α(sampled with the subject ‖ without), which bounds the other direction too (Mironov, Talwar, Zhang, theorem 5).
 *
 * With r the ratio of the densities, D_α = ln(E[r^α]) / (α − 1) under the density without. As E[r] = 1, E[r^α] − 1 is the mean of
 * r^α − 1 − α(r − 1), which is nowhere negative: nothing cancels, however small q is. The mean is taken by the trapezoidal rule, whose error
 * falls as e^(−2πd/h) for a function that is analytic within d of the line (Trefethen and Weideman, SIAM Review 2014); here d = πσ², from
 * the zero of r that is nearest to the line. This way to compute it is ours; the published values are its tests.
 *
 * @throws RangeError unless 0 ≤ q ≤ 1, σ > 0 and α > 1.
 */
export function rdpOf({ q, sigma }: SampledGaussian, order: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError("a sampling rate lies between 0 and 1");
  if (!(sigma > 0 && sigma < Infinity)) throw new RangeError("noise has a positive standard deviation");
  if (!(order > 1 && order < Infinity)) throw new RangeError("an order is greater than 1");
  if (q === 0) return 0;
  if (q === 1) return order / (2 * sigma * sigma);
  return (logOnePlusExp(logExcess({ q, sigma }, order)) / (order - 1)) * UPWARDS;
}

/** What rounding takes away is below 2e-13 of the result; with this, no account is too low for it. */
const UPWARDS = 1 + 1e-12;

/** Standard deviations beyond which e^(−z²/2) is below what a double adds. */
const REACH = 40;
/** Steps within σ and within the strip's width: e^(−2π·16·…) is nothing. */
const STEPS = 16;

/** ln(E[r^α] − 1). */
function logExcess({ q, sigma }: SampledGaussian, order: number): number {
  const step = Math.min(sigma, sigma * sigma) / STEPS;
  const first = -REACH * sigma;
  const steps = Math.ceil((order + 2 * REACH * sigma) / step);
  const logWeight = Math.log(step / sigma) - Math.log(2 * Math.PI) / 2;
  let [largest, sum] = [-Infinity, 0];
  for (let i = 0; i <= steps; i++) {
    const z = first + i * step;
    const term = logWeight - (z * z) / (2 * sigma * sigma) + logGap(logRatio(q, (2 * z - 1) / (2 * sigma * sigma)), order);
    if (term > largest) [largest, sum] = [term, sum * Math.exp(largest - term) + 1];
    else if (term > -Infinity) sum += Math.exp(term - largest);
  }
  return largest + Math.log(sum);
}

/** From here r^α is so far above 1 + α(r − 1) that logarithms lose nothing, and below it no double overflows. */
const LARGE = 30;

/** ln(r^α − 1 − α(r − 1)) from ln r: never of a negative number, as a power lies above its tangent. */
function logGap(logR: number, order: number): number {
  if (order * logR <= LARGE) {
    const u = Math.expm1(logR);
    // Near r = 1 both terms are the same but for their squares: the first terms of the series say it better.
    if (Math.abs(order * u) < 1e-3) {
      const [third, fourth, fifth] = [order - 2, (order - 2) * (order - 3), (order - 2) * (order - 3) * (order - 4)];
      return Math.log((order * (order - 1) * u * u) / 2) + Math.log1p((u * third) / 3 + (u * u * fourth) / 12 + (u ** 3 * fifth) / 60);
    }
    return Math.log(Math.max(0, Math.expm1(order * logR) - order * u));
  }
  const logTangent = logR + Math.log(order + (1 - order) * Math.exp(-logR));
  return order * logR + Math.log1p(-Math.exp(logTangent - order * logR));
}

function logOnePlusExp(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

export interface RdpEpsilon {
  readonly epsilon: number;
  /** The one that led to it. */
  readonly order: number;
}

/**
 * The least ε over all orders such that these divergences imply (ε, δ)-DP (Balle and others, AISTATS 2020, theorem 21).
 *
 * @param rdpAt - The composed divergence of an order; infinite where nothing can be said.
 * @throws RangeError unless 0 < δ < 1 and each divergence is a number that is not negative.
 */
export function epsilonOfRdp(rdpAt: (order: number) => number, delta: number, orders: readonly number[] = ORDERS): RdpEpsilon {
  assertDelta(delta);
  const [first, ...rest] = orders.map((order) => ({ order, epsilon: epsilonAt(order, rdpAt(order), delta) }));
  if (first === undefined) throw new RangeError("no order, no conversion");
  return rest.reduce((best, next) => (next.epsilon < best.epsilon ? next : best), first);
}

function epsilonAt(order: number, divergence: number, delta: number): number {
  if (!(divergence >= 0)) throw new RangeError("a divergence is a number that is not negative");
  return Math.max(0, divergence + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1));
}
