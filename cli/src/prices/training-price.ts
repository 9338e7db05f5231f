import type { Json } from "@cohortium/crypto/canonical-json";
import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import { planOf } from "@cohortium/protocol/training/plan";
import { budgetSeen, nanoRhoOfTraining } from "./budget-seen.js";
import { costOf, type Cost } from "./cost.js";

/** What one training takes of a charter's budget before anything is spent. */
export interface TrainingPrice {
  /** In 10^-9 of ρ. */
  readonly nanoRho: number;
  /** So many trainings fit if nothing else is asked: into the budget without its reserve, and into its sums. */
  readonly fit: number;
  readonly cost: Cost;
}

/** Null where trainings cost nothing, and of what is no charter: that is for its rules to say. */
export function trainingPriceIn(json: Json): TrainingPrice | null {
  const check = checkCharter(json);
  return check.kind === "ok" ? trainingPrice(check.charter) : null;
}

export function trainingPrice(charter: Charter): TrainingPrice | null {
  const budget = budgetOf(charter);
  const nanoRho = nanoRhoOfTraining(charter);
  if (budget === null || nanoRho === 0) return null;
  const cost = costOf(nanoRho, { limit: budget.nanoRho, reserve: budget.reserveNanoRho, spent: 0 }, charter);
  if (cost === null) return null;
  const fit = Math.min(Math.floor(budget.nanoRho / nanoRho), Math.floor(charter.privacy.budget.releasesMax / planOf(charter).rounds));
  return { nanoRho, fit, cost };
}

/** What the next training takes of what this coordinator saw spent; null where trainings cost nothing. */
export async function nextTrainingCost(coordinator: AdminClient, digest: string, charter: Charter): Promise<Cost | null> {
  const nanoRho = nanoRhoOfTraining(charter);
  if (nanoRho === 0) return null;
  return costOf(nanoRho, await budgetSeen(coordinator, { digest, charter }), charter);
}
