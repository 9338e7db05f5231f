import type { StatisticPlan, StatisticQuestion } from "./plan.js";

/** STAND-IN until branch stat. */
export function chargeOf(_question: StatisticQuestion, { query, rounds }: StatisticPlan): number {
  return Math.floor(query.nanoRho / rounds);
}
