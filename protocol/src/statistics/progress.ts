import type { Json } from "@cohortium/crypto/canonical-json";
import type { FaultCode } from "../session/fault.js";
import type { StatisticPlan, StatisticQuestion } from "./plan.js";

/** STAND-IN until branch stat. */
export interface StatisticProgress {
  readonly question: StatisticQuestion;
}

export type StatisticAdvance =
  | { readonly kind: "next"; readonly progress: StatisticProgress }
  | { readonly kind: "answered"; readonly answer: Json }
  | { readonly kind: "failed"; readonly code: FaultCode; readonly detail: Readonly<Record<string, string | number>> };

export function firstStatistic(_plan: StatisticPlan): StatisticProgress {
  return { question: { kind: "statistic", step: 0, edges: null } };
}

export function statisticContext({ question: { step, edges } }: StatisticProgress): Json {
  return { step, edges: edges === null ? null : { recency: [...edges.recency], frequency: [...edges.frequency], monetary: [...edges.monetary] } };
}

export function advanceStatistic(values: Float64Array, { question }: StatisticProgress, { query, rounds }: StatisticPlan, rules: { readonly cellRows: number }): StatisticAdvance {
  const counts = [...values.subarray(1)];
  if (question.step + 1 < rounds) {
    const edges = { recency: counts, frequency: counts, monetary: counts };
    return { kind: "next", progress: { question: { kind: "statistic", step: question.step + 1, edges } } };
  }
  return { kind: "answered", answer: { kind: query.kind, counts: counts.map((count) => (count < rules.cellRows ? { withheld: `< ${rules.cellRows}` } : count)) } };
}
