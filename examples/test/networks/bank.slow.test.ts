import { beforeAll, describe, expect, test } from "@jest/globals";
import { takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import type { Split } from "@cohortium/node/data/holdout";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { networkContributor } from "@cohortium/node/learning/network/learner";
import { networkScores } from "@cohortium/node/learning/network/scores";
import { loadBackend } from "@cohortium/node/learning/network/tensors";
import { labelSkewed } from "@cohortium/protocol/testing/label-skew";
import type { NetworkClause, Optimiser } from "@cohortium/protocol/training/network/clause";
import { federated, type NetworkContributor } from "@cohortium/protocol/training/network/fit";
import { FEATURES } from "../../src/bank-marketing/columns.js";
import { bankRows, HAS_BANK } from "./bank-rows.js";

const PARTIES = 5;
/** Seconds on an idle machine. */
const PATIENCE_MS = 600_000;
const BASE: NetworkClause = {
  kind: "network", hidden: [32, 16], activation: "relu", optimiser: { kind: "fedavg", serverRate: 1 }, rounds: 30, localEpochs: 1, batchSize: 512, localRate: 0.4,
  weightDecay: 0.0001, clip: 5, rowsCap: 40_000, seed: 7, stopping: { kind: "rounds" }, strips: "hidden",
};
const ADAPTIVE = { serverRate: 0.03, beta1: 0.5, beta2: 0.99, tau: 0.003 };
const SETTINGS: readonly (Partial<NetworkClause> & { readonly optimiser: Optimiser })[] = [
  { optimiser: { kind: "fedavg", serverRate: 1 } },
  { optimiser: { kind: "fedprox", serverRate: 1, mu: 0.01 } },
  { optimiser: { kind: "fedadam", ...ADAPTIVE }, batchSize: 1024, localRate: 0.3 },
  { optimiser: { kind: "fedyogi", ...ADAPTIVE }, batchSize: 1024, localRate: 0.3 },
  // Its correction is the same in every step of a pass, so it wants fewer and steadier steps.
  { optimiser: { kind: "scaffold", serverRate: 1 }, batchSize: 1024, localRate: 0.2 },
];

let bank: Split;
let pooled: number;

/** The held-out AUC after each joint step. */
async function* courseOf(parts: readonly LocalRows[], more: Partial<NetworkClause>, change = (one: NetworkContributor, _: number) => one): AsyncGenerator<number> {
  const terms = { features: FEATURES, categoryRowsMin: 50, rowsMinJoint: 100, parties: parts.length, model: { ...BASE, ...more } };
  for await (const { model } of federated(parts.map((rows, i) => change(networkContributor(rows, terms, `p${i}`, "wasm"), i)), terms)) {
    if (model.iteration > 0) yield aucExact(networkScores(bank.held, FEATURES, model), bank.held.y);
  }
}

async function aucOf(...training: Parameters<typeof courseOf>): Promise<number> {
  let auc = Number.NaN;
  for await (auc of courseOf(...training)) continue;
  return auc;
}

const dealt = (alpha: number) => labelSkewed(bank.train.y, { parties: PARTIES, alpha, seed: 1, rowsMin: 300 }).map((rows) => takeRows(bank.train, [...rows]));

(HAS_BANK ? describe : describe.skip)("networks on the bank's calls, without their length", () => {
  beforeAll(async () => {
    await loadBackend("wasm");
    bank = await bankRows();
    pooled = await aucOf([bank.train], {});
  });

  test("all rows in one place give what is published for them", () => {
    expect(pooled).toBeGreaterThan(0.79);
  });

  describe.each([0.1, 0.3, 1])("dealt to five companies of different shares of subscribers (Dirichlet α = %d)", (alpha) => {
    test.each(SETTINGS)("$optimiser.kind comes to an AUC of 0.782 on held-out calls within 60 rounds, and stays there", async (setting) => {
      const last: number[] = [];
      for await (const auc of courseOf(dealt(alpha), { ...setting, rounds: 60 })) {
        last.push(auc);
        if (last.slice(-3).every((one) => one > 0.782) && last.length > 3) break;
      }
      const joint = Math.min(...last.slice(-3));
      expect(joint).toBeGreaterThan(0.782);
      expect(joint).toBeGreaterThan(pooled - 0.025);
    }, PATIENCE_MS);
  });

  describe("one of five equal companies sends its update backwards and fifty times as long, as far as the bound lets it", () => {
    const HEAD = 4;
    const backwards = (clip: number) => (one: NetworkContributor, party: number): NetworkContributor => (party !== 4 ? one : {
      ...one,
      update: async (task) => {
        const values = await one.update(task);
        const sent = values.subarray(HEAD, HEAD + task.question.model.weights.length).map((value) => -50 * value);
        const most = clip * ((values[2] ?? 0) / task.question.clause.rowsCap);
        const length = Math.sqrt(sent.reduce((sum, value) => sum + value * value, 0));
        values.set(sent.map((value) => value * Math.min(1, most / length)), HEAD);
        return values;
      },
    });
    const setting = { rounds: 25, batchSize: 256, localRate: 0.1, rowsCap: 7_000 };

    test("with a bound of 0.2 the joint model loses 0.03 of AUC at most; control: without one, more than 0.1", async () => {
      const parts = dealt(100);
      const honest = await aucOf(parts, setting);
      expect(await aucOf(parts, { ...setting, clip: 0.2 }, backwards(0.2))).toBeGreaterThan(honest - 0.03);
      expect(await aucOf(parts, { ...setting, clip: 100 }, backwards(100))).toBeLessThan(honest - 0.1);
    }, PATIENCE_MS);
  });
});
