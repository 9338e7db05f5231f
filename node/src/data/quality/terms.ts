import type { ContractColumn, ContractTable } from "../contract/contract.js";
import type { FeedColumn } from "../sql/feed-table.js";

/** One column the charter names, as far as the gate is concerned, and one thing it does with it. */
export interface AskedColumn {
  /** As in the feed. */
  readonly name: string;
  /** Where the charter says so, as in `questions.0.features.2`. */
  readonly at: string;
  readonly kind: AskedKind;
}

export type AskedKind =
  /** Null bounds: a value beyond is taken to the nearest. `mayBeNull`: the charter gives absent values a meaning of their own. */
  | { readonly kind: "numeric"; readonly min: number | null; readonly max: number | null; readonly mayBeNull: boolean }
  /** `isOpen`: other words count as one of these. */
  | { readonly kind: "categorical"; readonly categories: readonly string[]; readonly isOpen: boolean; readonly mayBeNull: boolean }
  /** Any word, such as one that is hashed. */
  | { readonly kind: "words"; readonly mayBeNull: boolean }
  /** A column of which the charter asks nothing but that it is there. */
  | { readonly kind: "any" };

/** What a charter, or nobody, asks of a feed beside its contract. */
export interface GateTerms {
  readonly columns: readonly AskedColumn[];
  readonly label: { readonly name: string; readonly positive: string; readonly negative: string; readonly at: string } | null;
  readonly rowsMin: number | null;
  readonly rowsMax: number | null;
  /** The node's own setting: a column whose values must not repeat. */
  readonly keyColumn: string | null;
}

/** A look at a feed without a charter. */
export const NO_TERMS: GateTerms = { columns: [], label: null, rowsMin: null, rowsMax: null, keyColumn: null };

/** What a feed is held to, by whom. */
export interface GatePlan {
  /** Of the feed, if it has a contract. */
  readonly table: ContractTable | null;
  readonly terms: GateTerms;
  readonly columns: readonly FeedColumn[];
}

/** A column of the feed, and what is said of it. */
export interface PlannedColumn {
  readonly feed: FeedColumn;
  readonly contract: ContractColumn | null;
  /** One column may be used more than once. */
  readonly asked: readonly AskedColumn[];
}
