import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { epsilonOfRho } from "@cohortium/protocol/budget/concentrated";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { NANO } from "@cohortium/protocol/charter/privacy-budget";
import { budgets, type PrivacyAccount } from "../answers/budget.js";
import type { BudgetView } from "../answers/questions.js";
import type { CharterAsked } from "../found/charter-asked.js";
import { short } from "../text/amounts.js";

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

/** The charter's budget without its reserve, in 10^-9 of ρ: what every share is told of, also where a node has opened the reserve. */
export function budgetIn({ limit, reserve, isReserveOpen }: Pick<PrivacyAccount, "limit" | "reserve" | "isReserveOpen">): number {
  return limit - (isReserveOpen ? reserve : 0);
}

/** A budget as a node's own account has it, which decides what that node answers. `reserve` is 0 where the node has opened it: then `left` holds it. */
export interface OwnBudget extends BudgetView {
  /** In 10^-9 of ρ: of the charter's budget, or of the node's own ceiling if that is less; null where nothing bounds it. */
  readonly left: number | null;
}

/** What is left at this node. @throws Refusal CHARTER_NOT_IN_FORCE where it has no account under this charter: then nobody knows. */
export async function budgetOwn(node: AdminClient, { digest }: CharterAsked): Promise<OwnBudget> {
  const { charters } = await node.get("/v1/budget", budgets);
  const account = charters.find(({ charter }) => charter === digest);
  if (account === undefined) throw new Refusal({ code: "CHARTER_NOT_IN_FORCE", title: "this node has no account under this charter", detail: short(digest), fix: "see what is in force here with: cohortium charter ls" });
  const { privacy } = account;
  if (privacy === null) return { limit: null, reserve: 0, spent: 0, left: null };
  return { limit: budgetIn(privacy), reserve: privacy.isReserveOpen ? 0 : privacy.reserve, spent: privacy.spent, left: privacy.left };
}

/** Null where answers cost nothing. */
export function costOf(nanoRho: number, budget: BudgetView | OwnBudget, { privacy }: Charter): Cost | null {
  const { limit, reserve, spent } = budget;
  if (limit === null || nanoRho === 0 || privacy.mechanism === "none") return null;
  const left = "left" in budget && budget.left !== null ? budget.left : Math.max(0, limit - spent);
  const epsilon = epsilonOfRho(nanoRho / NANO, privacy.budget.delta);
  return { share: nanoRho / limit, left: left / limit, reserve: reserve / limit, more: Math.floor(left / nanoRho) - 1, epsilon };
}

/** In 10^-9 of ρ. A node knows whether its reserve is open; elsewhere it is included, as each node decides that. Null where nothing bounds it. */
export function leftOf(budget: BudgetView | OwnBudget): number | null {
  if ("left" in budget) return budget.left;
  const { limit, reserve, spent } = budget;
  return limit === null ? null : Math.max(0, limit + reserve - spent);
}
