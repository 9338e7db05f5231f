import { beforeAll, describe, expect, test } from "@jest/globals";
import { labelSkewed } from "@cohortium/protocol/testing/label-skew";
import type { NetworkClause, Optimiser } from "@cohortium/protocol/charter/network-clause";
import { fitFederated, type NetworkContributor } from "@cohortium/protocol/training/network/fit";
import type { NetworkModel } from "@cohortium/protocol/training/network/model";
import { norm } from "@cohortium/protocol/training/network/step";
import { takeRows, type LocalRows } from "../../../src/data/local-rows.js";
import { aucExact } from "../../../src/learning/exact-auc.js";
import { networkContributor } from "../../../src/learning/network/learner.js";
import { networkScores } from "../../../src/learning/network/scores.js";
import { loadBackend } from "../../../src/learning/network/tensors.js";
import { FEATURES, madeUpRows } from "../made-up-rows.js";
import { CLAUSE } from "./small-network.js";

const ALL = madeUpRows(3_000, 21);
const HELD = madeUpRows(3_000, 22);
const BASE: NetworkClause = { ...CLAUSE, rounds: 15, localEpochs: 2, batchSize: 64, localRate: 0.1, clip: 2, rowsCap: 3_000 };
const ADAPTIVE = { serverRate: 0.1, beta1: 0.9, beta2: 0.99, tau: 0.001 };
const OPTIMISERS: readonly Optimiser[] = [
  { kind: "fedavg", serverRate: 1 }, { kind: "fedprox", serverRate: 1, mu: 0.01 }, { kind: "fedadam", ...ADAPTIVE }, { kind: "fedyogi", ...ADAPTIVE }, { kind: "scaffold", serverRate: 1 },
];

let pooled: number;
beforeAll(async () => {
  await loadBackend("wasm");
  pooled = auc(await trained([ALL]));
});

const auc = (model: NetworkModel) => aucExact(networkScores(HELD, FEATURES, model), HELD.y);
const skewed = (alpha: number) => labelSkewed(ALL.y, { parties: 4, alpha, seed: 3, rowsMin: 100 }).map((rows) => takeRows(ALL, [...rows]));

/** @param change - What a party makes of its contributor, by its place. */
async function trained(parts: readonly LocalRows[], more: Partial<NetworkClause> = {}, change = (one: NetworkContributor, _: number) => one): Promise<NetworkModel> {
  const terms = { features: FEATURES, categoryRowsMin: 10, rowsMinJoint: 50, parties: parts.length, model: { ...BASE, ...more } };
  const fit = await fitFederated(parts.map((rows, i) => change(networkContributor(rows, terms, `p${i}`, "wasm"), i)), terms);
  if (fit.kind !== "fitted") throw new Error(`${fit.code} ${JSON.stringify(fit.detail)}`);
  return fit.model;
}

describe("over companies of different distributions", () => {
  test("the parts are as different as they should be", () => {
    const shares = skewed(0.3).map(({ rows, y }) => y.reduce((sum, one) => sum + one, 0) / rows);
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.5);
    const even = skewed(100).map(({ rows, y }) => y.reduce((sum, one) => sum + one, 0) / rows);
    expect(Math.max(...even) - Math.min(...even)).toBeLessThan(0.15);
    expect(skewed(0.3).reduce((sum, { rows }) => sum + rows, 0)).toBe(ALL.rows);
  });

  test.each(OPTIMISERS)("$kind comes close to training on all rows in one place", async (optimiser) => {
    const joint = auc(await trained(skewed(0.3), { optimiser }));
    expect(pooled).toBeGreaterThan(0.65);
    expect(joint).toBeGreaterThan(pooled - 0.02);
  });
});

test("local training that runs out of numbers everywhere is no training", async () => {
  // Each step pulls four times as far back as it came: without the charter's rule this is what a model untouched by training was released from.
  await expect(trained(skewed(100), { optimiser: { kind: "fedprox", serverRate: 1, mu: 10 }, localRate: 0.4 })).rejects.toThrow('TRAINING_DIVERGED {"because":"nothing-moved","iteration":0}');
});

/** An honest node's update on other rows, or with other numbers; its bound is kept by what the node runs. */
const flipped = (rows: LocalRows): LocalRows => ({ ...rows, y: rows.y.map((label) => 1 - label) });

describe("one of four that poisons", () => {
  const HEAD = 4;
  const parts = () => skewed(100);
  /** Its own update backwards and a hundred times as long, as far as the charter's bound lets its node send it. */
  const scaled = (clip: number) => (one: NetworkContributor, party: number): NetworkContributor => (party !== 3 ? one : {
    ...one,
    update: async (task) => {
      const values = await one.update(task);
      const weights = task.question.model.weights.length;
      const update = values.subarray(HEAD, HEAD + weights).map((value) => -100 * value);
      const share = (values[2] ?? 0) / task.question.clause.rowsCap;
      const length = Math.sqrt(update.reduce((sum, value) => sum + value * value, 0));
      const scale = length > clip * share ? (clip * share) / length : 1;
      values.set(update.map((value) => value * scale), HEAD);
      return values;
    },
  });

  test("by a scaled update moves the joint model no further than the bound lets one of four; control: without one, far", async () => {
    const movedBy = async (clip: number) => {
      const [honest, poisoned] = [await trained(parts(), { rounds: 1, clip }), await trained(parts(), { rounds: 1, clip }, scaled(clip))];
      return norm(poisoned.weights.map((weight, i) => weight - honest.weights[i]!));
    };
    const share = parts()[3]!.rows / ALL.rows;
    // What an honest update of up to the bound becomes: one of the same length the other way.
    expect(await movedBy(0.05)).toBeLessThanOrEqual(2 * 0.05 * share * 1.001);
    expect(await movedBy(100)).toBeGreaterThan(20 * 2 * 0.05 * share);
  });

  test("by flipped labels shows when it is left out, and no other does", async () => {
    const rows = parts().map((part, i) => (i === 3 ? flipped(part) : part));
    const all = auc(await trained(rows, { rounds: 10 }));
    const without = await Promise.all(rows.map(async (_, left) => auc(await trained(rows.filter((__, i) => i !== left), { rounds: 10 }))));
    const gains = without.map((one) => one - all);
    expect(gains.indexOf(Math.max(...gains))).toBe(3);
    expect(gains[3]).toBeGreaterThan(2 * Math.max(0.001, ...gains.slice(0, 3)));
  });
});
