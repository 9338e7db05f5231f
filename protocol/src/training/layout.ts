import { exact, headSegments, laidOut, type Layout, type LayoutTerms } from "./layout-parts.js";
import { rhoOfSum } from "./charges.js";
import type { LogisticPrivacy, TreesClause } from "../charter/model-clauses.js";
import { newtonLayout, type NewtonQuestion } from "./logistic/layout.js";
import { noisyNewtonParts } from "./logistic/noisy-parts.js";
import { momentLayout, type MomentsQuestion } from "./moments-layout.js";
import { noisyMomentParts } from "./noisy-moments.js";
import { noiseOfSum, noisyGrids, noisyLayout, type NoisyGrid, type NoisyPart, type NoisySum, type SegmentNoise } from "./noisy-layout.js";
import { stepNoiseNanoRho } from "../charter/sampled-price.js";
import type { NetworkClause, NetworkPrivacy } from "../charter/network-clause.js";
import { updateLayout, type UpdateQuestion } from "./network/update.js";
import type { BinsQuestion } from "./trees/bins.js";
import { binsLayout, levelLayout } from "./trees/layout.js";
import type { LevelQuestion } from "./trees/level.js";
import { rhoOfTrees } from "./trees/noisy-charges.js";
import { noisyLevelParts, noisyStartParts } from "./trees/noisy-parts.js";

/** How well the final model ranks held-out rows: the same question for every kind of model. */
export interface EvaluationQuestion {
  readonly kind: "evaluation";
}

/** What a round asks of the rows. */
export type Question = MomentsQuestion | NewtonQuestion | BinsQuestion | LevelQuestion | UpdateQuestion | EvaluationQuestion;

/**
 * Where each number of an answer lies, how large it may be and how finely it is rounded: the same at every party and every auditor.
 *
 * The first word of every layout is the guard: each party adds exactly 1, so the sum must be the number of survivors.
 *
 * @throws RangeError if the parties' sum would not fit the ring.
 */
export function layoutOf(question: Question, terms: LayoutTerms): Layout {
  const { noise } = terms;
  return noise === undefined ? exactLayout(question, terms) : noisyLayout(noisySumOf(question, terms), { ...terms, noise });
}

/** The noise that each party adds, segment by segment of the layout; null where sums are exact. @throws RangeError as `layoutOf`. */
export function noiseOf(question: Question, terms: LayoutTerms): readonly SegmentNoise[] | null {
  const { noise } = terms;
  return noise === undefined ? null : noiseOfSum(noisySumOf(question, terms), { ...terms, noise });
}

/** The noisy parts of an answer as they lie in the ring, after the guard. @throws RangeError where sums are exact, and as `layoutOf`. */
export function gridsOf(question: Question, terms: LayoutTerms): readonly NoisyGrid[] {
  const { noise } = terms;
  if (noise === undefined) throw new RangeError("exact sums have no noise");
  return noisyGrids(noisySumOf(question, terms), { ...terms, noise });
}

function exactLayout(question: Question, terms: LayoutTerms): Layout {
  switch (question.kind) {
    case "moments": return momentLayout(terms);
    case "newton": return newtonLayout(question, terms);
    case "bins": return binsLayout(question, terms);
    case "level": return levelLayout(question, terms);
    case "update": return updateLayout(question, terms);
    case "evaluation": return evaluationLayout(terms);
  }
}

function evaluationLayout({ scoreBins, rowsMaxPerParty: rows }: LayoutTerms): Layout {
  return laidOut(32, [...headSegments(rows), exact("positives by score", scoreBins, rows), exact("negatives by score", scoreBins, rows)]);
}

function noisySumOf(question: Question, terms: LayoutTerms): NoisySum {
  const { features, model, scoreBins } = terms;
  if (model.kind === "network") return networkSumOf(question, terms, model);
  if (model.kind === "trees") return treesSumOf(question, terms, model);
  const { privacy } = model;
  if (privacy === undefined) throw new RangeError("the charter does not say what a training of this kind may tell");
  switch (question.kind) {
    case "moments": return { parts: noisyMomentParts(features), nanoRho: rhoOfSum(question.kind, 0, privacy) };
    case "newton": return newtonSum(question, features, privacy);
    case "evaluation": return { parts: [scoresPart(scoreBins)], nanoRho: rhoOfSum(question.kind, 0, privacy) };
    case "bins": case "level": case "update": throw new RangeError("a logistic training asks no such question");
  }
}

function networkSumOf(question: Question, { features, scoreBins, noise }: LayoutTerms, { rounds, privacy }: NetworkClause): NoisySum {
  if (privacy === undefined || noise?.stepNanoRho === undefined) throw new RangeError("the charter does not say what a training of this kind may tell");
  switch (question.kind) {
    case "moments": return { parts: noisyMomentParts(features), nanoRho: privacy.momentsNanoRho };
    case "update": return { parts: [gradientPart(question, privacy)], nanoRho: stepNoiseNanoRho(privacy) };
    // Other rows than those that are trained on, each of which may be told of as much as one of these.
    case "evaluation": return { parts: [scoresPart(scoreBins)], nanoRho: privacy.momentsNanoRho + rounds * noise.stepNanoRho };
    case "newton": case "bins": case "level": throw new RangeError("the training of a network asks no such question");
  }
}

function treesSumOf(question: Question, { features, scoreBins }: LayoutTerms, clause: TreesClause): NoisySum {
  switch (question.kind) {
    case "bins": return { parts: noisyStartParts(features), nanoRho: rhoOfTrees(question.kind, clause) };
    case "level": return { parts: noisyLevelParts(question), nanoRho: rhoOfTrees(question.kind, clause) };
    case "evaluation": return { parts: [scoresPart(scoreBins)], nanoRho: rhoOfTrees(question.kind, clause) };
    case "moments": case "newton": case "update": throw new RangeError("a training of trees asks no such question");
  }
}

/** The gradients of the rows in the sample, each scaled down to its bound. */
function gradientPart({ model }: UpdateQuestion, { gradientNorm }: NetworkPrivacy): NoisyPart {
  return { name: "gradient", length: model.weights.length, reach: { kind: "norm", bound: gradientNorm }, weight: 1 };
}

function newtonSum({ kind, model }: NewtonQuestion, features: LayoutTerms["features"], privacy: LogisticPrivacy): NoisySum {
  return { parts: noisyNewtonParts(model, features, privacy), nanoRho: rhoOfSum(kind, model.iteration, privacy) };
}

/** A row is of one class, and its score in one bin. */
function scoresPart(bins: number): NoisyPart {
  return { name: "held-out rows by class and score", length: 2 * bins, reach: { kind: "numbers", changed: 1 }, weight: 1 };
}
