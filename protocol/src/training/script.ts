import type { Json } from "@cohortium/crypto/canonical-json";
import { logisticMayFollow, readLogisticScene, type LogisticScene } from "./logistic/script.js";
import type { TrainingPlan } from "./plan.js";

/**
 * One question of a training as a node was asked it: `question` as layouts and learning read it, `model` what the node has learned of the joint
 * model so far, `digest` of what the round showed.
 */
export type Scene = LogisticScene;

/**
 * Reads an offered question with its context; null unless it is one that the plan's kind of model asks. `last` is what was asked before, for
 * kinds whose contexts carry only what is new.
 */
export function readScene(question: unknown, context: Json, plan: TrainingPlan, _last: Scene | null): Scene | null {
  switch (plan.model.kind) {
    case "logistic": return readLogisticScene(question, context, plan);
  }
}

/**
 * Whether a training that was asked `last` may be asked `next`.
 *
 * Each question is answered at most once at each point, because two sums of one question over different companies differ by what one of them
 * brought, and a model can be written in many ways that mean the same. What a node cannot see is whether a step follows from the sum; an
 * auditor can (`audit.ts`).
 */
export function mayFollow(last: Scene | null, next: Scene): boolean {
  switch (next.kind) {
    case "logistic": return logisticMayFollow(last, next);
  }
}
