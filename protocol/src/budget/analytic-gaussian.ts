import { assertDelta } from "./concentrated.js";
import { logUpperTail, upperTail } from "./normal.js";
import { leastWhere } from "./root.js";

/**
 * The exact δ of Gaussian noise at ε (Balle and Wang, ICML 2018, theorem 8), for a sensitivity of 1.
 *
 * @throws RangeError unless ε ≥ 0 and σ > 0.
 */
export function deltaOfGaussian(sigma: number, epsilon: number): number {
  if (!(epsilon >= 0 && sigma > 0)) throw new RangeError("ε is not negative and σ is positive");
  const [near, far] = [epsilon * sigma - 1 / (2 * sigma), epsilon * sigma + 1 / (2 * sigma)];
  return Math.max(0, upperTail(near) - Math.exp(epsilon + logUpperTail(far)));
}

/** The least σ that gives (ε, δ) to an answer which one subject moves by at most 1. @throws RangeError unless ε > 0 and 0 < δ < 1. */
export function sigmaOfGaussian(epsilon: number, delta: number): number {
  assertDelta(delta);
  if (!(epsilon > 0 && epsilon < Infinity)) throw new RangeError("ε is a positive number");
  let most = 1;
  while (deltaOfGaussian(most, epsilon) > delta) most *= 2;
  return leastWhere((sigma) => sigma > 0 && deltaOfGaussian(sigma, epsilon) <= delta, 0, most);
}
