import type { StatisticPlan } from "@cohortium/protocol/statistics/plan";
import type { StatisticsClause } from "@cohortium/protocol/charter/statistics-clause";
import type { FeedTable } from "../data/sql/feed-table.js";
import type { Consent } from "../data/feeds/left-out.js";
import { importFrom } from "../data/import-rows.js";
import type { LocalRows } from "../data/local-rows.js";
import type { DataNote } from "../data/note.js";
import type { OwnWords } from "../data/recipe/own-words.js";
import { ownSources, unset, type Feed, type FeedFile, type RowsRefused } from "../rows/session-rows.js";

/** `judged` is what was said of the very table that the rows are from; `notes` what the recipe changed, and how many people did not agree. They stay here. */
export type StatisticRows<T> = { readonly kind: "rows"; readonly rows: LocalRows; readonly notes: readonly DataNote[]; readonly judged: T } | RowsRefused;

/**
 * Reads what a charter's questions are about: one row per person who agreed, each value within the charter's bounds, clipped or refused as it says. That
 * bounds what one person can do to a sum. `judge` looks at the table meanwhile.
 */
export async function readStatisticRows<T>(feed: Feed, { clause, rowsMinPerParty: rowsMin, rowsMaxPerParty: rowsMax }: StatisticPlan,
  judge: (table: FeedTable) => Promise<T>): Promise<StatisticRows<T>> {
  const file: FeedFile = { file: "rows", path: feed.rows.path };
  const sources = ownSources(feed, consentsOf(clause, feed.words));
  if (sources === null) return unset(file, "DATA_ROWS_UNSET");
  const read = await importFrom(sources, { recipe: clause, rowsMin, rowsMax }, judge);
  return read.kind === "refused" ? { ...read, ...file } : read;
}

function consentsOf({ consent }: StatisticsClause, words: OwnWords): readonly Consent[] {
  if (consent === undefined) return [];
  return [{ column: words.columnOf({ feed: "rows", column: consent.column, holds: "words", unit: null }), granted: consent.granted }];
}
