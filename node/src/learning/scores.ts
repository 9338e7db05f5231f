import type { Feature } from "@cohortium/protocol/charter/features";
import type { Model } from "@cohortium/protocol/training/model";
import type { LocalRows } from "../data/local-rows.js";
import { logitsOf } from "./logistic.js";
import { networkScores } from "./network/scores.js";
import { histogramOf, noisyHistogramOf } from "./score-histogram.js";
import { treeLogitsOf } from "./trees/logits.js";

/** The logit of every row under a model of any kind. */
export function scoresOf(rows: LocalRows, features: readonly Feature[], model: Model): Float64Array {
  switch (model.kind) {
    case "logistic": return logitsOf(rows, features, model);
    case "trees": return treeLogitsOf(rows, features, model);
    case "network": return networkScores(rows, features, model);
  }
}

/** This party's answer to an `evaluation` round: how the logits of its rows spread over the bins, by class. */
export function evaluationOf(rows: LocalRows, features: readonly Feature[], model: Model, bins: number): Float64Array {
  return histogramOf(scoresOf(rows, features, model), rows, bins);
}

/** The same without a count of rows, as it is asked for where noise is added. */
export function noisyEvaluationOf(rows: LocalRows, features: readonly Feature[], model: Model, bins: number): Float64Array {
  return noisyHistogramOf(scoresOf(rows, features, model), rows, bins);
}
