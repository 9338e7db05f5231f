import type { SqlEngine } from "../sql/duckdb.js";
import { sqlText } from "../sql/feed-table.js";
import type { LogicalType } from "../sql/logical-type.js";
import type { RawColumn, RawTable } from "./raw-table.js";

/** Spellings of a type that is not text. */
type Spelled = Exclude<LogicalType, "text" | "null">;

/**
 * How texts are spelled: truths are true and false, and in other cases words; dates are 2026-01-31. Leading zeros are kept as text: they belong to
 * keys, not to numbers.
 */
const SPELLINGS: Readonly<Record<Exclude<Spelled, "boolean" | "date">, string>> = {
  integer: "-?(?:0|[1-9]\\d{0,17})",
  double: "-?(?:(?:0|[1-9]\\d*)(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d{1,3})?",
  decimal: "-?(?:0|[1-9]\\d{0,28})(?:\\.\\d{1,9})?",
  timestamp: "\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,6})?)?(?:Z|[+-]\\d{2}(?::?\\d{2})?)?",
};

/** Words that mean a number which is none. Among numbers they refuse the feed; alone they are text, as a name may be one of them. */
const NOT_FINITE = "(?i)[+-]?(?:nan|inf(?:inity)?)";

/** So many rows are looked at first: what one of them rules out is ruled out, and need not be asked of the rest. */
const FIRST_ROWS = 1_000;

/**
 * The types of columns that only have texts: the first type that all texts of a column spell, over every row and never over a sample, so that another
 * export of the same rows has the same types. One pass over the rows, and another where a type holds for the first rows and not for all.
 */
export async function typesOfTexts(engine: SqlEngine, { relation, columns }: RawTable): Promise<ReadonlyMap<string, LogicalType>> {
  const found = new Map<string, LogicalType>();
  let open = columns.flatMap((column): Candidates[] => (column.form.kind === "spelled" ? [{ column, types: column.form.as.filter(isSpelledType) }] : []));
  open = (await judged(engine, open, `(SELECT * FROM ${relation} LIMIT ${FIRST_ROWS})`)).map(({ column, types, fits }) => ({ column, types: types.filter((_, k) => fits[k]) }));
  while (open.length > 0) {
    const asked = open.map(({ column, types }) => ({ column, types: types.slice(0, 1), rest: types.slice(1) }));
    const answers = await judged(engine, asked, relation);
    open = answers.flatMap(({ column, types: [type], fits: [fit], isEmpty, rest }) => {
      if (!isEmpty && type !== undefined && fit === false) return [{ column, types: rest }];
      found.set(column.name, isEmpty ? "null" : type ?? "text");
      return [];
    });
  }
  return found;
}

interface Candidates {
  readonly column: RawColumn;
  readonly types: readonly Spelled[];
}

/** Per type whether all texts spell it. */
interface Judged {
  readonly fits: readonly boolean[];
  readonly isEmpty: boolean;
}

/** Which of its types all texts of a column in `from` spell. */
async function judged<C extends Candidates>(engine: SqlEngine, asked: readonly C[], from: string): Promise<readonly (C & Judged)[]> {
  if (asked.length === 0) return [];
  const counts = asked.map(({ column: { sql }, types }) => [`count(${sql})`, ...types.map((type) => countSql(sql, type))]);
  const [row = []] = await engine.read(`SELECT ${counts.flat().join(", ")} FROM ${from}`);
  let at = 0;
  return asked.map((one) => {
    const [texts = 0, ...spelled] = row.slice(at, at += 1 + one.types.length).map(Number);
    return { ...one, fits: spelled.map((count) => count === texts), isEmpty: texts === 0 };
  });
}

