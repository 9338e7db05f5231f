import { around, type Interval } from "@cohortium/protocol/training/intervals";

/** Two models judged on the same rows. `gain` is the second area less the first; its interval knows that both saw the same rows. */
export interface PairedAuc {
  readonly first: number;
  readonly second: number;
  readonly gain: number;
  readonly gainInterval: Interval;
}

/**
 * The areas under two ROC curves over the same rows and the interval of their difference, ties counting half (DeLong, DeLong and Clarke-Pearson
 * 1988, in O(n log n) as Sun and Xu 2014). With fewer than two rows of a class the interval is everything, from −1 to 1; with none of one the
 * areas are NaN.
 *
 * @throws RangeError unless there are two scores per label.
 */
export function pairedAuc(first: Float64Array, second: Float64Array, labels: Uint8Array): PairedAuc {
  if (first.length !== labels.length || second.length !== labels.length) throw new RangeError(`${first.length} and ${second.length} scores for ${labels.length} labels`);
  const [a, b] = [placementsOf(first, labels), placementsOf(second, labels)];
  const gain = b.auc - a.auc;
  const [positives, negatives] = [a.positives.length, a.negatives.length];
  if (!(positives >= 2 && negatives >= 2)) return { first: a.auc, second: b.auc, gain, gainInterval: { low: -1, high: 1 } };
  const variance = varianceOfDifference(a.positives, b.positives, gain) / positives + varianceOfDifference(a.negatives, b.negatives, gain) / negatives;
  return { first: a.auc, second: b.auc, gain, gainInterval: around(gain, variance, [-1, 1]) };
}

/** Of each positive the share of negatives it beats, of each negative the share of positives that beat it, in row order. */
interface Placements {
  readonly auc: number;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

function placementsOf(scores: Float64Array, labels: Uint8Array): Placements {
  const [positives, negatives] = [sortedOf(scores, labels, 1), sortedOf(scores, labels, 0)];
  const beats = (sorted: Float64Array, score: number) => (countBelow(sorted, score, false) + countBelow(sorted, score, true)) / 2 / sorted.length;
  const ofPositives = Float64Array.from([...scores].filter((_, row) => labels[row] === 1), (score) => beats(negatives, score));
  const ofNegatives = Float64Array.from([...scores].filter((_, row) => labels[row] === 0), (score) => 1 - beats(positives, score));
  return { auc: ofPositives.reduce((sum, share) => sum + share, 0) / ofPositives.length, positives: ofPositives, negatives: ofNegatives };
}

function sortedOf(scores: Float64Array, labels: Uint8Array, label: number): Float64Array {
  return scores.filter((_, row) => labels[row] === label).sort();
}

/** How many entries of an ascending list are below `score`, or with `ties` not above it. */
function countBelow(sorted: Float64Array, score: number, ties: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle] ?? Number.NaN;
    if (value < score || (ties && value === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function varianceOfDifference(a: Float64Array, b: Float64Array, gain: number): number {
  const squares = a.reduce((sum, value, i) => sum + ((b[i] ?? Number.NaN) - value - gain) ** 2, 0);
  return squares / (a.length - 1);
}
