import type { Digest } from "@cohortium/protocol/session/ids";
import type { LogicalType } from "./logical-type.js";

/** One column of a feed. Names are as the source writes them; put `sqlName(name)` into SQL. */
export interface FeedColumn {
  readonly name: string;
  readonly type: LogicalType;
}

/**
 * A feed, opened: what a contract, a quality rule or a recipe sees of a company's rows. It lives as long as the call of `withFeed` that gave it.
 *
 * SQL is DuckDB's, one SELECT at a time, over `relation`; anything else is refused, and the engine reaches no file and no network but the feed.
 * Every failure of the engine is a `Refusal` with code DATA_QUERY that does not repeat the engine's words, because those quote rows.
 */
export interface FeedTable {
  /** As in the feed's configuration. */
  readonly name: string;
  /** In the source's own order. No name stands twice, also when case is ignored. */
  readonly columns: readonly FeedColumn[];
  readonly rows: number;
  /**
   * The SQL name, quoted, of a view over the rows, typed as `columns` says: text VARCHAR, integer BIGINT, decimal DECIMAL(p, s), double DOUBLE (finite),
   * boolean BOOLEAN, date DATE, timestamp TIMESTAMP (in UTC), null VARCHAR (nothing but null).
   */
  readonly relation: string;
  /** The whole answer at once; for counts and other small things. */
  query(sql: string): Promise<Answer>;
  /** Hands the answer on in chunks of a few thousand rows, so that memory does not grow with it. An array is only good until `onChunk` returns. */
  stream(sql: string, onChunk: (chunk: Answer) => void): Promise<void>;
}

/** Rows that the source has and its readers do not see: why, by which column, and how many. */
export interface LeftOut {
  readonly because: "deleted" | "no-consent";
  readonly column: string;
  readonly rows: number;
}

/** How the rows of a feed stand in its source. */
export interface RowPlaces {
  /** Rows of a file have an order of their own. A database gives them in none, and a folder in the order of its files: they are put into one. */
  readonly order: "own" | "canonical";
  /** Lines of the file that are none of its rows, ascending. */
  readonly malformedLines: readonly number[];
  /** Where rows stood that take no part, ascending, counted from 1 over all rows: nothing is told of them, but the others keep their line numbers. */
  readonly leftOutPlaces?: readonly number[];
}

/** A feed that was read into the engine once: every question about it is about the same rows, whatever becomes of its source meanwhile. */
export interface DigestedFeed extends FeedTable {
  readonly places: RowPlaces;
  /** Rows that the source has and the table has not. */
  readonly leftOut: readonly LeftOut[];
  /** The table digest (`row-digest.ts`): equal for equal rows, whatever their form and order. Computed once. */
  digest(): Promise<Digest>;
}

/** What a SELECT gave, column by column. */
export interface Answer {
  readonly rows: number;
  readonly columns: readonly AnswerColumn[];
}

/**
 * Numbers are integers, decimals, doubles (finite) and booleans (0 or 1), and NaN stands for null: an integer beyond 2^53 is rounded, so cast to VARCHAR
 * where every digit counts. Texts are all the rest: dates are 2026-01-31, timestamps 2026-01-31T23:59:59.000000Z.
 */
export type AnswerColumn =
  | { readonly kind: "numbers"; readonly name: string; readonly type: LogicalType; readonly values: Float64Array }
  | { readonly kind: "texts"; readonly name: string; readonly type: LogicalType; readonly values: readonly (string | null)[] };

/** @throws RangeError unless the answer has such a column of numbers. */
export function numbersOf(answer: Answer, name: string): Float64Array {
  const column = answer.columns.find((one) => one.name === name);
  if (column?.kind !== "numbers") throw new RangeError(`the answer has no column ${name} of numbers`);
  return column.values;
}

/** @throws RangeError unless the answer has such a column of texts. */
export function textsOf(answer: Answer, name: string): readonly (string | null)[] {
  const column = answer.columns.find((one) => one.name === name);
  if (column?.kind !== "texts") throw new RangeError(`the answer has no column ${name} of texts`);
  return column.values;
}

/** A name as SQL takes it, whatever characters are in it. */
export function sqlName(name: string): string {
  return `"${name.replaceAll("\"", "\"\"")}"`;
}

/** A text as SQL takes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A number as SQL takes it, to the last bit: a bare literal would be a DECIMAL, whose cast to DOUBLE may miss it. */
export function sqlNumber(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}

/** A DECIMAL as the DOUBLE nearest to it, which the engine's own cast may miss. */
export function decimalSql(sql: string): string {
  return `CAST(CAST(${sql} AS VARCHAR) AS DOUBLE)`;
}
