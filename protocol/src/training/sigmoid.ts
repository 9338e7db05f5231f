import { exponential } from "../session/exponential.js";

/**
 * `1 / (1 + e^-logit)` from + − × ÷ alone, for logits within ±700, to a relative error below 1e-14.
 *
 * `Math.exp` may differ in its last bit between engines, and what the coordinator publishes must be repeatable bit for bit.
 */
export function sigmoid(logit: number): number {
  return 1 / (1 + exponential(-logit));
}
