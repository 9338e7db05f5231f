import { exact, laidOut, type Layout } from "../training/layout-parts.js";
import type { StatisticPlan, StatisticQuestion } from "./plan.js";

/** STAND-IN until branch stat. */
export function statisticLayout(question: StatisticQuestion, plan: StatisticPlan): Layout {
  return laidOut(32, [exact("parties", 1, 1), exact("counts", question.step === 0 ? 4 : 9, plan.rowsMaxPerParty)]);
}
