import { addWordsInto } from "@cohortium/crypto/masking";
import { zeroWords } from "@cohortium/crypto/words";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import { contributorOf } from "@cohortium/node/learning/alone";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { logisticAnswer } from "@cohortium/node/learning/logistic-answer";
import { noisyNetworkAnswer } from "@cohortium/node/learning/network/noisy-answer";
import { growAlone } from "@cohortium/node/learning/trees/grow-alone";
import { TreesLearner } from "@cohortium/node/learning/trees/learner";
import { noisyTreesAnswer } from "@cohortium/node/learning/trees/noisy-answer";
import { scoresOf } from "@cohortium/node/learning/scores";
import { addNoise } from "@cohortium/node/egress/noise";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import { networkPrice, sampledStepNanoRho } from "@cohortium/protocol/charter/sampled-price";
import type { LogisticClause, ModelClause, TreesClause } from "@cohortium/protocol/charter/model-clauses";
import type { Evaluation } from "@cohortium/protocol/training/evaluation";
import { layoutOf, noiseOf } from "@cohortium/protocol/training/layout";
import { fitPooled } from "@cohortium/protocol/training/logistic/fit";
import type { NetworkClause, NetworkPrivacy } from "@cohortium/protocol/charter/network-clause";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { advance, contextOf, firstOf, type Progress } from "@cohortium/protocol/training/progress";
import { readScene, type Scene } from "@cohortium/protocol/training/script";
import { nowMs, spreadOf } from "./measure.js";
import { bankRows, type BankRows } from "./network/bank-rows.js";
import { column, three, type Row, type Section } from "./section.js";

const PARTIES = 5;
/** Of a quorum of four, one may collude. */
const HONEST = 3;
const DELTA = 1e-6;
const EPSILONS = [0.5, 1, 3, 8];
const STEPS = { rowNormMax: 4, iterations: 5 };
const CLAUSE: LogisticClause = { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 20 };
const SAMPLED = { sampleRate: 0.02, gradientNorm: 1 };
const NETWORK: NetworkClause = {
  kind: "network", hidden: [16], activation: "tanh", optimiser: { kind: "fedadam", serverRate: 0.02, beta1: 0.9, beta2: 0.99, tau: 0.001 }, rounds: 150, localEpochs: 1,
  batchSize: 512, localRate: 0.1, weightDecay: 0.0001, clip: 5, rowsCap: 40_000, seed: 7, stopping: { kind: "rounds" }, strips: "hidden",
};

/** Few trees, shallow, each on a few columns: every sum has its share of the budget, and a row moves one number more of it for each column. */
const TREES: TreesClause = {
  kind: "trees", trees: 20, depth: 2, learningRate: 0.3, lambda: 1, gamma: 0, childWeightMin: 10, bins: 16, rowSample: 1, columnSample: 0.1, seed: 7,
};
/** As one would grow them without noise. */
const EXACT_TREES: TreesClause = { ...TREES, trees: 150, depth: 4, learningRate: 0.1, bins: 64, columnSample: 1 };

