import { solvePositiveDefinite } from "./cholesky.js";
import type { LogisticClause } from "../../charter/model-clauses.js";
import { activeCoefficients, withActiveCoefficients, type LogisticModel } from "./model.js";

/**
 * The log-loss over some rows at one model, with its first and second derivatives over the model's active columns.
 * `hessian` is the upper triangle, row by row.
 *
 * Reveals: over all parties together, these sums. Together with the model they are what a trainer who sees all rows would keep of them.
 */
export interface NewtonSum {
  readonly rows: number;
  readonly loss: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/** The best point so far: where the last step began. Training carries it from one step to the next. */
export interface Accepted {
  readonly coefficients: readonly number[];
  readonly penalisedLoss: number;
  /** Losses over different rows cannot be compared. */
  readonly rows: number;
}

/** `gradientNorm` belongs to the model that was asked about, `iteration` too. */
export type NewtonStep =
  | { readonly kind: "continue"; readonly model: LogisticModel; readonly accepted: Accepted; readonly gradientNorm: number }
  | { readonly kind: "converged"; readonly model: LogisticModel; readonly gradientNorm: number; readonly meanLoss: number }
  | { readonly kind: "diverged"; readonly because: "iterations" | "not-positive-definite" | "not-finite"; readonly iteration: number };

/** Lays a sum out in the order of the `newton` layout, guard first. */
export function packNewton({ rows, loss, gradient, hessian }: NewtonSum): Float64Array {
  const packed = new Float64Array(HEAD + gradient.length + hessian.length);
  packed.set([1, rows, loss]);
  packed.set(gradient, HEAD);
  packed.set(hessian, HEAD + gradient.length);
  return packed;
}

/** Reads a decoded sum of `packNewton` vectors over `columns` active columns. @throws RangeError if its length does not fit. */
export function unpackNewton(values: Float64Array, columns: number): NewtonSum {
  if (values.length !== HEAD + columns + (columns * (columns + 1)) / 2) throw new RangeError(`${values.length} numbers are not a step over ${columns} columns`);
  const [, rows = 0, loss = 0] = values;
  return { rows, loss, gradient: values.subarray(HEAD, HEAD + columns), hessian: values.subarray(HEAD + columns) };
}

/**
 * What follows from the sum at `model`: it is the optimum, or another model is to be asked about, or there is no hope.
 *
 * The objective is `Σ loss + ridge/2 · ‖w‖²` with the intercept free. A full Newton step is taken from every model that did not lose
 * ground; from one that did, half the way back to `accepted`. Converged means `‖∇objective‖₂ / rows ≤ gradientTolerance`.
 * Deterministic: + − × ÷ and √ only, so an auditor repeats it bit for bit.
 *
 * @param accepted - What the previous step returned; `undefined` at the first.
 */
export function newtonStep(model: LogisticModel, sum: NewtonSum, accepted: Accepted | undefined, clause: NewtonClause): NewtonStep {
  const { iteration } = model;
  const weights = activeCoefficients(model);
  const gradient = sum.gradient.map((slope, i) => slope + penaltyAt(i, clause) * (weights[i] ?? 0));
  const penalisedLoss = sum.loss + weights.reduce((penalty, w, i) => penalty + (penaltyAt(i, clause) * w * w) / 2, 0);
  const gradientNorm = Math.sqrt(gradient.reduce((squares, slope) => squares + slope * slope, 0)) / sum.rows;
  if (!(Number.isFinite(gradientNorm) && Number.isFinite(penalisedLoss))) return { kind: "diverged", because: "not-finite", iteration };
  if (gradientNorm <= clause.gradientTolerance) return { kind: "converged", model, gradientNorm, meanLoss: sum.loss / sum.rows };
  if (!(iteration < clause.iterationsMax)) return { kind: "diverged", because: "iterations", iteration };

  if (accepted !== undefined && accepted.rows === sum.rows && !(penalisedLoss <= accepted.penalisedLoss * (1 + LOSS_GROWTH_TOLERANCE))) {
    return { kind: "continue", model: halfWay(model, accepted), accepted, gradientNorm };
  }
  const step = solvePositiveDefinite(penalised(sum.hessian, weights.length, clause), gradient);
  if (step === undefined) return { kind: "diverged", because: "not-positive-definite", iteration };
  const next = weights.map((w, i) => w - (step[i] ?? 0));
  return { kind: "continue", model: withActiveCoefficients(model, next), accepted: { coefficients: model.coefficients, penalisedLoss, rows: sum.rows }, gradientNorm };
}

type NewtonClause = Pick<LogisticClause, "ridge" | "gradientTolerance" | "iterationsMax">;

const HEAD = 3;

/** Fixed point and summation order move a loss by far less than this share of it; a step that overshoots moves it by far more. */
const LOSS_GROWTH_TOLERANCE = 1e-7;

/** The intercept is the first active column and says only how common the positives are: shrinking it would bias every score. */
export function penaltyAt(column: number, { ridge }: Pick<LogisticClause, "ridge">): number {
  return column === 0 ? 0 : ridge;
}

/** The upper triangle with the penalty on its diagonal. */
export function penalised(hessian: Float64Array, columns: number, clause: Pick<LogisticClause, "ridge">): Float64Array {
  const sum = hessian.slice();
  for (let i = 0, diagonal = 0; i < columns; diagonal += columns - i, i++) sum[diagonal] = (sum[diagonal] ?? 0) + penaltyAt(i, clause);
  return sum;
}

function halfWay(model: LogisticModel, { coefficients }: Accepted): LogisticModel {
  const halved = model.coefficients.map((w, i) => ((coefficients[i] ?? 0) + w) / 2);
  return { ...model, iteration: model.iteration + 1, coefficients: halved };
}
