import { LN2_HIGH, LN2_LOW } from "../session/logarithm.js";

/**
 * `1 / (1 + e^-logit)` from + − × ÷ alone, for logits within ±700, to a relative error below 1e-14.
 *
 * `Math.exp` may differ in its last bit between engines, and what the coordinator publishes must be repeatable bit for bit.
 */
export function sigmoid(logit: number): number {
  return 1 / (1 + exponential(-logit));
}

/** The 15th term of the series at ln(2)/2 is below 2^-60. */
const TERMS = 15;

/** `e^x = 2^k · e^r` with `|r| ≤ ln(2)/2`, and the Taylor series for `e^r`. */
export function exponential(x: number): number {
  const k = Math.round(x / LN2_HIGH);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let term = TERMS; term > 0; term--) sum = 1 + (sum * r) / term;
  for (let i = 0; i < Math.abs(k); i++) sum *= k > 0 ? 2 : 0.5;
  return sum;
}
