import type { Json } from "@cohortium/crypto/canonical-json";
import { decodeFixed, type Segment, type Words } from "@cohortium/crypto/fixed-point";
import type { FaultCode } from "../session/fault.js";
import { evaluate, unpackHistogram, type Evaluation } from "./evaluation.js";
import { layoutOf, type Question } from "./layout.js";
import { activeColumns, modelJson, type LogisticModel } from "./model.js";
import { standardise, unpackMoments } from "./moments.js";
import { newtonStep, unpackNewton, type Accepted } from "./newton.js";
import { layoutTerms, minimumsOf, type TrainingPlan } from "./plan.js";

/** Where a training stands between two rounds: the next question, and the step Newton's method would fall back to. */
export interface Progress {
  readonly question: Question;
  readonly model: LogisticModel | null;
  readonly accepted: Accepted | undefined;
  /** What the last sum over training rows was over; null before there was one. */
  readonly over: { readonly survivors: number; readonly rows: number } | null;
}

/** What one sum made of a training. */
export type Advance =
  | { readonly kind: "next"; readonly progress: Progress; readonly rows: number; readonly gradientNorm: number | null }
  | { readonly kind: "evaluated"; readonly model: LogisticModel; readonly evaluation: Evaluation; readonly rows: number }
  | { readonly kind: "failed"; readonly code: FaultCode; readonly detail: Readonly<Record<string, string | number>> };

export const FIRST: Progress = { question: { kind: "moments" }, model: null, accepted: undefined, over: null };

/** What a round at this point shows the nodes: nothing before there is a model. */
export function contextOf({ model }: Progress): Json {
  return model === null ? null : modelJson(model);
}

/**
 * Takes one step of a training: moments, then Newton's method, then evaluation. A function of the sum and of nothing else, in + − × ÷ and √
 * alone, so an auditor who has the sums gets the same models to the last bit.
 */
export function advance(progress: Progress, words: Words, survivors: number, plan: TrainingPlan): Advance {
  const { segments, ring } = layoutOf(progress.question, layoutTerms(plan));
  const values = decodeFixed(words, segments, ring);
  // Every survivor added exactly 1 here; any other number means that masks did not cancel and the rest is noise.
  if (values[0] !== survivors) return failed("AGGREGATION_GUARD", { survivors });
  const beyond = segmentBeyond(values, segments, survivors);
  if (beyond !== null) return failed("AGGREGATION_BOUNDS", { segment: beyond });
  const rows = values[1] ?? 0;
  switch (progress.question.kind) {
    case "moments": return afterMoments(values, survivors, plan);
    case "newton": return afterNewton(values, survivors, progress, plan);
    case "evaluation": return afterEvaluation(values, progress, plan, rows);
  }
}

/** The first segment with a number that so many honest parties cannot add up to, or null. A bound is enforced by each sender for itself alone. */
function segmentBeyond(values: Float64Array, segments: readonly Segment[], survivors: number): string | null {
  let at = 0;
  for (const { name, length, boundAbs, scaleBits } of segments) {
    const largest = survivors * (boundAbs + 2 ** -scaleBits);
    if (!values.subarray(at, at + length).every((value) => Math.abs(value) <= largest)) return name;
    at += length;
  }
  return null;
}

function afterMoments(values: Float64Array, survivors: number, plan: TrainingPlan): Advance {
  const start = standardise(unpackMoments(values, plan.features), plan.features, minimumsOf(plan));
  if (start.kind === "degenerate") return failed("TRAINING_DEGENERATE", { because: start.because, rows: start.rows });
  const { model } = start;
  const rows = values[1] ?? 0;
  return { kind: "next", progress: { question: { kind: "newton", model }, model, accepted: undefined, over: { survivors, rows } }, rows, gradientNorm: null };
}

function afterNewton(values: Float64Array, survivors: number, progress: Progress, plan: TrainingPlan): Advance {
  const { model, over } = progress;
  if (model === null) return failed("TRAINING_DEGENERATE", { because: "no-model" });
  const sum = unpackNewton(values, activeColumns(plan.features, model).length);
  // The rows are pinned for a session, so the same companies bring the same number; fewer companies bring fewer, but not too few.
  if (over?.survivors === survivors && over.rows !== sum.rows) return failed("DATA_CHANGED", { rows: sum.rows, before: over.rows });
  if (!(sum.rows >= plan.rowsMinJoint)) return failed("TRAINING_DEGENERATE", { because: "too-few-rows", rows: sum.rows });
  const step = newtonStep(model, sum, progress.accepted, plan.training);
  switch (step.kind) {
    case "continue": {
      const question = { kind: "newton", model: step.model } as const;
      return { kind: "next", progress: { question, model: step.model, accepted: step.accepted, over: { survivors, rows: sum.rows } }, rows: sum.rows, gradientNorm: step.gradientNorm };
    }
    case "converged": {
      const next = { question: { kind: "evaluation" }, model: step.model, accepted: undefined, over } as const;
      return { kind: "next", progress: next, rows: sum.rows, gradientNorm: step.gradientNorm };
    }
    case "diverged": return failed("TRAINING_DIVERGED", { because: step.because, iteration: step.iteration });
  }
}

function afterEvaluation(values: Float64Array, { model }: Progress, plan: TrainingPlan, rows: number): Advance {
  const evaluation = evaluate(unpackHistogram(values, plan.training.scoreBins));
  if (evaluation.kind === "unusable" || model === null) return failed("TRAINING_DEGENERATE", { because: evaluation.kind === "unusable" ? evaluation.because : "no-model" });
  return { kind: "evaluated", model, evaluation, rows };
}

function failed(code: FaultCode, detail: Readonly<Record<string, string | number>>): Advance {
  return { kind: "failed", code, detail };
}
