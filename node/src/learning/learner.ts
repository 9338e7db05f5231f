import type { Scene } from "@cohortium/protocol/training/script";
import type { TrainingPlan } from "@cohortium/protocol/training/plan";
import type { SessionRows } from "../rows/session-rows.js";
import { logisticAnswer } from "./logistic-answer.js";
import { noisyNetworkAnswer } from "./network/noisy-answer.js";
import type { Desk } from "./network/learner.js";
import { evaluationOf } from "./scores.js";
import { TreesLearner } from "./trees/learner.js";
import { noisyTreesAnswer } from "./trees/noisy-answer.js";

/** Computes one node's answers in one session. Asked again, also by another process after a crash, it gives the same numbers. */
export interface Learner {
  /**
   * The answer to one question, in the clear and laid out as its layout says: only `egress` may see it. `name` is the answer's own: where rows are
   * sampled, which ones follows from it.
   */
  answer(scene: Scene, name: string): Promise<Float64Array>;
  /** Nothing is asked any more: whatever helped to compute may go. */
  close(): void;
}

/** The learner for the plan's kind of model, over rows that do not change under it. */
export function learnerOf(plan: TrainingPlan, rows: SessionRows, desk: Desk): Learner {
  switch (plan.model.kind) {
    case "logistic": return { answer: (scene) => logisticAnswers(scene, rows, plan), close: () => undefined };
    case "trees": {
      const learner = new TreesLearner(rows.train, plan.features, plan.model);
      return { answer: (scene) => treesAnswer(scene, learner, rows, plan), close: () => learner.close() };
    }
    case "network": return { answer: (scene, name) => networkAnswer(scene, rows, { plan, desk, name }), close: () => undefined };
  }
}

async function logisticAnswers(scene: Scene, rows: SessionRows, plan: TrainingPlan): Promise<Float64Array> {
  if (scene.kind !== "logistic") throw otherKind(scene);
  return logisticAnswer(scene, rows, plan);
}

async function treesAnswer(scene: Scene, learner: TreesLearner, rows: SessionRows, plan: TrainingPlan): Promise<Float64Array> {
  if (scene.kind !== "trees") throw otherKind(scene);
  if (plan.noise !== undefined) return noisyTreesAnswer(scene, learner, rows, plan);
  const { features, evaluation } = plan;
  switch (scene.stage) {
    case "bins": case "level": return learner.answer(scene);
    case "evaluation": return evaluationOf(rows.counted, features, scene.model, evaluation.scoreBins);
  }
}

interface NetworkAsked {
  readonly plan: TrainingPlan;
  readonly desk: Desk;
  readonly name: string;
}

async function networkAnswer(scene: Scene, rows: SessionRows, { plan, desk, name }: NetworkAsked): Promise<Float64Array> {
  if (scene.kind !== "network") throw otherKind(scene);
  if (plan.noise !== undefined) return noisyNetworkAnswer(scene, rows, plan, { entropy: desk.entropy, label: `sample/${name}` });
  // The tensor engine costs a fifth of a second and 20 MB, which only who trains networks should pay.
  const learner = await import("./network/learner.js");
  return learner.networkAnswer(scene, rows, plan, desk);
}

/** The participant reads every question by the plan, so this is our own mistake. */
function otherKind({ kind }: Scene): RangeError {
  return new RangeError(`a question about a model of kind ${kind}, which the charter does not ask for`);
}
