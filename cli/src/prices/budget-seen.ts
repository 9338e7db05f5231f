import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { planOf } from "@cohortium/protocol/training/plan";
import { chargesInTurn, priceOfTraining } from "@cohortium/protocol/training/price";
import { budgetView, type BudgetView } from "../answers/questions.js";
import { trainingViews, type TrainingView } from "../answers/trainings.js";
import type { CharterAsked } from "../found/charter-asked.js";
import { costOf, type Cost } from "./cost.js";

/** What is spent, as the coordinator saw it: on questions, and at most on trainings, which its own tally leaves out. */
export async function budgetSeen(coordinator: AdminClient, { digest, charter }: Pick<CharterAsked, "digest" | "charter">): Promise<BudgetView> {
  const ofQuestions = await coordinator.get(`/v1/charters/${digest}/budget`, budgetView);
  const most = mostSpentBy(charter);
  if (most === null) return ofQuestions;
  const { trainings } = await coordinator.get("/v1/trainings", trainingViews);
  const under = trainings.filter((one) => one.charter === digest);
  return { ...ofQuestions, spent: under.reduce((spent, one) => spent + most(one), ofQuestions.spent) };
}

/**
 * What asking would take of what is seen spent. Null where it takes nothing: the answer has no price, or the coordinator's own tally, which trainings are not
 * in, leaves too little, and it refuses the question whatever anybody agrees to.
 */
export async function costIfAsked(coordinator: AdminClient, { digest, charter }: CharterAsked, nanoRho: number, seen: BudgetView): Promise<Cost | null> {
  const cost = costOf(nanoRho, seen, charter);
  if (cost === null) return null;
  const { limit, reserve, spent } = await coordinator.get(`/v1/charters/${digest}/budget`, budgetView);
  return limit !== null && spent + nanoRho > limit + reserve ? null : cost;
}

/** What one training costs, in 10^-9 of ρ; 0 where there is none, or its sums are exact. */
export function nanoRhoOfTraining(charter: Charter): number {
  return charter.questions.length === 0 ? 0 : priceOfTraining(planOf(charter));
}

/** What a training has cost at most: of one that was aborted, nodes may have paid for the sum that nobody read. Null where trainings cost nothing. */
function mostSpentBy(charter: Charter): ((training: TrainingView) => number) | null {
  if (charter.questions.length === 0) return null;
  const plan = planOf(charter);
  const [price, charges] = [priceOfTraining(plan), chargesInTurn(plan)];
  return price === 0 ? null : ({ state, round }) => {
    switch (state) {
      case "running": case "done": return price;
      case "aborted": return charges.slice(0, round + 1).reduce((sum, charge) => sum + charge, 0);
    }
  };
}
