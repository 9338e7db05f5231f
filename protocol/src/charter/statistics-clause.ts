import type { ConsentClause, Letters, RecipeFeature, TransactionsClause } from "./recipe.js";

/** The closed catalogue. */
export const QUERY_KINDS = ["profile", "histogram", "quantiles", "categories", "words", "rfm", "experiment", "drift"] as const;
export type QueryKind = (typeof QUERY_KINDS)[number];

/**
 * What the companies allow to be asked of their rows beside models. A column of kind categorical, buckets or hash is a dimension, one of kind
 * numeric or log a measure. One row is one person, and the unit of privacy: what is protected is whether a row is there at all.
 */
export interface StatisticsClause {
  readonly kinds: readonly QueryKind[];
  readonly features: readonly RecipeFeature[];
  readonly transactions?: TransactionsClause | undefined;
  /** A cell over fewer rows is withheld. A node may ask for more in its own configuration; the strictest wins. */
  readonly cellRows: number;
  readonly consent?: ConsentClause | undefined;
  /** Under exact sums: whether a question may pick out rows. One that picks out one person is then answered with that person's numbers. */
  readonly exactCohorts?: "allowed" | undefined;
  /** Columns whose words nobody has listed. Only where sums carry noise: a word may be a name that one row alone holds. */
  readonly open?: readonly OpenDimension[] | undefined;
}

/** A column of words that the charter does not list: a question finds those that many rows hold, and another counts them. */
export interface OpenDimension {
  readonly name: string;
  /** The column in the words of the charter, if that is not the dimension's name. */
  readonly source?: string | undefined;
  /** All characters that a word is spelled out in. One that holds any other is never named. */
  readonly characters: string;
  readonly letters: Letters;
  /** A question looks at so many characters of a word, or fewer. */
  readonly lengthMax: number;
}