/** What noise costs trainings: the joint model's area under the curve at several budgets, against the logistic model of exact sums. */
export async function measurePrivateTraining(quick: boolean): Promise<readonly Section[]> {
  const bank = await bankRows();
  if (bank === null) return [{ title: "1. Trainings under noise", notes: ["The calls are not on this machine, and nothing is measured."], columns: [], rows: [] }];
  const exact = exactAuc(bank);
  const rows: Row[] = [];
  for (const epsilon of EPSILONS) rows.push(await measuredAt(bank, { model: "logistic", epsilon, exact, runs: quick ? 3 : 10 }));
  const exactTrees = await exactTreesAuc(bank);
  for (const epsilon of EPSILONS) rows.push(await measuredAt(bank, { model: "trees", epsilon, exact: exactTrees, runs: quick ? 3 : 10 }));
  // A network's noise takes seconds a company.
  for (const epsilon of quick ? [1] : EPSILONS) rows.push(await measuredAt(bank, { model: "network", epsilon, exact, runs: quick ? 1 : 5 }));
  return [{
    title: `1. Trainings under noise: the bank's calls at ${PARTIES} companies, δ = ${DELTA}, one training takes the whole budget`,
    notes: [
      `noise = discrete Gaussian, each company's share for ${HONEST} honest of ${PARTIES} (so there is ${PARTIES}/${HONEST} of the noise that is counted on).`,
      `logistic = ${STEPS.iterations} steps, rows scaled down to norm ${STEPS.rowNormMax}. network = ${NETWORK.hidden.join("-")} units, ${NETWORK.rounds} steps on samples of ${SAMPLED.sampleRate}.`,
      `trees = ${TREES.trees} of ${TREES.depth} levels, each on a tenth of the columns, in ${TREES.bins} bins as wide as each other; chosen among a dozen settings by these very held-out rows, so a little flattering.`,
      "AUC = of the joint model on all held-out rows, without noise, as nobody outside this table sees it. exact = Newton's method, or 150 trees of 4 levels, on exact sums.",
      "interval = width of the 95 % interval that the training itself states, from noisy scores; holds = how often it holds the AUC beside it.",
    ],
    columns: [
      column("model", "model"), column("epsilon", "ε"), column("nanoRho", "nano-ρ"), column("exact", "exact AUC", four), column("auc", "AUC", four), column("aucRange", "min–max"),
      column("gap", "lost", four), column("said", "interval", three), column("hits", "holds"), column("noiseMs", "noise ms/company", three), column("runs", "runs"),
    ],
    rows,
  }];
}

interface Setting {
  readonly model: "logistic" | "network" | "trees";
  readonly epsilon: number;
  readonly exact: number;
  readonly runs: number;
}

async function measuredAt(bank: BankRows, { model, epsilon, exact, runs: count }: Setting): Promise<Row> {
  const nanoRho = nanoRhoFor(epsilon, DELTA);
  const plan = planFor(bank.features, clauseFor(model, epsilon), epsilon);
  const runs: Run[] = [];
  for (let run = 0; run < count; run++) runs.push(await noisyRun(bank, plan, run));
  const auc = spreadOf(runs.map((one) => one.auc));
  const said = runs.map(({ evaluation: { aucInterval } }) => aucInterval.high - aucInterval.low);
  const hits = runs.filter(({ evaluation: { aucInterval: { low, high } }, auc: truth }) => low <= truth && truth <= high).length;
  return {
    model, epsilon, nanoRho, exact, auc: auc.median, aucRange: `${four(auc.min)}–${four(auc.max)}`, gap: exact - auc.median,
    said: spreadOf(said).median, hits: `${hits} of ${runs.length}`, noiseMs: spreadOf(runs.map((one) => one.noiseMs)).median, runs: runs.length,
  };
}

function clauseFor(model: Setting["model"], epsilon: number): ModelClause {
  const nanoRho = nanoRhoFor(epsilon, DELTA);
  switch (model) {
    case "logistic": return { ...CLAUSE, privacy: { ...STEPS, nanoRho } };
    case "trees": return { ...TREES, privacy: { nanoRho } };
    case "network": return { ...NETWORK, privacy: within(nanoRho, epsilon) };
  }
}

/** A tenth for the moments, and the least noise whose steps the rest pays for. */
function within(nanoRho: number, epsilon: number): NetworkPrivacy {
  const withNoise = (noiseMultiplier: number): NetworkPrivacy => ({ ...SAMPLED, momentsNanoRho: Math.floor(nanoRho / 10), noiseMultiplier });
  let [low, high] = [0.3, 20];
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (networkPrice(NETWORK, withNoise(middle), { epsilon, delta: DELTA, reserveShare: 0 }) <= nanoRho) high = middle;
    else low = middle;
  }
  return withNoise(high);
}

interface Run {
  readonly auc: number;
  readonly evaluation: Evaluation;
  /** What one company spends on drawing its noise, all rounds together. */
  readonly noiseMs: number;
}

