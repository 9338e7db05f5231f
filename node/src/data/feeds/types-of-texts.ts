import type { SqlEngine } from "../duckdb.js";
import { sqlText } from "./feed-table.js";
import type { LogicalType } from "./logical-type.js";
import type { RawColumn, RawTable } from "./raw-table.js";

/**
 * How texts of each type are spelled. A column is of the first type all of whose texts are, over every row and never over a sample, so that another
 * export of the same rows has the same types. Leading zeros are kept as text: they belong to keys, not to numbers.
 */
const SPELLINGS: readonly (readonly [type: LogicalType, pattern: string])[] = [
  ["boolean", "(?i)true|false"],
  ["integer", "-?(?:0|[1-9]\\d{0,17})"],
  // More than fifteen digits do not survive a double, so they stay text.
  ["double", "-?(?:0|[1-9]\\d{0,14})?(?:\\.\\d{0,15})?(?:[eE][+-]?\\d{1,3})?"],
  ["date", "\\d{4}-\\d{2}-\\d{2}"],
  ["timestamp", "\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,6})?)?(?:Z|[+-]\\d{2}:?\\d{2})?"],
];

/** The types of columns whose source has none. One pass over the rows. */
export async function typesOfTexts(engine: SqlEngine, { relation, columns }: RawTable): Promise<ReadonlyMap<string, LogicalType>> {
  const untyped = columns.filter(({ type }) => type === null);
  if (untyped.length === 0) return new Map();
  const counts = untyped.flatMap((column) => [`count(${column.sql})`, ...SPELLINGS.map(([type]) => `count(*) FILTER (WHERE ${isSpelledSql(column, type)})`)]);
  const [row = []] = await engine.read(`SELECT ${counts.join(", ")} FROM ${relation}`);
  const width = 1 + SPELLINGS.length;
  return new Map(untyped.map(({ name }, i) => {
    const [texts = 0, ...spelled] = row.slice(i * width, (i + 1) * width).map(Number);
    const fits = SPELLINGS.findIndex((_, k) => spelled[k] === texts);
    return [name, texts === 0 ? "null" : SPELLINGS[fits]?.[0] ?? "text"] as const;
  }));
}

/** The value of a text column as its type's own, null where it is none. */
export function valueOfTextSql({ sql }: Pick<RawColumn, "sql">, type: LogicalType): string {
  const spelled = `CASE WHEN ${isSpelledSql({ sql }, type)} THEN ${sql} END`;
  switch (type) {
    case "text": case "null": return sql;
    case "boolean": return `CAST(lower(${spelled}) AS BOOLEAN)`;
    case "integer": return `try_cast(${spelled} AS BIGINT)`;
    case "decimal": return `try_cast(${spelled} AS DECIMAL(38, 9))`;
    case "double": return `try_cast(${spelled} AS DOUBLE)`;
    case "date": return `try_cast(${spelled} AS DATE)`;
    // A zone that is written is kept; none is UTC. The engine's own zone is set to UTC.
    case "timestamp": return `CAST(try_cast(${spelled} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  }
}

function isSpelledSql({ sql }: Pick<RawColumn, "sql">, type: LogicalType): string {
  const pattern = SPELLINGS.find(([named]) => named === (type === "decimal" ? "double" : type))?.[1];
  if (pattern === undefined) return "true";
  const matches = `regexp_full_match(${sql}, ${sqlText(pattern)})`;
  switch (type) {
    case "double": case "decimal": return `(${matches} AND regexp_matches(${sql}, '\\d'))`;
    case "date": return `(${matches} AND try_cast(${sql} AS DATE) IS NOT NULL)`;
    case "timestamp": return `(${matches} AND try_cast(${sql} AS TIMESTAMPTZ) IS NOT NULL)`;
    case "boolean": case "integer": case "text": case "null": return matches;
  }
}
