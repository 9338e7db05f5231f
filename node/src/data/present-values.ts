import { numericsOf, type Feature } from "@cohortium/protocol/charter/features";
import type { LocalRows } from "./local-rows.js";
import { fileProblem, type DataProblem } from "./problem.js";

/**
 * Columns whose values may be absent and are so in nearly all of these rows. The sum over the rows that have one is read by everybody, and of
 * fewer than `rowsMin` it would point at persons: a company asks that of its own rows, because it cannot ask it of the others'.
 */
export function presentProblems({ rows, x }: LocalRows, features: readonly Feature[], rowsMin: number): readonly DataProblem[] {
  return numericsOf(features).flatMap(({ name, missing }, k): readonly DataProblem[] => {
    if (missing !== "indicate") return [];
    let present = 0;
    for (const value of x.subarray(k * rows, (k + 1) * rows)) if (!Number.isNaN(value)) present += 1;
    return present >= rowsMin ? [] : [{ ...fileProblem("DATA_TOO_FEW_VALUES", `values in at least ${rowsMin} of the rows trained on`, present), column: name }];
  });
}
