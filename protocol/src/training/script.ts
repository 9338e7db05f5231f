import type { Json } from "@cohortium/crypto/canonical-json";
import { logisticMayFollow, readLogisticScene, type LogisticScene } from "./logistic/script.js";
import { networkMayFollow, readNetworkScene, type NetworkScene } from "./network/script.js";
import type { TrainingPlan } from "./plan.js";
import { readNoisyTreesScene } from "./trees/noisy-script.js";
import { readTreesScene, type TreesScene } from "./trees/script.js";

/**
 * One question of a training as a node was asked it: `question` as layouts and learning read it, `model` what the node has learned of the joint
 * model so far, `digest` of what the round showed.
 */
export type Scene = LogisticScene | TreesScene | NetworkScene;

/**
 * Reads an offered question with its context; null unless it is one that the plan's kind of model asks. `last` is what was asked before, for
 * kinds whose contexts carry only what is new.
 */
export function readScene(question: unknown, context: Json, plan: TrainingPlan, last: Scene | null): Scene | null {
  switch (plan.model.kind) {
    case "logistic": return readLogisticScene(question, context, plan);
    case "trees": {
      if (last !== null && last.kind !== "trees") return null;
      const terms = { features: plan.features, clause: plan.model };
      return plan.noise === undefined ? readTreesScene(question, context, terms, last) : readNoisyTreesScene(question, context, terms, last);
    }
    case "network": return readNetworkScene(question, context, { plan, clause: plan.model }, last?.kind === "network" ? last : null);
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
    case "logistic": return (last === null || last.kind === next.kind) && logisticMayFollow(last, next);
    // A context of trees says only what is new, so it is read as what follows `last`, or not at all.
    case "trees": return true;
    case "network": return (last === null || last.kind === next.kind) && networkMayFollow(last, next);
  }
}
