import { columnsOf, type Column, type Feature } from "../charter/features.js";

/**
 * How the columns of a design are brought to one scale. The lists run in the order of `columnsOf(features)`.
 *
 * A numeric column enters as `(x − mean) / deviation`; the intercept and the categories enter as they are (mean 0, deviation 1). A dropped
 * column counts as 0 in every row.
 */
export interface Scaling {
  readonly columns: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly dropped: readonly string[];
}

/** A column that takes part in training. `index` is its place among all columns; `boundAbs` bounds its standardised value. */
export interface ScaledColumn {
  readonly index: number;
  readonly column: Column;
  readonly mean: number;
  readonly deviation: number;
  readonly boundAbs: number;
}

/** The columns that were not dropped, in order. */
export function scaledColumns(features: readonly Feature[], { dropped, means, deviations }: Scaling): readonly ScaledColumn[] {
  const out = new Set(dropped);
  return columnsOf(features).flatMap((column, index) => {
    if (out.has(column.name)) return [];
    const [mean, deviation] = [numberAt(means, index), numberAt(deviations, index)];
    return [{ index, column, mean, deviation, boundAbs: boundOf(column, mean, deviation) }];
  });
}

/**
 * Reads a scaling that claims to be over `features`.
 *
 * A node computes its update at whatever model it is sent, so a mean outside the charter's bounds, or a deviation wider than them or so
 * narrow that training would have dropped the column, which no rows could have produced, is refused here.
 *
 * @throws RangeError if it is not such a scaling.
 */
export function parseScaling(record: Readonly<Record<string, unknown>>, features: readonly Feature[]): Scaling {
  const columns = columnsOf(features);
  const names = parseStrings(record["columns"]);
  if (names.join("\n") !== columns.map(({ name }) => name).join("\n")) throw new RangeError("the model's columns are not the charter's");
  const dropped = parseStrings(record["dropped"]);
  if (!dropped.every((name) => name !== "intercept" && names.includes(name))) throw new RangeError("a dropped column is not a column");
  const means = parseNumbers(record["means"], names.length);
  const deviations = parseNumbers(record["deviations"], names.length);
  if (!columns.every((column, i) => isScaled(column, numberAt(means, i), numberAt(deviations, i)))) {
    throw new RangeError("the model's standardisation cannot come from rows within the charter's bounds");
  }
  return { columns: names, means, deviations, dropped };
}

/** Whether two models stand on one standardisation, to the last bit. */
export function sameScaling(a: Scaling, b: Scaling): boolean {
  return same(a.means, b.means) && same(a.deviations, b.deviations) && same(a.dropped, b.dropped);
}

/**
 * A standard deviation of 1e-5 of half a column's range is rounding, not information: such a column is dropped. So standardised values are
 * bounded by 2e5, and the Hessian of 2^28 joint rows, the most a charter allows, stays within the 64-bit ring: 2^28 · (2e5)² / 4 < 2^62.
 */
export const UNIT_DEVIATION_MIN = 1e-5;

/** A list of finite numbers, one per column. @throws RangeError for anything else. */
export function parseNumbers(raw: unknown, length: number): readonly number[] {
  if (!Array.isArray(raw) || raw.length !== length || !raw.every((item) => typeof item === "number")) throw new RangeError("not one number per column");
  if (!raw.every(Number.isFinite)) throw new RangeError("a model's numbers are finite");
  return raw;
}

/** One column's number. @throws RangeError if the list is too short. */
export function numberAt(list: ArrayLike<number>, i: number): number {
  const value = list[i];
  if (value === undefined) throw new RangeError(`the model has ${list.length} columns, not the charter's`);
  return value;
}

function isScaled(column: Column, mean: number, deviation: number): boolean {
  if (column.kind !== "numeric") return mean === 0 && deviation === 1;
  const { min, max } = column.feature;
  return mean >= min && mean <= max && deviation >= ((max - min) / 2) * UNIT_DEVIATION_MIN && deviation <= max - min;
}

function boundOf(column: Column, mean: number, deviation: number): number {
  if (column.kind !== "numeric") return 1;
  return Math.max(column.feature.max - mean, mean - column.feature.min) / deviation;
}

function parseStrings(raw: unknown): readonly string[] {
  if (!Array.isArray(raw) || !raw.every((item) => typeof item === "string")) throw new RangeError("not a list of names");
  return raw;
}

function same<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
