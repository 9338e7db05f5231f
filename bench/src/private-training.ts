import { addWordsInto } from "@cohortium/crypto/masking";
import { zeroWords } from "@cohortium/crypto/words";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { takeRows, type LocalRows } from "@cohortium/node/data/local-rows";
import { contributorOf } from "@cohortium/node/learning/alone";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { logisticAnswer } from "@cohortium/node/learning/logistic-answer";
import { logitsOf } from "@cohortium/node/learning/logistic";
import { addNoise } from "@cohortium/node/noise";
import { nanoRhoFor } from "@cohortium/protocol/session/privacy-budget";
import type { LogisticClause, LogisticPrivacy } from "@cohortium/protocol/training/clauses";
import type { Evaluation } from "@cohortium/protocol/training/evaluation";
import { layoutOf, noiseOf } from "@cohortium/protocol/training/layout";
import { fitPooled } from "@cohortium/protocol/training/logistic/fit";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { readLogisticScene } from "@cohortium/protocol/training/logistic/script";
import type { Model } from "@cohortium/protocol/training/model";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { advance, contextOf, firstOf, type Progress } from "@cohortium/protocol/training/progress";
import { nowMs, spreadOf } from "./measure.js";
import { bankRows, type BankRows } from "./network/bank-rows.js";
import { column, three, type Section } from "./section.js";

const PARTIES = 5;
/** Of a quorum of four, one may collude. */
const HONEST = 3;
const DELTA = 1e-6;
const EPSILONS = [0.5, 1, 3, 8];
const PRIVACY = { rowNormMax: 4, iterations: 5 };
const CLAUSE: LogisticClause = { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 20 };

/** What noise costs a logistic training: the joint model's area under the curve at several budgets, against the model of exact sums. */
export async function measurePrivateTraining(quick: boolean): Promise<readonly Section[]> {
  const bank = await bankRows();
  if (bank === null) return [{ title: "1. A logistic training under noise", notes: ["The calls are not on this machine, and nothing is measured."], columns: [], rows: [] }];
  const exact = exactAuc(bank);
  const rows = [];
  for (const epsilon of EPSILONS) {
    const runs = [];
    for (let run = 0; run < (quick ? 3 : 10); run++) runs.push(await noisyRun(bank, nanoRhoFor(epsilon, DELTA), run));
    const [auc, gap, ms] = [spreadOf(runs.map((one) => one.auc)), spreadOf(runs.map((one) => exact - one.auc)), spreadOf(runs.map((one) => one.noiseMs))];
    const said = runs.map(({ evaluation }) => evaluation.aucInterval.high - evaluation.aucInterval.low);
    const hits = runs.filter(({ evaluation: { aucInterval: { low, high } }, auc: true_ }) => low <= true_ && true_ <= high).length;
    rows.push({
      epsilon, nanoRho: nanoRhoFor(epsilon, DELTA), exact, auc: auc.median, aucRange: range4(auc.min, auc.max), gap: gap.median,
      said: spreadOf(said).median, hits: `${hits} of ${runs.length}`, noiseMs: ms.median, runs: runs.length,
    });
  }
  return [{
    title: `1. A logistic training under noise: the bank's calls at ${PARTIES} companies, δ = ${DELTA}, the training takes the whole budget`,
    notes: [
      `noise = discrete Gaussian, each company's share for ${HONEST} honest of ${PARTIES} (so there is ${PARTIES}/${HONEST} of the noise that is counted on); ${PRIVACY.iterations} steps, rows scaled down to norm ${PRIVACY.rowNormMax}.`,
      "AUC = of the joint model on all held-out rows, without noise, as nobody outside this table sees it. exact = Newton's method on exact sums.",
      "interval = width of the 95 % interval that the training itself states, from noisy scores; holds = how often it holds the AUC beside it.",
    ],
    columns: [
      column("epsilon", "ε", String), column("nanoRho", "nano-ρ", String), column("exact", "exact AUC", four), column("auc", "AUC", four), column("aucRange", "min–max"),
      column("gap", "lost", four), column("said", "interval", three), column("hits", "holds"), column("noiseMs", "noise ms/company", three), column("runs", "runs"),
    ],
    rows,
  }];
}

interface Run {
  readonly auc: number;
  readonly evaluation: Evaluation;
  /** What one company spends on drawing its noise, all rounds together. */
  readonly noiseMs: number;
}

/** Every round as nodes and the coordinator run it, without masks: they cancel. */
async function noisyRun({ features, train, held }: BankRows, nanoRho: number, run: number): Promise<Run> {
  const plan = planFor(features, { ...PRIVACY, nanoRho });
  const parts = dealt(train, run).map((rows, party) => ({ rows, counted: dealt(held, run)[party] ?? rows }));
  let [progress, noiseMs]: [Progress, number] = [firstOf(plan), 0];
  for (let round = 1; ; round++) {
    const scene = readLogisticScene(progress.question.kind, contextOf(progress), plan);
    if (scene === null) throw new Error("a question that no node answers");
    const { segments, ring, words } = layoutOf(scene.question, layoutTerms(plan));
    const sum = zeroWords(ring, words);
    parts.forEach(({ rows, counted }, party) => {
      const own = encodeFixed(logisticAnswer(scene, { train: rows, counted }, plan), segments, ring);
      const startMs = nowMs();
      addNoise(own, { segments: noiseOf(scene.question, layoutTerms(plan)) ?? [], entropy: new Uint8Array(32).fill(1 + party), label: `${run}/${nanoRho}/${round}` });
      noiseMs += (nowMs() - startMs) / PARTIES;
      addWordsInto(sum, own);
    });
    const next = advance(progress, sum, PARTIES, plan);
    if (next.kind === "failed") throw new Error(`the training ended with ${next.code} ${JSON.stringify(next.detail)}`);
    if (next.kind === "evaluated") return { auc: aucExact(logitsOf(held, features, logisticOf(next.model)), held.y), evaluation: next.evaluation, noiseMs };
    ({ progress } = next);
  }
}

function exactAuc({ features, train, held }: BankRows): number {
  const fit = fitPooled([contributorOf(train, features)], { features, clause: CLAUSE, minimums: { rowsMin: 100, categoryRowsMin: 50 } });
  if (fit.kind !== "fitted") throw new Error(`the exact training is ${fit.kind}`);
  return aucExact(logitsOf(held, features, fit.model), held.y);
}

function planFor(features: BankRows["features"], privacy: LogisticPrivacy): TrainingPlan {
  const label = { name: "y", positive: "yes", negative: "no" };
  return {
    question: "propensity.train", recipe: { features: [], label }, features, label, model: { ...CLAUSE, privacy },
    evaluation: { scoreBins: 64, holdout: "own", holdoutShare: 0.2 }, parties: PARTIES, rowsMaxPerParty: 50_000, rowsMinPerParty: 100, rowsMinJoint: 2_000,
    categoryRowsMin: 50, rounds: 2 + privacy.iterations, noise: { honest: HONEST },
  };
}

function logisticOf(model: Model): LogisticModel {
  if (model.kind !== "logistic") throw new RangeError("another kind of model");
  return model;
}

/** Row by row to one company after the other. */
function dealt(rows: LocalRows, first: number): readonly LocalRows[] {
  const all = Array.from({ length: rows.rows }, (_, i) => i);
  return Array.from({ length: PARTIES }, (_, party) => takeRows(rows, all.filter((i) => (i + first) % PARTIES === party)));
}

function four(value: number): string {
  return value.toFixed(4);
}

function range4(min: number, max: number): string {
  return `${four(min)}–${four(max)}`;
}
