import type { Json } from "@cohortium/crypto/canonical-json";
import type { FaultCode } from "../session/fault.js";
import type { StatisticPlan, StatisticQuestion } from "./plan.js";
import { firstQuestion, questionContext } from "./script.js";

/** STAND-IN until branch stat. */
export interface StatisticProgress {
  readonly question: StatisticQuestion;
}

export type StatisticAdvance =
  | { readonly kind: "next"; readonly progress: StatisticProgress }
  | { readonly kind: "answered"; readonly answer: Json }
  | { readonly kind: "failed"; readonly code: FaultCode; readonly detail: Readonly<Record<string, string | number>> };

export function firstStatistic(plan: StatisticPlan): StatisticProgress {
  return { question: firstQuestion(plan) };
}

export function statisticContext({ question }: StatisticProgress): Json {
  return questionContext(question);
}

export function advanceStatistic(values: Float64Array, { question }: StatisticProgress, { query, rounds }: StatisticPlan, rules: { readonly cellRows: number }): StatisticAdvance {
  const counts = [...values.subarray(1)];
  if (question.step + 1 < rounds) {
    const edges = { recency: counts, frequency: counts, monetary: counts };
    return { kind: "next", progress: { question: { kind: "statistic", step: question.step + 1, edges } } };
  }
  return { kind: "answered", answer: { kind: query.kind, counts: counts.map((count) => (count < rules.cellRows ? { withheld: `< ${rules.cellRows}` } : count)) } };
}
