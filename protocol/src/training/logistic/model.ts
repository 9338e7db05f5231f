import type { Feature } from "../../charter/features.js";
import { numberAt, parseNumbers, parseScaling, scaledColumns, type ScaledColumn, type Scaling } from "../scaling.js";

/** A logistic regression over standardised columns. A dropped column has coefficient 0. */
export interface LogisticModel extends Scaling {
  readonly kind: "logistic";
  /** Newton steps taken since the zero model. */
  readonly iteration: number;
  readonly coefficients: readonly number[];
}

/** A column that takes part in training, with what the model says about it. */
export interface ActiveColumn extends ScaledColumn {
  readonly coefficient: number;
}

/** The columns that were not dropped, in order. Gradients and Hessians run over these. */
export function activeColumns(features: readonly Feature[], model: LogisticModel): readonly ActiveColumn[] {
  return scaledColumns(features, model).map((scaled) => ({ ...scaled, coefficient: numberAt(model.coefficients, scaled.index) }));
}

/** The coefficients of the columns that were not dropped, in order. */
export function activeCoefficients(model: LogisticModel): Float64Array {
  const dropped = new Set(model.dropped);
  return Float64Array.from(model.coefficients.filter((_, i) => !dropped.has(model.columns[i] ?? "")));
}

/** The model that training starts from: every row is as likely as not. */
export function zeroModel({ columns, means, deviations, dropped }: Scaling): LogisticModel {
  return { kind: "logistic", iteration: 0, columns, means, deviations, coefficients: columns.map(() => 0), dropped };
}

/** The model with new coefficients for its active columns, one iteration on. */
export function withActiveCoefficients(model: LogisticModel, active: Float64Array): LogisticModel {
  const dropped = new Set(model.dropped);
  let next = 0;
  const coefficients = model.columns.map((name) => (dropped.has(name) ? 0 : numberAt(active, next++)));
  return { ...model, iteration: model.iteration + 1, coefficients };
}

/**
 * No logit of any row within the charter's bounds is farther from 0. Beyond this training has long diverged, and far beyond, a logit can be
 * infinite minus infinite for some rows and not for others: a node that then refused would tell which rows it has. So it is the model that is
 * refused, whatever the rows.
 */
export const LOGIT_BOUND_MAX = 1e6;

/** Whether `LOGIT_BOUND_MAX` holds, by the columns' bounds alone. */
export function isWithinLogits(features: readonly Feature[], model: LogisticModel): boolean {
  return activeColumns(features, model).reduce((sum, { coefficient, boundAbs }) => sum + Math.abs(coefficient) * boundAbs, 0) <= LOGIT_BOUND_MAX;
}

/** Reads a model that claims to be over `features`. @throws RangeError if it is not such a model, or beyond `LOGIT_BOUND_MAX`. */
export function parseLogisticModel(record: Readonly<Record<string, unknown>>, features: readonly Feature[]): LogisticModel {
  if (Object.keys(record).sort().join() !== MEMBERS.join() || record["kind"] !== "logistic") throw new RangeError("not a logistic model");
  const scaling = parseScaling(record, features);
  const coefficients = parseNumbers(record["coefficients"], scaling.columns.length);
  const iteration = record["iteration"];
  if (typeof iteration !== "number" || !Number.isSafeInteger(iteration) || iteration < 0) throw new RangeError("an iteration is a whole number");
  const model: LogisticModel = { kind: "logistic", iteration, ...scaling, coefficients };
  if (!isWithinLogits(features, model)) throw new RangeError("the model's logits have no bound that a sum could rely on");
  return model;
}

const MEMBERS = ["coefficients", "columns", "deviations", "dropped", "iteration", "kind", "means"];
