import { canonicalBytes } from "@cohortium/crypto/canonical-json";
import { QUALITY_RULES } from "@cohortium/protocol/columns/quality-rules";
import { qualityVector, qualityVectorJson, TOLD_MAX, type MeasuredCheck, type QualityVector } from "@cohortium/protocol/columns/quality-vector";
import type { Check, CheckResult } from "./check.js";
import type { GateResult } from "./gate.js";

/**
 * What a training tells of the gate, in the charter's words.
 *
 * @param names - The charter's name of each column it uses, by the feed's own name; nothing is told of other columns.
 * @param bytesMax - How long the vector may be, in canonical JSON. Less is told until it fits.
 * @throws RangeError if the gate failed.
 */
export function vectorOf({ contract, rows, results }: GateResult, names: ReadonlyMap<string, string>, bytesMax: number): QualityVector {
  const checks = measuredOnce(results).flatMap((check) => {
    const column = check.column === null ? null : names.get(check.column);
    return column === undefined ? [] : [{ ...check, column }];
  });
  const vector = (toldMax: number): QualityVector => qualityVector({ contract, rows, checks }, [...names.values()], toldMax);
  let toldMax = TOLD_MAX;
  while (toldMax > 0 && canonicalBytes(qualityVectorJson(vector(toldMax))).length > bytesMax) toldMax = Math.floor(toldMax / 2);
  return vector(toldMax);
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
