import type { Feature } from "@cohortium/protocol/charter/features";
import { binOf, packHistogram } from "@cohortium/protocol/training/evaluation";
import type { ClassCounts } from "@cohortium/protocol/training/intervals";
import type { Model } from "@cohortium/protocol/training/model";
import { packNoisyHistogram } from "@cohortium/protocol/training/noisy-evaluation";
import type { LocalRows } from "../data/local-rows.js";
import { logitsOf } from "./logistic.js";
import { networkScores } from "./network/scores.js";
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
  return packNoisyHistogram(countedByScore(scoresOf(rows, features, model), rows, bins));
}

/** Logits by class and bin, laid out as an answer to an `evaluation` round. */
export function histogramOf(logits: Float64Array, rows: Pick<LocalRows, "rows" | "y">, bins: number): Float64Array {
  return packHistogram({ rows: rows.rows, ...countedByScore(logits, rows, bins) });
}

function countedByScore(logits: Float64Array, { y }: Pick<LocalRows, "y">, bins: number): ClassCounts {
  const [positives, negatives] = [new Float64Array(bins), new Float64Array(bins)];
  logits.forEach((logit, row) => {
    const histogram = y[row] === 1 ? positives : negatives;
    const bin = binOf(logit, bins);
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  });
  return { positives, negatives };
}
