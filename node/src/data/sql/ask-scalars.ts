import { numbersOf, type FeedTable } from "./feed-table.js";

/** So many aggregates in one SELECT; each SELECT is one pass over the feed. */
const AGGREGATES_MAX = 400;

/** All figures, each asked once; NaN for one that is null. */
export async function askScalars(table: FeedTable, expressions: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const different = [...new Set(expressions)];
  const figures = new Map<string, number>();
  for (let from = 0; from < different.length; from += AGGREGATES_MAX) {
    const some = different.slice(from, from + AGGREGATES_MAX);
    const answer = await table.query(`SELECT ${some.map((expression, i) => `CAST(${expression} AS DOUBLE) AS f${i}`).join(", ")} FROM ${table.relation}`);
    some.forEach((expression, i) => figures.set(expression, numbersOf(answer, `f${i}`)[0] ?? Number.NaN));
  }
  return figures;
}
