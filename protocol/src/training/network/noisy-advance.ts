import { failed, type AdvanceTo, type Evaluating } from "../advance.js";
import { gridsOf } from "../layout.js";
import { behindGuard, noiseDeviation } from "../noisy-layout.js";
import { standardiseNoisy, unpackNoisyMoments, wholeRows } from "../noisy-moments.js";
import { layoutTerms, minimumsOf, type TrainingPlan } from "../plan.js";
import type { NetworkClause, NetworkPrivacy } from "../../charter/network-clause.js";
import { layersOver, WEIGHT_ABS_MAX, type NetworkModel } from "./model.js";
import { initialModel, type NetworkProgress, type Updating } from "./progress.js";
import { openServer, serverStep } from "./server.js";
import { norm, NO_STALL } from "./step.js";
import type { UpdateQuestion } from "./update.js";

type Advance = AdvanceTo<NetworkProgress | Evaluating<NetworkModel>, NetworkModel>;

/** Lays the sum of a sample's gradients out as a noisy `update` round has it, guard first. There is no count of rows and no loss. */
export function packGradient(gradient: Float64Array): Float64Array {
  return behindGuard(gradient);
}

/** Noisy moments, then one step of descent a round, as many as the charter says; then the evaluation. `values` are the decoded sum, which was checked. */
export function advanceNoisyNetwork(values: Float64Array, survivors: number, progress: NetworkProgress, plan: TrainingPlan): Advance {
  if (progress.model === null) return afterMoments(values, survivors, progress.clause, plan);
  const { privacy } = progress.question.clause;
  if (privacy === undefined) throw new RangeError("the charter does not say what a training of this kind may tell");
  return afterGradient(values.subarray(1), progress, plan, privacy);
}

function afterMoments(values: Float64Array, survivors: number, clause: NetworkClause, plan: TrainingPlan): Advance {
  const squares = gridsOf({ kind: "moments" }, layoutTerms(plan)).find(({ segment }) => segment.name === "squares");
  const moments = unpackNoisyMoments(values, plan.features);
  const start = standardiseNoisy(moments, plan.features, minimumsOf(plan), squares === undefined ? 0 : noiseDeviation(squares, survivors));
  if (start.kind === "degenerate") return failed("TRAINING_DEGENERATE", { because: start.because, rows: start.rows });
  const model = initialModel(start.scaling, plan, clause);
  const rows = wholeRows(moments.negatives + moments.positives);
  const progress: Updating = {
    kind: "network", question: { kind: "update", clause, model, control: new Float32Array() }, model, server: openServer(clause.optimiser, model.weights.length),
    stall: NO_STALL, firstLoss: null, over: { survivors, rows },
  };
  return { kind: "next", progress, rows, measure: null, keep: model };
}

/** The mean is over the rows that a sample is expected to have, by the noisy count: how many it had, nobody is told. Deterministic: + − × ÷ and √ only. */
function afterGradient(gradient: Float64Array, progress: Updating, plan: TrainingPlan, { sampleRate }: NetworkPrivacy): Advance {
  const { question: { clause }, model, over: { rows } } = progress;
  const decays = decaying(model, plan);
  const mean = gradient.map((slope) => slope / (sampleRate * rows));
  const descent = mean.map((slope, i) => -clause.localRate * (slope + (decays[i] === 1 ? clause.weightDecay * (model.weights[i] ?? Number.NaN) : 0)));
  const { state, step } = serverStep(clause.optimiser, progress.server, descent);
  const weights = model.weights.map((weight, i) => weight + (step[i] ?? Number.NaN));
  const { iteration } = model;
  if (!weights.every(Number.isFinite)) return failed("TRAINING_DIVERGED", { because: "not-finite", iteration });
  if (!weights.every((weight) => Math.abs(weight) <= WEIGHT_ABS_MAX)) return failed("TRAINING_DIVERGED", { because: "weights-too-large", iteration });
  const next: NetworkModel = { ...model, iteration: iteration + 1, weights };
  const measure = { what: "gradient norm", value: norm(mean) };
  if (!(next.iteration < clause.rounds)) return { kind: "next", progress: { kind: "evaluation", question: { kind: "evaluation" }, model: next }, rows, measure, keep: next };
  const question: UpdateQuestion = { ...progress.question, model: next };
  return { kind: "next", progress: { ...progress, question, model: next, server: state }, rows, measure, keep: next };
}

/** 1 for every weight that is no bias. */
function decaying(model: NetworkModel, { features }: TrainingPlan): Uint8Array {
  const flags = new Uint8Array(model.weights.length);
  for (const { kernelFrom, biasFrom } of layersOver(features, model, model.hidden)) flags.fill(1, kernelFrom, biasFrom);
  return flags;
}
