import type { Digest } from "../session/ids.js";

/** A logistic regression by Newton's method on exact sums. */
export interface LogisticClause {
  readonly kind: "logistic";
  /** Weight of `½‖w‖²` (intercept excluded) against the log-loss summed over all rows. */
  readonly ridge: number;
  /** Training ends when the Euclidean norm of the penalised gradient, divided by the rows, is at most this. */
  readonly gradientTolerance: number;
  readonly iterationsMax: number;
}

/** Which kind of model the charter asks for, and how it is trained. */
export type ModelClause = LogisticClause;

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
}
