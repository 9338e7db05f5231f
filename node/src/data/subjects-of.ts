import type { TransactionsClause } from "@cohortium/protocol/charter/recipe";
import type { Readable } from "./feeds/feed.js";
import type { Consent, Subjects } from "./feeds/left-out.js";
import type { OwnWords } from "./recipe/own-words.js";

/** The two tables a company may have. */
export interface CompanyFeeds {
  readonly rows: Readable;
  readonly transactions: Readable | null;
}

/** What a node's settings and a charter say of whose rows they are. */
export interface SubjectTerms {
  /** The column of the rows, as the feed calls it, that says who a row is about; null where no setting names one. */
  readonly keyColumn: string | null;
  readonly words: OwnWords;
  /** The charter's clause on purchases, whose key joins them with the rows; null without one. */
  readonly purchases: Pick<TransactionsClause, "key"> | null;
  /** Which rows may take part; asked of the rows alone: a purchase follows its row. */
  readonly consents: readonly Consent[];
}

/**
 * A company's feeds with what is needed to leave people out: every reader of rows opens what this returns. Where no setting names the key of the rows,
 * the one that joins purchases is as good.
 */
export function withSubjects(feeds: CompanyFeeds, { keyColumn, words, purchases, consents }: SubjectTerms): CompanyFeeds {
  const key = (feed: "rows" | "transactions") => (purchases === null ? null : words.columnOf({ feed, column: purchases.key, holds: "key", unit: null }));
  const people = (column: string | null, asked: readonly Consent[]): Subjects => ({ kind: "people", keyColumn: column, consents: asked });
  const { rows, transactions } = feeds;
  return {
    rows: { ...rows, subjects: people(keyColumn ?? key("rows"), consents) },
    transactions: transactions === null ? null : { ...transactions, subjects: people(key("transactions"), []) },
  };
}
