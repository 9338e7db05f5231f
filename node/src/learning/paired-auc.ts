import { around, type Interval } from "@cohortium/protocol/training/intervals";

/** Two models judged on the same rows. `gain` is the second area less the first; its interval knows that both saw the same rows. */
export interface PairedAuc {
  readonly first: number;
  readonly firstInterval: Interval;
  readonly second: number;
  readonly secondInterval: Interval;
  readonly gain: number;
  readonly gainInterval: Interval;
}

/**
 * The areas under two ROC curves over the same rows, and the intervals of each and of their difference, ties counting half (DeLong, DeLong and
 * Clarke-Pearson 1988, in O(n log n) as Sun and Xu 2014). With fewer than two rows of a class the intervals are everything there can be; with none
 * of one the areas are NaN.
 *
 * @throws RangeError unless there are two scores per label.
 */
export function pairedAuc(first: Float64Array, second: Float64Array, labels: Uint8Array): PairedAuc {
  if (first.length !== labels.length || second.length !== labels.length) throw new RangeError(`${first.length} and ${second.length} scores for ${labels.length} labels`);
  const [a, b] = [placementsOf(first, labels), placementsOf(second, labels)];
  return {
    first: a.auc, firstInterval: intervalOf(a, [0, 1]), second: b.auc, secondInterval: intervalOf(b, [0, 1]),
    gain: b.auc - a.auc, gainInterval: intervalOf(differenceOf(a, b), [-1, 1]),
  };
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

/** What the second model's placements add to the first's: the gain is their mean, of either class. */
function differenceOf(a: Placements, b: Placements): Placements {
  const less = (of: Float64Array, from: Float64Array) => from.map((share, i) => share - (of[i] ?? Number.NaN));
  return { auc: b.auc - a.auc, positives: less(a.positives, b.positives), negatives: less(a.negatives, b.negatives) };
}

function intervalOf({ auc, positives, negatives }: Placements, [least, most]: readonly [number, number]): Interval {
  if (!(positives.length >= 2 && negatives.length >= 2)) return { low: least, high: most };
  return around(auc, varianceOf(positives, auc) / positives.length + varianceOf(negatives, auc) / negatives.length, [least, most]);
}

function varianceOf(shares: Float64Array, mean: number): number {
  return shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (shares.length - 1);
}
