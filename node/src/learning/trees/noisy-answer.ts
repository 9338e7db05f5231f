import { categoricalsOf, type Feature } from "@cohortium/protocol/charter/features";
import { gridsOf } from "@cohortium/protocol/training/layout";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { packNoisyStart } from "@cohortium/protocol/training/trees/noisy-start";
import { UNITS } from "@cohortium/protocol/training/trees/quantise";
import type { TreesScene } from "@cohortium/protocol/training/trees/script";
import type { LocalRows } from "../../data/local-rows.js";
import type { SessionRows } from "../../rows/session-rows.js";
import { noisyHistogramOf } from "../score-histogram.js";
import { wordCounts } from "../word-counts.js";
import type { TreesLearner } from "./learner.js";
import { treeLogitsOf } from "./logits.js";

/** This party's answer to any round of a noisy training of trees, before noise, which is added where the answer leaves. */
export async function noisyTreesAnswer(scene: TreesScene, learner: TreesLearner, { train, counted }: Pick<SessionRows, "train" | "counted">, plan: TrainingPlan): Promise<Float64Array> {
  const { features, evaluation } = plan;
  switch (scene.stage) {
    case "bins": return noisyStartOf(train, features);
    case "level": {
      // On a coarser scale than slopes have, each sum would be rounded as a whole, and a row move it further than its noise is made for.
      const isFine = gridsOf(scene.question, layoutTerms(plan)).every(({ segment }) => 2 ** segment.scaleBits >= UNITS);
      if (!isFine) throw new RangeError("slopes do not fit the scale of this sum");
      return learner.answer(scene);
    }
    case "evaluation": return noisyHistogramOf(treeLogitsOf(counted, features, scene.model), counted, evaluation.scoreBins);
  }
}

function noisyStartOf({ rows, y, categories }: LocalRows, features: readonly Feature[]): Float64Array {
  const positives = y.reduce((sum, label) => sum + label, 0);
  const words = categoricalsOf(features).flatMap(({ categories: known }, i) => wordCounts(categories[i] ?? new Int32Array(), known.length));
  return packNoisyStart({ negatives: rows - positives, positives, words: Float64Array.from(words) });
}
