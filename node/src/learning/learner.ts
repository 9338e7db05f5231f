import type { Scene } from "@cohortium/protocol/training/script";
import { gridsOf } from "@cohortium/protocol/training/layout";
import type { LogisticScene } from "@cohortium/protocol/training/logistic/script";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import type { SessionRows } from "../rows.js";
import { momentsOf, newtonOf } from "./logistic.js";
import type { Desk } from "./network/learner.js";
import { noisyMomentsOf, noisyNewtonOf } from "./noisy-logistic.js";
import { evaluationOf, noisyEvaluationOf } from "./scores.js";
import { TreesLearner } from "./trees/learner.js";

/** Computes one node's answers in one session. Asked again, also by another process after a crash, it gives the same numbers. */
export interface Learner {
  /** The answer to one question, in the clear and laid out as its layout says: only `egress` may see it. */
  answer(scene: Scene): Promise<Float64Array>;
  /** Nothing is asked any more: whatever helped to compute may go. */
  close(): void;
}

/** The learner for the plan's kind of model, over rows that do not change under it. */
export function learnerOf(plan: TrainingPlan, rows: SessionRows, desk: Desk): Learner {
  switch (plan.model.kind) {
    case "logistic": return { answer: (scene) => Promise.resolve(logisticAnswer(scene, rows, plan)), close: () => undefined };
    case "trees": {
      const learner = new TreesLearner(rows.train, plan.features, plan.model);
      return { answer: (scene) => treesAnswer(scene, learner, rows, plan), close: () => learner.close() };
    }
    case "network": return { answer: (scene) => networkAnswer(scene, rows, { plan, desk }), close: () => undefined };
  }
}

function logisticAnswer(scene: Scene, rows: SessionRows, plan: TrainingPlan): Float64Array {
  if (scene.kind !== "logistic") throw otherKind(scene);
  if (plan.noise !== undefined) return noisyAnswer(scene, rows, plan);
  const { question, model } = scene;
  const { train, counted } = rows;
  const { features, evaluation } = plan;
  switch (question.kind) {
    case "moments": return momentsOf(train, features);
    case "newton": return newtonOf(train, features, question.model);
    case "evaluation":
      if (model === null) throw new RangeError("no model to evaluate");
      return evaluationOf(counted, features, model, evaluation.scoreBins);
  }
}

/** Before noise, which is added where the answer leaves. Rounded row by row to the scale of its layout. */
function noisyAnswer({ question, model }: LogisticScene, { train, counted }: SessionRows, plan: TrainingPlan): Float64Array {
  const { features, evaluation, model: clause } = plan;
  const [first] = gridsOf(question, layoutTerms(plan));
  const privacy = clause.kind === "logistic" ? clause.privacy : undefined;
  if (first === undefined || privacy === undefined) throw new RangeError("the charter does not say what this training may tell");
  const { scaleBits } = first.segment;
  switch (question.kind) {
    case "moments": return noisyMomentsOf(train, features, scaleBits);
    case "newton": return noisyNewtonOf(train, features, question.model, { ...privacy, scaleBits });
    case "evaluation":
      if (model === null) throw new RangeError("no model to evaluate");
      return noisyEvaluationOf(counted, features, model, evaluation.scoreBins);
  }
}

async function treesAnswer(scene: Scene, learner: TreesLearner, { counted }: SessionRows, { features, evaluation }: TrainingPlan): Promise<Float64Array> {
  if (scene.kind !== "trees") throw otherKind(scene);
  switch (scene.stage) {
    case "bins": case "level": return learner.answer(scene);
    case "evaluation": return evaluationOf(counted, features, scene.model, evaluation.scoreBins);
  }
}

async function networkAnswer(scene: Scene, rows: SessionRows, { plan, desk }: { readonly plan: TrainingPlan; readonly desk: Desk }): Promise<Float64Array> {
  if (scene.kind !== "network") throw otherKind(scene);
  // The tensor engine costs a fifth of a second and 20 MB, which only who trains networks should pay.
  const learner = await import("./network/learner.js");
  return learner.networkAnswer(scene, rows, plan, desk);
}

/** The participant reads every question by the plan, so this is our own mistake. */
function otherKind({ kind }: Scene): RangeError {
  return new RangeError(`a question about a model of kind ${kind}, which the charter does not ask for`);
}
