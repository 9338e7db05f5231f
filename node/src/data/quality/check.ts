import { QUALITY_RULES, type QualityRule } from "@cohortium/protocol/columns/quality-rules";
import type { Limit } from "../contract/limit.js";

/** One thing a feed is held to. */
export interface Check {
  readonly rule: QualityRule;
  /** As the feed calls it; null for the table as a whole. */
  readonly column: string | null;
  readonly measure: Measure;
  /** Every one must hold. */
  readonly limits: readonly Limit[];
  readonly unit: "rows" | "percent";
  readonly severity: "error" | "warning";
  readonly source: Source;
}

/** Who asks for it: a place in the contract (JSON pointer), one in the charter, or nobody, in which case it is the default. */
export type Source =
  | { readonly kind: "default" }
  | { readonly kind: "contract"; readonly at: string }
  | { readonly kind: "charter"; readonly at: string }
  | { readonly kind: "settings"; readonly at: string };

/** How a check is measured. SQL is over the feed's relation. */
export type Measure =
  /** Rows for which the SQL condition is true. `what` says of them what they are, as in "are null". */
  | { readonly kind: "count"; readonly condition: string; readonly what: string }
  | { readonly kind: "rows" }
  /** Rows beyond the first of each key. In a key of several columns null is a value like any other; a single column's nulls are not counted. */
  | { readonly kind: "duplicates"; readonly columns: readonly string[] }
  /** 1 if the column has one value in all its rows. */
  | { readonly kind: "constant"; readonly value: string }
  /** Age of the newest time, in hours. */
  | { readonly kind: "age"; readonly time: string }
  /** Something that cannot be measured, and why. */
  | { readonly kind: "broken"; readonly because: string }
  /** Compared with the last accepted run, on the words the contract or the charter lists. */
  | { readonly kind: "unseen"; readonly text: string; readonly words: readonly string[] }
  /** The same by each way of sorting values into words. The ways have no word in common. */
  | { readonly kind: "drift"; readonly ways: readonly Words[] }
  /** How well the column alone tells the label. `isCategory`: by its value, not by its order. */
  | { readonly kind: "auc" | "band"; readonly value: string; readonly isCategory: boolean; readonly label: LabelSql };

/** SQL for the word of a value, and all words that are listed. */
export interface Words {
  readonly text: string;
  readonly words: readonly string[];
}

/** `isPositive` and `isKnown` are SQL conditions. */
export interface LabelSql {
  readonly isKnown: string;
  readonly isPositive: string;
}

/** What became of a check. `count` is in rows where the rule counts rows, else the measured figure; null if it was not measured. */
export interface CheckResult {
  readonly check: Check;
  readonly outcome: "pass" | "warn" | "fail" | "unmeasured";
  readonly count: number | null;
  /** What was found, in one sentence without a value. */
  readonly says: string;
  /** What would pass, for a check that did not. */
  readonly wouldPass: string | null;
}

/** No row at all. */
export const NONE: Limit = { operator: "mustBe", value: 0 };

type Terms = Partial<Pick<Check, "limits" | "unit" | "severity" | "source">>;

/** A check that is not told otherwise asks for no row, with the rule's own severity, and is a default. */
export function made(rule: QualityRule, column: string | null, measure: Measure, terms: Terms = {}): Check {
  return { rule, column, measure, limits: [NONE], unit: "rows", severity: QUALITY_RULES[rule].severity, source: { kind: "default" }, ...terms };
}
