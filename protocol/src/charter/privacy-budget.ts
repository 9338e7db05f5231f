import { rhoWithin } from "../budget/concentrated.js";
import type { Charter } from "./charter.js";

/** The smallest coin of the privacy budget is 10^-9 of ρ (zero-concentrated DP), so that charges are whole numbers and add up exactly. */
export const NANO = 1_000_000_000;

/** What all answers under a charter may cost together, in 10^-9 of ρ. The reserve is on top, and each node opens it by its own configuration alone. */
export interface PrivacyBudget {
  readonly nanoRho: number;
  readonly reserveNanoRho: number;
}

/** Null where the charter adds no noise: its budget counts sums, and nothing bounds what they tell together. */
export function budgetOf({ privacy }: Pick<Charter, "privacy">): PrivacyBudget | null {
  switch (privacy.mechanism) {
    case "none": return null;
    case "discrete-gaussian": {
      const { epsilon, delta, reserveShare } = privacy.budget;
      const whole = nanoRhoFor(epsilon, delta);
      const nanoRho = nanoRhoFor(epsilon * (1 - reserveShare), delta);
      return { nanoRho, reserveNanoRho: whole - nanoRho };
    }
  }
}

/** The most 10^-9 of ρ that stay within (ε, δ), rounded down. @throws RangeError unless ε > 0 and 0 < δ < 1. */
export function nanoRhoFor(epsilon: number, delta: number): number {
  return Math.floor(rhoWithin(epsilon, delta) * NANO);
}
