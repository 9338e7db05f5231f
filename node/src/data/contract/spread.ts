import { numbersOf, sqlText, textsOf, type FeedTable } from "../sql/feed-table.js";

/** How a column's values are spread over the words that contract or charter list, or tenths and magnitudes. Others are counted, never named. */
export interface Spread {
  readonly counts: ReadonlyMap<string, number>;
  /** Rows and different values that are not listed. */
  readonly otherRows: number;
  readonly otherValues: number;
}

/** One pass over one column. `text` is SQL for its value as text. */
export async function spreadOf(table: FeedTable, text: string, words: readonly string[]): Promise<Spread> {
  const listed = `SELECT unnest([${words.map(sqlText).join(", ")}]) AS word`;
  const values = `SELECT ${text} AS value, count(*) AS n FROM ${table.relation} WHERE ${text} IS NOT NULL GROUP BY 1`;
  const answer = await table.query(`SELECT listed.word AS word, CAST(sum(n) AS DOUBLE) AS n, CAST(count(*) AS DOUBLE) AS v
    FROM (${values}) AS found LEFT JOIN (${listed}) AS listed ON found.value = listed.word GROUP BY listed.word`);
  const [found, rows, different] = [textsOf(answer, "word"), numbersOf(answer, "n"), numbersOf(answer, "v")];
  const other = found.indexOf(null);
  return {
    counts: new Map(found.flatMap((word, i) => (word === null ? [] : [[word, rows[i] ?? 0]]))),
    otherRows: other < 0 ? 0 : rows[other] ?? 0, otherValues: other < 0 ? 0 : different[other] ?? 0,
  };
}
