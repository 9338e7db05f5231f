import type { Charter } from "@cohortium/protocol/charter/charter";
import { orderWithin } from "@cohortium/protocol/budget/concentrated";
import { budgetOf, nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import type { SpendingLimits } from "../store/charges.js";

/** What this company's own settings say of privacy, beside what its charters say. */
export interface PrivacySettings {
  /** The most that all charters together may cost the people in its rows; null for what each charter allows. */
  readonly ceiling: { readonly epsilon: number; readonly delta: number } | null;
  /** Whether the part that charters hold in reserve may be spent. */
  readonly opensReserve: boolean;
  /** Cells over fewer rows are to be withheld, where that is more than a charter asks; null for what charters ask. */
  readonly cellRows: number | null;
}

/** A node whose settings say nothing. */
export const NO_SETTINGS: PrivacySettings = { ceiling: null, opensReserve: false, cellRows: null };

/** What may be spent under a charter, in 10^-9 of ρ. Under one of exact sums that is nothing: they have no price, and are counted. */
export function limitsOf(charter: Pick<Charter, "privacy">, { ceiling, opensReserve }: Pick<PrivacySettings, "ceiling" | "opensReserve">): SpendingLimits {
  const budget = budgetOf(charter);
  const reserve = opensReserve ? budget?.reserveNanoRho ?? 0 : 0;
  const allowed = (budget?.nanoRho ?? 0) + reserve;
  if (ceiling === null) return { charter: allowed, own: null };
  return { charter: allowed, own: nanoRhoFor(ceiling.epsilon, ceiling.delta), order: orderWithin(ceiling.epsilon, ceiling.delta) };
}
