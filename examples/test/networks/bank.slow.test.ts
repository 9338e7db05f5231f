import { beforeAll, describe, expect, test } from "@jest/globals";
import { takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import type { Split } from "@cohortium/node/data/holdout";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { networkContributor } from "@cohortium/node/learning/network/learner";
import { networkScores } from "@cohortium/node/learning/network/scores";
import { loadBackend } from "@cohortium/node/learning/network/tensors";
import { labelSkewed } from "@cohortium/protocol/testing/label-skew";
import type { NetworkClause, Optimiser } from "@cohortium/protocol/charter/network-clause";
import { federated, fitFederated, type FederatedTerms, type NetworkContributor } from "@cohortium/protocol/training/network/fit";
import { norm } from "@cohortium/protocol/training/network/step";
import { FEATURES } from "../../src/bank-marketing/columns.js";
import { bankRows, HAS_BANK } from "./bank-rows.js";

const PARTIES = 5;
/** Seconds on an idle machine. */
const PATIENCE_MS = 1_800_000;
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

type Change = (one: NetworkContributor, party: number) => NetworkContributor;

const termsOf = (parts: readonly LocalRows[], more: Partial<NetworkClause>): FederatedTerms =>
  ({ features: FEATURES, categoryRowsMin: 50, rowsMinJoint: 100, parties: parts.length, model: { ...BASE, ...more } });

const contributorsOf = (parts: readonly LocalRows[], terms: FederatedTerms, change: Change) => parts.map((rows, i) => change(networkContributor(rows, terms, `p${i}`, "wasm"), i));

/** The held-out AUC after each joint step. */
async function* courseOf(parts: readonly LocalRows[], more: Partial<NetworkClause>, change: Change = (one) => one): AsyncGenerator<number> {
  const terms = termsOf(parts, more);
  for await (const { model } of federated(contributorsOf(parts, terms, change), terms)) {
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
  }, PATIENCE_MS);

  test("all rows in one place give what is published for them", () => {
    expect(pooled).toBeGreaterThan(0.79);
  });

  describe.each([0.1, 1])("dealt to five companies of different shares of subscribers (Dirichlet α = %d)", (alpha) => {
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

  describe("one of five equal companies", () => {
    const POISONER = 4;
    const setting = { rounds: 25, batchSize: 256, localRate: 0.1, rowsCap: 7_000 };
    const flipped = (rows: LocalRows): LocalRows => ({ ...rows, y: rows.y.map((label) => 1 - label) });
    const withFlipped = (parts: readonly LocalRows[]) => parts.map((rows, i) => (i === POISONER ? flipped(rows) : rows));
    let parts: readonly LocalRows[];
    let honest: number;
    beforeAll(async () => {
      parts = dealt(100);
      honest = await aucOf(parts, setting);
    }, PATIENCE_MS);

    test.each([
      { what: "sends its update backwards and fifty times as long", factor: -50, poisoned: (all: readonly LocalRows[]) => all },
      { what: "flips its labels and sends its update fifty times as long", factor: 50, poisoned: withFlipped },
    ])("$what: with a bound of 0.2 the joint model loses 0.03 of AUC at most; control: with one of 100, more than 0.1", async ({ factor, poisoned }) => {
      const [bound, loose] = [0.2, 100];
      expect(await aucOf(poisoned(parts), { ...setting, clip: bound }, scaled(POISONER, factor, bound))).toBeGreaterThan(honest - 0.03);
      expect(await aucOf(poisoned(parts), { ...setting, clip: loose }, scaled(POISONER, factor, loose))).toBeLessThan(honest - 0.1);
    }, PATIENCE_MS);

    test("that keeps to no bound at all ends the training with the first sum", async () => {
      const terms = termsOf(parts, { ...setting, clip: 0.2 });
      const fit = await fitFederated(contributorsOf(parts, terms, scaled(POISONER, 50, Number.POSITIVE_INFINITY)), terms);
      expect(fit).toMatchObject({ kind: "failed", code: "AGGREGATION_BOUNDS", detail: { segment: "update" } });
    }, PATIENCE_MS);

    test("that flips its labels, within every bound, is the one whose absence helps", async () => {
      const rows = withFlipped(parts);
      const all = await aucOf(rows, setting);
      const gains: number[] = [];
      for (const left of rows.keys()) gains.push(await aucOf(rows.filter((_, i) => i !== left), setting) - all);
      const others = gains.filter((_, i) => i !== POISONER);
      // It costs little: the others outweigh it. But of nobody else could the model do without.
      expect(gains[POISONER]).toBeGreaterThan(0.001);
      expect(Math.max(...others)).toBeLessThan(0);
    }, PATIENCE_MS);
  });
});

const HEAD = 4;

/** What a company makes of its update: so many times as long, cut off at a length of its own choice. */
function scaled(poisoner: number, factor: number, length: number) {
  return (one: NetworkContributor, party: number): NetworkContributor => (party !== poisoner ? one : {
    ...one,
    update: async (task) => {
      const values = await one.update(task);
      const sent = values.subarray(HEAD, HEAD + task.question.model.weights.length).map((value) => factor * value);
      const most = length * ((values[2] ?? 0) / task.question.clause.rowsCap);
      values.set(sent.map((value) => value * Math.min(1, most / norm(sent))), HEAD);
      return values;
    },
  });
}
