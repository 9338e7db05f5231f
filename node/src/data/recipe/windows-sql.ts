import type { WindowRecipe } from "@cohortium/protocol/charter/recipe";
import type { BoundTransactions } from "./bind-recipe.js";
import { sqlName, sqlText } from "../sql/feed-table.js";

/** The name of the common table expression that holds one row per key with purchases. */
const BOUGHT = "bought";

/** The second feed as the windows see it: key `k`, day `d`, amount `a`, purchase `o`. Later purchases are not in it, nor those without a key. */
function purchasesSql({ relation, key, day, amount, order, clause }: BoundTransactions): string {
  return `SELECT ${key} AS k, ${day} AS d, ${amount} AS a, ${order ?? "NULL"} AS o FROM ${relation} WHERE ${key} IS NOT NULL AND ${day} < ${dateSql(clause.before)}`;
}

/** Common table expressions, after which `bought` has a column for each of these windows. */
export function windowsSql(bound: BoundTransactions, windows: readonly WindowRecipe[]): string {
  const columns = windows.map((window) => `${measureSql(window, bound)} AS ${sqlName(window.name)}`);
  return `purchases AS (${purchasesSql(bound)}), ${BOUGHT} AS (SELECT ${["k", ...columns].join(", ")} FROM purchases GROUP BY k)`;
}

/** A window's number for the row it was joined to, and whether it has one. No purchase in the window is 0 purchases for 0, and no last one. */
export function windowInput({ name, measure }: WindowRecipe): { readonly value: string; readonly there: string } {
  const column = `${BOUGHT}.${sqlName(name)}`;
  switch (measure) {
    case "recency": return { value: column, there: `(${column} IS NOT NULL)` };
    case "frequency": case "monetary": return { value: `coalesce(${column}, 0)`, there: "true" };
  }
}

/** Joins the rows, called `feed`, to what they bought. */
export function joinSql(rowKey: string): string {
  return `LEFT JOIN ${BOUGHT} ON ${BOUGHT}.k = ${rowKey}`;
}

function measureSql({ measure, days }: WindowRecipe, { order, clause }: BoundTransactions): string {
  const inside = `FILTER (WHERE d >= ${dateSql(clause.before)} - ${days})`;
  switch (measure) {
    case "recency": return `CAST(date_diff('day', max(d) ${inside}, ${dateSql(clause.before)}) AS DOUBLE)`;
    case "frequency": return `CAST(count(${order === null ? "*" : "DISTINCT o"}) ${inside} AS DOUBLE)`;
    // In order of size, because a sum of doubles depends on the order, and the order of rows is nobody's promise.
    case "monetary": return `sum(a ORDER BY a) ${inside}`;
  }
}

export function dateSql(day: string): string {
  return `CAST(${sqlText(day)} AS DATE)`;
}
