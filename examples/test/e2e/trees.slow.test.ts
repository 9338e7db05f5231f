import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { splitOwn } from "@cohortium/node/data/holdout";
import { importRows } from "@cohortium/node/data/import-rows";
import { localRows, type LocalRows } from "@cohortium/node/data/local-rows";
import { growAlone } from "@cohortium/node/learning/trees/grow-alone";
import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import type { Feature } from "@cohortium/protocol/charter/features";
import { modelDigest } from "@cohortium/protocol/training/model";
import { typeCommand } from "./command-line.js";
import { trainUnderKills } from "./kill-often.js";
import { onceEach, tracesOf } from "./released-once.js";
import { tinyDraft } from "./tiny-charter.js";
import { foundTiny, trainedOnce, type TinyConsortium } from "./tiny-consortium.js";

const NAMES = ["alder", "birch", "cedar"];
const KILLS = 4;
const TREES = {
  kind: "trees", trees: 5, depth: 3, learningRate: 0.3, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 32, rowSample: 0.8, columnSample: 0.7, seed: 11,
  earlyStopping: { patience: 5, share: 0.2 },
} as const satisfies TreesClause;

let tiny: TinyConsortium;
let charter: string;
let undisturbed: TrainingView;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  ({ charter, undisturbed } = await trainedOnce(tiny, tinyDraft(NAMES, { model: TREES })));
});
afterAll(async () => tiny.end());

const question = tinyDraft(NAMES).questions[0] as unknown as { readonly features: readonly Feature[]; readonly label: { readonly name: string; readonly positive: string; readonly negative: string } };

/** What nobody in the consortium has: all training rows in one place. */
async function pooledRows(): Promise<LocalRows> {
  const parts = await Promise.all(NAMES.map(async (name) => {
    const read = await importRows({ path: tiny.rowsFile(name), delimiter: ";", quote: '"', keyColumn: null }, { recipe: question, rowsMin: 50, rowsMax: 1_000 });
    if (read.kind === "refused") throw new Error(JSON.stringify(read.problems));
    return splitOwn(read.rows, 0.2).train;
  }));
  const numbers = [0, 1].flatMap((k) => parts.flatMap(({ x, rows }) => [...x.subarray(k * rows, (k + 1) * rows)]));
  const regions = parts.flatMap(({ categories }) => [...(categories[0] ?? [])]);
  return localRows(Float64Array.from(numbers), [Int32Array.from(regions)], Uint8Array.from(parts.flatMap(({ y }) => [...y])));
}

describe("trees of three companies in processes of their own", () => {
  test("are bit for bit the trees that the same trainer grows on their rows in one place", async () => {
    const pooled = await growAlone(await pooledRows(), { plan: { features: question.features, rowsMinJoint: 100, categoryRowsMin: 10 }, clause: TREES });
    if (pooled.kind !== "trees") throw new Error(pooled.because);
    expect(undisturbed).toMatchObject({ state: "done", model: modelDigest(pooled) });
    expect(pooled.trees.length).toBeGreaterThan(1);
    expect(await tracesOf(tiny, undisturbed.session)).toEqual(onceEach(NAMES.length, undisturbed.rounds.length));
  });

  test("are exported at a partner in the form that XGBoost reads", async () => {
    const to = join(tiny.folder, "model.json");
    const typed = typeCommand(tiny.consortium.node("birch").folder, "model", "export", undisturbed.model ?? "", "--format", "xgboost", "--to", to);
    expect(await typed.ended).toMatchObject({ code: 0, says: expect.stringContaining("region=north") });
    expect(JSON.parse(readFileSync(to, "utf8"))).toMatchObject({ learner: { gradient_booster: { name: "gbtree" }, learner_model_param: { num_feature: "5" } } });
  });

  test.each([
    { seed: 1, who: "any process" }, { seed: 2, who: "any process" }, { seed: 3, who: "the coordinator" }, { seed: 4, who: "one node" },
  ])("are the same when processes are killed and started again, and nothing is released twice (seed $seed, kills $who)", async ({ seed, who }) => {
    const { consortium } = tiny;
    const victims = who === "the coordinator" ? [consortium.coordinator] : who === "one node" ? [consortium.node("birch")] : [consortium.coordinator, ...consortium.nodes];
    const { view, killed } = await trainUnderKills(tiny, charter, { seed, victims, times: KILLS, strideMin: 10, strideSpread: 40 });
    expect(killed).toHaveLength(KILLS);
    expect({ state: view.state, model: view.model, rounds: view.rounds }).toEqual({ state: "done", model: undisturbed.model, rounds: undisturbed.rounds });
    expect(await tracesOf(tiny, view.session)).toEqual(onceEach(NAMES.length, view.rounds.length));
  });
});
