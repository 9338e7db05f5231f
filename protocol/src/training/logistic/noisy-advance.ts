import { failed, type Failed, type Measure } from "../advance.js";
import type { LogisticClause, LogisticPrivacy } from "../../charter/model-clauses.js";
import { gridsOf } from "../layout.js";
import { noiseDeviation } from "../noisy-layout.js";
import { layoutTerms, minimumsOf, type TrainingPlan } from "../plan.js";
import { activeColumns, isWithinLogits, zeroModel, type LogisticModel } from "./model.js";
import { standardiseNoisy, unpackNoisyMoments, wholeRows } from "../noisy-moments.js";
import { noisyStep, unpackSlopes } from "./noisy-step.js";

/** What a noisy sum led to: a model to go on with, or to judge if its steps are done. `rows` is the noisy count, which only the moments have. */
export type NoisyAdvance =
  | { readonly kind: "stepped" | "done"; readonly model: LogisticModel; readonly rows: number; readonly measure: Measure | null }
  | Failed;

interface Terms {
  readonly plan: TrainingPlan;
  readonly clause: LogisticClause;
  readonly privacy: LogisticPrivacy;
}

interface Point {
  readonly model: LogisticModel;
  readonly rows: number;
}

/** After the moments: the model of zeros. `values` are the decoded sum, its guard and bounds checked. */
export function afterNoisyMoments(values: Float64Array, survivors: number, { plan }: Terms): NoisyAdvance {
  const squares = gridsOf({ kind: "moments" }, layoutTerms(plan)).find(({ segment }) => segment.name === "squares");
  const moments = unpackNoisyMoments(values, plan.features);
  const start = standardiseNoisy(moments, plan.features, minimumsOf(plan), squares === undefined ? 0 : noiseDeviation(squares, survivors));
  if (start.kind === "degenerate") return failed("TRAINING_DEGENERATE", { because: start.because, rows: start.rows });
  return { kind: "stepped", model: zeroModel(start.scaling), rows: wholeRows(moments.negatives + moments.positives), measure: null };
}

/** After a Newton sum at `model`: the next model, which is the last one if it has taken all steps. @param rows - The noisy count of the moments. */
export function afterNoisyNewton(values: Float64Array, survivors: number, { model, rows }: Point, { plan, clause, privacy }: Terms): NoisyAdvance {
  const slopes = unpackSlopes(values, activeColumns(plan.features, model).length);
  const curvature = gridsOf({ kind: "newton", model }, layoutTerms(plan)).find(({ segment }) => segment.name === "curvature");
  const next = noisyStep(model, slopes, clause, curvature === undefined ? 0 : noiseDeviation(curvature, survivors));
  if (next === null) return failed("TRAINING_DIVERGED", { because: "not-finite", iteration: model.iteration });
  // Every node would refuse to answer at such a model.
  if (!isWithinLogits(plan.features, next)) return failed("TRAINING_DIVERGED", { because: "logits", iteration: next.iteration });
  const norm = Math.sqrt(slopes.gradient.reduce((squares, slope) => squares + slope * slope, 0)) / Math.max(1, rows);
  return { kind: next.iteration < privacy.iterations ? "stepped" : "done", model: next, rows, measure: { what: "gradient norm", value: norm } };
}
