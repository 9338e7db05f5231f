import type { Json } from "@cohortium/crypto/canonical-json";
import type { Digest } from "../../session/ids.js";
import { orNull } from "../../session/or-null.js";
import type { EvaluationQuestion } from "../layout.js";
import type { MomentsQuestion } from "../moments-layout.js";
import { contextDigest, type TrainingPlan } from "../plan.js";
import { sameScaling } from "../scaling.js";
import type { NewtonQuestion } from "./layout.js";
import { parseLogisticModel, type LogisticModel } from "./model.js";

/** One question of a logistic training as a node was asked it. */
export type LogisticScene =
  | { readonly kind: "logistic"; readonly question: MomentsQuestion; readonly model: null; readonly digest: Digest }
  | { readonly kind: "logistic"; readonly question: NewtonQuestion | EvaluationQuestion; readonly model: LogisticModel; readonly digest: Digest };

/** Reads an offered question with its context; null unless it is one of the three, at a model of the plan's columns or, first, at none. */
export function readLogisticScene(question: unknown, context: Json, plan: TrainingPlan): LogisticScene | null {
  const digest = contextDigest(context);
  if (question === "moments") return context === null ? { kind: "logistic", question: { kind: question }, model: null, digest } : null;
  const model = readModel(context, plan);
  if (model === null) return null;
  if (question === "newton") return { kind: "logistic", question: { kind: question, model }, model, digest };
  return question === "evaluation" ? { kind: "logistic", question: { kind: question }, model, digest } : null;
}

/**
 * Moments; then Newton steps from the zero model, numbered and all on one standardisation; then one evaluation, at the model of the last step;
 * then nothing.
 */
export function logisticMayFollow(last: LogisticScene | null, next: LogisticScene): boolean {
  switch (next.question.kind) {
    case "moments": return last === null;
    case "newton": return last !== null && isNextStep(last, next.question.model);
    case "evaluation": return last?.question.kind === "newton" && last.digest === next.digest;
  }
}

/** A model from foreign JSON, or null. */
function readModel(context: Json, { features }: TrainingPlan): LogisticModel | null {
  if (typeof context !== "object" || context === null) return null;
  return orNull(() => parseLogisticModel({ ...context }, features));
}

function isNextStep(last: LogisticScene, model: LogisticModel): boolean {
  const dropped = new Set(model.dropped);
  const isCanonical = model.columns.every((name, i) => !dropped.has(name) || model.coefficients[i] === 0);
  if (last.model === null) return isCanonical && model.iteration === 0 && model.coefficients.every((w) => w === 0);
  return isCanonical && last.question.kind === "newton" && model.iteration === last.model.iteration + 1 && sameScaling(model, last.model);
}
