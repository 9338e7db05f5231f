import { releasesOfTrees } from "./trees-schema.js";
import type { ModelClause } from "./model-clauses.js";

/** The most sums one training may release. */
export function releasesOfTraining(model: ModelClause): number {
  switch (model.kind) {
    // The moments, the Newton sum at the zero model and after each step, the held-out scores. Under noise the last step's sum is not asked for.
    case "logistic": return model.privacy === undefined ? 1 + (1 + model.iterationsMax) + 1 : 1 + model.privacy.iterations + 1;
    case "trees": return releasesOfTrees(model);
    // The moments, the updates, the held-out scores.
    case "network": return 1 + model.rounds + 1;
  }
}
