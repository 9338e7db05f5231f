import type { ContributionAsked } from "@cohortium/protocol/aggregation/round-member";
import { layoutOf, type Question } from "@cohortium/protocol/training/layout";
import { parseModel } from "@cohortium/protocol/training/model";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import type { Computed } from "./egress.js";
import { evaluationOf, momentsOf, newtonOf } from "./learning/logistic.js";
import type { SessionRows } from "./rows.js";

/**
 * This node's answer to one round, in the clear: only `egress` may see it.
 *
 * @throws RangeError for a question or model that the participant has not let through.
 */
export function answer(ask: ContributionAsked, rows: SessionRows, plan: TrainingPlan): Computed {
  const question = questionOf(ask, plan);
  const layout = layoutOf(question, layoutTerms(plan));
  return { layout, values: valuesOf(question, ask, rows, plan) };
}

function questionOf({ question, context }: ContributionAsked, plan: TrainingPlan): Question {
  if (question.kind === "newton") return { kind: "newton", model: parseModel(context, plan.features) };
  if (question.kind === "moments" || question.kind === "evaluation") return { kind: question.kind };
  throw new RangeError("no such question");
}

function valuesOf(question: Question, { context }: ContributionAsked, rows: SessionRows, plan: TrainingPlan): Float64Array {
  const { features, training } = plan;
  switch (question.kind) {
    case "moments": return momentsOf(rows.train, features);
    case "newton": return newtonOf(rows.train, features, question.model);
    case "evaluation": return evaluationOf(rows.counted, features, parseModel(context, features), training.scoreBins);
  }
}
