import { toHex } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { parseDigest, type Digest } from "../session/ids.js";
import { columnsOf, type Column, type Feature } from "./features.js";

/**
 * A logistic regression. The four lists run in the order of `columnsOf(features)`.
 *
 * A numeric column enters as `(x − mean) / deviation`; the intercept and the categories enter as they are (mean 0, deviation 1).
 * A dropped column counts as 0 in every row, and so does its coefficient.
 */
export interface LogisticModel {
  readonly kind: "logistic";
  /** Newton steps taken since the zero model. */
  readonly iteration: number;
  readonly columns: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly coefficients: readonly number[];
  readonly dropped: readonly string[];
}

/** A column that takes part in training, with what the model says about it. `boundAbs` bounds its standardised value. */
export interface ActiveColumn {
  readonly column: Column;
  readonly mean: number;
  readonly deviation: number;
  readonly coefficient: number;
  readonly boundAbs: number;
}

/** The columns that were not dropped, in order. Gradients and Hessians run over these. */
export function activeColumns(features: readonly Feature[], model: LogisticModel): readonly ActiveColumn[] {
  const dropped = new Set(model.dropped);
  return columnsOf(features).flatMap((column, i) => {
    if (dropped.has(column.name)) return [];
    const mean = at(model.means, i);
    const deviation = at(model.deviations, i);
    return [{ column, mean, deviation, coefficient: at(model.coefficients, i), boundAbs: boundOf(column, mean, deviation) }];
  });
}

/** The model with new coefficients for its active columns, one iteration on. */
export function withActiveCoefficients(model: LogisticModel, active: Float64Array): LogisticModel {
  const dropped = new Set(model.dropped);
  let next = 0;
  const coefficients = model.columns.map((name) => (dropped.has(name) ? 0 : at(active, next++)));
  return { ...model, iteration: model.iteration + 1, coefficients };
}

/** The model as JSON: what is sent, stored and hashed. */
export function modelJson(model: LogisticModel): Json {
  return { ...model };
}

/** SHA-256 of the model's canonical JSON. RFC 8785 prints a double so that it reads back to the same bits, so equal hashes mean equal models. */
export function modelDigest(model: LogisticModel): Digest {
  return parseDigest(toHex(sha256(canonicalBytes(modelJson(model)))));
}

/**
 * Reads a model that claims to be over `features`.
 *
 * A node computes its update at whatever model it is sent, so a mean outside the charter's bounds, or a deviation wider than them or so
 * narrow that training would have dropped the column, which no rows could have produced, is refused here.
 *
 * @throws RangeError if it is not such a model.
 */
export function parseModel(raw: unknown, features: readonly Feature[]): LogisticModel {
  if (typeof raw !== "object" || raw === null) throw new RangeError("a model is an object");
  const record: Record<string, unknown> = { ...raw };
  if (Object.keys(record).sort().join() !== MEMBERS.join() || record["kind"] !== "logistic") throw new RangeError("not a logistic model");
  const columns = columnsOf(features);
  const names = parseStrings(record["columns"]);
  if (names.join("\n") !== columns.map(({ name }) => name).join("\n")) throw new RangeError("the model's columns are not the charter's");
  const dropped = parseStrings(record["dropped"]);
  if (!dropped.every((name) => name !== "intercept" && names.includes(name))) throw new RangeError("a dropped column is not a column");
  const [means, deviations, coefficients] = [record["means"], record["deviations"], record["coefficients"]].map((list) => parseNumbers(list, names.length));
  const iteration = record["iteration"];
  if (means === undefined || deviations === undefined || coefficients === undefined) throw new RangeError("a model has three lists of numbers");
  if (typeof iteration !== "number" || !Number.isSafeInteger(iteration) || iteration < 0) throw new RangeError("an iteration is a whole number");
  if (!columns.every((column, i) => isScaled(column, at(means, i), at(deviations, i)))) {
    throw new RangeError("the model's standardisation cannot come from rows within the charter's bounds");
  }
  return { kind: "logistic", iteration, columns: names, means, deviations, coefficients, dropped };
}

/**
 * A standard deviation of 1e-5 of half a column's range is rounding, not information: such a column is dropped. So standardised values are
 * bounded by 2e5, and the Hessian of 2^28 joint rows, the most a charter allows, stays within the 64-bit ring: 2^28 · (2e5)² / 4 < 2^62.
 */
export const UNIT_DEVIATION_MIN = 1e-5;

const MEMBERS = ["coefficients", "columns", "deviations", "dropped", "iteration", "kind", "means"];

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

function parseNumbers(raw: unknown, length: number): readonly number[] {
  if (!Array.isArray(raw) || raw.length !== length || !raw.every((item) => typeof item === "number")) throw new RangeError("not one number per column");
  if (!raw.every(Number.isFinite)) throw new RangeError("a model's numbers are finite");
  return raw;
}

function at(list: ArrayLike<number>, i: number): number {
  const value = list[i];
  if (value === undefined) throw new RangeError(`the model has ${list.length} columns, not the charter's`);
  return value;
}
