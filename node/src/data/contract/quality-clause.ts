import { pointer } from "@cohortium/protocol/charter/clauses";
import { closest } from "@cohortium/protocol/session/suggestion";
import type { Measure, QualityClause } from "./contract.js";
import { limitsOf, OPERATORS } from "./limit.js";
import { METRICS, wordsForm, type Metric, type OdcsQuality, type OdcsWord } from "./odcs-form.js";
import { finding, type Finding } from "./schema-rules.js";

type Path = readonly PropertyKey[];

/** A column's or a table's quality rules: those we run, pointers to those of other kinds, and what makes no sense. */
export interface Clauses {
  readonly clauses: readonly QualityClause[];
  readonly foreign: readonly string[];
  readonly findings: readonly Finding[];
}

/** @param columns - The table's columns for rules of a table; null for rules of a column. */
export function clausesOf(rules: readonly OdcsQuality[], path: Path, columns: readonly string[] | null): Clauses {
  const isForeign = ({ type }: OdcsQuality): boolean => type === "text" || type === "sql" || type === "custom";
  const read = rules.map((rule, i) => (isForeign(rule) ? { foreign: pointer(...path, i) } : clauseOf(rule, [...path, i], columns)));
  return {
    clauses: read.flatMap((one) => ("clause" in one ? [one.clause] : [])),
    foreign: read.flatMap((one) => ("foreign" in one ? [one.foreign] : [])),
    findings: read.flatMap((one) => ("findings" in one ? one.findings : [])),
  };
}

type ClauseRead = { readonly clause: QualityClause } | { readonly findings: readonly Finding[] };

function clauseOf(rule: OdcsQuality, path: Path, columns: readonly string[] | null): ClauseRead {
  const metric = metricOf(rule, path);
  if ("rule" in metric) return { findings: [metric] };
  const { level, takes } = ARGUMENTS[metric.metric];
  const here = columns === null ? "column" : "table";
  const limits = limitsOf(rule);
  const unit = rule.unit ?? "rows";
  const isUnit = unit === "rows" || unit === "percent";
  const measure = measureOf(metric.metric, rule.arguments ?? {}, columns);
  const problems = [
    ...(level.includes(here) ? [] : [wrong([...path, "metric"], `${metric.metric} is a rule on a ${level[0]}, not on a ${here}`, `move it to the ${level[0]}`)]),
    ...Object.keys(rule.arguments ?? {}).filter((key) => !takes.includes(key)).map((key) => unknownArgument(key, metric.metric, path)),
    ...(limits.length === 0 ? [wrong(path, "the rule compares with nothing", `add one of ${OPERATORS.join(", ")}`)] : []),
    ...(isUnit ? [] : [wrong([...path, "unit"], `the unit is rows or percent, not ${JSON.stringify(unit.slice(0, 40))}`, "write rows or percent")]),
    ...(metric.metric === "rowCount" && unit === "percent" ? [wrong([...path, "unit"], "a number of rows has no per cent", "remove the unit")] : []),
    ...(typeof measure === "string" ? [wrong([...path, "arguments"], measure)] : []),
  ];
  if (problems.length > 0 || typeof measure === "string" || !isUnit) return { findings: problems };
  const word = rule.severity?.toLowerCase() ?? "error";
  // A severity nobody knows counts as error: what a company meant to enforce is not dropped for a word.
  const severity = word === "warning" || word === "info" ? "warning" : "error";
  return { clause: { at: pointer(...path), measure, limits, unit, severity, strangeSeverity: word === severity || word === "info" ? null : word } };
}

const ARGUMENTS: Readonly<Record<Metric, { readonly level: readonly ("column" | "table")[]; readonly takes: readonly string[] }>> = {
  nullValues: { level: ["column"], takes: [] },
  missingValues: { level: ["column"], takes: ["missingValues"] },
  invalidValues: { level: ["column"], takes: ["validValues", "pattern"] },
  duplicateValues: { level: ["column", "table"], takes: ["properties"] },
  rowCount: { level: ["table"], takes: [] },
};

function metricOf({ metric }: OdcsQuality, path: Path): { readonly metric: Metric } | Finding {
  if (metric === undefined || metric === null) return wrong(path, "the rule has no metric", `add metric: ${METRICS.join(", ")}; or type: text for a rule in words`);
  const known = METRICS.find((one) => one === metric);
  if (known !== undefined) return { metric: known };
  const near = closest(metric, METRICS);
  return wrong([...path, "metric"], `there is no metric ${JSON.stringify(metric.slice(0, 40))}${near === undefined ? "" : `; did you mean ${near}?`}`, near === undefined ? `one of ${METRICS.join(", ")}` : `write ${near}`);
}

/** What is counted, or what is wrong with the arguments. */
function measureOf(metric: Metric, given: Readonly<Record<string, unknown>>, columns: readonly string[] | null): Measure | string {
  switch (metric) {
    case "nullValues": case "rowCount": return { metric };
    case "missingValues": {
      const words = wordsIn(given["missingValues"]);
      return words === null ? "missingValues lists the values that stand for a missing one" : { metric, words };
    }
    case "invalidValues": {
      const { validValues, pattern } = given;
      const words = validValues === undefined ? null : wordsIn(validValues);
      if (validValues !== undefined && words === null) return "validValues is a list of texts, numbers, booleans or null";
      if (pattern !== undefined && typeof pattern !== "string") return "pattern is a regular expression";
      return words === null && pattern === undefined ? "invalidValues needs validValues, a pattern, or both" : { metric, validValues: words, pattern: pattern ?? null };
    }
    case "duplicateValues": return duplicatesOf(given["properties"], columns);
  }
}

function duplicatesOf(given: unknown, columns: readonly string[] | null): Measure | string {
  if (columns === null) return given === undefined ? { metric: "duplicateValues", properties: null } : "properties is for a rule on the table";
  const names = Array.isArray(given) ? given.filter((one) => typeof one === "string") : [];
  if (names.length === 0 || !Array.isArray(given) || names.length !== given.length) return "on a table, duplicateValues needs properties: the columns that make the key";
  const strange = names.filter((one) => !columns.includes(one));
  return strange.length > 0 ? `there is no column ${strange.map((one) => one.slice(0, 80)).join(", ")}` : { metric: "duplicateValues", properties: names };
}

function wordsIn(raw: unknown): readonly (string | null)[] | null {
  const words = wordsForm.safeParse(raw);
  return words.success ? words.data.map((one: OdcsWord) => (one === null ? null : String(one))) : null;
}

function unknownArgument(key: string, metric: Metric, path: Path): Finding {
  const { takes } = ARGUMENTS[metric];
  const near = closest(key, takes);
  return wrong([...path, "arguments", key], `${metric} takes ${takes.length === 0 ? "no arguments" : takes.join(" and ")}${near === undefined ? "" : `; did you mean ${near}?`}`, near === undefined ? "remove it" : `write ${near}`);
}

function wrong(path: Path, says: string, fix?: string): Finding {
  return finding("SCHEMA_METRIC", pointer(...path), says, fix);
}
