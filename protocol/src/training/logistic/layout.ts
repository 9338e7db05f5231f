import type { Segment } from "@cohortium/crypto/fixed-point";
import { headSegments, laidOut, real, type Layout, type LayoutTerms } from "../layout-parts.js";
import { ROW_LOSS_MAX } from "../log-loss.js";
import { activeColumns, type LogisticModel } from "./model.js";

/** Log-loss, gradient and curvature at this model. It is in the question because the bounds follow from its standardisation. */
export interface NewtonQuestion {
  readonly kind: "newton";
  readonly model: LogisticModel;
}

/** How an answer to a `newton` round lies in the ring. */
export function newtonLayout({ model }: NewtonQuestion, terms: LayoutTerms): Layout {
  return laidOut(64, newtonSegments(model, terms));
}

function newtonSegments(model: LogisticModel, terms: LayoutTerms): readonly Segment[] {
  const { features, rowsMaxPerParty: rows } = terms;
  const columns = activeColumns(features, model);
  const largestFrom = suffixMaxima(columns.map(({ boundAbs }) => boundAbs));
  return [
    ...headSegments(rows),
    real("loss", 1, rows * ROW_LOSS_MAX, terms),
    // |p − y| ≤ 1 and p(1 − p) ≤ ¼. One segment per row of the triangle keeps the list short; its bound is that of its widest column.
    ...columns.map(({ column, boundAbs }) => real(`gradient of ${column.name}`, 1, rows * boundAbs, terms)),
    ...columns.map(({ column, boundAbs }, i) =>
      real(`hessian of ${column.name}`, columns.length - i, (rows * boundAbs * (largestFrom[i] ?? boundAbs)) / 4, terms)),
  ];
}

function suffixMaxima(values: readonly number[]): readonly number[] {
  return values.map((_, i) => values.slice(i).reduce((largest, value) => Math.max(largest, value), 0));
}
