import type { Json } from "@cohortium/crypto/canonical-json";
import { parseDigest, type Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import { publishedCount, publishedPermille, type PublishedCount } from "./published-count.js";
import { QUALITY_RULE_IDS, QUALITY_RULES, type QualityRule } from "./quality-rules.js";

/**
 * What travels with a training of the gate its feed passed. There is none for a feed that failed: such a training is refused.
 *
 * Reveals: how many rows the feed has, and for columns that the charter names, how many rows a rule counted; both as `published-count.ts` coarsens
 * them. No value, no name of a column or category that is the company's own. A contract's digest tells that two runs had the same contract.
 */
export interface QualityVector {
  readonly v: 1;
  /** SHA-256 of the contract's canonical form; null where the feed has none, so that the default rules held. */
  readonly contract: Digest | null;
  readonly rows: PublishedCount;
  /** One for each rule that was measured, in the order of `QUALITY_RULES`. */
  readonly rules: readonly RuleResult[];
  /** How many columns with something to tell are left out for want of room. */
  readonly untold: number;
}

/** `columns` counts the charter's columns, and the table as a whole, that the rule was measured on. Those not told passed with fewer than ten rows. */
export interface RuleResult {
  readonly rule: QualityRule;
  readonly columns: number;
  /** By column, the table (null) first. */
  readonly told: readonly ColumnResult[];
}

/** `rows` and `permille` (of `QualityVector.rows`) are null for rules that count none; `permille` is null as well below ten rows. */
export interface ColumnResult {
  readonly column: string | null;
  readonly outcome: "pass" | "warn";
  readonly rows: PublishedCount | null;
  readonly permille: number | null;
}

/** What a node measured, exactly. `rows` is null for a rule that counts none. */
export interface MeasuredCheck {
  readonly rule: QualityRule;
  readonly column: string | null;
  readonly outcome: "pass" | "warn" | "fail";
  readonly rows: number | null;
}

/** A gate's exact result, before it is coarsened. */
export interface Measured {
  readonly contract: Digest | null;
  readonly rows: number;
  readonly checks: readonly MeasuredCheck[];
}

/** Of 300 columns with names as long as they may be, the vector has 50 kB: it fits into a log entry of its own. */
export const TOLD_MAX = 300;
/** Far above the columns of a charter and the table: a limit against nonsense. */
const COLUMNS_MAX = 1_000;

/**
 * The vector of a passed gate. Checks of columns that are not in `columns` (those the charter names) are left out.
 *
 * @param toldMax - How many columns may be told of, `TOLD_MAX` at most; warnings and high rates first.
 * @throws RangeError if a check failed, or two checks are of one rule and column.
 */
export function qualityVector(measured: Measured, columns: readonly string[], toldMax = TOLD_MAX): QualityVector {
  if (measured.checks.some(({ outcome }) => outcome === "fail")) throw new RangeError("a gate that failed has no quality vector");
  const rows = publishedCount(measured.rows);
  // Sorted, so that what is left out does not depend on the order in which a node measured.
  const open = measured.checks.filter(({ column }) => column === null || columns.includes(column)).toSorted((a, b) => rank(a) - rank(b) || byColumn(a, b));
  const worth = open.map((one) => ({ rule: one.rule, result: columnResult(one, rows) })).filter(({ result }) => isWorthTelling(result));
  const told = worth.toSorted((a, b) => urgency(b.result) - urgency(a.result)).slice(0, Math.min(toldMax, TOLD_MAX));
  const rules = QUALITY_RULE_IDS.flatMap((rule) => {
    const columnsOfRule = open.filter((one) => one.rule === rule).map(({ column }) => column);
    if (new Set(columnsOfRule).size !== columnsOfRule.length) throw new RangeError(`two checks of ${rule} on one column`);
    const toldOfRule = told.filter((one) => one.rule === rule).map(({ result }) => result);
    return columnsOfRule.length === 0 ? [] : [{ rule, columns: columnsOfRule.length, told: toldOfRule.toSorted(byColumn) }];
  });
  return { v: 1, contract: measured.contract, rows, rules, untold: worth.length - told.length };
}

/** The same value, typed as JSON: what a statement carries. */
export function qualityVectorJson({ rules, ...vector }: QualityVector): Json {
  return { ...vector, rules: rules.map(({ told, ...result }) => ({ ...result, told: told.map((one) => ({ ...one })) })) };
}

/** SHA-256 of the vector's RFC 8785 form. */
export function qualityVectorDigest(vector: QualityVector): Digest {
  return jsonDigest(qualityVectorJson(vector));
}

/**
 * Reads another party's vector. What cannot have come from `qualityVector` under a charter with these columns is refused: a finer count, a
 * column or rule nobody agreed on, a second spelling.
 *
 * @throws RangeError naming the place.
 */
export function parseQualityVector(raw: Json | undefined, columns: readonly string[]): QualityVector {
  const { v, contract, rows: rawRows, rules: rawRules, untold } = members(raw, ["contract", "rows", "rules", "untold", "v"], "vector");
  check(v === 1, "v");
  check(contract === null || typeof contract === "string", "contract");
  const rows = parseCount(rawRows, "rows");
  const rules = list(rawRules, QUALITY_RULE_IDS.length, "rules").map((one, i) => parseRule(one, { rows, columns, at: `rules[${i}]` }));
  check(isAscending(rules.map(({ rule }) => QUALITY_RULE_IDS.indexOf(rule))), "rules");
  const told = rules.reduce((sum, rule) => sum + rule.told.length, 0);
  check(isCount(untold, COLUMNS_MAX * QUALITY_RULE_IDS.length) && told <= TOLD_MAX, "untold");
  return { v: 1, contract: contract === null ? null : parseDigest(contract), rows, rules, untold };
}

interface Place {
  readonly rows: PublishedCount;
  readonly columns: readonly string[];
  readonly at: string;
}

function parseRule(raw: Json, place: Place): RuleResult {
  const { at } = place;
  const { rule: id, columns, told: rawTold } = members(raw, ["columns", "rule", "told"], at);
  const rule = QUALITY_RULE_IDS.find((known) => known === id);
  check(rule !== undefined, `${at}.rule`);
  check(isCount(columns, COLUMNS_MAX) && columns > 0, `${at}.columns`);
  const told = list(rawTold, columns, `${at}.told`).map((one, i) => parseColumn(one, rule, { ...place, at: `${at}.told[${i}]` }));
  const inOrder = told.toSorted(byColumn);
  check(told.every((one, i) => one === inOrder[i]) && new Set(told.map(({ column }) => column)).size === told.length, `${at}.told`);
  return { rule, columns, told };
}

function parseColumn(raw: Json, rule: QualityRule, { rows: all, columns, at }: Place): ColumnResult {
  const { column, outcome, rows: rawRows, permille } = members(raw, ["column", "outcome", "permille", "rows"], at);
  check(column === null || (typeof column === "string" && columns.includes(column)), `${at}.column`);
  check(outcome === "pass" || outcome === "warn", `${at}.outcome`);
  const rows = rawRows === null ? null : parseCount(rawRows, `${at}.rows`);
  check((rows === null) === (QUALITY_RULES[rule].counts === "none"), `${at}.rows`);
  check(permille === (rows === null ? null : publishedPermille(rows, all)), `${at}.permille`);
  const result: ColumnResult = { column, outcome, rows, permille };
  check(isWorthTelling(result), at);
  return result;
}

function columnResult({ rule, column, outcome, rows }: MeasuredCheck, all: PublishedCount): ColumnResult {
  const counted = QUALITY_RULES[rule].counts === "none" || rows === null ? null : publishedCount(rows);
  return { column, outcome: outcome === "pass" ? "pass" : "warn", rows: counted, permille: counted === null ? null : publishedPermille(counted, all) };
}

function isWorthTelling({ outcome, rows }: ColumnResult): boolean {
  return outcome === "warn" || typeof rows === "number";
}

function urgency({ outcome, permille }: ColumnResult): number {
  return (outcome === "warn" ? 2_000 : 0) + (permille ?? 0);
}

function rank({ rule }: MeasuredCheck): number {
  return QUALITY_RULE_IDS.indexOf(rule);
}

function byColumn(a: Pick<ColumnResult, "column">, b: Pick<ColumnResult, "column">): number {
  // UTF-16 order, not a locale's: it has to be the same on every machine.
  const [left, right] = [a.column ?? "", b.column ?? ""];
  return left < right ? -1 : left > right ? 1 : 0;
}

function parseCount(raw: Json | undefined, at: string): PublishedCount {
  if (raw === "<10") return raw;
  check(typeof raw === "number" && Number.isSafeInteger(raw) && raw >= 10 && publishedCount(raw) === raw, at);
  return raw;
}

function isCount(raw: Json | undefined, max: number): raw is number {
  return typeof raw === "number" && Number.isSafeInteger(raw) && raw >= 0 && raw <= max;
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > (values[i - 1] ?? value));
}

function members(raw: Json | undefined, names: readonly string[], at: string): Readonly<Record<string, Json | undefined>> {
  check(isObject(raw) && Object.keys(raw).sort().join() === names.join(), at);
  return raw;
}

function list(raw: Json | undefined, max: number, at: string): readonly Json[] {
  check(isList(raw) && raw.length <= max, at);
  return raw;
}

function isObject(raw: Json | undefined): raw is { readonly [member: string]: Json } {
  return typeof raw === "object" && raw !== null && !isList(raw);
}

function isList(raw: Json | undefined): raw is readonly Json[] {
  return Array.isArray(raw);
}

function check(holds: boolean, at: string): asserts holds {
  if (!holds) throw new RangeError(`not a quality vector: ${at}`);
}
