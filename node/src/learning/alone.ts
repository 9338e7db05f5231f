import type { Split } from "../data/holdout.js";
import type { LocalRows } from "../data/local-rows.js";
import { evaluate, unpackHistogram } from "@cohortium/protocol/training/evaluation";
import type { Feature } from "@cohortium/protocol/training/features";
import { fitPooled, type Contributor, type FitTerms } from "@cohortium/protocol/training/fit";
import type { LogisticModel } from "@cohortium/protocol/training/model";
import { aucExact } from "./exact-auc.js";
import { evaluationOf, logitsOf, momentsOf, newtonOf } from "./logistic.js";

/** What this party gains: its own model and the joint one, judged on the same held-out rows. Stays at the node. */
export type Comparison =
  | { readonly kind: "compared"; readonly trainRows: number; readonly heldRows: number; readonly alone: Quality; readonly joint: Quality }
  | { readonly kind: "not-comparable"; readonly because: "held-out-rows-of-one-class" | "own-rows-degenerate" | "own-training-diverged" };

export interface Quality {
  readonly auc: number;
  readonly ks: number;
}

/** Trains on this party's rows alone, by the joint training's own rules, and compares. */
export function compareAlone({ train, held }: Split, joint: LogisticModel, terms: FitTerms): Comparison {
  const fit = fitPooled([contributorOf(train, terms.features)], terms);
  if (fit.kind === "degenerate") return { kind: "not-comparable", because: "own-rows-degenerate" };
  if (fit.kind === "diverged") return { kind: "not-comparable", because: "own-training-diverged" };
  const alone = qualityOf(held, terms.features, fit.model);
  const together = qualityOf(held, terms.features, joint);
  if (alone === undefined || together === undefined) return { kind: "not-comparable", because: "held-out-rows-of-one-class" };
  return { kind: "compared", trainRows: train.rows, heldRows: held.rows, alone, joint: together };
}

/** These rows, as training asks about them. */
export function contributorOf(rows: LocalRows, features: readonly Feature[]): Contributor {
  return { moments: () => momentsOf(rows, features), newton: (model) => newtonOf(rows, features, model) };
}

/** Fine enough that the Kolmogorov–Smirnov distance is that of the scores to three digits. */
const KS_BINS = 4096;

function qualityOf(rows: LocalRows, features: readonly Feature[], model: LogisticModel): Quality | undefined {
  const judged = evaluate(unpackHistogram(evaluationOf(rows, features, model, KS_BINS), KS_BINS));
  if (judged.kind !== "evaluated") return undefined;
  return { auc: aucExact(logitsOf(rows, features, model), rows.y), ks: judged.ks };
}
