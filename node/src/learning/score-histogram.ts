import { binOf, packHistogram } from "@cohortium/protocol/training/evaluation";
import type { ClassCounts } from "@cohortium/protocol/training/intervals";
import { packNoisyHistogram } from "@cohortium/protocol/training/noisy-evaluation";
import type { LocalRows } from "../data/local-rows.js";

/** Logits by class and bin, laid out as an answer to an `evaluation` round. */
export function histogramOf(logits: Float64Array, rows: Pick<LocalRows, "rows" | "y">, bins: number): Float64Array {
  return packHistogram({ rows: rows.rows, ...countedByScore(logits, rows, bins) });
}

/** The same without a count of rows, as it is asked for where noise is added. */
export function noisyHistogramOf(logits: Float64Array, rows: Pick<LocalRows, "y">, bins: number): Float64Array {
  return packNoisyHistogram(countedByScore(logits, rows, bins));
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
