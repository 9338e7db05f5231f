import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { Words } from "@cohortium/crypto/words";
import type { PartyId } from "../../../src/session/ids.js";
import { plainContributor, plainLogit, type PlainRow } from "../../../src/testing/plain-trees.js";
import type { TreesClause } from "../../../src/charter/model-clauses.js";
import { binOf, packHistogram } from "../../../src/training/evaluation.js";
import { layoutOf } from "../../../src/training/layout.js";
import type { AnswerAsked } from "../../../src/conduct/participant.js";
import { layoutTerms, type TrainingPlan } from "../../../src/training/plan.js";
import type { TreesScene } from "../../../src/training/trees/script.js";
import { TINY_PLAN, tinyRows } from "../tiny-rows.js";

export const TREES: TreesClause = {
  kind: "trees", trees: 3, depth: 2, learningRate: 0.5, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 8, rowSample: 0.9, columnSample: 1, seed: 3,
};

/** The tiny rows, asked for trees. */
export const TREES_PLAN: TrainingPlan & { readonly model: TreesClause } = { ...TINY_PLAN, model: TREES, rounds: 12 };

/** A party's tiny rows, as trees see them. */
export function plainRows(party: string): readonly PlainRow[] {
  return tinyRows(party).map(({ age, job, y }) => ({ values: [age, job], label: y }));
}

/** What a node's host answers about trees, before masks. */
export function treesWords(party: PartyId, { scene }: AnswerAsked, plan: TrainingPlan = TREES_PLAN): Words {
  if (scene.kind !== "trees" || plan.model.kind !== "trees") throw new Error("the plan asks for trees");
  const { segments, ring } = layoutOf(scene.question, layoutTerms(plan));
  return encodeFixed(valuesOf(plainRows(party), scene, plan, plan.model), segments, ring);
}

function valuesOf(rows: readonly PlainRow[], scene: TreesScene, { features, evaluation: { scoreBins } }: TrainingPlan, clause: TreesClause): Float64Array {
  if (scene.stage !== "evaluation") return plainContributor(rows, features, clause).answer(scene);
  const [positives, negatives] = [new Float64Array(scoreBins), new Float64Array(scoreBins)];
  for (const row of rows) {
    const histogram = row.label === 1 ? positives : negatives;
    histogram[binOf(plainLogit(row, features, scene.model.base, scene.model.trees), scoreBins)]! += 1;
  }
  return packHistogram({ rows: rows.length, positives, negatives });
}
