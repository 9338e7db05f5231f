import type { Feature } from "../../charter/features.js";
import { logarithm } from "../log-loss.js";
import { wholeRows } from "../noisy-moments.js";
import type { Minimums } from "../moments.js";
import type { BinsQuestion } from "./bins.js";
import { evenCells } from "./cells.js";
import { wordsOf } from "./noisy-parts.js";
import { mayMiss, splittable, valueBins, type Space, type Start } from "./space.js";

/** The first question under noise: rows by class, and categories. Where numbers lie is not asked, because thresholds follow from the charter. */
export function noisyStartQuestion(features: readonly Feature[]): BinsQuestion {
  return { kind: "bins", round: 0, cells: [], missing: 0, words: wordsOf(features) };
}

/** Counts with noise on them, or of one party's rows. */
export interface NoisyStart {
  readonly negatives: number;
  readonly positives: number;
  /** All categories of all categorical columns. */
  readonly words: Float64Array;
}

/** Lays counts out in the order of `noisyStartParts`, guard first. */
export function packNoisyStart({ negatives, positives, words }: NoisyStart): Float64Array {
  return Float64Array.of(1, negatives, positives, ...words);
}

/** Where noisy trees begin, or why they cannot. `rows` is the noisy count. */
export type NoisyBeginning =
  | { readonly kind: "start"; readonly start: Start; readonly rows: number }
  | { readonly kind: "degenerate"; readonly because: "too-few-rows" | "one-class" | "nothing-to-split"; readonly rows: number };

/** What a decoded sum of `packNoisyStart` vectors leads to. @throws RangeError if its length does not fit the features. */
export function noisyBeginning(values: Float64Array, features: readonly Feature[], bins: number, minimums: Minimums): NoisyBeginning {
  if (values.length !== HEAD + wordsOf(features)) throw new RangeError(`${values.length} numbers are not noisy counts of these features`);
  const [, negatives = Number.NaN, positives = Number.NaN] = values;
  const rows = wholeRows(negatives + positives);
  if (!(negatives + positives >= minimums.rowsMin)) return { kind: "degenerate", because: "too-few-rows", rows };
  if (!(positives > 0 && negatives > 0)) return { kind: "degenerate", because: "one-class", rows };
  let word = HEAD;
  const spaces = features.map((feature): Space => {
    if (feature.kind === "numeric") return evenSpace(feature, bins);
    const from = word;
    word += feature.categories.length;
    return { kind: "categorical", kept: feature.categories.flatMap((_, i) => ((values[from + i] ?? Number.NaN) >= minimums.categoryRowsMin ? [i] : [])) };
  });
  const start = { base: Math.fround(logarithm(positives / negatives)), spaces };
  return splittable(start).length === 0 ? { kind: "degenerate", because: "nothing-to-split", rows } : { kind: "start", start, rows };
}

/** Whether this start has the thresholds that follow from the charter, which no sum decides under noise. */
export function hasEvenSpaces({ spaces }: Start, features: readonly Feature[], bins: number): boolean {
  return features.every((feature, i) => {
    if (feature.kind !== "numeric") return true;
    const [due, space] = [evenSpace(feature, bins), spaces[i]];
    return space?.kind === "numeric" && space.missing === due.missing && space.thresholds.length === due.thresholds.length
      && space.thresholds.every((threshold, k) => Object.is(threshold, due.thresholds[k]));
  });
}

const HEAD = 3;

/** Bins as wide as each other. A column that spreads unevenly is better brought to a scale on which it does not: by the charter's `log`, or in buckets. */
function evenSpace(feature: Extract<Feature, { readonly kind: "numeric" }>, bins: number): Extract<Space, { readonly kind: "numeric" }> {
  return { kind: "numeric", thresholds: evenCells(feature, valueBins(feature, bins)).lows, missing: mayMiss(feature) };
}
