import { LN2_HIGH, LN2_LOW } from "./logarithm.js";

/** The 15th term of the series at ln(2)/2 is below 2^-60. */
const TERMS = 15;
/** Far below the smallest double's logarithm. */
const NOTHING = -1_000;

/**
 * `e^x = 2^k · e^r` with `|r| ≤ ln(2)/2`, and the Taylor series for `e^r`: from + − × ÷ alone, because `Math.exp` may differ in its last bit between
 * engines.
 */
export function exponential(x: number): number {
  if (x < NOTHING) return 0;
  const k = Math.round(x / LN2_HIGH);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let term = TERMS; term > 0; term--) sum = 1 + (sum * r) / term;
  for (let i = 0; i < Math.abs(k); i++) sum *= k > 0 ? 2 : 0.5;
  return sum;
}

/** `e^x − 1` for x from 0 on, without what the difference of two numbers near 1 loses. */
export function exponentialLessOne(x: number): number {
  if (!(x < LN2_HIGH / 2)) return exponential(x) - 1;
  let sum = 1;
  for (let term = TERMS + 1; term > 1; term--) sum = 1 + (sum * x) / term;
  return x * sum;
}
