import type { Json } from "@cohortium/crypto/canonical-json";
import { around, aucInterval, wilson, type Interval } from "./intervals.js";
import { sigmoid } from "./sigmoid.js";

/**
 * How the scores of positives and negatives spread over the bins, lowest score first.
 *
 * Reveals: over all parties together, how many held-out rows of each class fall in each bin. No row, and no party's share.
 */
export interface ScoreHistogram {
  readonly rows: number;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** A tenth of the rows by falling score. `gain` is the share of all positives in this and the higher tenths. */
export interface Decile {
  readonly rows: number;
  readonly positives: number;
  readonly lift: number;
  readonly gain: number;
  readonly meanPredicted: number;
  readonly observed: number;
  readonly liftInterval: Interval;
  readonly gainInterval: Interval;
  readonly observedInterval: Interval;
}

/** What a threshold lets through: shares of the negatives and of the positives with a score above it. */
export interface RocPoint {
  readonly falsePositives: number;
  readonly truePositives: number;
}

/** How well a model ranks, and how far its probabilities can be believed. */
export interface Evaluation {
  readonly kind: "evaluated";
  readonly rows: number;
  readonly positives: number;
  /** Probability that a positive scores above a negative; a tie within a bin counts half. */
  readonly auc: number;
  readonly aucInterval: Interval;
  /** Largest distance between the two classes' distributions. */
  readonly ks: number;
  /** As if the threshold with the largest distance had been known before: a little too narrow. */
  readonly ksInterval: Interval;
  /** From the highest threshold to the lowest, at most `ROC_POINTS_MAX` of them. */
  readonly roc: readonly RocPoint[];
  /** Highest scores first. */
  readonly deciles: readonly Decile[];
  /** Mean distance between predicted and observed over the deciles. */
  readonly calibrationError: number;
  /** The share of a class, of whichever it is larger, whose scores lie in the first or last bin. Above `EDGE_SHARE_MAX` the numbers are too coarse. */
  readonly edgeShare: number;
}

export type Evaluated = Evaluation | { readonly kind: "unusable"; readonly because: "one-class" | "impossible-counts" };

/** A curve of hundred steps looks smooth, and lists no score. */
export const ROC_POINTS_MAX = 101;

/**
 * Logits are binned within ±this, and clipped beyond. Scores around a base rate of 1 in 100,000, which has a logit of −11.5, keep their order;
 * where more than `EDGE_SHARE_MAX` of a class are clipped nevertheless, the evaluation says so.
 */
export const LOGIT_MAX = 16;

/** Clipped scores count as ties. Up to this share of a class they move no number by more than it. */
export const EDGE_SHARE_MAX = 0.01;

/** The bin of a logit, among `bins` of equal width over ±`LOGIT_MAX`. @throws RangeError on NaN, which no model of finite numbers gives. */
export function binOf(logit: number, bins: number): number {
  if (Number.isNaN(logit)) throw new RangeError("a score is not a number");
  return Math.min(bins - 1, Math.max(0, Math.floor(((logit + LOGIT_MAX) / (2 * LOGIT_MAX)) * bins)));
}

/** Lays a histogram out in the order of the `evaluation` layout, guard first. */
export function packHistogram({ rows, positives, negatives }: ScoreHistogram): Float64Array {
  const packed = new Float64Array(HEAD + positives.length + negatives.length);
  packed.set([1, rows]);
  packed.set(positives, HEAD);
  packed.set(negatives, HEAD + positives.length);
  return packed;
}

/** Reads a decoded sum of `packHistogram` vectors. @throws RangeError if its length does not fit. */
export function unpackHistogram(values: Float64Array, bins: number): ScoreHistogram {
  if (values.length !== HEAD + 2 * bins) throw new RangeError(`${values.length} numbers are not two histograms of ${bins} bins`);
  return { rows: values[1] ?? 0, positives: values.subarray(HEAD, HEAD + bins), negatives: values.subarray(HEAD + bins) };
}

/** Everything a report says about a model, from the two histograms alone. Deterministic: + − × ÷ only. */
export function evaluate(histogram: ScoreHistogram): Evaluated {
  const positives = total(histogram.positives);
  const negatives = total(histogram.negatives);
  const counts = [...histogram.positives, ...histogram.negatives];
  if (!(counts.every((count) => count >= 0) && positives + negatives === histogram.rows)) return { kind: "unusable", because: "impossible-counts" };
  if (!(positives > 0 && negatives > 0)) return { kind: "unusable", because: "one-class" };
  const deciles = decilesOf(histogram, positives);
  const calibrationError = deciles.reduce((sum, { rows, meanPredicted, observed }) => sum + rows * Math.abs(meanPredicted - observed), 0) / histogram.rows;
  return {
    kind: "evaluated", rows: histogram.rows, positives, ...rankingOf(histogram, positives, negatives), deciles, calibrationError,
    edgeShare: Math.max(edgeOf(histogram.positives) / positives, edgeOf(histogram.negatives) / negatives),
  };
}

/** An evaluation as JSON: what is sent to the parties and shown. */
export function evaluationJson({ deciles, roc, aucInterval: ofAuc, ksInterval, ...rest }: Evaluation): Json {
  return {
    ...rest, aucInterval: { ...ofAuc }, ksInterval: { ...ksInterval }, roc: roc.map((point) => ({ ...point })),
    deciles: deciles.map(({ liftInterval, gainInterval, observedInterval, ...decile }) => (
      { ...decile, liftInterval: { ...liftInterval }, gainInterval: { ...gainInterval }, observedInterval: { ...observedInterval } })),
  };
}

const HEAD = 2;
const DECILES = 10;

interface Ranking {
  readonly auc: number;
  readonly aucInterval: Interval;
  readonly ks: number;
  readonly ksInterval: Interval;
  readonly roc: readonly RocPoint[];
}

/** One pass upwards: each positive beats the negatives below it, and half of those in its own bin. */
function rankingOf(histogram: ScoreHistogram, positives: number, negatives: number): Ranking {
  let [positivesBelow, negativesBelow, wins] = [0, 0, 0];
  let farthest: RocPoint = { falsePositives: 0, truePositives: 0 };
  const curve: RocPoint[] = [{ falsePositives: 1, truePositives: 1 }];
  histogram.positives.forEach((inBin, bin) => {
    const others = histogram.negatives[bin] ?? 0;
    wins += inBin * (negativesBelow + others / 2);
    positivesBelow += inBin;
    negativesBelow += others;
    const point = { falsePositives: (negatives - negativesBelow) / negatives, truePositives: (positives - positivesBelow) / positives };
    if (distance(point) > distance(farthest)) farthest = point;
    if (inBin + others > 0) curve.push(point);
  });
  const auc = wins / (positives * negatives);
  const variance = ({ truePositives, falsePositives }: RocPoint) =>
    (truePositives * (1 - truePositives)) / positives + (falsePositives * (1 - falsePositives)) / negatives;
  return {
    auc, aucInterval: aucInterval(histogram, auc),
    ks: distance(farthest), ksInterval: around(distance(farthest), variance(farthest), [0, 1]), roc: thinned(curve.reverse()),
  };
}

function distance({ falsePositives, truePositives }: RocPoint): number {
  return Math.abs(truePositives - falsePositives);
}

/** At most one point for each step along the curve, whose length is 2 in all; its ends are always among them. */
function thinned(curve: readonly RocPoint[]): readonly RocPoint[] {
  let reached = -1;
  return curve.filter(({ falsePositives, truePositives }) => {
    const along = Math.floor(((falsePositives + truePositives) / 2) * (ROC_POINTS_MAX - 1));
    if (along <= reached) return false;
    reached = along;
    return true;
  });
}

interface Tally {
  rows: number;
  positives: number;
  predicted: number;
}

/** Ten equal parts from the top. A bin that straddles a border is split in proportion: its rows are tied, so any order is as true. */
function decilesOf(histogram: ScoreHistogram, positives: number): readonly Decile[] {
  const bins = histogram.positives.length;
  const perDecile = histogram.rows / DECILES;
  const tallies: Tally[] = Array.from({ length: DECILES }, () => ({ rows: 0, positives: 0, predicted: 0 }));
  let placed = 0;
  for (let bin = bins - 1; bin >= 0; bin--) {
    const hits = histogram.positives[bin] ?? 0;
    const rows = hits + (histogram.negatives[bin] ?? 0);
    const probability = sigmoid(((bin + 0.5) / bins) * 2 * LOGIT_MAX - LOGIT_MAX);
    tallies.forEach((tally, d) => {
      const share = overlap(placed, placed + rows, d * perDecile, (d + 1) * perDecile);
      if (!(share > 0)) return;
      tally.rows += share;
      tally.positives += (share * hits) / rows;
      tally.predicted += share * probability;
    });
    placed += rows;
  }
  let found = 0;
  return tallies.map((tally) => {
    found += tally.positives;
    const observed = tally.positives / tally.rows;
    const base = positives / histogram.rows;
    const observedInterval = wilson(tally.positives, tally.rows);
    return {
      rows: tally.rows, positives: tally.positives, observed, observedInterval,
      // The base rate is taken as known: it rests on all rows, a tenth of them on a tenth.
      lift: observed / base, liftInterval: { low: observedInterval.low / base, high: observedInterval.high / base },
      gain: found / positives, gainInterval: wilson(found, positives), meanPredicted: tally.predicted / tally.rows,
    };
  });
}

function edgeOf(counts: Float64Array): number {
  return (counts[0] ?? 0) + (counts.length > 1 ? counts.at(-1) ?? 0 : 0);
}

function overlap(from: number, to: number, low: number, high: number): number {
  return Math.min(to, high) - Math.max(from, low);
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