/** Every round as nodes and the coordinator run it, without masks: they cancel. */
async function noisyRun({ features, train, held }: BankRows, plan: TrainingPlan, run: number): Promise<Run> {
  const [trained, counted] = [dealt(train, run), dealt(held, run)];
  const entropyOf = (party: number) => new Uint8Array(32).fill(1 + party + PARTIES * run);
  const parties = trained.map((rows, party) => answering({ train: rows, counted: counted[party] ?? rows }, plan, entropyOf(party)));
  let [progress, last, noiseMs]: [Progress, Scene | null, number] = [firstOf(plan), null, 0];
  for (let round = 1; ; round++) {
    const scene = readScene(progress.question.kind, contextOf(progress), plan, last);
    if (scene === null) throw new Error("a question that no node answers");
    last = scene;
    const { segments, ring, words } = layoutOf(scene.question, layoutTerms(plan));
    const noise = noiseOf(scene.question, layoutTerms(plan)) ?? [];
    const sum = zeroWords(ring, words);
    for (const { answer, entropy } of parties) {
      const own = encodeFixed(await answer(scene), segments, ring);
      const startMs = nowMs();
      addNoise(own, { segments: noise, entropy, label: String(round) });
      noiseMs += (nowMs() - startMs) / PARTIES;
      addWordsInto(sum, own);
    }
    const next = advance(progress, sum, PARTIES, plan);
    if (next.kind === "failed") throw new Error(`the training ended with ${next.code} ${JSON.stringify(next.detail)}`);
    if (next.kind === "evaluated") return { auc: aucExact(scoresOf(held, features, next.model), held.y), evaluation: next.evaluation, noiseMs };
    ({ progress } = next);
  }
}

interface Answering {
  readonly entropy: Uint8Array;
  answer(scene: Scene): Float64Array | Promise<Float64Array>;
}

function answering(rows: { readonly train: LocalRows; readonly counted: LocalRows }, plan: TrainingPlan, entropy: Uint8Array): Answering {
  const learner = new TreesLearner(rows.train, plan.features, plan.model.kind === "trees" ? plan.model : TREES);
  return {
    entropy,
    answer: (scene) => {
      switch (scene.kind) {
        case "logistic": return logisticAnswer(scene, rows, plan);
        case "network": return noisyNetworkAnswer(scene, rows, plan, { entropy, label: `sample/${scene.model?.iteration ?? 0}` });
        case "trees": return noisyTreesAnswer(scene, learner, rows, plan);
      }
    },
  };
}

/** On all rows together, by the same clause. */
async function exactTreesAuc({ features, train, held }: BankRows): Promise<number> {
  const grown = await growAlone(train, { plan: { features, rowsMinJoint: 100, categoryRowsMin: 50 }, clause: EXACT_TREES });
  if (grown.kind !== "trees") throw new Error(`the exact training is ${grown.kind}`);
  return aucExact(scoresOf(held, features, grown), held.y);
}

function exactAuc({ features, train, held }: BankRows): number {
  const fit = fitPooled([contributorOf(train, features)], { features, clause: CLAUSE, minimums: { rowsMin: 100, categoryRowsMin: 50 } });
  if (fit.kind !== "fitted") throw new Error(`the exact training is ${fit.kind}`);
  return aucExact(scoresOf(held, features, fit.model), held.y);
}

function planFor(features: BankRows["features"], model: ModelClause, epsilon: number): TrainingPlan {
  const label = { name: "y", positive: "yes", negative: "no" };
  const stepNanoRho = model.kind === "network" && model.privacy !== undefined ? sampledStepNanoRho(model.privacy, { epsilon, delta: DELTA, reserveShare: 0 }) : undefined;
  return {
    question: "propensity.train", recipe: { features: [], label }, features, label, model,
    evaluation: { scoreBins: 64, holdout: "own", holdoutShare: 0.2 }, parties: PARTIES, rowsMaxPerParty: 50_000, rowsMinPerParty: 100, rowsMinJoint: 2_000,
    categoryRowsMin: 50, rounds: 2 + (model.kind === "network" ? NETWORK.rounds : STEPS.iterations), noise: { honest: HONEST, stepNanoRho },
  };
}

/** Row by row to one company after the other. */
function dealt(rows: LocalRows, first: number): readonly LocalRows[] {
  const all = Array.from({ length: rows.rows }, (_, i) => i);
  return Array.from({ length: PARTIES }, (_, party) => takeRows(rows, all.filter((i) => (i + first) % PARTIES === party)));
}

function four(value: number): string {
  return value.toFixed(4);
}
