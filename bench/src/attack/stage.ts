import { utf8 } from "@cohortium/crypto/bytes";
import { decodeFixed, encodeFixed } from "@cohortium/crypto/fixed-point";
import { sha256 } from "@cohortium/crypto/hash";
import { addWordsInto } from "@cohortium/crypto/masking";
import { zeroWords, type Words } from "@cohortium/crypto/words";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { addNoise } from "@cohortium/node/egress/noise";
import { computeStatistic } from "@cohortium/node/statistics/compute";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import { statisticLayout, statisticNoise } from "@cohortium/protocol/statistics/layout";
import type { StatisticPlan, StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import type { Query } from "@cohortium/protocol/statistics/query";
import type { Feature } from "@cohortium/protocol/charter/features";

/** Three companies, one of which is with the attacker: each of the others adds half of the noise that is promised. */
export const PARTIES = 3;
export const HONEST = 2;
export const DELTA = 1e-6;

/** What a budget of ε buys, in 10^-9 of ρ. */
export function budgetFor(epsilon: number): number {
  return nanoRhoFor(epsilon, DELTA);
}

/** The plan of a question about made-up people; with sums that are exact where nothing is paid. */
export function planOf(query: Query, features: readonly Feature[], rowsMaxPerParty = 10_000): StatisticPlan {
  return {
    question: "statistics.ask", query, features, clause: { kinds: [query.kind], features: [], cellRows: 1 }, parties: PARTIES, rowsMaxPerParty,
    rowsMinPerParty: 1, rowsMinJoint: 1, noise: query.nanoRho === 0 ? null : { honest: HONEST }, rounds: 1,
  };
}

const QUESTION: StatisticQuestion = { kind: "statistic", step: 0, edges: null };

/** What the companies' own code computes and rounds, added up, before noise. */
export function exactWords(plan: StatisticPlan, companies: readonly LocalRows[], question = QUESTION): Words {
  const { segments, ring } = statisticLayout(question, plan);
  const sum = zeroWords(ring, segments.reduce((words, { length }) => words + length, 0));
  for (const rows of companies) addWordsInto(sum, encodeFixed(computeStatistic(rows, question, plan), segments, ring));
  return sum;
}

/**
 * The words of the sum with the noise of the honest companies, each share by the node's own code; as they are where the plan has none. The share of the
 * third company is left out, as if it told the attacker.
 */
export function noisyWords(plan: StatisticPlan, exact: Words, label: string, question = QUESTION): Words {
  const words = exact.slice();
  const segments = statisticNoise(question, plan);
  if (segments !== null) for (let party = 0; party < HONEST; party++) addNoise(words, { segments, entropy: sha256(utf8(`attack/${party}`)), label });
  return words;
}

/** What is released: the numbers of the layout, without the guard. */
export function released(plan: StatisticPlan, exact: Words, label: string, question = QUESTION): Float64Array {
  const { segments, ring } = statisticLayout(question, plan);
  return decodeFixed(noisyWords(plan, exact, label, question), segments, ring).subarray(1);
}
