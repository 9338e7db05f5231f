import { numbersOf, sqlName, type FeedTable } from "../feeds/feed-table.js";
import type { Measure } from "./check.js";

/** A figure of the whole feed as an SQL aggregate; null for a measure that takes a query of its own, or none. */
export function scalarOf(measure: Measure): string | null {
  switch (measure.kind) {
    case "rows": return "count(*)";
    case "count": return `count(*) FILTER (WHERE ${measure.condition})`;
    case "constant": return `CAST(coalesce(min(${measure.value}) = max(${measure.value}), false) AS INTEGER)`;
    case "age": return `epoch_ms(max(${measure.time}))`;
    case "duplicates": {
      const [first = "", ...more] = measure.columns.map(sqlName);
      return more.length === 0 ? `count(${first}) - count(DISTINCT ${first})` : `count(*) - count(DISTINCT (${[first, ...more].join(", ")}))`;
    }
    case "broken": case "drift": case "unseen": case "auc": case "band": return null;
  }
}

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
