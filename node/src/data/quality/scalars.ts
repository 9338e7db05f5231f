import { sqlName } from "../sql/feed-table.js";
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
