import { DECIMAL, TIME } from "../decimal.js";
import { decimalSql, sqlName, sqlNumber, sqlText, type FeedColumn } from "../sql/feed-table.js";
import type { Bounds, Bound } from "./contract.js";
import type { ContractType } from "./odcs-form.js";

/**
 * Conditions on one column, as SQL. Each is true for the rows that break a rule, and never for null: nulls are counted by a rule of their own.
 *
 * A feed may bring a column as text where the contract promises a number or a date: then the text is read as one, decimal notation alone.
 */

/** `e` for any column; the engine's own text of a value is what lists of words are compared with. */
export function asText(column: FeedColumn): string {
  return column.type === "text" || column.type === "null" ? sqlName(column.name) : `CAST(${sqlName(column.name)} AS VARCHAR)`;
}

const ENDLESS = "'[+-]?(inf|infinity|nan)'";

/** The column as DOUBLE: null where it is no number, and possibly infinite or NaN. */
export function asNumber(column: FeedColumn): string {
  const name = sqlName(column.name);
  switch (column.type) {
    case "integer": case "double": return `CAST(${name} AS DOUBLE)`;
    case "decimal": return decimalSql(name);
    case "boolean": return `CAST(CAST(${name} AS INTEGER) AS DOUBLE)`;
    case "text": return `(CASE WHEN regexp_full_match(${name}, ${sqlText(DECIMAL)}) OR regexp_full_match(lower(${name}), ${ENDLESS}) THEN TRY_CAST(${name} AS DOUBLE) END)`;
    case "date": case "timestamp": case "null": return "CAST(NULL AS DOUBLE)";
  }
}

/** The column as TIMESTAMP in UTC; null where it is no time. */
export function asTime(column: FeedColumn): string {
  const name = sqlName(column.name);
  switch (column.type) {
    case "date": return `CAST(${name} AS TIMESTAMP)`;
    case "timestamp": return name;
    case "text": return `(CASE WHEN regexp_full_match(${name}, ${sqlText(TIME)}) THEN TRY_CAST(${name} AS TIMESTAMP) END)`;
    case "integer": case "decimal": case "double": case "boolean": case "null": return "CAST(NULL AS TIMESTAMP)";
  }
}

export function isNull({ name }: FeedColumn): string {
  return `${sqlName(name)} IS NULL`;
}

/** Neither infinite nor undefined; true for null, which is another rule's. */
export function notFinite(column: FeedColumn): string | null {
  return column.type === "text" || column.type === "double" ? `NOT isfinite(${asNumber(column)})` : null;
}

/** Values that are not of the contract's type; null where the feed's own type leaves no doubt. */
export function notOfType(column: FeedColumn, type: ContractType): string | null {
  const present = `${sqlName(column.name)} IS NOT NULL`;
  const number = asNumber(column);
  switch (type) {
    case "string": return null;
    case "number": return isNumeric(column) ? null : `${present} AND ${number} IS NULL`;
    case "integer":
      if (column.type === "integer") return null;
      return `${present} AND (${number} IS NULL OR (isfinite(${number}) AND ${number} <> round(${number})))`;
    case "boolean": return column.type === "boolean" ? null : `${present} AND lower(${asText(column)}) NOT IN ('true', 'false', '1', '0')`;
    case "date":
      if (column.type === "date") return null;
      return `${present} AND (${asTime(column)} IS NULL OR ${asTime(column)} <> date_trunc('day', ${asTime(column)}))`;
    case "timestamp": return column.type === "timestamp" || column.type === "date" ? null : `${present} AND ${asTime(column)} IS NULL`;
  }
}

/** Finite values outside the bounds. */
export function outside(column: FeedColumn, { min, max }: Bounds): string | null {
  const sides = [min === null ? null : beyond(column, min, "<"), max === null ? null : beyond(column, max, ">")].filter((side) => side !== null);
  return sides.length === 0 ? null : `(${sides.join(" OR ")})`;
}

function beyond(column: FeedColumn, { value, exclusive }: Bound, sign: "<" | ">"): string {
  const compare = exclusive ? `${sign}=` : sign;
  if (typeof value === "number") return `(isfinite(${asNumber(column)}) AND ${asNumber(column)} ${compare} ${sqlNumber(value)})`;
  return `${asTime(column)} ${compare} TIMESTAMP ${sqlText(new Date(Date.parse(value)).toISOString().slice(0, 23).replace("T", " "))}`;
}

/** Values that are not on the list. Numbers are compared as numbers where the contract says that they are. */
export function notListed(column: FeedColumn, words: readonly (string | null)[], type: ContractType | null): string {
  const listed = words.filter((word) => word !== null);
  const isNumber = (type === "integer" || type === "number") && listed.every((word) => Number.isFinite(Number(word)));
  const [value, literals] = isNumber ? [asNumber(column), listed.map((word) => sqlNumber(Number(word)))] : [asText(column), listed.map(sqlText)];
  // A list of constants is planned one by one; as a relation it is hashed.
  return literals.length === 0 ? `${sqlName(column.name)} IS NOT NULL` : `${value} NOT IN (SELECT unnest([${literals.join(", ")}]))`;
}

/** Values that only stand for a missing one, null among them if it is listed. */
export function isWord(column: FeedColumn, words: readonly (string | null)[]): string {
  const listed = words.filter((word) => word !== null);
  const none = words.length > listed.length ? [isNull(column)] : [];
  return [...none, ...(listed.length === 0 ? [] : [`${asText(column)} IN (${listed.map(sqlText).join(", ")})`])].map((one) => `(${one})`).join(" OR ");
}

export function notMatching(column: FeedColumn, pattern: string): string {
  return `NOT regexp_matches(${asText(column)}, ${sqlText(pattern)})`;
}

/** Texts shorter or longer than allowed, in characters. */
export function notOfLength(column: FeedColumn, { min, max }: { readonly min: number | null; readonly max: number | null }): string | null {
  const sides = [...(min === null ? [] : [`length(${asText(column)}) < ${min}`]), ...(max === null ? [] : [`length(${asText(column)}) > ${max}`])];
  return sides.length === 0 ? null : `(${sides.join(" OR ")})`;
}

export function isNumeric({ type }: FeedColumn): boolean {
  return type === "integer" || type === "decimal" || type === "double";
}
