import { failed, type AdvanceTo, type Evaluating } from "../advance.js";
import { standardise, unpackMoments } from "../moments.js";
import type { MomentsQuestion } from "../moments-layout.js";
import { minimumsOf, type TrainingPlan } from "../plan.js";
import type { Scaling } from "../scaling.js";
import type { NetworkClause } from "../../charter/network-clause.js";
import { initialWeights } from "./initial.js";
import { layersOver, type NetworkModel } from "./model.js";
import { openServer, type ServerState } from "./server.js";
import { isOver, jointStep, NO_STALL, stallAfter, type Stall } from "./step.js";
import { stripMeasure } from "./strip-measure.js";
import { unpackUpdate, updateScales, type UpdateQuestion } from "./update.js";

/** Where the training of a network stands between two sums. */
export type NetworkProgress =
  | { readonly kind: "network"; readonly clause: NetworkClause; readonly question: MomentsQuestion; readonly model: null }
  | Updating;

/** Between the sums of two rounds. */
export interface Updating {
  readonly kind: "network";
  readonly question: UpdateQuestion;
  readonly model: NetworkModel;
  readonly server: ServerState;
  readonly stall: Stall;
  readonly firstLoss: number | null;
  /** What the last sum over training rows was over. */
  readonly over: { readonly survivors: number; readonly rows: number };
}

/** What the steps need of a plan. */
export type NetworkPlan = Pick<TrainingPlan, "features" | "parties" | "rowsMinJoint" | "categoryRowsMin">;

type Advance = AdvanceTo<NetworkProgress | Evaluating<NetworkModel>, NetworkModel>;

export function networkFirst(clause: NetworkClause): NetworkProgress {
  return { kind: "network", clause, question: { kind: "moments" }, model: null };
}

/** Moments, then rounds of local training, then the evaluation. `values` are the decoded sum, its guard and the bound of each coordinate checked. */
export function advanceNetwork(values: Float64Array, survivors: number, progress: NetworkProgress, plan: NetworkPlan): Advance {
  return progress.model === null ? afterMoments(values, survivors, progress.clause, plan) : afterUpdate(values, survivors, progress, plan);
}

/** The model that training starts from, once the columns' scales are known. */
export function initialModel(scaling: Scaling, { features }: Pick<TrainingPlan, "features">, { hidden, activation, seed }: NetworkClause): NetworkModel {
  return { kind: "network", iteration: 0, ...scaling, hidden, activation, weights: initialWeights(layersOver(features, scaling, hidden), seed) };
}

/** What a SCAFFOLD training starts from: nobody has drifted. Empty for every other optimiser. */
export function initialControl({ weights }: NetworkModel, { optimiser }: NetworkClause): Float32Array {
  return new Float32Array(optimiser.kind === "scaffold" ? weights.length : 0);
}

function afterMoments(values: Float64Array, survivors: number, clause: NetworkClause, plan: NetworkPlan): Advance {
  const start = standardise(unpackMoments(values, plan.features), plan.features, minimumsOf(plan));
  if (start.kind === "degenerate") return failed("TRAINING_DEGENERATE", { because: start.because, rows: start.rows });
  const model = initialModel(start.scaling, plan, clause);
  const rows = values[1] ?? 0;
  const question: UpdateQuestion = { kind: "update", clause, model, control: initialControl(model, clause) };
  const server = openServer(clause.optimiser, model.weights.length);
  return { kind: "next", progress: { kind: "network", question, model, server, stall: NO_STALL, firstLoss: null, over: { survivors, rows } }, rows, measure: null, keep: model };
}

function afterUpdate(values: Float64Array, survivors: number, progress: Updating, plan: NetworkPlan): Advance {
  const { question, model, over } = progress;
  const { clause } = question;
  const sum = unpackUpdate(values, question);
  const { rows } = sum;
  // The rows are pinned for a session, so the same companies bring the same number; fewer companies bring fewer, but not too few.
  if (over.survivors === survivors && over.rows !== rows) return failed("DATA_CHANGED", { rows, before: over.rows });
  if (!(rows >= plan.rowsMinJoint)) return failed("TRAINING_DEGENERATE", { because: "too-few-rows", rows });
  const step = jointStep({ model, server: progress.server, survivors, firstLoss: progress.firstLoss }, sum, clause, updateScales(plan, clause));
  switch (step.kind) {
    case "beyond": return failed("AGGREGATION_BOUNDS", { segment: step.segment });
    case "diverged": return failed("TRAINING_DIVERGED", { because: step.because, iteration: model.iteration });
    case "stepped": {
      const stall = stallAfter(progress.stall, step.loss, clause.stopping);
      const measure = { what: "mean loss", value: step.loss, boundUsed: step.boundUsed, ...stripMeasure(sum.strips) };
      const next: NetworkProgress | Evaluating<NetworkModel> = isOver(stall, step.model.iteration, clause)
        ? { kind: "evaluation", question: { kind: "evaluation" }, model: step.model }
        : {
          kind: "network", question: { kind: "update", clause, model: step.model, control: step.control }, model: step.model,
          server: step.server, stall, firstLoss: progress.firstLoss ?? step.loss, over: { survivors, rows },
        };
      return { kind: "next", progress: next, rows, measure, keep: step.model };
    }
  }
}
