import type { SqlEngine } from "../duckdb.js";
import { sqlText } from "./feed-table.js";
import type { LogicalType } from "./logical-type.js";
import type { RawColumn, RawTable } from "./raw-table.js";

/** Spellings of a type that is not text. */
type Spelled = Exclude<LogicalType, "text" | "null">;

/** How texts of each type are spelled. Leading zeros are kept as text: they belong to keys, not to numbers. */
const SPELLINGS: Readonly<Record<Spelled, string>> = {
  boolean: "(?i)true|false",
  integer: "-?(?:0|[1-9]\\d{0,17})",
  double: "-?(?:(?:0|[1-9]\\d*)(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d{1,3})?",
  decimal: "-?(?:0|[1-9]\\d{0,28})(?:\\.\\d{1,9})?",
  date: "\\d{4}-\\d{2}-\\d{2}",
  timestamp: "\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,6})?)?(?:Z|[+-]\\d{2}(?::?\\d{2})?)?",
};

/** Words that mean a number which is none. Among numbers they refuse the feed; alone they are text, as a name may be one of them. */
const NOT_FINITE = "(?i)[+-]?(?:nan|inf(?:inity)?)";

/** So many rows are looked at first. What one of them rules out is ruled out; what none does is held to every row. */
const FIRST_ROWS = 1_000;

/**
 * The types of columns that only have texts: the first type that all texts of a column spell, over every row and never over a sample, so that another
 * export of the same rows has the same types. One pass over the rows.
 */
export async function typesOfTexts(engine: SqlEngine, { relation, columns }: RawTable): Promise<ReadonlyMap<string, LogicalType>> {
  const open = columns.flatMap((column): Candidates[] => (column.form.kind === "spelled" ? [{ column, types: column.form.as.filter(isSpelledType) }] : []));
  const left = await still(engine, open, `(SELECT * FROM ${relation} LIMIT ${FIRST_ROWS})`);
  const found = await still(engine, left, relation);
  return new Map(found.map(({ column, types: [first], isEmpty }) => [column.name, isEmpty ? "null" : first ?? "text"]));
}

interface Candidates {
  readonly column: RawColumn;
  readonly types: readonly Spelled[];
}

/** The types that all texts in `from` spell. */
async function still(engine: SqlEngine, open: readonly Candidates[], from: string): Promise<readonly (Candidates & { readonly isEmpty: boolean })[]> {
  if (open.length === 0) return [];
  const counts = open.map(({ column: { sql }, types }) => [`count(${sql})`, ...types.map((type) => countSql(sql, type))]);
  const [row = []] = await engine.read(`SELECT ${counts.flat().join(", ")} FROM ${from}`);
  let at = 0;
  return open.map(({ column, types }) => {
    const [texts = 0, ...spelled] = row.slice(at, at += 1 + types.length).map(Number);
    return { column, types: types.filter((_, k) => spelled[k] === texts), isEmpty: texts === 0 };
  });
}

/** How many texts spell a type. Words such as NaN count as doubles only beside a number. */
function countSql(sql: string, type: Spelled): string {
  const count = `count(*) FILTER (WHERE ${isSpelledSql(sql, type)})`;
  if (type !== "double") return count;
  return `CASE WHEN ${count} > 0 THEN ${count} + count(*) FILTER (WHERE regexp_full_match(${sql}, ${sqlText(NOT_FINITE)})) ELSE 0 END`;
}

/** The value of a text as its type's own, null where it is none. */
export function valueOfTextSql(sql: string, type: LogicalType): string {
  if (!isSpelledType(type)) return sql;
  const spelled = `CASE WHEN ${isSpelledSql(sql, type)} THEN ${sql} END`;
  switch (type) {
    case "boolean": return `CAST(lower(${spelled}) AS BOOLEAN)`;
    case "integer": return `try_cast(${spelled} AS BIGINT)`;
    case "decimal": return `try_cast(${spelled} AS DECIMAL(38, 9))`;
    // A word such as NaN becomes what it says, so that it is counted as what it is.
    case "double": return `CASE WHEN ${isSpelledSql(sql, "double")} OR regexp_full_match(${sql}, ${sqlText(NOT_FINITE)}) THEN try_cast(${sql} AS DOUBLE) END`;
    case "date": return `try_cast(${spelled} AS DATE)`;
    // A zone that is written is kept; none is UTC. The engine's own zone is set to UTC.
    case "timestamp": return `CAST(try_cast(${spelled} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  }
}

function isSpelledType(type: LogicalType): type is Spelled {
  return type !== "text" && type !== "null";
}

function isSpelledSql(sql: string, type: Spelled): string {
  const matches = `regexp_full_match(${sql}, ${sqlText(SPELLINGS[type])})`;
  switch (type) {
    case "double": return `(${matches} AND ${isExactSql(sql)})`;
    case "date": return `(${matches} AND try_cast(${sql} AS DATE) IS NOT NULL)`;
    case "timestamp": return `(${matches} AND try_cast(${sql} AS TIMESTAMPTZ) IS NOT NULL)`;
    case "boolean": case "integer": case "decimal": return matches;
  }
}

/** Fifteen digits survive a double (IEEE 754); with more, the double must have the digits that were written. What does not stays decimal or text. */
function isExactSql(sql: string): string {
  const written = digitsSql(sql);
  return `CASE WHEN strlen(${sql}) <= 15 THEN true ELSE strlen(${written}) <= 15 OR ${written} = ${digitsSql(`CAST(try_cast(${sql} AS DOUBLE) AS VARCHAR)`)} END`;
}

/** The digits that count, without point, zeros around, sign and exponent. */
function digitsSql(sql: string): string {
  return `trim(regexp_replace(split_part(lower(${sql}), 'e', 1), '[^0-9]', '', 'g'), '0')`;
}
