import { setImmediate } from "node:timers/promises";
import { pooledFirst, pooledNext, type PooledStep } from "@cohortium/protocol/training/trees/pooled";
import type { TreesModel } from "@cohortium/protocol/training/trees/model";
import type { TreesTerms } from "@cohortium/protocol/training/trees/progress";
import type { LocalRows } from "../../data/local-rows.js";
import type { ThreadsOf } from "./grower.js";
import { TreesLearner } from "./learner.js";

/** Grows trees on some rows alone, by the joint training's own rules: the same trees that a joint training over just these rows grows. */
export async function growAlone(rows: LocalRows, terms: TreesTerms, threadsOf?: ThreadsOf): Promise<TreesModel | { readonly kind: "degenerate"; readonly because: string }> {
  const learner = new TreesLearner(rows, terms.plan.features, terms.clause, threadsOf);
  try {
    let step: PooledStep = pooledFirst(terms);
    while (step.kind === "asks") {
      const { scene } = step;
      if (scene.stage === "evaluation") throw new RangeError("an evaluation was not asked for");
      step = pooledNext(step, await learner.answer(scene), terms);
      // Whoever else has work in this process, such as the link to the coordinator, gets a turn.
      await setImmediate();
    }
    return step.kind === "grown" ? step.model : step;
  } finally {
    learner.close();
  }
}
