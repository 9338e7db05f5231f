import { numbersOf, textsOf, type FeedTable, type RowPlaces } from "../sql/feed-table.js";
import { DATA_PROBLEMS, fileProblem, LINES_NAMED_MAX, type DataProblem } from "../problem.js";
import { linesOf } from "./lines.js";

/** A column whose values must not repeat; `sql` is null if the feed has none of that name. One that `joins` must also have a value in every row. */
export interface UniqueColumn {
  readonly column: string;
  readonly sql: string | null;
  readonly joins: boolean;
}

/** Rows that repeat a key. Keys are compared in the engine and forgotten; where none repeats, that costs one count. */
export async function repeatProblems(table: FeedTable, columns: readonly UniqueColumn[], places: RowPlaces): Promise<readonly DataProblem[]> {
  const problems: DataProblem[] = [];
  for (const { column, sql, joins } of columns) {
    if (sql === null) problems.push({ ...fileProblem("DATA_COLUMN_MISSING", "a header with every column of the charter", 1), column });
    // An absent key is one key: two rows without one are two rows of which nobody knows that they differ.
    else problems.push(...await repeatsOf(table, { column, key: `coalesce(${sql}, '')`, sql, joins }, places));
  }
  return problems;
}

interface Key {
  readonly column: string;
  readonly sql: string;
  readonly key: string;
  readonly joins: boolean;
}

async function repeatsOf(table: FeedTable, { column, sql, key, joins }: Key, places: RowPlaces): Promise<readonly DataProblem[]> {
  const seen = await table.query(`SELECT CAST(count(DISTINCT ${key}) AS DOUBLE) AS different, CAST(count(*) FILTER (WHERE ${sql} IS NULL) AS DOUBLE) AS absent FROM ${table.relation}`);
  const [different = Number.NaN, absent = Number.NaN] = [numbersOf(seen, "different")[0], numbersOf(seen, "absent")[0]];
  const repeated = table.rows - different;
  const lines = repeated > 0 && places.order === "own" ? linesOf(await firstRepeats(table, key), places) : [];
  return [
    ...(joins && absent > 0 ? [{ ...fileProblem("DATA_KEY_MISSING", "a key in every row", absent), column }] : []),
    ...(repeated === 0 ? [] : [{ code: "DATA_DUPLICATE_KEY", column, rule: "no value twice", count: repeated, lines, fix: DATA_PROBLEMS.DATA_DUPLICATE_KEY.fix } as const]),
  ];
}

async function firstRepeats(table: FeedTable, key: string): Promise<string> {
  const placed = `SELECT ${key} AS k, row_number() OVER () AS place FROM ${table.relation}`;
  const numbered = `SELECT place, row_number() OVER (PARTITION BY k ORDER BY place) AS nth FROM (${placed}) AS placed`;
  const answer = await table.query(`SELECT coalesce(array_to_string(min(place, ${LINES_NAMED_MAX}), ' '), '') AS places FROM (${numbered}) AS numbered WHERE nth > 1`);
  return textsOf(answer, "places")[0] ?? "";
}
