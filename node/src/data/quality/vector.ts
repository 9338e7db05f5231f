import { QUALITY_RULES } from "@cohortium/protocol/session/quality-rules";
import { qualityVector, type MeasuredCheck, type QualityVector } from "@cohortium/protocol/session/quality-vector";
import type { Check, CheckResult } from "./check.js";
import type { GateResult } from "./gate.js";

/**
 * What a training tells of the gate. @param columns - Those the charter names; nothing is told of others.
 *
 * @throws RangeError if the gate failed.
 */
export function vectorOf({ contract, rows, results }: GateResult, columns: readonly string[]): QualityVector {
  return qualityVector({ contract, rows, checks: measuredOnce(results) }, columns);
}

/** Contract and charter may ask the same of one column: the worse outcome and the larger count are told, once. */
function measuredOnce(results: readonly CheckResult[]): readonly MeasuredCheck[] {
  const measured = results.filter(({ outcome }) => outcome !== "unmeasured");
  const firsts = measured.filter(({ check }, i) => measured.findIndex((other) => isSame(other, check)) === i);
  return firsts.map(({ check: { rule, column } }) => {
    const same = measured.filter((other) => isSame(other, { rule, column }));
    const outcome = (["fail", "warn", "pass"] as const).find((one) => same.some((result) => result.outcome === one)) ?? "fail";
    return { rule, column, outcome, rows: QUALITY_RULES[rule].counts === "none" ? null : Math.max(...same.map(({ count }) => count ?? 0)) };
  });
}

function isSame({ check }: CheckResult, { rule, column }: Pick<Check, "rule" | "column">): boolean {
  return check.rule === rule && check.column === column;
}
