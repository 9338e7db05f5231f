import { TIME } from "../decimal.js";
import { askScalars } from "../sql/ask-scalars.js";
import { sqlName, sqlNumber, sqlText, numbersOf, textsOf, type FeedColumn, type FeedTable } from "../sql/feed-table.js";
import type { LogicalType } from "../sql/logical-type.js";
import { asNumber, asText, isNumeric } from "./expressions.js";
import { LIKENESS_NAMES, looksLike, type Likeness } from "./likeness.js";
import { CATEGORIES_LISTED_MAX } from "./lint-columns.js";
import type { ContractType } from "./odcs-form.js";

/** What a proposal is made from. Holds values of the feed: it stays in memory, and what of it may be written `propose.ts` decides. */
export interface ColumnProfile {
  readonly column: FeedColumn;
  /** What the values are: the feed's own type, or of texts what all of them spell. Null where there is no value. */
  readonly type: ContractType | null;
  readonly rows: number;
  readonly nulls: number;
  /** An estimate, within a few per cent. */
  readonly different: number;
  /** Of numbers: the ends of what occurs, and how many rows stand there. */
  readonly ends: { readonly least: End; readonly greatest: End } | null;
  /** Values and their rows, the most frequent first; null where there are more than a contract may list. */
  readonly words: readonly { readonly word: string; readonly rows: number }[] | null;
  /** What most values look like. */
  readonly like: Likeness | null;
}

export interface End {
  readonly value: number;
  readonly rows: number;
}

const TYPE_OF: Readonly<Record<LogicalType, ContractType | null>> = {
  text: "string", integer: "integer", decimal: "number", double: "number", boolean: "boolean", date: "date", timestamp: "timestamp", null: null,
};

/** Looks at every column: two passes for all figures, and one more for each column whose values may be listed. */
export async function profileOf(table: FeedTable): Promise<readonly ColumnProfile[]> {
  const figures = await askScalars(table, table.columns.flatMap((column) => Object.values(scalarsOf(column))));
  const ends = await endsOf(table, figures);
  const profiles: ColumnProfile[] = [];
  for (const column of table.columns) {
    const sql = scalarsOf(column);
    const figure = (name: string): number | null => {
      const value = figures.get(sql[name] ?? "") ?? Number.NaN;
      return Number.isFinite(value) ? value : null;
    };
    const present = figure("present") ?? 0;
    const type = column.type === "text" ? spelledType(present, figure) : TYPE_OF[column.type];
    const different = figure("different") ?? 0;
    profiles.push({
      column, type, rows: table.rows, nulls: table.rows - present, different, ends: ends.get(column.name) ?? null,
      // The estimate may be off by some per cent; the list itself is exact.
      words: type === "string" && different <= 1.2 * CATEGORIES_LISTED_MAX ? await wordsOf(table, column) : null,
      like: LIKENESS_NAMES.find((likeness) => 2 * (figure(likeness) ?? 0) > present) ?? null,
    });
  }
  return profiles;
}

async function endsOf(table: FeedTable, figures: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, NonNullable<ColumnProfile["ends"]>>> {
  const known = table.columns.filter((column) => isNumeric(column) || column.type === "text").map((column) => {
    const { least = "", greatest = "" } = scalarsOf(column);
    return { column, least: figures.get(least) ?? Number.NaN, greatest: figures.get(greatest) ?? Number.NaN };
  }).filter(({ least, greatest }) => Number.isFinite(least) && Number.isFinite(greatest));
  const at = (column: FeedColumn, value: number): string => `count(*) FILTER (WHERE ${asNumber(column)} = ${sqlNumber(value)})`;
  const rows = await askScalars(table, known.flatMap(({ column, least, greatest }) => [at(column, least), at(column, greatest)]));
  const end = (column: FeedColumn, value: number): End => ({ value, rows: rows.get(at(column, value)) ?? 0 });
  return new Map(known.map(({ column, least, greatest }) => [column.name, { least: end(column, least), greatest: end(column, greatest) }]));
}

function scalarsOf(column: FeedColumn): Readonly<Record<string, string>> {
  const name = sqlName(column.name);
  return {
    present: `count(${name})`, different: `approx_count_distinct(${name})`,
    ...(isNumeric(column) || column.type === "text" ? { least: `min(${finite(column)})`, greatest: `max(${finite(column)})` } : {}),
    ...(column.type === "text" ? { ...spellings(name), ...Object.fromEntries(LIKENESS_NAMES.map((one) => [one, looksLike(column, one)])) } : {}),
  };
}

function finite(column: FeedColumn): string {
  return column.type === "text" || column.type === "double" ? `CASE WHEN isfinite(${asNumber(column)}) THEN ${asNumber(column)} END` : asNumber(column);
}

/** How many texts spell what. A number with a leading zero is none: it is a code, and would lose the zero. */
function spellings(name: string): Readonly<Record<string, string>> {
  const matching = (pattern: string): string => `count(*) FILTER (WHERE regexp_full_match(${name}, '${pattern}'))`;
  const day = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
  return {
    integer: matching("[+-]?(0|[1-9][0-9]{0,15})"),
    number: matching("[+-]?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"),
    date: `count(*) FILTER (WHERE regexp_full_match(${name}, '${day}') AND TRY_CAST(${name} AS DATE) IS NOT NULL)`,
    // As the gate reads a time: what it would refuse is not proposed.
    timestamp: `count(*) FILTER (WHERE regexp_full_match(${name}, ${sqlText(TIME)}) AND TRY_CAST(${name} AS TIMESTAMP) IS NOT NULL)`,
    boolean: `count(*) FILTER (WHERE lower(${name}) IN ('true', 'false'))`,
  };
}

const SPELLED: readonly ContractType[] = ["integer", "number", "date", "timestamp", "boolean"];

function spelledType(present: number, figure: (name: string) => number | null): ContractType | null {
  return present === 0 ? null : SPELLED.find((type) => figure(type) === present) ?? "string";
}

async function wordsOf(table: FeedTable, column: FeedColumn): Promise<ColumnProfile["words"]> {
  const values = `SELECT ${asText(column)} AS word, count(*) AS n FROM ${table.relation} WHERE ${sqlName(column.name)} IS NOT NULL GROUP BY 1`;
  const answer = await table.query(`SELECT word, CAST(n AS DOUBLE) AS n FROM (${values}) ORDER BY n DESC, word LIMIT ${CATEGORIES_LISTED_MAX + 1}`);
  const [words, rows] = [textsOf(answer, "word"), numbersOf(answer, "n")];
  if (words.length > CATEGORIES_LISTED_MAX) return null;
  return words.flatMap((word, i) => (word === null ? [] : [{ word, rows: rows[i] ?? 0 }]));
}
