import { Refusal } from "@cohortium/protocol/host/refusal";
import { numbersOf, sqlName, sqlText, textsOf, type FeedTable } from "../data/sql/feed-table.js";
import type { Readable } from "../data/feeds/feed.js";
import { withFeed, type FeedSettings } from "../data/feeds/with-feed.js";
import { DATA_PROBLEMS } from "../data/problem.js";
import { keySql } from "../data/sql/column-values.js";

/** How many rows, and purchases, each key has; null where the feed cannot be read or does not say whose rows they are. */
export interface CountedKeys {
  readonly rows: ReadonlyMap<string, number> | null;
  readonly purchases: ReadonlyMap<string, number> | null;
}

export interface KeyedFeed {
  /** Looked up when it is opened: a feed may be added while the node runs. */
  open(): Readable;
  readonly keyColumn: string;
}

/** Keys in one question to the engine. */
const BATCH = 500;

/**
 * Counts over a feed as it is now, before any removal. A feed that cannot be read gives null: a removal must not wait for a database to come back.
 *
 * @throws Refusal DATA_COLUMN_MISSING if the feed can be read and has no such column: the tombstone would then keep every training from the rows.
 */
export async function countKeys({ open, keyColumn }: KeyedFeed, keys: readonly string[], settings: Omit<FeedSettings, "deletions">): Promise<ReadonlyMap<string, number> | null> {
  try {
    return await withFeed({ ...open(), subjects: { kind: "common" } }, settings, (table) => counted(table, keyColumn, keys));
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === "DATA_COLUMN_MISSING") throw error;
    return null;
  }
}

async function counted(table: FeedTable, keyColumn: string, keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const column = table.columns.find(({ name }) => name === keyColumn);
  if (column === undefined) {
    throw new Refusal({ code: "DATA_COLUMN_MISSING", title: DATA_PROBLEMS.DATA_COLUMN_MISSING.means, detail: `${table.name} has no column ${keyColumn}, which rows.key in node.yaml names`, fix: "correct rows.key, start the node again, then run this command again" });
  }
  const key = keySql({ sql: sqlName(column.name), type: column.type });
  const rows = new Map<string, number>();
  for (let from = 0; from < keys.length; from += BATCH) {
    const batch = keys.slice(from, from + BATCH).map(sqlText).join(", ");
    const answer = await table.query(`SELECT ${key} AS k, CAST(count(*) AS DOUBLE) AS n FROM ${table.relation} WHERE ${key} IN (${batch}) GROUP BY 1`);
    const counts = answer.rows === 0 ? new Float64Array() : numbersOf(answer, "n");
    if (answer.rows > 0) textsOf(answer, "k").forEach((text, i) => void (text !== null && rows.set(text, counts[i] ?? 0)));
  }
  return rows;
}
