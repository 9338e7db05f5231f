import { gridsOf } from "@cohortium/protocol/training/layout";
import type { LogisticScene } from "@cohortium/protocol/training/logistic/script";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import type { SessionRows } from "../rows/session-rows.js";
import { momentsOf, newtonOf } from "./logistic.js";
import { noisyMomentsOf, noisyNewtonOf } from "./noisy-logistic.js";
import { evaluationOf, noisyEvaluationOf } from "./scores.js";

type Rows = Pick<SessionRows, "train" | "counted">;

/** One node's answer to one question of a logistic training; under noise before it, which is added where the answer leaves. */
export function logisticAnswer(scene: LogisticScene, { train, counted }: Rows, plan: TrainingPlan): Float64Array {
  if (plan.noise !== undefined) return noisyAnswer(scene, { train, counted }, plan);
  const { question, model } = scene;
  const { features, evaluation } = plan;
  switch (question.kind) {
    case "moments": return momentsOf(train, features);
    case "newton": return newtonOf(train, features, question.model);
    case "evaluation": return evaluationOf(counted, features, modelled(model), evaluation.scoreBins);
  }
}

/** Rounded row by row to the scale of its layout, which is one for all parts. */
function noisyAnswer({ question, model }: LogisticScene, { train, counted }: Rows, plan: TrainingPlan): Float64Array {
  const { features, evaluation, model: clause } = plan;
  const [first] = gridsOf(question, layoutTerms(plan));
  const privacy = clause.kind === "logistic" ? clause.privacy : undefined;
  if (first === undefined || privacy === undefined) throw new RangeError("the charter does not say what this training may tell");
  const { scaleBits } = first.segment;
  switch (question.kind) {
    case "moments": return noisyMomentsOf(train, features, scaleBits);
    case "newton": return noisyNewtonOf(train, features, question.model, { ...privacy, scaleBits });
    case "evaluation": return noisyEvaluationOf(counted, features, modelled(model), evaluation.scoreBins);
  }
}

function modelled(model: LogisticScene["model"]): NonNullable<LogisticScene["model"]> {
  if (model === null) throw new RangeError("no model to evaluate");
  return model;
}
