import { failed, type AdvanceTo, type Evaluating } from "../advance.js";
import { standardise, unpackMoments } from "../moments.js";
import type { MomentsQuestion } from "../moments-layout.js";
import { minimumsOf, type TrainingPlan } from "../plan.js";
import type { LogisticClause, LogisticPrivacy } from "../../charter/model-clauses.js";
import type { NewtonQuestion } from "./layout.js";
import { activeColumns, isWithinLogits, zeroModel, type LogisticModel } from "./model.js";
import { afterNoisyMoments, afterNoisyNewton, type NoisyAdvance } from "./noisy-advance.js";
import { newtonStep, unpackNewton, type Accepted } from "./newton.js";

/** Where a logistic training stands between two sums. */
export type LogisticProgress =
  | { readonly kind: "moments"; readonly question: MomentsQuestion; readonly model: null }
  | Newton;

interface Newton {
  readonly kind: "newton";
  readonly question: NewtonQuestion;
  readonly model: LogisticModel;
  /** The step Newton's method would fall back to. */
  readonly accepted: Accepted | undefined;
  /** What the last sum over training rows was over. */
  readonly over: { readonly survivors: number; readonly rows: number };
}

interface Terms {
  readonly plan: TrainingPlan;
  readonly clause: LogisticClause;
}

type Advance = AdvanceTo<LogisticProgress | Evaluating<LogisticModel>, LogisticModel>;

export const LOGISTIC_FIRST: LogisticProgress = { kind: "moments", question: { kind: "moments" }, model: null };

/**
 * Moments, then Newton's method, until the gradient is small, or under noise for as many steps as the charter says; then the evaluation. `values` are the
 * decoded sum, its guard and bounds checked.
 */
export function advanceLogistic(values: Float64Array, survivors: number, progress: LogisticProgress, at: Terms): Advance {
  const { plan: { noise }, clause: { privacy } } = at;
  if (noise !== undefined && privacy !== undefined) return noisyAdvance(values, survivors, progress, { ...at, privacy });
  switch (progress.kind) {
    case "moments": return afterMoments(values, survivors, at.plan);
    case "newton": return afterNewton(values, survivors, progress, at);
  }
}

function noisyAdvance(values: Float64Array, survivors: number, progress: LogisticProgress, at: Terms & { readonly privacy: LogisticPrivacy }): Advance {
  switch (progress.kind) {
    case "moments": return noisyNext(afterNoisyMoments(values, survivors, at), survivors);
    case "newton": return noisyNext(afterNoisyNewton(values, survivors, { model: progress.model, rows: progress.over.rows }, at), survivors);
  }
}

function noisyNext(advanced: NoisyAdvance, survivors: number): Advance {
  if (advanced.kind === "failed") return advanced;
  const { kind, model, rows, measure } = advanced;
  const progress = kind === "stepped" ? newton(model, undefined, { survivors, rows }) : { kind: "evaluation", question: { kind: "evaluation" }, model } as const;
  return { kind: "next", progress, rows, measure, keep: model };
}

function afterMoments(values: Float64Array, survivors: number, plan: TrainingPlan): Advance {
  const start = standardise(unpackMoments(values, plan.features), plan.features, minimumsOf(plan));
  if (start.kind === "degenerate") return failed("TRAINING_DEGENERATE", { because: start.because, rows: start.rows });
  const model = zeroModel(start.scaling);
  const rows = values[1] ?? 0;
  return { kind: "next", progress: newton(model, undefined, { survivors, rows }), rows, measure: null, keep: model };
}

function afterNewton(values: Float64Array, survivors: number, { model, accepted, over }: Newton, { plan, clause }: Terms): Advance {
  const sum = unpackNewton(values, activeColumns(plan.features, model).length);
  const { rows } = sum;
  // The rows are pinned for a session, so the same companies bring the same number; fewer companies bring fewer, but not too few.
  if (over.survivors === survivors && over.rows !== rows) return failed("DATA_CHANGED", { rows, before: over.rows });
  if (!(rows >= plan.rowsMinJoint)) return failed("TRAINING_DEGENERATE", { because: "too-few-rows", rows });
  const step = newtonStep(model, sum, accepted, clause);
  switch (step.kind) {
    case "continue":
      // Every node would refuse to answer at such a model.
      if (!isWithinLogits(plan.features, step.model)) return failed("TRAINING_DIVERGED", { because: "logits", iteration: step.model.iteration });
      return { kind: "next", progress: newton(step.model, step.accepted, { survivors, rows }), rows, measure: gradient(step.gradientNorm), keep: step.model };
    case "converged":
      // The evaluation is asked of a model that is kept already.
      return { kind: "next", progress: { kind: "evaluation", question: { kind: "evaluation" }, model: step.model }, rows, measure: gradient(step.gradientNorm), keep: null };
    case "diverged": return failed("TRAINING_DIVERGED", { because: step.because, iteration: step.iteration });
  }
}

function newton(model: LogisticModel, accepted: Accepted | undefined, over: Newton["over"]): Newton {
  return { kind: "newton", question: { kind: "newton", model }, model, accepted, over };
}

function gradient(value: number) {
  return { what: "gradient norm", value };
}
