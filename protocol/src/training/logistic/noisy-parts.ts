import type { LogisticPrivacy } from "../clauses.js";
import { categoricalsOf, indicatedOf, numericsOf, type Feature } from "../features.js";
import type { NoisyPart } from "../noisy-layout.js";
import { activeColumns, type LogisticModel } from "./model.js";

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

/**
 * What a noisy Newton sum is made of, after the guard: the gradient, then the upper triangle of the curvature, row by row. There is no loss and no count.
 *
 * A row x is scaled down to norm R before anything is computed from it. Then |p − y| ≤ 1 gives ‖(p − y)x‖ ≤ R; and p(1 − p) ≤ ¼ gives ‖p(1 − p)xxᵀ‖ ≤ R²/4,
 * over the whole matrix and therefore over its triangle.
 */
export function noisyNewtonParts(model: LogisticModel, features: readonly Feature[], { rowNormMax }: LogisticPrivacy): readonly NoisyPart[] {
  const columns = activeColumns(features, model).length;
  return [
    { name: "gradient", length: columns, reach: { kind: "norm", bound: rowNormMax }, weight: 1 },
    { name: "curvature", length: (columns * (columns + 1)) / 2, reach: { kind: "norm", bound: (rowNormMax * rowNormMax) / 4 }, weight: 1 },
  ];
}

function counts(name: string, length: number, changed: number, weight: number): NoisyPart {
  return { name, length, reach: { kind: "numbers", changed }, weight };
}
