import type { ContractColumn, ContractTable, Freshness, Measure, QualityClause } from "./contract.js";
import { canHold, holds } from "./limit.js";
import { finding, type Finding } from "./schema-rules.js";

/** Whether a table's quality rules make sense, by themselves and beside what its columns promise. */
export function lintQuality(table: ContractTable): readonly Finding[] {
  const { columns, rules, foreignRules, freshness, name } = table;
  return [
    ...lintRules(rules, name), ...foreign(foreignRules, name),
    ...columns.flatMap((column) => [...lintRules(column.rules, column.name), ...foreign(column.foreignRules, column.name), ...lintPromises(column)]),
    ...freshness.flatMap((one) => lintFreshness(one, columns)),
  ];
}

function lintRules(rules: readonly QualityClause[], name: string): readonly Finding[] {
  const seen = new Set<string>();
  return rules.flatMap(({ at, limits, unit, measure, strangeSeverity }) => {
    const key = keyOf(measure);
    const twice = seen.size === seen.add(key).size;
    const most = unit === "percent" ? 100 : Number.MAX_SAFE_INTEGER;
    return [
      ...(canHold(limits, most) ? [] : [finding("SCHEMA_THRESHOLD", at, `no feed can satisfy this rule on ${name}`)]),
      ...(twice ? [finding("SCHEMA_RULE_TWICE", at, `${measure.metric} stands on ${name} before already`)] : []),
      ...(strangeSeverity === null ? [] : [finding("SCHEMA_SEVERITY", `${at}/severity`, `${JSON.stringify(strangeSeverity.slice(0, 40))} counts as error`)]),
    ];
  });
}

function keyOf(measure: Measure): string {
  switch (measure.metric) {
    case "nullValues": case "missingValues": case "rowCount": return measure.metric;
    case "invalidValues": return `${measure.metric} ${measure.pattern ?? ""} ${measure.validValues === null ? "" : "list"}`;
    case "duplicateValues": return `${measure.metric} ${(measure.properties ?? []).toSorted().join(" ")}`;
  }
}

function foreign(rules: readonly string[], name: string): readonly Finding[] {
  return rules.map((at) => finding("SCHEMA_RULE_FOREIGN", at, `this rule on ${name} is not run here`));
}

/** A rule that lets some nulls or repeats pass says the opposite of the promise that there is none. */
function lintPromises({ name, rules, required, unique, primaryKey }: ContractColumn): readonly Finding[] {
  const allowsSome = ({ limits, unit }: QualityClause): boolean => limits.every((limit) => holds(limit, unit === "percent" ? 0.01 : 1));
  return rules.filter(allowsSome).flatMap(({ measure: { metric }, at }) => {
    if (metric === "nullValues" && (required || primaryKey)) return [finding("SCHEMA_RULE_AGAINST", at, `${name} is required, and this rule lets nulls pass`)];
    if (metric === "duplicateValues" && unique) return [finding("SCHEMA_RULE_AGAINST", at, `${name} is unique, and this rule lets repeats pass`)];
    return [];
  });
}

/** Hours by the standard's units of time. */
export const HOURS_OF_UNIT: Readonly<Record<string, number>> = {
  m: 1 / 60, min: 1 / 60, minute: 1 / 60, minutes: 1 / 60, h: 1, hour: 1, hours: 1, d: 24, day: 24, days: 24, y: 8_766, yr: 8_766, year: 8_766, years: 8_766,
};

function lintFreshness({ at, element, value, unit }: Freshness, columns: readonly ContractColumn[]): readonly Finding[] {
  const column = columns.find(({ name }) => name === element);
  const isTime = column?.type === "date" || column?.type === "timestamp";
  return [
    ...(isTime ? [] : [finding("SCHEMA_FRESHNESS", at, `${element === null ? "no element is named" : `${element.slice(0, 80)} is no date or timestamp of the contract`}`)]),
    ...(value > 0 && Number.isFinite(value) ? [] : [finding("SCHEMA_FRESHNESS", at, "the value is no positive number")]),
    ...(unit !== null && Object.hasOwn(HOURS_OF_UNIT, unit.toLowerCase()) ? [] : [finding("SCHEMA_FRESHNESS", at, "the unit is not m, h, d or y")]),
  ];
}
