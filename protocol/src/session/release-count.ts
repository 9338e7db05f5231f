import type { TrainingClause } from "../training/features.js";

/** The most sums one training may release: the moments, the Newton sum at the zero model and after each step, the held-out scores. */
export function releasesOfTraining({ iterationsMax }: Pick<TrainingClause, "iterationsMax">): number {
  return 1 + (1 + iterationsMax) + 1;
}
