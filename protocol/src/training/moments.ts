import { categoricalsOf, columnsOf, numericsOf, type Column, type Feature, type NumericFeature } from "./features.js";
import { UNIT_DEVIATION_MIN, type Scaling } from "./scaling.js";

/**
 * What the columns look like over some rows. `sums` and `squares` run over the numeric features mapped to [-1, 1], `counts` over all
 * categories of all categorical features, in charter order.
 *
 * Reveals: over all parties together, the rows and positives, each numeric column's mean and spread, and how often each category occurs.
 */
export interface Moments {
  readonly rows: number;
  readonly positives: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
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
export function packMoments({ rows, positives, sums, squares, counts }: Moments): Float64Array {
  return Float64Array.of(1, rows, positives, ...sums, ...squares, ...counts);
}

/** Reads a decoded sum of `packMoments` vectors. @throws RangeError if its length does not fit the features. */
export function unpackMoments(values: Float64Array, features: readonly Feature[]): Moments {
  const numerics = numericsOf(features).length;
  const categories = categoricalsOf(features).reduce((sum, feature) => sum + feature.categories.length, 0);
  if (values.length !== HEAD + 2 * numerics + categories) throw new RangeError(`${values.length} numbers are not moments of these features`);
  const [, rows = 0, positives = 0] = values;
  return {
    rows, positives,
    sums: values.subarray(HEAD, HEAD + numerics),
    squares: values.subarray(HEAD + numerics, HEAD + 2 * numerics),
    counts: values.subarray(HEAD + 2 * numerics),
  };
}

/**
 * How the columns are brought to one scale, from the moments over all parties' rows.
 *
 * A numeric column that hardly varies and a category rarer than `categoryRowsMin` are dropped, by name. Deterministic: + − × ÷ and √ only.
 */
export function standardise(moments: Moments, features: readonly Feature[], minimums: Minimums): Standardised {
  const { rows, positives } = moments;
  if (!(rows >= minimums.rowsMin && rows > 0)) return { kind: "degenerate", because: "too-few-rows", rows };
  if (!countsAgree(moments, features)) return { kind: "degenerate", because: "impossible-counts", rows };
  if (!(positives > 0 && positives < rows)) return { kind: "degenerate", because: "one-class", rows };

  const columns = columnsOf(features);
  const scales = scalesOf(moments, features, columns);
  const categoryRows = categoryRowsOf(moments, features);
  const dropped = columns.filter((column, i) => {
    switch (column.kind) {
      case "intercept": return false;
      case "numeric": return !((scales[i]?.unitDeviation ?? 0) > UNIT_DEVIATION_MIN);
      case "category": return !((categoryRows.get(column.name) ?? 0) >= minimums.categoryRowsMin);
    }
  });
  const droppedNames = new Set(dropped.map(({ name }) => name));
  return {
    kind: "scaling",
    scaling: {
      columns: columns.map(({ name }) => name),
      means: scales.map(({ mean }) => mean),
      // A dropped column's deviation is never used; half its range is a value any reader of the model accepts.
      deviations: scales.map(({ deviation, halfRange }, i) => (droppedNames.has(columns[i]?.name ?? "") ? halfRange : deviation)),
      dropped: [...droppedNames],
    },
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

function scalesOf({ rows, sums, squares }: Moments, features: readonly Feature[], columns: readonly Column[]): readonly Scale[] {
  const position = new Map(numericsOf(features).map(({ name }, i) => [name, i]));
  return columns.map((column) => {
    if (column.kind !== "numeric") return UNSCALED;
    const k = position.get(column.name) ?? 0;
    const { min, max } = column.feature;
    const halfRange = (max - min) / 2;
    const unitMean = (sums[k] ?? 0) / rows;
    const unitDeviation = Math.sqrt(Math.max(0, (squares[k] ?? 0) / rows - unitMean * unitMean));
    const mean = Math.min(max, Math.max(min, (min + max) / 2 + halfRange * unitMean));
    return { mean, deviation: halfRange * unitDeviation, halfRange, unitDeviation };
  });
}

function categoryRowsOf({ counts }: Moments, features: readonly Feature[]): ReadonlyMap<string, number> {
  const names = categoricalsOf(features).flatMap(({ name, categories }) => categories.map((word) => `${name}=${word}`));
  return new Map(names.map((name, i) => [name, counts[i] ?? 0]));
}

/** Every row has one category per feature; sums where that fails were not made by honest nodes. */
function countsAgree({ rows, positives, counts }: Moments, features: readonly Feature[]): boolean {
  let from = 0;
  const agree = categoricalsOf(features).every(({ categories }) => {
    const slice = counts.subarray(from, (from += categories.length));
    return slice.every((count) => count >= 0) && slice.reduce((sum, count) => sum + count, 0) === rows;
  });
  return agree && positives >= 0 && positives <= rows;
}
