import { around, type Interval } from "@cohortium/protocol/training/intervals";

/**
 * Probability that a positive scores above a negative, ties counting half, from the scores themselves.
 *
 * @returns NaN if there is only one class.
 * @throws RangeError if there is not one label per score.
 */
export function aucExact(scores: Float64Array, labels: Uint8Array): number {
  let [wins, negatives, positives] = [0, 0, 0];
  for (const tie of tiesOf(scores, labels)) {
    wins += tie.positives * (negatives + tie.negatives / 2);
    negatives += tie.negatives;
    positives += tie.positives;
  }
  return wins / (positives * negatives);
}

/** The interval is as if the threshold of the largest distance had been known before: a little too narrow. */
export interface Ks {
  readonly ks: number;
  readonly ksInterval: Interval;
}

/**
 * Largest distance between the distributions of the positives' and the negatives' scores (Kolmogorov–Smirnov), from the scores themselves.
 *
 * @returns NaN if there is only one class.
 * @throws RangeError if there is not one label per score.
 */
export function ksExact(scores: Float64Array, labels: Uint8Array): Ks {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const negatives = labels.length - positives;
  let [below, farthest] = [{ positives: 0, negatives: 0 }, { positives: 0, negatives: 0 }];
  const distance = (at: Tie) => Math.abs(at.negatives / negatives - at.positives / positives);
  for (const tie of tiesOf(scores, labels)) {
    below = { positives: below.positives + tie.positives, negatives: below.negatives + tie.negatives };
    if (distance(below) > distance(farthest)) farthest = below;
  }
  const variance = varianceOf(farthest.positives, positives) + varianceOf(farthest.negatives, negatives);
  return { ks: distance(farthest), ksInterval: around(distance(farthest), variance, [0, 1]) };
}

/** Of the share that `count` is of `all`. */
function varianceOf(count: number, all: number): number {
  return ((count / all) * (1 - count / all)) / all;
}

interface Tie {
  readonly positives: number;
  readonly negatives: number;
}

/** The rows of each score, lowest first. */
function* tiesOf(scores: Float64Array, labels: Uint8Array): Generator<Tie> {
  if (scores.length !== labels.length) throw new RangeError(`${labels.length} labels for ${scores.length} scores`);
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from] ?? 0];
    let [positives, negatives] = [0, 0];
    for (; from < order.length && scores[order[from] ?? 0] === score; from++) {
      if (labels[order[from] ?? 0] === 1) positives += 1;
      else negatives += 1;
    }
    yield { positives, negatives };
  }
}
