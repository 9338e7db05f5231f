import { rhoOfSum, trainingCharges } from "./charges.js";
import type { LogisticPrivacy, TreesClause } from "../charter/model-clauses.js";
import type { EvaluationQuestion, Question } from "./layout.js";
import type { TrainingPlan } from "./plan.js";
import { rhoOfTrees, treesCharges } from "./trees/noisy-charges.js";

type Priced = Pick<TrainingPlan, "model" | "noise">;

/** What a whole training costs who answers it to its end, in 10^-9 of ρ; nothing where sums are exact. @throws RangeError where there is no price. */
export function priceOfTraining({ model, noise }: Priced): number {
  if (noise === undefined) return 0;
  if (model.kind !== "network" && model.privacy !== undefined) return model.privacy.nanoRho;
  if (model.kind === "network" && model.privacy !== undefined && noise.stepNanoRho !== undefined) {
    return model.privacy.momentsNanoRho + model.rounds * noise.stepNanoRho;
  }
  throw new RangeError("the charter does not say what a training of this kind may tell");
}

/**
 * What each sum costs, in the order in which they are asked; none where sums are exact. A tree that stops growing asks for fewer, and as each of its sums
 * costs the same, those that are asked still cost what stands at their turn, or less; the evaluation then costs what is left of the price.
 */
export function chargesInTurn({ model, noise }: Priced): readonly number[] {
  if (noise === undefined) return [];
  if (model.kind === "logistic" && model.privacy !== undefined) return trainingCharges(model.privacy).map(({ nanoRho }) => nanoRho);
  if (model.kind === "trees" && model.privacy !== undefined) return treesCharges(model);
  const { stepNanoRho } = noise;
  if (model.kind !== "network" || model.privacy === undefined || stepNanoRho === undefined) return [];
  return [model.privacy.momentsNanoRho, ...Array.from({ length: model.rounds }, () => stepNanoRho), 0];
}

/**
 * What the answer to one question costs whoever was charged `paid` in this training before; all together its price. Held-out rows are told of as much as the
 * whole training tells of others (`charges.ts`), so whoever answers the evaluation pays what is left of the whole: nothing where it answered every sum before,
 * and never less than the price in all, whatever was asked, in whatever order, and which rounds it missed.
 *
 * @throws RangeError for a question that its kind of model does not ask.
 */
export function chargeOfQuestion(question: Question, priced: Priced, paid: number): number {
  const { model, noise } = priced;
  if (noise === undefined) return 0;
  if (question.kind === "evaluation") return restOf(priceOfTraining(priced), paid);
  if (model.kind === "logistic" && model.privacy !== undefined) return logisticCharge(question, model.privacy);
  if (model.kind === "trees" && model.privacy !== undefined) return treesCharge(question, model);
  if (model.kind === "network" && model.privacy !== undefined && noise.stepNanoRho !== undefined) {
    return networkCharge(question, { moments: model.privacy.momentsNanoRho, step: noise.stepNanoRho });
  }
  throw new RangeError("the charter does not say what a training of this kind may tell");
}

/** What is left of a price for whoever paid so much of it, in 10^-9 of ρ. */
export function restOf(price: number, paid: number): number {
  return Math.max(0, price - paid);
}

/** Before the evaluation. */
type StepQuestion = Exclude<Question, EvaluationQuestion>;

function logisticCharge(question: StepQuestion, privacy: LogisticPrivacy): number {
  switch (question.kind) {
    case "moments": return rhoOfSum(question.kind, 0, privacy);
    case "newton": return rhoOfSum(question.kind, question.model.iteration, privacy);
    case "bins": case "level": case "update": throw new RangeError("a logistic training asks no such question");
  }
}

function treesCharge(question: StepQuestion, clause: TreesClause): number {
  switch (question.kind) {
    case "bins": case "level": return rhoOfTrees(question.kind, clause);
    case "moments": case "newton": case "update": throw new RangeError("a training of trees asks no such question");
  }
}

function networkCharge(question: StepQuestion, { moments, step }: { readonly moments: number; readonly step: number }): number {
  switch (question.kind) {
    case "moments": return moments;
    case "update": return step;
    case "newton": case "bins": case "level": throw new RangeError("the training of a network asks no such question");
  }
}
