import { DECIMAL, TIME } from "../decimal.js";
import type { LogicalType } from "./logical-type.js";
import { decimalSql, sqlNumber, sqlText } from "./feed-table.js";

/** A column of a relation, as SQL takes it. */
export interface SqlColumn {
  readonly sql: string;
  readonly type: LogicalType;
}

/** The value as a finite DOUBLE, null where it is none; null if the type holds no numbers. */
export function numberSql({ sql, type }: SqlColumn): string | null {
  switch (type) {
    case "text": case "null": return finite(`CASE WHEN regexp_full_match(${sql}, ${sqlText(DECIMAL)}) THEN try_cast(${sql} AS DOUBLE) END`);
    case "integer": case "boolean": return `CAST(${sql} AS DOUBLE)`;
    case "decimal": return decimalSql(sql);
    case "double": return finite(sql);
    case "date": case "timestamp": return null;
  }
}

/** The value as a word; null if the type's values have no one spelling. */
export function wordSql({ sql, type }: SqlColumn): string | null {
  switch (type) {
    case "text": case "null": return sql;
    case "integer": case "boolean": case "date": return `CAST(${sql} AS VARCHAR)`;
    case "decimal": case "double": case "timestamp": return null;
  }
}

/** The value as text to be compared with others of the same feed; any type will do. */
export function keySql({ sql, type }: SqlColumn): string {
  return type === "text" || type === "null" ? sql : `CAST(${sql} AS VARCHAR)`;
}

/** The value as a DATE, null where it is none; null if the type holds no times. */
export function daySql({ sql, type }: SqlColumn): string | null {
  switch (type) {
    case "text": case "null": return `CASE WHEN regexp_full_match(${sql}, ${sqlText(TIME)}) THEN try_cast(left(${sql}, 10) AS DATE) END`;
    case "date": return sql;
    case "timestamp": return `CAST(${sql} AS DATE)`;
    case "integer": case "decimal": case "double": case "boolean": return null;
  }
}

/** Up to so many words a chain of comparisons is faster than a lookup by hash. */
const CHAIN_MAX = 16;

/** The place of a word in a list, as a DOUBLE; null if it is not there. */
export function placeSql(word: string, list: readonly string[]): string {
  if (list.length <= CHAIN_MAX) return `CASE ${word} ${list.map((one, place) => `WHEN ${sqlText(one)} THEN ${sqlNumber(place)}`).join(" ")} END`;
  return `CAST(enum_code(try_cast(${word} AS ENUM(${list.map(sqlText).join(", ")}))) AS DOUBLE)`;
}

function finite(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN ${sql} END`;
}
