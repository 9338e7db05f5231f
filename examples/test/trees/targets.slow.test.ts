import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { growAlone } from "@cohortium/node/learning/trees/grow-alone";
import { treeLogitsOf } from "@cohortium/node/learning/trees/logits";
import type { TreesClause } from "@cohortium/protocol/training/clauses";
import { judgedSets, type JudgedSet } from "../../src/trees/datasets.js";

const DATASETS = process.env["COHORTIUM_DATASETS"] ?? join(import.meta.dirname, "../../../../shared/datasets");

/** 150 trees of depth 4 at rate 0.1, which nobody tuned for these sets. */
const CLAUSE: TreesClause = {
  kind: "trees", trees: 150, depth: 4, learningRate: 0.1, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 64, rowSample: 1, columnSample: 1, seed: 7,
};
const TARGETS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  bank: [0.795, 0.815],
  default_credit_homo: [0.777, 0.797],
  default_credit: [0.775, 0.79],
};
const SETS = await judgedSets(DATASETS);
const CASES: readonly (readonly [name: string, set: JudgedSet | null])[] = SETS.length === 0 ? [["nothing", null]] : SETS.map((set) => [set.name, set]);

describe("boosted trees on the pooled rows of a public data set", () => {
  (SETS.length === 0 ? test.skip : test).each(CASES)(
    "rank the held-out rows of %s as well as was measured elsewhere", async (name, set) => {
      if (set === null) throw new Error("there is no data set");
      const model = await growAlone(set.train, { plan: { features: set.features, rowsMinJoint: 100, categoryRowsMin: 10 }, clause: CLAUSE });
      if (model.kind !== "trees") throw new Error(model.because);
      const auc = aucExact(treeLogitsOf(set.held, set.features, model), set.held.y);
      process.stdout.write(`${name}: AUC ${auc.toFixed(4)} on ${set.held.rows} held-out rows, grown on ${set.train.rows}\n`);
      const [least, most] = TARGETS[name] ?? [Number.NaN, Number.NaN];
      expect(auc).toBeGreaterThanOrEqual(least);
      expect(auc).toBeLessThanOrEqual(most);
    });
});
