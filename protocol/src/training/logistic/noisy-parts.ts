import type { LogisticPrivacy } from "../../charter/model-clauses.js";
import type { Feature } from "../../charter/features.js";
import type { NoisyPart } from "../noisy-layout.js";
import { activeColumns, type LogisticModel } from "./model.js";

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
