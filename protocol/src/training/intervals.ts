/** Between which two numbers a quantity lies with a confidence of 95 %. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The normal quantile of 97.5 %. */
export const Z_95 = 1.959963984540054;

/** What is needed of the scores: how many rows of each class fall in each bin, lowest score first. */
export interface ClassCounts {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/**
 * A share of `hits` in `trials` (Wilson 1927, without continuity correction). Also for shares near 0 and 1, and for counts that were split
 * between deciles. Without trials nothing is known: from 0 to 1.
 */
export function wilson(hits: number, trials: number): Interval {
  if (!(trials > 0)) return EVERYTHING;
  const share = hits / trials;
  const spread = Z_95 * Z_95 / trials;
  const middle = (share + spread / 2) / (1 + spread);
  const half = (Z_95 * Math.sqrt(share * (1 - share) / trials + spread / (4 * trials))) / (1 + spread);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * The area under the ROC curve of binned scores, ties within a bin counting half (DeLong, DeLong and Clarke-Pearson 1988): its variance is that of
 * the share of negatives below each positive and of positives above each negative. From 0 to 1 with fewer than two rows of a class.
 *
 * @param auc - The area itself, which the caller has from the same counts.
 */
export function aucInterval({ positives, negatives }: ClassCounts, auc: number): Interval {
  const [all, others] = [total(positives), total(negatives)];
  if (!(all >= 2 && others >= 2)) return EVERYTHING;
  let [positivesBelow, negativesBelow, ofPositives, ofNegatives] = [0, 0, 0, 0];
  positives.forEach((inBin, bin) => {
    const beside = negatives[bin] ?? 0;
    // Of a positive here: the share of negatives it beats. Of a negative here: the share of positives that beat it.
    const beats = (negativesBelow + beside / 2) / others - auc;
    const beaten = (all - positivesBelow - inBin / 2) / all - auc;
    ofPositives += inBin * beats * beats;
    ofNegatives += beside * beaten * beaten;
    positivesBelow += inBin;
    negativesBelow += beside;
  });
  return around(auc, ofPositives / (all - 1) / all + ofNegatives / (others - 1) / others, [0, 1]);
}

/**
 * What noise of variance 1 on every count does to the variance of the area, to first order: the area changes with a positive in a bin by how much more
 * often than on average it beats the negatives, and with a negative by how much more often it is beaten.
 */
export function aucNoiseVariance({ positives, negatives }: ClassCounts, auc: number): number {
  const [all, others] = [total(positives), total(negatives)];
  let [positivesBelow, negativesBelow, squares] = [0, 0, 0];
  positives.forEach((inBin, bin) => {
    const beside = negatives[bin] ?? 0;
    const beats = ((negativesBelow + beside / 2) / others - auc) / all;
    const beaten = ((all - positivesBelow - inBin / 2) / all - auc) / others;
    squares += beats * beats + beaten * beaten;
    positivesBelow += inBin;
    negativesBelow += beside;
  });
  return squares;
}

/** `value` ± 1.96 standard deviations, cut to where the quantity can lie. */
export function around(value: number, variance: number, [least, most]: readonly [number, number]): Interval {
  const half = Z_95 * Math.sqrt(variance);
  return { low: Math.max(least, value - half), high: Math.min(most, value + half) };
}

const EVERYTHING: Interval = { low: 0, high: 1 };

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
