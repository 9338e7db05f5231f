import type { Json } from "@cohortium/crypto/canonical-json";
import type { Words } from "@cohortium/crypto/fixed-point";
import { afterEvaluation, failed, type AdvanceTo, type Evaluating } from "./advance.js";
import { gridsOf, layoutOf } from "./layout.js";
import { advanceLogistic, LOGISTIC_FIRST, type LogisticProgress } from "./logistic/progress.js";
import { modelJson, type Model } from "./model.js";
import { advanceNoisyNetwork } from "./network/noisy-advance.js";
import { advanceNetwork, networkFirst, type NetworkProgress } from "./network/progress.js";
import { updateContext } from "./network/script.js";
import { evaluateNoisy } from "./noisy-evaluation.js";
import { noiseDeviation } from "./noisy-layout.js";
import { clauseOf, layoutTerms, type TrainingPlan } from "./plan.js";
import { readSum } from "./read-sum.js";
import { advanceNoisyTrees, noisyTreesFirst, type NoisyTreesProgress } from "./trees/noisy-progress.js";
import { advanceTrees, treesFirst, type TreesProgress } from "./trees/progress.js";

/** Where a training stands between two rounds: the next question, and what the sums so far have led to. */
export type Progress = LogisticProgress | TreesProgress | NoisyTreesProgress | NetworkProgress | Evaluating<Model>;

/** What one sum made of a training. */
export type Advance = AdvanceTo<Progress, Model>;

/** Where a training begins. */
export function firstOf(plan: Pick<TrainingPlan, "features" | "model" | "noise">): Progress {
  switch (plan.model.kind) {
    case "logistic": return LOGISTIC_FIRST;
    case "trees": return plan.noise === undefined ? treesFirst(plan) : noisyTreesFirst(plan);
    case "network": return networkFirst(plan.model);
  }
}

/** What a round at this point shows the nodes: nothing before there is a model. The masks are bound to its digest. */
export function contextOf(progress: Progress): Json {
  switch (progress.kind) {
    case "moments": return null;
    case "bins": case "level": case "noisy-trees": return progress.context;
    case "newton": case "evaluation": return modelJson(progress.model);
    case "network": return progress.model === null ? null : updateContext(progress.question);
  }
}

/**
 * Takes one step of a training: the questions of its kind of model, one after the other, then the evaluation. A function of the sum and of
 * nothing else, in + − × ÷ and √ alone, so an auditor who has the sums gets the same models to the last bit.
 */
export function advance(progress: Progress, words: Words, survivors: number, plan: TrainingPlan): Advance {
  const read = readSum(words, layoutOf(progress.question, layoutTerms(plan)), survivors);
  if (read.kind === "failed") return read;
  const { values } = read;
  switch (progress.kind) {
    case "moments": case "newton": return advanceLogistic(values, survivors, progress, { plan, clause: clauseOf(plan, "logistic") });
    case "bins": case "level": return advanceTrees(values, survivors, progress, { plan, clause: clauseOf(plan, "trees") });
    case "noisy-trees": return advanceNoisyTrees(values, survivors, progress, plan);
    case "network": return plan.noise === undefined ? advanceNetwork(values, survivors, progress, plan) : advanceNoisyNetwork(values, survivors, progress, plan);
    case "evaluation": return plan.noise === undefined ? afterEvaluation(values, progress, plan) : afterNoisyEvaluation(values, survivors, progress, plan);
  }
}

function afterNoisyEvaluation(values: Float64Array, survivors: number, { model, question }: Evaluating<Model>, plan: TrainingPlan): Advance {
  const [scores] = gridsOf(question, layoutTerms(plan));
  const evaluation = evaluateNoisy(values, plan.evaluation.scoreBins, scores === undefined ? Number.NaN : noiseDeviation(scores, survivors));
  if (evaluation.kind === "unusable") return failed("TRAINING_DEGENERATE", { because: evaluation.because });
  return { kind: "evaluated", model, evaluation, rows: Math.round(evaluation.rows) };
}
