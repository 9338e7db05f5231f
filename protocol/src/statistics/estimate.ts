import { Z_95, type Interval } from "../training/intervals.js";

/**
 * A number with what is not known about it: the variance of the noise that the companies added (0 where sums are exact), and in an experiment
 * that of the sample as well. All of it is arithmetic of + − × ÷ √, so whoever has the sums gets the same bits.
 */
export interface Estimate {
  readonly value: number;
  readonly variance: number;
}

export const NOTHING: Estimate = { value: 0, variance: 0 };

/** Independent parts, added. */
export function added(parts: readonly Estimate[]): Estimate {
  return parts.reduce((sum, part) => ({ value: sum.value + part.value, variance: sum.variance + part.variance }), NOTHING);
}

export function less(a: Estimate, b: Estimate): Estimate {
  return { value: a.value - b.value, variance: a.variance + b.variance };
}

export function times(factor: number, { value, variance }: Estimate): Estimate {
  return { value: factor * value, variance: factor * factor * variance };
}

/**
 * `a / b` and its variance to first order (the delta method). `covariance` is that of the two, such as the variance of a part within its whole.
 * Null where the quotient is not a number.
 */
export function ratio(a: Estimate, b: Estimate, covariance = 0): Estimate | null {
  const value = a.value / b.value;
  const variance = (a.variance - 2 * value * covariance + value * value * b.variance) / (b.value * b.value);
  return Number.isFinite(value) && Number.isFinite(variance) ? { value, variance: Math.max(0, variance) } : null;
}

/** `value` ± 1.96 deviations, cut to where the quantity can lie; but never without the value itself, which noise may carry beyond. */
export function interval95({ value, variance }: Estimate, [least, most]: Range = ANYWHERE): Interval {
  const half = Z_95 * Math.sqrt(variance);
  return { low: Math.min(value, Math.max(least, value - half)), high: Math.max(value, Math.min(most, value + half)) };
}

export type Range = readonly [least: number, most: number];

export const ANYWHERE: Range = [-Infinity, Infinity];
export const NOT_NEGATIVE: Range = [0, Infinity];
export const SHARE: Range = [0, 1];
