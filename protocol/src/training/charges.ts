import type { LogisticPrivacy } from "../charter/model-clauses.js";

/** One sum of a training, and what it adds to the account, in 10^-9 of ρ. */
export interface SumCharge {
  readonly question: "moments" | "newton" | "evaluation";
  readonly nanoRho: number;
}

/** A fifth goes to the moments: with poor ones, every step is taken on poorly scaled columns. */
const MOMENTS_SHARE = 5;

/**
 * What each sum of a noisy logistic training costs, in the order they are asked. Together exactly `nanoRho`.
 *
 * The held-out rows' sum costs their own rows `nanoRho` (`rhoOfSum`) and adds nothing here: a row is trained on or held out, as a coin of its node's
 * decides, which depends on no other row. What is told of it is then the one or the other, and of a mixture of two ρ-zCDP mechanisms by a coin that does
 * not depend on the row, no more than ρ (quasi-convexity of the Rényi divergence, van Erven and Harremoës 2014, theorem 13).
 */
export function trainingCharges(privacy: LogisticPrivacy): readonly SumCharge[] {
  return [
    { question: "moments", nanoRho: momentsRho(privacy) },
    ...Array.from({ length: privacy.iterations }, (_, i): SumCharge => ({ question: "newton", nanoRho: stepRho(privacy, i) })),
    { question: "evaluation", nanoRho: 0 },
  ];
}

/** What one sum may tell of the rows it is over, which decides its noise. @throws RangeError for a step beyond the last. */
export function rhoOfSum(question: SumCharge["question"], iteration: number, privacy: LogisticPrivacy): number {
  switch (question) {
    case "moments": return momentsRho(privacy);
    case "newton": return stepRho(privacy, iteration);
    case "evaluation": return privacy.nanoRho;
  }
}

function momentsRho({ nanoRho }: LogisticPrivacy): number {
  return Math.floor(nanoRho / MOMENTS_SHARE);
}

/** Equal shares; the last step has the rest. */
function stepRho(privacy: LogisticPrivacy, iteration: number): number {
  const { nanoRho, iterations } = privacy;
  if (!(iteration >= 0 && iteration < iterations)) throw new RangeError("a step beyond the last has no share of the budget");
  const whole = nanoRho - momentsRho(privacy);
  const each = Math.floor(whole / iterations);
  return iteration === iterations - 1 ? whole - each * (iterations - 1) : each;
}
