import { evaluate, unpackHistogram } from "@cohortium/protocol/training/evaluation";
import type { Feature } from "@cohortium/protocol/training/features";
import { fitPooled, type Contributor } from "@cohortium/protocol/training/logistic/fit";
import type { Model } from "@cohortium/protocol/training/model";
import { minimumsOf, type TrainingPlan } from "@cohortium/protocol/training/plan";
import type { Split } from "../data/holdout.js";
import type { LocalRows } from "../data/local-rows.js";
import { aucExact } from "./exact-auc.js";
import { momentsOf, newtonOf } from "./logistic.js";
import { evaluationOf, scoresOf } from "./scores.js";

/** What this party gains: its own model and the joint one, judged on the same held-out rows. Stays at the node. */
export type Comparison =
  | { readonly kind: "compared"; readonly trainRows: number; readonly heldRows: number; readonly alone: Quality; readonly joint: Quality }
  | { readonly kind: "not-comparable"; readonly because: "held-out-rows-of-one-class" | "own-rows-degenerate" | "own-training-diverged" };

export interface Quality {
  readonly auc: number;
  readonly ks: number;
}

/** What a model is trained by: the plan of a joint training, of which a party alone needs this. */
export type AloneTerms = Pick<TrainingPlan, "features" | "model" | "categoryRowsMin">;

/** Trains on this party's rows alone, by the joint training's own rules, and compares. */
export async function compareAlone({ train, held }: Split, joint: Model, terms: AloneTerms): Promise<Comparison> {
  const own = await trainAlone(train, terms);
  if (own.kind === "not-comparable") return own;
  const alone = qualityOf(held, terms.features, own.model);
  const together = qualityOf(held, terms.features, joint);
  if (alone === undefined || together === undefined) return { kind: "not-comparable", because: "held-out-rows-of-one-class" };
  return { kind: "compared", trainRows: train.rows, heldRows: held.rows, alone, joint: together };
}

/** These rows, as logistic training asks about them. */
export function contributorOf(rows: LocalRows, features: readonly Feature[]): Contributor {
  return { moments: () => momentsOf(rows, features), newton: (model) => newtonOf(rows, features, model) };
}

type Alone = { readonly kind: "model"; readonly model: Model } | Extract<Comparison, { readonly kind: "not-comparable" }>;

function trainAlone(train: LocalRows, { features, model: clause, categoryRowsMin }: AloneTerms): Promise<Alone> {
  switch (clause.kind) {
    case "logistic": {
      const fit = fitPooled([contributorOf(train, features)], { features, clause, minimums: minimumsOf({ rowsMinJoint: 1, categoryRowsMin }) });
      return Promise.resolve(fit.kind === "fitted" ? { kind: "model", model: fit.model }
        : { kind: "not-comparable", because: fit.kind === "degenerate" ? "own-rows-degenerate" : "own-training-diverged" });
    }
  }
}

/** Fine enough that the Kolmogorov–Smirnov distance is that of the scores to three digits. */
const KS_BINS = 4096;

function qualityOf(rows: LocalRows, features: readonly Feature[], model: Model): Quality | undefined {
  const judged = evaluate(unpackHistogram(evaluationOf(rows, features, model, KS_BINS), KS_BINS));
  if (judged.kind !== "evaluated") return undefined;
  return { auc: aucExact(scoresOf(rows, features, model), rows.y), ks: judged.ks };
}
