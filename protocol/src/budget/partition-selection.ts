import { assertDelta } from "./concentrated.js";

/**
 * The probability with which a category that nobody listed may be named, by the number of subjects in it: the optimal rule of Desfontaines,
 * Voss, Gipson and Mandayam, "Differentially private partition selection" (PETS 2022). Each subject lies in one category.
 *
 * @returns π(0), π(1), … up to the first that is 1.
 * @throws RangeError unless ε > 0 and 0 < δ < 1, and if more than `CERTAIN_WITHIN` subjects are needed before a category is surely named.
 */
export function keepingProbabilities(epsilon: number, delta: number): readonly number[] {
  assertDelta(delta);
  if (!(epsilon > 0 && epsilon < Infinity)) throw new RangeError("ε is a positive number");
  const kept = [0];
  for (let last = 0; last < 1;) {
    if (kept.length > CERTAIN_WITHIN) throw new RangeError("so little ε and δ name no category of any size that occurs");
    last = Math.min(Math.exp(epsilon) * last + delta, 1 + Math.exp(-epsilon) * (last + delta - 1), 1);
    kept.push(last);
  }
  return kept;
}

/** A table of 8 MB. */
const CERTAIN_WITHIN = 1_000_000;
