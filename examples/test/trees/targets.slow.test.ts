import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { growAlone } from "@cohortium/node/learning/trees/grow-alone";
import { treeLogitsOf } from "@cohortium/node/learning/trees/logits";
import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import { judgedSets, type JudgedSet } from "../../src/trees/datasets.js";

const DATASETS = process.env["COHORTIUM_DATASETS"] ?? join(import.meta.dirname, "../../../../shared/datasets");

/** 150 trees of depth 4 at rate 0.1, which nobody tuned for these sets. */
const CLAUSE: TreesClause = {
  kind: "trees", trees: 150, depth: 4, learningRate: 0.1, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 64, rowSample: 1, columnSample: 1, seed: 7,
};

/** Of one division the area is known to ±0.008 or so, which is as wide as the targets: the mean over five is what is held to them. */
const SEEDS = [7, 11, 13, 17, 19];
const DIVISIONS = await Promise.all(SEEDS.map((seed) => judgedSets(DATASETS, seed)));
const HAVE = new Set(DIVISIONS[0]?.map(({ name }) => name));

async function aucOf({ train, held, features }: JudgedSet): Promise<number> {
  const model = await growAlone(train, { plan: { features, rowsMinJoint: 100, categoryRowsMin: 10 }, clause: CLAUSE });
  if (model.kind !== "trees") throw new Error(model.because);
  return aucExact(treeLogitsOf(held, features, model), held.y);
}

describe("boosted trees on the pooled rows of a public data set rank held-out rows as well as was measured elsewhere", () => {
  test.each([
    { set: "bank", divisions: 5, least: 0.795, most: 0.815 },
    { set: "default_credit_homo", divisions: 1, least: 0.777, most: 0.797 },
    { set: "default_credit", divisions: 5, least: 0.775, most: 0.79 },
  ])("$set: from $least to $most, over $divisions division(s)", async ({ set, divisions, least, most }) => {
    if (!HAVE.has(set)) {
      process.stdout.write(`${set}: skipped, for there is no such set in ${DATASETS}\n`);
      return;
    }
    const aucs: number[] = [];
    for (const division of DIVISIONS.slice(0, divisions)) {
      const found = division.find(({ name }) => name === set);
      if (found !== undefined) aucs.push(await aucOf(found));
    }
    const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
    process.stdout.write(`${set}: mean AUC ${mean.toFixed(4)} of ${aucs.map((auc) => auc.toFixed(4)).join(", ")}\n`);
    expect(mean).toBeGreaterThanOrEqual(least);
    expect(mean).toBeLessThanOrEqual(most);
  });
});
