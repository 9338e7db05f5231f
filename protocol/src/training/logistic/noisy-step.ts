import type { LogisticClause } from "../../charter/model-clauses.js";
import { behindGuard } from "../noisy-layout.js";
import { solvePositiveDefinite } from "./cholesky.js";
import { activeCoefficients, withActiveCoefficients, type LogisticModel } from "./model.js";
import { penalised, penaltyAt } from "./newton.js";

/** Derivatives over the model's active columns, with noise on them. `curvature` is the upper triangle, row by row. */
export interface NoisySlopes {
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
}

/** Lays slopes out in the order of `noisyNewtonParts`, guard first. */
export function packSlopes({ gradient, curvature }: NoisySlopes): Float64Array {
  return behindGuard(gradient, curvature);
}

/** Reads a decoded sum of `packSlopes` vectors over `columns` active columns. @throws RangeError if its length does not fit. */
export function unpackSlopes(values: Float64Array, columns: number): NoisySlopes {
  if (values.length !== 1 + columns + (columns * (columns + 1)) / 2) throw new RangeError(`${values.length} numbers are not a noisy step over ${columns} columns`);
  return { gradient: values.subarray(1, 1 + columns), curvature: values.subarray(1 + columns) };
}

/**
 * One Newton step on noisy sums, or null if there is none: numbers that are not finite.
 *
 * Noise can take a curvature's definiteness. A symmetric matrix of independent noise of deviation σ over d columns has a norm of about 2σ√d (Wigner), so
 * that much is added to the diagonal, and twice as much again and again until it suffices. Directions in which the rows say less than the noise are then
 * hardly moved in; without noise nothing is added, and the step is Newton's own. Deterministic: + − × ÷ and √ only.
 *
 * @param curvatureDeviation - Of the noise on each number of the curvature.
 */
export function noisyStep(model: LogisticModel, { gradient, curvature }: NoisySlopes, clause: Pick<LogisticClause, "ridge">, curvatureDeviation: number): LogisticModel | null {
  const weights = activeCoefficients(model);
  const slopes = gradient.map((slope, i) => slope + penaltyAt(i, clause) * (weights[i] ?? 0));
  const curved = penalised(curvature, weights.length, clause);
  let added = 2 * curvatureDeviation * Math.sqrt(weights.length);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const step = solvePositiveDefinite(withDiagonal(curved, weights.length, added), slopes);
    const next = weights.map((weight, i) => weight - (step?.[i] ?? Number.NaN));
    // A curvature next to nothing is definite, and leads beyond all numbers.
    if (next.every(Number.isFinite)) return withActiveCoefficients(model, next);
    added = Math.max(1, 2 * added);
  }
  return null;
}

/** 2^60 times the noise is beyond anything that rows within their bounds and twelve σ of noise add up to. */
const ATTEMPTS_MAX = 60;

function withDiagonal(upper: Float64Array, columns: number, added: number): Float64Array {
  const sum = upper.slice();
  for (let i = 0, diagonal = 0; i < columns; diagonal += columns - i, i++) sum[diagonal] = (sum[diagonal] ?? 0) + added;
  return sum;
}
