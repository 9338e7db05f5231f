import { categoricalsOf, indicatedOf, numericsOf, type Feature } from "../charter/features.js";
import { scalingOf, type Minimums, type Moments, type Standardised } from "./moments.js";
import type { NoisyPart } from "./noisy-layout.js";

/**
 * What noisy moments are made of, after the guard. One row is of one class, adds a number between −1 and 1 to each sum and between 0 and 1 to each square,
 * lacks each value at most once, and has one word of each categorical feature.
 */
export function noisyMomentParts(features: readonly Feature[]): readonly NoisyPart[] {
  const [numerics, indicated, categoricals] = [numericsOf(features).length, indicatedOf(features).length, categoricalsOf(features)];
  return [
    counts("rows by class", 2, 1, 1),
    counts("sums", numerics, numerics, 2),
    // A deviation is the difference of two numbers that are large beside it.
    counts("squares", numerics, numerics, 4),
    counts("missing values", indicated, indicated, 1),
    counts("counts", categoricals.reduce((sum, { categories }) => sum + categories.length, 0), categoricals.length, 1),
  ];
}

/** Moments with noise on them, and how much there is on each square. */
export interface NoisyMoments {
  readonly negatives: number;
  readonly positives: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly missing: Float64Array;
  readonly counts: Float64Array;
}

/** Lays moments out in the order of `noisyMomentParts`, guard first. */
export function packNoisyMoments({ negatives, positives, sums, squares, missing, counts }: NoisyMoments): Float64Array {
  return Float64Array.of(1, negatives, positives, ...sums, ...squares, ...missing, ...counts);
}

/** Reads a decoded sum of `packNoisyMoments` vectors. @throws RangeError if its length does not fit the features. */
export function unpackNoisyMoments(values: Float64Array, features: readonly Feature[]): NoisyMoments {
  const [numerics, indicated] = [numericsOf(features).length, indicatedOf(features).length];
  const categories = categoricalsOf(features).reduce((sum, feature) => sum + feature.categories.length, 0);
  if (values.length !== HEAD + 2 * numerics + indicated + categories) throw new RangeError(`${values.length} numbers are not noisy moments of these features`);
  const [, negatives = 0, positives = 0] = values;
  let at = HEAD;
  const take = (length: number) => values.subarray(at, (at += length));
  return { negatives, positives, sums: take(numerics), squares: take(numerics), missing: take(indicated), counts: take(categories) };
}

/**
 * How the columns are brought to one scale, from noisy moments: these are first moved to the nearest that rows could have. A column whose spread drowns in
 * the noise is taken to spread as far as the noise does, for its true deviation could be anything below. Every count that is compared with a minimum is
 * the noisy one. Deterministic: + − × ÷ and √ only.
 *
 * @param squareDeviation - Of the noise on each of the squares.
 */
export function standardiseNoisy(noisy: NoisyMoments, features: readonly Feature[], minimums: Minimums, squareDeviation: number): Standardised {
  const rows = noisy.negatives + noisy.positives;
  if (!(rows >= minimums.rowsMin && rows > 0)) return { kind: "degenerate", because: "too-few-rows", rows: wholeRows(rows) };
  if (!(noisy.positives > 0 && noisy.negatives > 0)) return { kind: "degenerate", because: "one-class", rows: wholeRows(rows) };
  return { kind: "scaling", scaling: scalingOf(possible(noisy, rows, { features, squareDeviation }), features, minimums) };
}

/** A noisy count as it is reported: no fraction, and never below zero. */
export function wholeRows(rows: number): number {
  return Math.max(0, Math.round(rows));
}

const HEAD = 3;

interface Known {
  readonly features: readonly Feature[];
  readonly squareDeviation: number;
}

function possible({ positives, sums, squares, missing, counts }: NoisyMoments, rows: number, { features, squareDeviation }: Known): Moments {
  const within = (count: number) => Math.min(rows, Math.max(0, count));
  const absent = new Map(indicatedOf(features).map(({ name }, i) => [name, within(missing[i] ?? Number.NaN)]));
  const present = numericsOf(features).map(({ name }) => rows - (absent.get(name) ?? 0));
  const possibleSums = sums.map((sum, k) => Math.min(present[k] ?? 0, Math.max(-(present[k] ?? 0), sum)));
  return {
    rows, positives, sums: possibleSums, missing: missing.map(within), counts: counts.map(within),
    squares: squares.map((square, k) => {
      const [among, sum] = [present[k] ?? 0, possibleSums[k] ?? 0];
      // So many are the squares of rows that are all at the mean.
      const least = among > 0 ? (sum * sum) / among : 0;
      return Math.min(among, Math.max(square, least + squareDeviation));
    }),
  };
}

function counts(name: string, length: number, changed: number, weight: number): NoisyPart {
  return { name, length, reach: { kind: "numbers", changed }, weight };
}
