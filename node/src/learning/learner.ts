import type { Scene } from "@cohortium/protocol/training/script";
import type { TrainingPlan } from "@cohortium/protocol/training/plan";
import type { SessionRows } from "../rows.js";
import { momentsOf, newtonOf } from "./logistic.js";
import { evaluationOf } from "./scores.js";

/** Computes one node's answers in one session. Asked again, also by another process after a crash, it gives the same numbers. */
export interface Learner {
  /** The answer to one question, in the clear and laid out as its layout says: only `egress` may see it. */
  answer(scene: Scene): Promise<Float64Array>;
}

/** The learner for the plan's kind of model, over rows that do not change under it. */
export function learnerOf(plan: TrainingPlan, rows: SessionRows): Learner {
  return { answer: (scene) => Promise.resolve(answerTo(scene, rows, plan)) };
}

function answerTo({ question, model }: Scene, { train, counted }: SessionRows, { features, evaluation }: TrainingPlan): Float64Array {
  switch (question.kind) {
    case "moments": return momentsOf(train, features);
    case "newton": return newtonOf(train, features, question.model);
    case "evaluation":
      if (model === null) throw new RangeError("no model to evaluate");
      return evaluationOf(counted, features, model, evaluation.scoreBins);
  }
}
