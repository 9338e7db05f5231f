/** One question of the closed catalogue, as it is asked: logged with the session's offer before anybody answers. Names are columns of the charter's clause. */
export type Query = ProfileQuery | HistogramQuery | QuantilesQuery | CategoriesQuery | WordsQuery | RfmQuery | ExperimentQuery | DriftQuery;

/** Rows whose `dimension` holds one of `words`. */
export interface Condition {
  readonly dimension: string;
  readonly words: readonly string[];
}

/** Rows that meet all conditions; without any, all rows. */
export type Cohort = readonly Condition[];

interface Asked {
  /**
   * The privacy loss the asker is ready to pay for the whole answer, in 10^-9 of ρ (zero-concentrated DP, Bun and Steinke 2016); 0 where the charter adds
   * no noise. A whole number, so that charges add up exactly at every node and auditor.
   */
  readonly nanoRho: number;
}

/** How a cohort differs from all rows: counts by each dimension, and sums of measures. */
export interface ProfileQuery extends Asked {
  readonly kind: "profile";
  readonly cohort: Cohort;
  readonly by: readonly string[];
  readonly measures: readonly string[];
}

/** How many rows lie between ascending edges, of which the first and the last are the measure's bounds. */
export interface HistogramQuery extends Asked {
  readonly kind: "histogram";
  readonly cohort: Cohort;
  readonly measure: string;
  readonly edges: readonly number[];
}

/** Read off a histogram of equal cells, or of cells equal in log(1 + value). */
export interface QuantilesQuery extends Asked {
  readonly kind: "quantiles";
  readonly cohort: Cohort;
  readonly measure: string;
  readonly probabilities: readonly number[];
  readonly bins: number;
  readonly spacing: "linear" | "log";
}

/** The most frequent words of a dimension. */
export interface CategoriesQuery extends Asked {
  readonly kind: "categories";
  readonly cohort: Cohort;
  readonly dimension: string;
  readonly top: number;
  /** Of an open dimension: the words to count, cut to `length` characters as the rows' words are; all others are counted together. Absent for any other. */
  readonly words?: readonly string[] | undefined;
  readonly length?: number | undefined;
}

/** Which words an open dimension holds in many rows, spelled out to `length` characters: one sum for each. */
export interface WordsQuery extends Asked {
  readonly kind: "words";
  readonly cohort: Cohort;
  readonly dimension: string;
  readonly length: number;
}

/** Recency, frequency and monetary value in fifths. Without `edges`, a first sum finds them. */
export interface RfmQuery extends Asked {
  readonly kind: "rfm";
  readonly recency: string;
  readonly frequency: string;
  readonly monetary: string;
  readonly edges: RfmEdges | null;
}

/** Four edges each, none below the one before: a value's score is how many edges lie below it. */
export interface RfmEdges {
  readonly recency: readonly number[];
  readonly frequency: readonly number[];
  readonly monetary: readonly number[];
}

/**
 * Arms of a test against a control. `shares` is what each arm was meant to get, in the order of the dimension's words; `covariate` was measured
 * before (CUPED).
 */
export interface ExperimentQuery extends Asked {
  readonly kind: "experiment";
  readonly arm: string;
  readonly control: string;
  readonly shares: readonly number[];
  readonly metrics: readonly string[];
  readonly covariate: string | null;
  /** RFC 3339 days: the window that the metrics were measured in, as whoever asks declares it. No node checks it. */
  readonly from: string;
  readonly to: string;
}

/** The joint distribution of one column, missing values included; each node compares its own with it. */
export interface DriftQuery extends Asked {
  readonly kind: "drift";
  readonly column: string;
  readonly bins: number;
}
