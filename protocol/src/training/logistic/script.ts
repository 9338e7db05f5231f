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
export type LogisticScene = Asked & (
  | { readonly question: MomentsQuestion; readonly model: null }
  | { readonly question: NewtonQuestion | EvaluationQuestion; readonly model: LogisticModel });

interface Asked {
  readonly kind: "logistic";
  readonly digest: Digest;
  /** How many Newton steps the charter's noise pays for, neither fewer nor more; null where sums are exact, and the gradient says when it is enough. */
  readonly steps: number | null;
}

/** Reads an offered question with its context; null unless it is one of the three, at a model of the plan's columns or, first, at none. */
export function readLogisticScene(question: unknown, context: Json, plan: TrainingPlan): LogisticScene | null {
  const asked: Asked = { kind: "logistic", digest: contextDigest(context), steps: stepsOf(plan) };
  if (question === "moments") return context === null ? { ...asked, question: { kind: question }, model: null } : null;
  const model = readModel(context, plan);
  if (model === null) return null;
  if (question === "newton") return { ...asked, question: { kind: question, model }, model };
  return question === "evaluation" ? { ...asked, question: { kind: question }, model } : null;
}

/**
 * Moments; then Newton steps from the zero model, numbered and all on one standardisation; then one evaluation, at the model of the last step;
 * then nothing. Under noise there are as many sums as are paid for, and the evaluation is of the model that the last of them led to.
 */
export function logisticMayFollow(last: LogisticScene | null, next: LogisticScene): boolean {
  switch (next.question.kind) {
    case "moments": return last === null;
    case "newton": return last !== null && isNextStep(last, next.question.model) && (next.steps === null || next.question.model.iteration < next.steps);
    case "evaluation":
      if (last?.question.kind !== "newton" || next.model === null) return false;
      return next.steps === null ? last.digest === next.digest : isNextStep(last, next.model) && next.model.iteration === next.steps;
  }
}

/** A model from foreign JSON, or null. */
function readModel(context: Json, { features }: TrainingPlan): LogisticModel | null {
  if (typeof context !== "object" || context === null) return null;
  return orNull(() => parseLogisticModel({ ...context }, features));
}

function stepsOf({ model, noise }: TrainingPlan): number | null {
  return noise !== undefined && model.kind === "logistic" ? model.privacy?.iterations ?? 0 : null;
}

function isNextStep(last: LogisticScene, model: LogisticModel): boolean {
  const dropped = new Set(model.dropped);
  const isCanonical = model.columns.every((name, i) => !dropped.has(name) || model.coefficients[i] === 0);
  if (last.model === null) return isCanonical && model.iteration === 0 && model.coefficients.every((w) => w === 0);
  return isCanonical && last.question.kind === "newton" && model.iteration === last.model.iteration + 1 && sameScaling(model, last.model);
}
