import type { Json } from "@cohortium/crypto/canonical-json";
import { evaluate, evaluationJson, unpackHistogram, type Evaluation } from "@cohortium/protocol/training/evaluation";
import type { Interval } from "@cohortium/protocol/training/intervals";
import type { Feature } from "@cohortium/protocol/charter/features";
import { fitPooled, type Contributor } from "@cohortium/protocol/training/logistic/fit";
import type { Model } from "@cohortium/protocol/training/model";
import type { NetworkClause } from "@cohortium/protocol/charter/network-clause";
import { fitFederated } from "@cohortium/protocol/training/network/fit";
import { minimumsOf, type TrainingPlan } from "@cohortium/protocol/training/plan";
import type { Split } from "../data/holdout.js";
import type { LocalRows } from "../data/local-rows.js";
import { ksExact } from "./exact-auc.js";
import { momentsOf, newtonOf } from "./logistic.js";
import { pairedAuc } from "./paired-auc.js";
import { histogramOf } from "./score-histogram.js";
import { scoresOf } from "./scores.js";
import { growAlone } from "./trees/grow-alone.js";

/**
 * What this party gains: its own model and the joint one, judged on the same held-out rows. `gain` is the joint model's area under the curve less
 * its own model's. Stays at the node; what of it leaves where the charter says so, `partnerNumbers` decides.
 */
export type Comparison =
  | {
    readonly kind: "compared"; readonly trainRows: number; readonly heldRows: number; readonly alone: Evaluation; readonly joint: Evaluation;
    readonly gain: number; readonly gainInterval: Interval;
  }
  | { readonly kind: "not-comparable"; readonly because: "held-out-rows-of-one-class" | "own-rows-degenerate" | "own-training-diverged" | "the rows changed" };

/** What a model is trained by: the plan of a joint training, of which a party alone needs this. */
export type AloneTerms = Pick<TrainingPlan, "features" | "model" | "categoryRowsMin">;

/** Trains on this party's rows alone, by the joint training's own rules, and compares. */
export async function compareAlone({ train, held }: Split, joint: Model, terms: AloneTerms): Promise<Comparison> {
  const own = await trainAlone(train, terms);
  if (own.kind === "not-comparable") return own;
  const [ofAlone, ofJoint] = [scoresOf(held, terms.features, own.model), scoresOf(held, terms.features, joint)];
  const { first, firstInterval, second, secondInterval, gain, gainInterval } = pairedAuc(ofAlone, ofJoint, held.y);
  const alone = judged(ofAlone, held, { auc: first, aucInterval: firstInterval });
  const together = judged(ofJoint, held, { auc: second, aucInterval: secondInterval });
  if (alone === undefined || together === undefined) return { kind: "not-comparable", because: "held-out-rows-of-one-class" };
  return { kind: "compared", trainRows: train.rows, heldRows: held.rows, alone, joint: together, gain, gainInterval };
}

/** A comparison as JSON: what the node keeps and shows its owner. */
export function comparisonJson(comparison: Comparison): Json {
  if (comparison.kind === "not-comparable") return { ...comparison };
  const { alone, joint, gainInterval, ...rest } = comparison;
  return { ...rest, alone: evaluationJson(alone), joint: evaluationJson(joint), gainInterval: { ...gainInterval } };
}

/** These rows, as logistic training asks about them. */
export function contributorOf(rows: LocalRows, features: readonly Feature[]): Contributor {
  return { moments: () => momentsOf(rows, features), newton: (model) => newtonOf(rows, features, model) };
}

type Alone = { readonly kind: "model"; readonly model: Model } | Extract<Comparison, { readonly kind: "not-comparable" }>;

async function trainAlone(train: LocalRows, terms: AloneTerms): Promise<Alone> {
  const { features, model: clause, categoryRowsMin } = terms;
  switch (clause.kind) {
    case "logistic": {
      const fit = fitPooled([contributorOf(train, features)], { features, clause, minimums: minimumsOf({ rowsMinJoint: 1, categoryRowsMin }) });
      return fit.kind === "fitted" ? { kind: "model", model: fit.model }
        : { kind: "not-comparable", because: fit.kind === "degenerate" ? "own-rows-degenerate" : "own-training-diverged" };
    }
    case "trees": {
      const own = await growAlone(train, { plan: { features, rowsMinJoint: 1, categoryRowsMin }, clause });
      return own.kind === "trees" ? { kind: "model", model: own } : { kind: "not-comparable", because: "own-rows-degenerate" };
    }
    case "network": return networkAlone(train, terms, clause);
  }
}

/** The charter's rounds of its local training, for a company of one. */
async function networkAlone(train: LocalRows, terms: AloneTerms, clause: NetworkClause): Promise<Alone> {
  const [{ backendOfProcess }, { aloneTerms, networkContributor }] = await Promise.all([import("./network/backends.js"), import("./network/learner.js")]);
  const backend = await backendOfProcess(() => undefined);
  const fit = await fitFederated([networkContributor(train, terms, "alone", backend)], aloneTerms(terms, clause));
  if (fit.kind === "fitted") return { kind: "model", model: fit.model };
  return { kind: "not-comparable", because: fit.code === "TRAINING_DEGENERATE" ? "own-rows-degenerate" : "own-training-diverged" };
}

/** Fine enough that the curves are those of the scores to three digits. */
const BINS = 4096;

/**
 * The area and the distance come, with their intervals, from the scores themselves: the area so that it agrees with the gain, both because a node has
 * its own scores. Bins hold logits up to their edge alone, so an interval from them would be that of another area.
 */
function judged(scores: Float64Array, held: LocalRows, area: Pick<Evaluation, "auc" | "aucInterval">): Evaluation | undefined {
  const result = evaluate(unpackHistogram(histogramOf(scores, held, BINS), BINS));
  return result.kind === "evaluated" ? { ...result, ...area, ...ksExact(scores, held.y) } : undefined;
}
