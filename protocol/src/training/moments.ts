import { categoricalsOf, columnsOf, indicatedOf, numericsOf, type Column, type Feature, type NumericFeature } from "../charter/features.js";
import { UNIT_DEVIATION_MIN, type Scaling } from "./scaling.js";

/**
 * What the columns look like over some rows. `sums` and `squares` run over the numeric features mapped to [-1, 1], where there is a value;
 * `missing` counts where there is none, over the features that allow it; `counts` run over all categories of all categorical features. All in
 * charter order.
 *
 * Reveals: over all parties together, the rows and positives, each numeric column's mean and spread and how often it has no value, and how
 * often each category occurs.
 */
export interface Moments {
  readonly rows: number;
  readonly positives: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly missing: Float64Array;
  readonly counts: Float64Array;
}

/** Below these, the joint rows are too few to train on, or too few to give a category its own coefficient. */
export interface Minimums {
  readonly rowsMin: number;
  readonly categoryRowsMin: number;
}

export type Standardised =
  | { readonly kind: "scaling"; readonly scaling: Scaling }
  | { readonly kind: "degenerate"; readonly because: "too-few-rows" | "one-class" | "impossible-counts"; readonly rows: number };

/** A numeric value on the scale the moments are taken on: its feature's bounds become -1 and 1. */
export function unitOf({ min, max }: NumericFeature, value: number): number {
  return (2 * value - (min + max)) / (max - min);
}

/** Lays moments out in the order of the `moments` layout, guard first. */
export function packMoments({ rows, positives, sums, squares, missing, counts }: Moments): Float64Array {
  return Float64Array.of(1, rows, positives, ...sums, ...squares, ...missing, ...counts);
}

/** Reads a decoded sum of `packMoments` vectors. @throws RangeError if its length does not fit the features. */
export function unpackMoments(values: Float64Array, features: readonly Feature[]): Moments {
  const numerics = numericsOf(features).length;
  const indicated = indicatedOf(features).length;
  const categories = categoricalsOf(features).reduce((sum, feature) => sum + feature.categories.length, 0);
  if (values.length !== HEAD + 2 * numerics + indicated + categories) throw new RangeError(`${values.length} numbers are not moments of these features`);
  const [, rows = 0, positives = 0] = values;
  return {
    rows, positives,
    sums: values.subarray(HEAD, HEAD + numerics),
    squares: values.subarray(HEAD + numerics, HEAD + 2 * numerics),
    missing: values.subarray(HEAD + 2 * numerics, HEAD + 2 * numerics + indicated),
    counts: values.subarray(HEAD + 2 * numerics + indicated),
  };
}

/**
 * How the columns are brought to one scale, from the moments over all parties' rows.
 *
 * A numeric column that hardly varies, and whatever stands for fewer rows than `categoryRowsMin`, are dropped, by name: a category, a column's
 * absent values, or a column whose present values are as few. Deterministic: + − × ÷ and √ only.
 */
export function standardise(moments: Moments, features: readonly Feature[], minimums: Minimums): Standardised {
  const { rows, positives } = moments;
  if (!(rows >= minimums.rowsMin && rows > 0)) return { kind: "degenerate", because: "too-few-rows", rows };
  if (!countsAgree(moments, features)) return { kind: "degenerate", because: "impossible-counts", rows };
  if (!(positives > 0 && positives < rows)) return { kind: "degenerate", because: "one-class", rows };
  return { kind: "scaling", scaling: scalingOf(moments, features, minimums) };
}

/** The same of moments that rows could have: with rows, none of them impossible. */
export function scalingOf(moments: Moments, features: readonly Feature[], minimums: Minimums): Scaling {
  const { rows } = moments;
  const columns = columnsOf(features);
  const scales = scalesOf(moments, features, columns);
  const categoryRows = categoryRowsOf(moments, features);
  const missingRows = missingRowsOf(moments, features);
  const dropped = columns.filter((column, i) => {
    const missing = column.kind === "intercept" ? 0 : missingRows.get(column.feature.name) ?? 0;
    switch (column.kind) {
      case "intercept": return false;
      case "numeric": return !((scales[i]?.unitDeviation ?? 0) > UNIT_DEVIATION_MIN && (missing === 0 || rows - missing >= minimums.categoryRowsMin));
      case "missing": return !(missing >= minimums.categoryRowsMin && rows - missing >= minimums.categoryRowsMin);
      case "category": return !((categoryRows.get(column.name) ?? 0) >= minimums.categoryRowsMin);
    }
  });
  const droppedNames = new Set(dropped.map(({ name }) => name));
  return {
    columns: columns.map(({ name }) => name),
    means: scales.map(({ mean }) => mean),
    // A dropped column's deviation is never used; half its range is a value any reader of the model accepts.
    deviations: scales.map(({ deviation, halfRange }, i) => (droppedNames.has(columns[i]?.name ?? "") ? halfRange : deviation)),
    dropped: [...droppedNames],
  };
}

const HEAD = 3;

interface Scale {
  readonly mean: number;
  readonly deviation: number;
  readonly halfRange: number;
  readonly unitDeviation: number;
}

const UNSCALED: Scale = { mean: 0, deviation: 1, halfRange: 1, unitDeviation: 0 };

function scalesOf(moments: Moments, features: readonly Feature[], columns: readonly Column[]): readonly Scale[] {
  const { rows, sums, squares } = moments;
  const position = new Map(numericsOf(features).map(({ name }, i) => [name, i]));
  const missingRows = missingRowsOf(moments, features);
  return columns.map((column) => {
    if (column.kind !== "numeric") return UNSCALED;
    const k = position.get(column.name) ?? 0;
    const { min, max } = column.feature;
    const halfRange = (max - min) / 2;
    const present = rows - (missingRows.get(column.name) ?? 0);
    if (!(present > 0)) return { mean: (min + max) / 2, deviation: 0, halfRange, unitDeviation: 0 };
    const unitMean = (sums[k] ?? 0) / present;
    const unitDeviation = Math.sqrt(Math.max(0, (squares[k] ?? 0) / present - unitMean * unitMean));
    const mean = Math.min(max, Math.max(min, (min + max) / 2 + halfRange * unitMean));
    return { mean, deviation: halfRange * unitDeviation, halfRange, unitDeviation };
  });
}

function categoryRowsOf({ counts }: Moments, features: readonly Feature[]): ReadonlyMap<string, number> {
  const names = categoricalsOf(features).flatMap(({ name, categories }) => categories.map((word) => `${name}=${word}`));
  return new Map(names.map((name, i) => [name, counts[i] ?? 0]));
}

/** How many rows have no value, by the name of the feature. */
function missingRowsOf({ missing }: Moments, features: readonly Feature[]): ReadonlyMap<string, number> {
  return new Map(indicatedOf(features).map(({ name }, i) => [name, missing[i] ?? Number.NaN]));
}

/** Every row has one category per feature, and a value or none; sums where that fails were not made by honest nodes. */
function countsAgree({ rows, positives, missing, counts }: Moments, features: readonly Feature[]): boolean {
  let from = 0;
  const agree = categoricalsOf(features).every(({ categories }) => {
    const slice = counts.subarray(from, (from += categories.length));
    return slice.every((count) => count >= 0) && slice.reduce((sum, count) => sum + count, 0) === rows;
  });
  return agree && positives >= 0 && positives <= rows && missing.every((count) => count >= 0 && count <= rows);
}