/** How many texts spell a type. Words such as NaN count as doubles only beside a number. */
function countSql(sql: string, type: Spelled): string {
  const isSpelled = isSpelledSql(sql, type);
  if (type !== "double") return `count(*) FILTER (WHERE ${isSpelled})`;
  const kind = `CASE WHEN ${isSpelled} THEN 1 WHEN regexp_full_match(${sql}, ${sqlText(NOT_FINITE)}) THEN 2 ELSE 0 END`;
  return `CASE WHEN bool_or(${kind} = 1) THEN count(*) FILTER (WHERE ${kind} > 0) ELSE 0 END`;
}

/** The value of a text that is known to spell the type, or a word such as NaN for a double. */
export function valueOfSpelledSql(sql: string, type: LogicalType): string {
  switch (type) {
    case "text": case "null": return sql;
    case "boolean": return `CAST(${sql} AS BOOLEAN)`;
    case "integer": return `CAST(${sql} AS BIGINT)`;
    case "decimal": return `CAST(${sql} AS DECIMAL(38, 9))`;
    case "double": return `CAST(${sql} AS DOUBLE)`;
    case "date": return `CAST(${sql} AS DATE)`;
    // A zone that is written is kept; none is UTC. The engine's own zone is set to UTC.
    case "timestamp": return `CAST(CAST(${sql} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  }
}

/** The value of a text as its type's own, null where it is none. */
export function valueOfTextSql(sql: string, type: LogicalType): string {
  if (!isSpelledType(type)) return sql;
  // Where somebody says that it is a truth, its case is no matter.
  if (type === "boolean") return `CAST(CASE WHEN lower(${sql}) IN ('true', 'false') THEN lower(${sql}) END AS BOOLEAN)`;
  // A word such as NaN becomes what it says, so that it is counted as what it is.
  const words = type === "double" ? ` OR regexp_full_match(${sql}, ${sqlText(NOT_FINITE)})` : "";
  return valueOfSpelledSql(`(CASE WHEN ${isSpelledSql(sql, type)}${words} THEN ${sql} END)`, type);
}

function isSpelledType(type: LogicalType): type is Spelled {
  return type !== "text" && type !== "null";
}

/** Where reading a text and writing the value gives the text back, it spells the type; that is cheaper than its pattern. */
function isSpelledSql(sql: string, type: Spelled): string {
  const matches = type === "boolean" || type === "date" ? "" : `regexp_full_match(${sql}, ${sqlText(SPELLINGS[type])})`;
  const back = (engineType: string) => `CAST(try_cast(${sql} AS ${engineType}) AS VARCHAR) = ${sql}`;
  switch (type) {
    // True and FALSE are words of whoever wrote them; as truths they would come out in another spelling than the charter's.
    case "boolean": return `${sql} IN ('true', 'false')`;
    case "integer": return `CASE WHEN strlen(${sql}) <= 18 AND ${back("BIGINT")} THEN true ELSE ${matches} END`;
    // Fifteen digits survive a double in any spelling, and a pattern is cheaper than writing a double out.
    case "double": return `CASE WHEN strlen(${sql}) <= 15 THEN ${matches} WHEN ${back("DOUBLE")} AND isfinite(try_cast(${sql} AS DOUBLE)) THEN true ELSE ${matches} AND ${isExactSql(sql)} END`;
    case "date": return `(strlen(${sql}) = 10 AND ${back("DATE")})`;
    case "timestamp": return `(${matches} AND try_cast(${sql} AS TIMESTAMPTZ) IS NOT NULL)`;
    case "decimal": return matches;
  }
}

/** Fifteen digits survive a double (IEEE 754); with more, the double must have the digits that were written. What does not stays decimal or text. */
function isExactSql(sql: string): string {
  const written = digitsSql(sql);
  return `(strlen(${written}) <= 15 OR ${written} = ${digitsSql(`CAST(try_cast(${sql} AS DOUBLE) AS VARCHAR)`)})`;
}

/** The digits that count, without point, zeros around, sign and exponent. */
function digitsSql(sql: string): string {
  return `trim(regexp_replace(split_part(lower(${sql}), 'e', 1), '[^0-9]', '', 'g'), '0')`;
}
