import { releasesOfTrees } from "./charter-trees.js";
import type { ModelClause } from "../training/clauses.js";

/** The most sums one training may release. */
export function releasesOfTraining(model: ModelClause): number {
  switch (model.kind) {
    // The moments, the Newton sum at the zero model and after each step, the held-out scores.
    case "logistic": return 1 + (1 + model.iterationsMax) + 1;
    case "trees": return releasesOfTrees(model);
    // The moments, the updates, the held-out scores.
    case "network": return 1 + model.rounds + 1;
  }
}
