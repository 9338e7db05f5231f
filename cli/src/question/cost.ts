import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { epsilonOfRho } from "@cohortium/protocol/budget/concentrated";
import type { Charter } from "@cohortium/protocol/session/charter";
import { NANO } from "@cohortium/protocol/session/privacy-budget";
import { budgetView, type BudgetView } from "../answers/questions.js";
import type { CharterAsked } from "./charter-asked.js";

/** What a question would take of a charter's budget. Shares are of the budget without its reserve. */
export interface Cost {
  readonly share: number;
  readonly left: number;
  /** What lies beside it in reserve. */
  readonly reserve: number;
  /** How often the same could be asked after it; below 0 if it cannot be asked. */
  readonly more: number;
  readonly epsilon: number;
}

/** What is spent, as the coordinator saw it. */
export function budgetSeen(coordinator: AdminClient, { digest }: CharterAsked): Promise<BudgetView> {
  return coordinator.get(`/v1/charters/${digest}/budget`, budgetView);
}

/** Null where answers cost nothing. */
export function costOf(nanoRho: number, { limit, reserve, spent }: BudgetView, { privacy }: Charter): Cost | null {
  if (limit === null || nanoRho === 0 || privacy.mechanism === "none") return null;
  const left = Math.max(0, limit - spent);
  const epsilon = epsilonOfRho(nanoRho / NANO, privacy.budget.delta);
  return { share: nanoRho / limit, left: left / limit, reserve: reserve / limit, more: Math.floor(left / nanoRho) - 1, epsilon };
}

/** In 10^-9 of ρ, the reserve included: whether that is open, each node decides. Null where nothing bounds it. */
export function leftOf({ limit, reserve, spent }: BudgetView): number | null {
  return limit === null ? null : Math.max(0, limit + reserve - spent);
}
