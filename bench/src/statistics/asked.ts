import { utf8 } from "@cohortium/crypto/bytes";
import { decodeFixed, encodeFixed } from "@cohortium/crypto/fixed-point";
import { sha256 } from "@cohortium/crypto/hash";
import { addWordsInto } from "@cohortium/crypto/masking";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Words } from "@cohortium/crypto/words";
import { localRows, type LocalRows } from "@cohortium/node/data/local-rows";
import { addNoise } from "@cohortium/node/egress/noise";
import { computeStatistic } from "@cohortium/node/statistics/compute";
import { sumsOf } from "@cohortium/protocol/statistics/charge";
import { statisticLayout, statisticNoise } from "@cohortium/protocol/statistics/layout";
import type { StatisticPlan, StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import { advanceStatistic, firstStatistic } from "@cohortium/protocol/statistics/progress";
import type { QueryKind } from "@cohortium/protocol/charter/statistics-clause";
import type { Query } from "@cohortium/protocol/statistics/query";
import type { Feature } from "@cohortium/protocol/charter/features";
import { Dice } from "@cohortium/protocol/testing/dice";

export const FEATURES: readonly Feature[] = [
  { kind: "categorical", name: "region", categories: ["north", "east", "south", "west", "islands", "abroad"] },
  { kind: "categorical", name: "arm", categories: ["none", "letter", "call"] },
  { kind: "numeric", name: "visits", unit: "visits", min: 0, max: 60 },
  { kind: "numeric", name: "spend", unit: "EUR", min: 0, max: 500 },
  { kind: "numeric", name: "days", unit: "days", min: 0, max: 365 },
  { kind: "numeric", name: "history", unit: "EUR", min: 0, max: 3_500 },
];

/** One of each kind that asks of listed columns, at this price. */
export function queriesAt(nanoRho: number): { readonly [Kind in Exclude<QueryKind, "words">]: Extract<Query, { readonly kind: Kind }> } {
  const cohort = [{ dimension: "region", words: ["north", "west"] }];
  return {
    profile: { kind: "profile", cohort, by: ["region", "arm"], measures: ["spend", "visits"], nanoRho },
    histogram: { kind: "histogram", cohort: [], measure: "spend", edges: [0, 10, 25, 50, 100, 250, 500], nanoRho },
    quantiles: { kind: "quantiles", cohort, measure: "history", probabilities: [0.1, 0.25, 0.5, 0.75, 0.9], bins: 128, spacing: "log", nanoRho },
    categories: { kind: "categories", cohort: [], dimension: "region", top: 3, nanoRho },
    rfm: { kind: "rfm", recency: "days", frequency: "visits", monetary: "spend", edges: null, nanoRho },
    experiment: {
      kind: "experiment", arm: "arm", control: "none", shares: [1 / 3, 1 / 3, 1 / 3], metrics: ["visits", "spend"], covariate: "history",
      from: "2026-10-01", to: "2026-10-31", nanoRho,
    },
    drift: { kind: "drift", column: "days", bins: 20, nanoRho },
  };
}

/** Of `parties` companies the quorum is two thirds and more, and one of those may collude. */
export function planOf(query: Query, parties: number, rowsMaxPerParty: number): StatisticPlan {
  const honest = Math.floor((2 * parties) / 3) + (parties > 3 ? 0 : -1);
  return {
    question: "statistics.ask", query, features: FEATURES, clause: { kinds: [query.kind], features: [], cellRows: CELL_ROWS }, parties, rowsMaxPerParty,
    rowsMinPerParty: 1, rowsMinJoint: 1, noise: query.nanoRho === 0 ? null : { honest }, rounds: sumsOf(query),
  };
}

const CELL_ROWS = 20;

/** Made-up customers of one company, of whom a letter brings some and a call brings more. */
export function customersOf(company: number, rows: number): LocalRows {
  const dice = new Dice(1 + company);
  const share = (): number => dice.roll(1e6) / 1e6;
  const [region, arm] = [new Int32Array(rows), new Int32Array(rows)];
  const [visits, spend, days, history] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    region[row] = Math.floor(6 * share() ** 2);
    arm[row] = dice.roll(3);
    visits[row] = Math.floor(60 * share() ** 3);
    history[row] = Math.round(350_000 * share() ** 4) / 100;
    days[row] = dice.roll(366);
    const buys = share() < 0.1 + 0.05 * (arm[row] ?? 0);
    spend[row] = buys ? Math.round(50_000 * share() ** 3) / 100 : 0;
  }
  return localRows(Float64Array.of(...[visits, spend, days, history].flatMap((column) => [...column])), [region, arm], new Uint8Array(rows));
}

/** What a company's own code sends, before masks: its numbers in the ring, with its share of the noise. */
export function wordsOf(rows: LocalRows, question: StatisticQuestion, plan: StatisticPlan, label: string): Words {
  const { segments, ring } = statisticLayout(question, plan);
  const words = encodeFixed(computeStatistic(rows, question, plan), segments, ring);
  const noise = statisticNoise(question, plan);
  if (noise !== null) addNoise(words, { segments: noise, entropy: sha256(utf8(`bench/${label}`)), label: `${question.step}` });
  return words;
}

/** The whole answer without masks, letters and log: what all those are compared with. Null where noise leaves nothing to answer. */
export function answerHere(companies: readonly LocalRows[], plan: StatisticPlan, label: string): Json | null {
  let progress = firstStatistic(plan);
  for (let round = 0; round < plan.rounds; round++) {
    const { question } = progress;
    const [sum, ...others] = companies.map((rows, company) => wordsOf(rows, question, plan, `${label}/${company}`));
    if (sum === undefined) throw new RangeError("a sum over nobody");
    for (const words of others) addWordsInto(sum, words);
    const { segments, ring } = statisticLayout(question, plan);
    const next = advanceStatistic(decodeFixed(sum, segments, ring), progress, plan, { cellRows: CELL_ROWS, survivors: companies.length });
    if (next.kind === "answered") return next.answer;
    if (next.kind === "failed") return null;
    progress = next.progress;
  }
  throw new Error("more sums than the plan allows");
}
