import { listedValues, type Bound, type ContractColumn, type ContractTable } from "./contract.js";
import { finding, type Finding } from "./schema-rules.js";
import { numberIn } from "../decimal.js";

/** As many as a charter lists for one column. */
export const CATEGORIES_LISTED_MAX = 1_000;

/** Whether what the contract says of a column's values fits together. */
export function lintColumn(column: ContractColumn): readonly Finding[] {
  return [...lintBounds(column), ...lintLengths(column), ...lintPatterns(column), ...lintCategories(column), ...lintPromises(column)];
}

/** Rules about a table's label. */
export function lintLabel({ columns }: ContractTable): readonly Finding[] {
  const labels = columns.filter(({ extension }) => extension.positive !== null);
  const more = labels.slice(1).map(({ extension, name }) => finding("SCHEMA_LABEL", extension.at, `${name} is a second label`, "keep one"));
  return [...more, ...labels.flatMap(labelProblems)];
}

function labelProblems(column: ContractColumn): readonly Finding[] {
  const { name, extension: { positive, at }, type, classification } = column;
  const values = type === "boolean" ? ["true", "false"] : listedValues(column) ?? [];
  const wrong = (says: string): Finding => finding("SCHEMA_LABEL", at, `${name} ${says}`);
  return [
    ...(values.length === 2 ? [] : [wrong(`lists ${values.length} values`)]),
    ...(values.length === 2 && !values.some((value) => value === positive) ? [wrong("does not list its positive value")] : []),
    ...(classification === "identifier" ? [wrong("is an identifier")] : []),
  ];
}

function lintBounds(column: ContractColumn): readonly Finding[] {
  const { at, name, type, bounds: { min, max }, classification } = column;
  const isNumber = type === "integer" || type === "number";
  if (min === null && max === null) return isNumber && classification !== "identifier" && listedValues(column) === null ? [finding("SCHEMA_BOUNDS_MISSING", at, `${name} has no bounds`)] : [];
  const typed = [min, max].flatMap((bound) => (bound === null || isOfType(bound, column) ? [] : [finding("SCHEMA_BOUNDS_TYPE", bound.at, `this is no bound for ${type === null ? "a column without a type" : `a ${type}`}`)]));
  if (typed.length > 0) return typed;
  if (min === null || max === null) return isNumber ? [finding("SCHEMA_BOUNDS_MISSING", at, `${name} has no ${min === null ? "minimum" : "maximum"}`)] : [];
  return isBelow(min, max) ? [] : [finding("SCHEMA_BOUNDS_ORDER", max.at, `the minimum of ${name} is not below its maximum`)];
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

function isOfType({ value }: Bound, { type }: ContractColumn): boolean {
  switch (type) {
    case "integer": return typeof value === "number" && Number.isInteger(value);
    case "number": return typeof value === "number";
    case "date": return typeof value === "string" && ISO_DATE.test(value) && Number.isFinite(Date.parse(value));
    case "timestamp": return typeof value === "string" && ISO_INSTANT.test(value) && Number.isFinite(Date.parse(value));
    case "string": case "boolean": case null: return false;
  }
}

function isBelow(min: Bound, max: Bound): boolean {
  const [from, to] = [orderOf(min), orderOf(max)];
  return from < to || (from === to && !min.exclusive && !max.exclusive);
}

function orderOf({ value }: Bound): number {
  return typeof value === "number" ? value : Date.parse(value);
}

function lintLengths({ at, name, type, lengths: { min, max } }: ContractColumn): readonly Finding[] {
  if (min === null && max === null) return [];
  const place = `${at}/logicalTypeOptions`;
  if (type !== "string") return [finding("SCHEMA_BOUNDS_TYPE", place, `${name} has a length and is no string`)];
  return min !== null && max !== null && min > max ? [finding("SCHEMA_BOUNDS_ORDER", place, `the least length of ${name} is above its greatest`)] : [];
}

function lintPatterns({ at, name, type, pattern, rules }: ContractColumn): readonly Finding[] {
  const own = pattern === null ? [] : [{ pattern, at: `${at}/logicalTypeOptions/pattern` }];
  const ruled = rules.flatMap(({ measure, at: rule }) => (measure.metric === "invalidValues" && measure.pattern !== null ? [{ pattern: measure.pattern, at: `${rule}/arguments/pattern` }] : []));
  return [
    ...(own.length > 0 && type !== "string" ? [finding("SCHEMA_BOUNDS_TYPE", `${at}/logicalTypeOptions/pattern`, `${name} has a pattern and is no string`)] : []),
    ...[...own, ...ruled].flatMap((one) => (isPlainPattern(one.pattern) ? [] : [finding("SCHEMA_PATTERN", one.at, `this pattern of ${name} cannot be run`)])),
  ];
}

/** Whether the engine (RE2) can run the expression: it has no look-around and no back references. */
export function isPlainPattern(pattern: string): boolean {
  if (/\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</.test(pattern)) return false;
  try {
    return new RegExp(pattern, "u").source !== "";
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function lintCategories(column: ContractColumn): readonly Finding[] {
  const { at, name, extension } = column;
  return column.rules.flatMap(({ measure, at: rule }) => {
    if (measure.metric !== "invalidValues" || measure.validValues === null) return [];
    const values = measure.validValues;
    const place = `${rule}/arguments/validValues`;
    const folded = values.map((value) => value?.trim().toLowerCase() ?? null);
    const twice = folded.findIndex((value, i) => folded.indexOf(value) < i);
    const stray = values.findIndex((value) => value !== null && !isValue(value, column));
    return [
      ...(values.length <= CATEGORIES_LISTED_MAX ? [] : [finding("SCHEMA_CATEGORY_COUNT", place, `${name} lists ${values.length.toLocaleString("en-US")} values; a charter lists ${CATEGORIES_LISTED_MAX.toLocaleString("en-US")} at most`)]),
      ...(extension.hashed ? [finding("SCHEMA_CATEGORY_COUNT", at, `${name} is hashed and lists its values`, "do one or the other")] : []),
      ...(twice < 0 ? [] : [finding("SCHEMA_CATEGORY_TWICE", `${place}/${twice}`, `value ${twice + 1} of ${name} stands before already, in this or another spelling`)]),
      ...(stray < 0 ? [] : [finding("SCHEMA_CATEGORY_TYPE", `${place}/${stray}`, `value ${stray + 1} of ${name} is not one that the column can have`)]),
    ];
  });
}

function isValue(value: string, { type, bounds: { min, max } }: ContractColumn): boolean {
  const within = (number: number): boolean => [min, max].every((bound) => bound === null || typeof bound.value !== "number" || (bound === min ? number >= bound.value : number <= bound.value));
  switch (type) {
    case "integer": return Number.isInteger(numberIn(value)) && within(numberIn(value));
    case "number": return Number.isFinite(numberIn(value)) && within(numberIn(value));
    case "boolean": return value === "true" || value === "false";
    case "date": return ISO_DATE.test(value);
    case "timestamp": return ISO_INSTANT.test(value);
    case "string": case null: return true;
  }
}

/** The key is a promise of its own. */
function lintPromises({ at, name, primaryKey, required }: ContractColumn): readonly Finding[] {
  return primaryKey && !required ? [finding("SCHEMA_KEY_NULL", at, `${name} is part of the primary key and may be null`)] : [];
}
