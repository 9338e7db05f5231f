import { evaluate, type Decile, type Evaluated, type Evaluation, type ScoreHistogram } from "./evaluation.js";
import { around, aucNoiseVariance, type Interval } from "./intervals.js";

/** Lays a histogram out as a noisy evaluation sums it, guard first: positives by bin, then negatives. There is no count of rows. */
export function packNoisyHistogram({ positives, negatives }: Omit<ScoreHistogram, "rows">): Float64Array {
  return Float64Array.of(1, ...positives, ...negatives);
}

/**
 * Everything a report says about a model, from noisy histograms. Each is first moved to the nearest that has no negative count and the same total; its
 * intervals then hold both what the rows leave open and what the noise does. Deterministic: + − × ÷ and √ only.
 *
 * @param values - A decoded sum of `packNoisyHistogram` vectors.
 * @param deviation - Of the noise on each count.
 * @throws RangeError if the length does not fit.
 */
export function evaluateNoisy(values: Float64Array, bins: number, deviation: number): Evaluated {
  if (values.length !== 1 + 2 * bins) throw new RangeError(`${values.length} numbers are not two histograms of ${bins} bins`);
  const [positives, negatives] = [withoutNegatives(values.subarray(1, 1 + bins)), withoutNegatives(values.subarray(1 + bins))];
  const [rows, hits] = [total(positives) + total(negatives), total(positives)];
  const evaluation = evaluate({ rows, positives, negatives });
  return evaluation.kind === "evaluated" ? widened(evaluation, { rows, positives, negatives }, { hits, misses: rows - hits, variance: deviation * deviation }) : evaluation;
}

/**
 * The nearest counts, in the Euclidean sense, that are not negative and have the same total: what is below some level is nothing, and everything else is
 * lowered by it (Wang and others, NDSS 2020, "Norm-Sub"). Nothing at all where the total is not positive.
 */
export function withoutNegatives(counts: Float64Array): Float64Array {
  const all = total(counts);
  if (!(all > 0)) return new Float64Array(counts.length);
  let [level, sum] = [0, 0];
  counts.toSorted().reverse().forEach((count, i) => {
    sum += count;
    const lowered = (sum - all) / (i + 1);
    if (count > lowered) level = lowered;
  });
  return counts.map((count) => Math.max(0, count - level));
}

interface Noise {
  readonly hits: number;
  readonly misses: number;
  /** Of the noise on each count. */
  readonly variance: number;
}

/**
 * Noise on `bins` counts moves a cumulated share, whose ends are 0 and 1 whatever the noise, by no more than a bridge does in its middle: a quarter of all
 * the noise. What it does to one tenth is the noise of the bins in it.
 */
function widened(evaluation: Evaluation, histogram: ScoreHistogram, { hits, misses, variance }: Noise): Evaluation {
  const bins = histogram.positives.length;
  const ofShare = (rows: number) => (variance * bins) / 4 / (rows * rows);
  const binsIn = binsByDecile(histogram, evaluation.deciles);
  return {
    ...evaluation,
    aucInterval: wider(evaluation.aucInterval, evaluation.auc, aucNoiseVariance(histogram, evaluation.auc) * variance, [0, 1]),
    ksInterval: wider(evaluation.ksInterval, evaluation.ks, ofShare(hits) + ofShare(misses), [0, 1]),
    deciles: evaluation.deciles.map((decile, d): Decile => {
      const observed = ((binsIn[d] ?? bins) * variance) / (decile.rows * decile.rows);
      const base = hits / histogram.rows;
      return {
        ...decile, observedInterval: wider(decile.observedInterval, decile.observed, observed, [0, 1]),
        liftInterval: wider(decile.liftInterval, decile.lift, observed / (base * base), [0, 1 / base]),
        gainInterval: wider(decile.gainInterval, decile.gain, ofShare(hits), [0, 1]),
      };
    }),
  };
}

/** How many bins with rows each tenth reaches into, from the top. */
function binsByDecile({ positives, negatives }: ScoreHistogram, deciles: readonly Decile[]): readonly number[] {
  const reached = deciles.map(() => 0);
  let [decile, room] = [0, deciles[0]?.rows ?? 0];
  for (let bin = positives.length - 1; bin >= 0; bin--) {
    let rows = (positives[bin] ?? 0) + (negatives[bin] ?? 0);
    while (rows > 0 && decile < deciles.length) {
      reached[decile] = (reached[decile] ?? 0) + 1;
      const taken = Math.min(rows, room);
      [rows, room] = [rows - taken, room - taken];
      if (!(room > 0)) room = deciles[++decile]?.rows ?? 0;
    }
  }
  return reached;
}

/** Both sides of an interval, each with a further variance on it. */
function wider({ low, high }: Interval, value: number, variance: number, [least, most]: readonly [number, number]): Interval {
  const noise = around(0, variance, [-Infinity, Infinity]).high;
  return { low: Math.max(least, value - hypotenuse(value - low, noise)), high: Math.min(most, value + hypotenuse(high - value, noise)) };
}

/** An engine may round `Math.hypot` as it likes. */
function hypotenuse(a: number, b: number): number {
  return Math.sqrt(a * a + b * b);
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
