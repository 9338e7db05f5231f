import type { SourceWords } from "@cohortium/protocol/charter/columns-schema";
import type { ColumnClaim } from "@cohortium/protocol/columns/statement";

/** A company's own words for the columns that a charter names: from its configuration, and from its data contract where it has one. */
export interface OwnWords {
  /** What the column is called in the feed. */
  columnOf(source: SourceWords): string;
  /** What the contract says the column holds; null if there is none, or it does not say. */
  claimOf(source: SourceWords): ColumnClaim | null;
}

/** Columns are called as the charter calls them, and nobody says more about them. */
export const CHARTER_WORDS: OwnWords = { columnOf: ({ column }) => column, claimOf: () => null };

/** Columns as the node's configuration calls them, and the charter's words for the rest. */
export function configuredWords(rows: Readonly<Record<string, string>>, transactions: Readonly<Record<string, string>>): OwnWords {
  const own = { rows: new Map(Object.entries(rows)), transactions: new Map(Object.entries(transactions)) };
  return { ...CHARTER_WORDS, columnOf: ({ feed, column }) => own[feed].get(column) ?? column };
}
