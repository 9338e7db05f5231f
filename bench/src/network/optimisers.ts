import { takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { networkContributor } from "@cohortium/node/learning/network/learner";
import { networkScores } from "@cohortium/node/learning/network/scores";
import { loadBackend } from "@cohortium/node/learning/network/tensors";
import { labelSkewed } from "@cohortium/protocol/testing/label-skew";
import type { NetworkClause, Optimiser } from "@cohortium/protocol/charter/network-clause";
import { federated } from "@cohortium/protocol/training/network/fit";
import { column, type Section } from "../section.js";
import { bankRows, type BankRows } from "./bank-rows.js";

const PARTIES = 5;
/** So much below the pooled model counts as there. */
const SHORT_OF_POOLED = 0.002;
const BASE: NetworkClause = {
  kind: "network", hidden: [32, 16], activation: "relu", optimiser: { kind: "fedavg", serverRate: 1 }, rounds: 40, localEpochs: 1, batchSize: 512, localRate: 0.4,
  weightDecay: 0.0001, clip: 5, rowsCap: 40_000, seed: 7, stopping: { kind: "rounds" }, strips: "hidden",
};
const ADAPTIVE = { serverRate: 0.03, beta1: 0.5, beta2: 0.99, tau: 0.003 };
/** Each as it does best of a handful of settings tried on one split. */
const SETTINGS: readonly (Partial<NetworkClause> & { readonly optimiser: Optimiser })[] = [
  { optimiser: { kind: "fedavg", serverRate: 1 } },
  { optimiser: { kind: "fedprox", serverRate: 1, mu: 0.01 } },
  { optimiser: { kind: "fedadam", ...ADAPTIVE }, batchSize: 1024, localRate: 0.3 },
  { optimiser: { kind: "fedyogi", ...ADAPTIVE }, batchSize: 1024, localRate: 0.3 },
  { optimiser: { kind: "scaffold", serverRate: 1 }, batchSize: 1024, localRate: 0.2 },
];

/** How many rounds each optimiser needs to come as close to the pooled model as makes no difference, however the rows are dealt. */
export async function measureOptimisers(quick: boolean): Promise<readonly Section[]> {
  const title = "2. Rounds to the pooled model's AUC less 0.002: bank-marketing without duration, five companies";
  const bank = await bankRows();
  const columns = [
    column("alpha", "Dirichlet α"), column("optimiser", "optimiser"), column("rounds", "rounds to it"),
    column("best", "best AUC", auc), column("at", "at round"), column("last", "last AUC", auc), column("most", "rounds run"),
  ];
  if (bank === null) return [{ title, notes: ["skipped: the data set is not here; set COHORTIUM_DATASETS"], columns, rows: [] }];
  await loadBackend("wasm");
  const pooled = (await course([bank.train], bank, BASE, Number.POSITIVE_INFINITY)).at(-1) ?? Number.NaN;
  const [alphas, most] = quick ? [[1], 15] : [[100, 1, 0.3, 0.1], 120];
  const rows = [];
  for (const alpha of alphas) {
    const parts = labelSkewed(bank.train.y, { parties: PARTIES, alpha, seed: 1, rowsMin: 300 }).map((own) => takeRows(bank.train, [...own]));
    for (const setting of SETTINGS) {
      const reached = await course(parts, bank, { ...BASE, ...setting, rounds: most }, pooled - SHORT_OF_POOLED);
      const best = Math.max(...reached);
      const rounds = reached.findIndex((value) => value >= pooled - SHORT_OF_POOLED) + 1;
      const [at, last] = [reached.indexOf(best) + 1, reached.at(-1) ?? null];
      rows.push({ alpha: String(alpha), optimiser: setting.optimiser.kind, rounds: rounds > 0 ? rounds : null, best, at, last, most: reached.length });
    }
  }
  const notes = [
    `pooled: the same network on all ${bank.train.rows} rows in one place, ${BASE.rounds} passes: AUC ${auc(pooled)} on ${bank.held.rows} rows held out; there at ${auc(pooled - SHORT_OF_POOLED)}.`,
    `α deals each class out by a Dirichlet draw: 100 nearly equal, 0.1 some companies with hardly a subscriber. – : not within the rounds run. In the clear: masks change nothing but digits.`,
  ];
  return [{ title, notes, columns, rows }];
}

/** The held-out AUC after each round, until the goal is reached. */
async function course(parts: readonly LocalRows[], { features, held }: BankRows, model: NetworkClause, goal: number): Promise<readonly number[]> {
  const terms = { features, categoryRowsMin: 50, rowsMinJoint: 100, parties: parts.length, model };
  const models = federated(parts.map((rows, i) => networkContributor(rows, terms, `p${i}`, "wasm")), terms);
  const reached: number[] = [];
  for await (const { model: joint } of models) {
    if (joint.iteration === 0) continue;
    reached.push(aucExact(networkScores(held, features, joint), held.y));
    if ((reached.at(-1) ?? 0) >= goal) break;
  }
  return reached;
}

function auc(value: number): string {
  return value.toFixed(4);
}
