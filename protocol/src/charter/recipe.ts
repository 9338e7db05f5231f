import type { Label } from "./features.js";
import type { LogBase } from "../session/logarithm.js";

/**
 * What a charter says about one column of the model: from which column of a company's feed it comes, and how. Nodes execute it as one SQL
 * statement; the model sees what `recipe-lowering.ts` makes of it.
 *
 * `source` is the column's name in the words of the charter, if it is not the feature's own; what the column is called in a company's feed is
 * that node's own business. `missing` says what an absent value is, `outside` what a value beyond the bounds is; where they are not written,
 * such a row is refused.
 */
export type RecipeFeature = NumericRecipe | LogRecipe | BucketsRecipe | CategoricalRecipe | HashRecipe | OpenRecipe;

/** A measured quantity as it is, in `unit`, within `[min, max]`. */
export interface NumericRecipe extends NumberRule {
  readonly kind: "numeric";
}

/** `log(1 + value)` to the given base; `min` and `max` bound the value, `min` is above -1. Computed at the node, so its last bit may differ there. */
export interface LogRecipe extends NumberRule {
  readonly kind: "log";
  readonly base: LogBase;
}

/** In which interval a quantity lies: each from one edge, included, to the next, excluded; the last edge belongs to the last interval. */
export interface BucketsRecipe extends Sourced {
  readonly kind: "buckets";
  readonly unit: string;
  /** Ascending; the first and the last are the bounds. */
  readonly edges: readonly number[];
  readonly outside?: Outside | undefined;
}

/** A word of a closed list; the first is the reference. `otherwise` names the one that stands for every word not listed. */
export interface CategoricalRecipe extends Sourced {
  readonly kind: "categorical";
  readonly categories: readonly string[];
  readonly otherwise?: string | undefined;
}

/**
 * Any text, as one of `buckets` numbers: SHA-256 over the salt, a line feed and the text.
 *
 * Not for: privacy. The salt is public, so whoever knows the text knows its bucket, and a bucket tells which texts are possible.
 */
export interface HashRecipe extends Sourced {
  readonly kind: "hash";
  readonly buckets: number;
  readonly salt: string;
}

/**
 * What one question reads of a column whose words the charter does not list: the character at a place, or which of the words that it asks for. Words are
 * cut to `length` characters. Plans have it (`statistics/open.ts`), charters never.
 */
export interface OpenRecipe extends Sourced {
  readonly kind: "open";
  readonly letters: Letters;
  readonly length: number;
  readonly reads: { readonly part: "character"; readonly place: number; readonly characters: readonly string[] } | { readonly part: "word"; readonly words: readonly string[] };
}

/** `lower`: letters are compared as lower-case ones; `as-written`: as they are. In either case in Unicode's composed form, without spaces at the ends. */
export type Letters = "lower" | "as-written";

/** `refuse` is what also holds where nothing is written; `indicate` gives absence a column of its own. */
export type Missing = "refuse" | "indicate";
/** `clip` takes the nearest bound instead, and counts how often. */
export type Outside = "refuse" | "clip";

interface Sourced {
  readonly name: string;
  readonly source?: string | undefined;
  readonly missing?: Missing | undefined;
}

interface NumberRule extends Sourced {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly outside?: Outside | undefined;
}

/**
 * A second feed with one row per purchase, joined to the rows by `key`, which never leaves the node. Each window is a source column that
 * features may use. Purchases from `before` on do not count, so that nothing predicts what it already knows.
 */
export interface TransactionsClause {
  /** A day, such as `2011-12-10`: the first that no longer counts, in the feed's own calendar. */
  readonly before: string;
  /** The column that both feeds have in common. In the rows each value stands once. */
  readonly key: string;
  /** When the purchase was made. */
  readonly time: string;
  /** What was paid, in `unit`. */
  readonly amount: string;
  readonly unit: string;
  /** Where several rows make one purchase, the column that says which. */
  readonly order?: string | undefined;
  readonly windows: readonly WindowRecipe[];
}

/**
 * One number per row, over the purchases of the last `days` days before the reference day. `recency`: whole days from the last purchase, absent
 * where there was none. `frequency`: how many purchases, 0 or more. `monetary`: what was paid for them, together.
 */
export interface WindowRecipe {
  readonly name: string;
  readonly measure: "recency" | "frequency" | "monetary";
  readonly days: number;
}

/** All that a question says about its columns. A model predicts a `label`; an answer to a question of statistics has none. */
export interface Columns {
  readonly features: readonly RecipeFeature[];
  readonly label?: Label | undefined;
  readonly transactions?: TransactionsClause | undefined;
  readonly consent?: ConsentClause | undefined;
  /** Columns of words that only some questions read, and then as features of kind `open`. */
  readonly open?: readonly { readonly name: string; readonly source?: string | undefined }[] | undefined;
}

/** Only rows whose `column` holds one of `granted` take part. The column is read at the node and goes no further. */
export interface ConsentClause {
  readonly column: string;
  readonly granted: readonly string[];
}

/** The columns of a model. */
export interface Recipe extends Columns {
  readonly label: Label;
}
