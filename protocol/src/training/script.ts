import type { Json } from "@cohortium/crypto/canonical-json";
import type { Digest } from "../session/ids.js";
import type { Question } from "./layout.js";
import { parseModel, type LogisticModel } from "./model.js";
import { contextDigest, type TrainingPlan } from "./plan.js";

/** One question of a training as a node was asked it. */
export interface Scene {
  readonly question: Question;
  readonly model: LogisticModel | null;
  readonly digest: Digest;
}

/** Reads an offered question with its context; null unless it is one of the three, at a model of the plan's columns or, first, at none. */
export function readScene(kind: unknown, context: Json, plan: TrainingPlan): Scene | null {
  const digest = contextDigest(context);
  if (kind === "moments") return context === null ? { question: { kind }, model: null, digest } : null;
  const model = readModel(context, plan);
  if (model === null) return null;
  if (kind === "newton") return { question: { kind, model }, model, digest };
  return kind === "evaluation" ? { question: { kind }, model, digest } : null;
}

/**
 * Whether a training that was asked `last` may be asked `next`: moments; then Newton steps from the zero model, numbered and all on one
 * standardisation; then one evaluation, at the model of the last step; then nothing.
 *
 * Each question is answered at most once at each point, because two sums of one question over different companies differ by what one of them
 * brought, and a model can be written in many ways that mean the same. What a node cannot see is whether a step follows from the sum; an
 * auditor can (`audit.ts`).
 */
export function mayFollow(last: Scene | null, next: Scene): boolean {
  switch (next.question.kind) {
    case "moments": return last === null;
    case "newton": return last !== null && next.model !== null && isNextStep(last, next.model);
    case "evaluation": return last?.question.kind === "newton" && last.digest === next.digest;
  }
}

/** A model from foreign JSON, or null. */
export function readModel(context: Json, plan: TrainingPlan): LogisticModel | null {
  try {
    return parseModel(context, plan.features);
  } catch (problem) {
    if (problem instanceof RangeError) return null;
    throw problem;
  }
}

function isNextStep(last: Scene, model: LogisticModel): boolean {
  const dropped = new Set(model.dropped);
  const isCanonical = model.columns.every((name, i) => !dropped.has(name) || model.coefficients[i] === 0);
  if (last.question.kind === "moments") return isCanonical && model.iteration === 0 && model.coefficients.every((w) => w === 0);
  return isCanonical && last.question.kind === "newton" && last.model !== null && model.iteration === last.model.iteration + 1
    && same(model.means, last.model.means) && same(model.deviations, last.model.deviations) && same(model.dropped, last.model.dropped);
}

function same<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
