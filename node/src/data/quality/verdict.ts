import { thousands } from "../contract/count-words.js";
import { holds, limitWords, type Limit } from "../contract/limit.js";
import type { Check, CheckResult } from "./check.js";

/** What was measured: a figure in rows, or whatever the rule measures; what it means in words; null for what could not be measured, and why. */
export type Figure =
  | { readonly kind: "figure"; readonly value: number; readonly says: string; readonly remedy?: string }
  | { readonly kind: "none"; readonly because: string };

/** Whether a figure is what the check asks. NaN never is. */
export function verdictOf(check: Check, figure: Figure, rows: number): CheckResult {
  if (figure.kind === "none") return { check, outcome: "unmeasured", count: null, says: figure.because, wouldPass: null };
  const measured = check.unit === "percent" ? (100 * figure.value) / rows : figure.value;
  const passes = check.limits.length > 0 && check.limits.every((limit) => holds(limit, measured));
  if (passes) return { check, outcome: "pass", count: figure.value, says: figure.says, wouldPass: null };
  const outcome = check.severity === "error" ? "fail" : "warn";
  return { check, outcome, count: figure.value, says: figure.says, wouldPass: figure.remedy ?? remedyFor(check, figure.value, rows) };
}

/** The nearest number of rows that satisfies all limits, in words. */
function remedyFor({ limits, unit, measure }: Check, count: number, rows: number): string | null {
  const words = limits.map((limit) => limitWords(limit, unit)).join(", and ");
  if (measure.kind === "rows") return words;
  const nearest = nearestPassing(limits, unit, { count, rows });
  if (nearest === null) return null;
  const change = nearest < count ? `${thousands(count - nearest)} fewer` : `${thousands(nearest - count)} more`;
  return unit === "percent" ? `${words}, which is ${nearest === 1 ? "1 row" : `${thousands(nearest)} rows`}: ${change}` : `${words}: ${change}`;
}

/** A limit is first met at its own value or right beside it. */
function nearestPassing(limits: readonly Limit[], unit: Check["unit"], { count, rows }: { readonly count: number; readonly rows: number }): number | null {
  const inRows = (value: number): number => (unit === "percent" ? (value * rows) / 100 : value);
  const ends = limits.flatMap((limit) => ("value" in limit ? [limit.value] : [limit.from, limit.to])).map(inRows);
  const candidates = [0, rows, ...ends.flatMap((end) => [Math.floor(end) - 1, Math.floor(end), Math.ceil(end), Math.ceil(end) + 1])];
  const measured = (value: number): number => (unit === "percent" ? (100 * value) / rows : value);
  const passing = candidates.filter((value) => value >= 0 && value <= rows && limits.every((limit) => holds(limit, measured(value))));
  return passing.toSorted((a, b) => Math.abs(a - count) - Math.abs(b - count))[0] ?? null;
}
