import type { Digest } from "../session/ids.js";
import type { NetworkClause } from "./network-clause.js";

/** A logistic regression by Newton's method on exact sums. */
export interface LogisticClause {
  readonly kind: "logistic";
  /** Weight of `½‖w‖²` (intercept excluded) against the log-loss summed over all rows. */
  readonly ridge: number;
  /** Training ends when the Euclidean norm of the penalised gradient, divided by the rows, is at most this. */
  readonly gradientTolerance: number;
  readonly iterationsMax: number;
  /** How its sums are kept private where the charter has noise. Without noise there is none. */
  readonly privacy?: LogisticPrivacy | undefined;
}

/** Newton's method on noisy sums: a fixed number of steps, each on rows that were scaled down to a bounded norm. */
export interface LogisticPrivacy {
  /** What the whole training may tell of one row, in 10^-9 of ρ (zero-concentrated DP, Bun and Steinke 2016). */
  readonly nanoRho: number;
  /** The largest Euclidean norm of a standardised row, its intercept included; a longer one is scaled down to it. */
  readonly rowNormMax: number;
  /** Newton steps. Where to stop is not read off the rows: that would cost, too. */
  readonly iterations: number;
}

/** Gradient-boosted trees, grown from secure sums of gradients by bin. All partners' rows count as one table. */
export interface TreesClause {
  readonly kind: "trees";
  /** Trees at most; early stopping may keep fewer. */
  readonly trees: number;
  /** Levels of splits per tree. */
  readonly depth: number;
  /** What a tree's leaves are multiplied with, above 0 and at most 1. */
  readonly learningRate: number;
  /** Weight of `½·value²` of each leaf against the log-loss summed over its rows. */
  readonly lambda: number;
  /** What a split must gain at least: the fall of `Σ g² / (h + λ)`, as XGBoost's `min_split_loss` counts it, without the ½. */
  readonly gamma: number;
  /** The least `Σ p(1 − p)` on either side of a split. No row adds more than ¼. */
  readonly childWeightMin: number;
  /** Bins of a numeric column at most, that of missing values included. */
  readonly bins: number;
  /** Share of the rows that each tree looks at. Which ones follows from `seed` and their content, whoever holds them. */
  readonly rowSample: number;
  /** Share of the columns that each tree may split on, following from `seed`. */
  readonly columnSample: number;
  /** A whole number below 2^32. */
  readonly seed: number;
  readonly earlyStopping?: EarlyStopping | undefined;
  /** How its sums are kept private where the charter has noise. Without noise there is none. */
  readonly privacy?: TreesPrivacy | undefined;
}

/** Trees on noisy sums. There is nothing to bound: no row's slope is above 1, nor its weight above ¼. */
export interface TreesPrivacy {
  /** What the whole training may tell of one row, in 10^-9 of ρ. */
  readonly nanoRho: number;
}

/** Stops when `patience` trees in a row have not lowered the log-loss on the rows set apart for it. */
export interface EarlyStopping {
  readonly patience: number;
  /** Share of the training rows that is set apart, following from `seed` and their content. Held-out rows are never among them. */
  readonly share: number;
}

/** Which kind of model the charter asks for, and how it is trained. */
export type ModelClause = LogisticClause | TreesClause | NetworkClause;

/** How the charter says to judge a model, whatever its kind. */
export interface EvaluationClause {
  /** Bins of the score histograms, uniform in the logit. */
  readonly scoreBins: number;
  /** `own`: each node holds out some of its rows. `common`: all hold the same second file. */
  readonly holdout: "own" | "common";
  /** Share of its rows a node holds out when `holdout` is `own`, between 0 and 1. */
  readonly holdoutShare: number;
  /** SHA-256 of the held-out file that every party keeps, where `holdout` is `common`. */
  readonly holdoutDigest?: Digest | undefined;
  /** Whether a training may be repeated without one company, to see what it contributes. Absent: no node answers such a training. */
  readonly leaveOneOut?: "allowed" | undefined;
  /** Who sees what one company gained: itself, or all signers and whoever reads the log. Without this key, itself. */
  readonly perPartner?: "own" | "shared" | undefined;
}
