import { QUALITY_RULE_IDS, QUALITY_RULES } from "@cohortium/protocol/columns/quality-rules";
import { z } from "zod";
import { limitWords } from "../contract/limit.js";
import { LOGICAL_TYPES } from "../sql/logical-type.js";
import type { CheckResult, Source } from "./check.js";
import { passes, type GateResult } from "./gate.js";

const count = z.number().min(0).nullable();

/** A gate's result as `--json` shows it and the node keeps it: rules, counts and names of columns, no value. */
export const gateReport = z.strictObject({
  v: z.literal(1),
  feed: z.string(),
  at: z.iso.datetime({ precision: 3 }),
  rows: z.int().min(0),
  contract: z.string().regex(/^[0-9a-f]{64}$/).nullable(),
  passed: z.boolean(),
  checks: z.array(z.strictObject({
    rule: z.enum(QUALITY_RULE_IDS),
    column: z.string().nullable(),
    outcome: z.enum(["pass", "warn", "fail", "unmeasured"]),
    severity: z.enum(["error", "warning"]),
    /** Rows where the rule counts rows, else the figure it measures. */
    count,
    asks: z.string(),
    source: z.string(),
    says: z.string(),
    wouldPass: z.string().nullable(),
  })),
  columns: z.array(z.strictObject({ name: z.string(), type: z.enum(LOGICAL_TYPES), nulls: count, different: count })),
});

export type GateReport = z.output<typeof gateReport>;
export type ReportedCheck = GateReport["checks"][number];

export function reportOf(result: GateResult): GateReport {
  const { feed, atMs, rows, contract, results, columns } = result;
  return {
    v: 1, feed, at: new Date(atMs).toISOString(), rows, contract, passed: passes(result), checks: results.map(reportedCheck),
    columns: columns.map(({ name, type, nulls, different }) => ({ name, type, nulls: finite(nulls), different: finite(different) })),
  };
}

function reportedCheck({ check, outcome, count: found, says, wouldPass }: CheckResult): ReportedCheck {
  const { rule, column, severity, source } = check;
  return { rule, column, outcome, severity, count: finite(found), asks: asksOf(check), source: sourceWords(source), says, wouldPass };
}

/** What exactly was asked: the limits where rows are counted, else the rule itself. */
function asksOf({ rule, limits, unit, measure }: CheckResult["check"]): string {
  const isCounted = measure.kind === "rows" || QUALITY_RULES[rule].counts === "rows";
  return isCounted ? limits.map((limit) => limitWords(limit, unit)).join(", and ") : QUALITY_RULES[rule].asks;
}

/** Whose rule it is, and where it stands. */
export function sourceWords(source: Source): string {
  switch (source.kind) {
    case "default": return "default";
    case "contract": return `contract ${source.at}`;
    case "charter": return `charter ${source.at}`;
    case "settings": return `settings ${source.at}`;
  }
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value >= 0 ? value : null;
}
