import type { StatisticPlan } from "@cohortium/protocol/statistics/plan";
import { numericsOf } from "@cohortium/protocol/charter/features";
import type { LocalRows } from "../data/local-rows.js";

/** The measure's values, in the order of the rows; NaN where one is absent. @throws RangeError if the plan has no such measure. */
export function columnOf({ rows, x }: LocalRows, { features }: Pick<StatisticPlan, "features">, name: string): Float64Array {
  const k = numericsOf(features).findIndex((feature) => feature.name === name);
  if (k < 0) throw new RangeError(`the charter has no measure "${name}"`);
  return x.subarray(k * rows, (k + 1) * rows);
}
