import type { Json } from "@cohortium/crypto/canonical-json";
import type { Words } from "@cohortium/crypto/fixed-point";
import { cellRowsStatedMax, type DataStatement } from "../columns/statement.js";
import { chargeOf } from "../statistics/charge.js";
import { advanceStatistic, firstStatistic, statisticContext, type StatisticProgress } from "../statistics/progress.js";
import { statisticLayout } from "../statistics/layout.js";
import type { StatisticPlan } from "../statistics/plan.js";
import type { EarlierAnswer } from "../statistics/sequence.js";
import type { Failed, Measure } from "../training/advance.js";
import type { Layout } from "../training/layout-parts.js";
import { layoutOf } from "../training/layout.js";
import type { Model } from "../training/model.js";
import { layoutTerms, type TrainingPlan } from "../training/plan.js";
import { advance as advanceTraining, contextOf as trainingContext, firstOf, type Progress } from "../training/progress.js";
import { chargeOfQuestion } from "../training/price.js";
import { readSum } from "../training/read-sum.js";
import type { SessionPlan } from "./plan.js";
import type { Release } from "./release.js";
import type { SessionQuestion } from "./scene.js";

/** Where a session stands between two sums: its plan, and the next question with what led to it. */
export type Standing =
  | { readonly kind: "training"; readonly plan: TrainingPlan; readonly progress: Progress }
  | { readonly kind: "statistic"; readonly plan: StatisticPlan; readonly progress: StatisticProgress };

/** What one sum made of a session. `keep` is a model worth keeping although the session goes on; an answer does not count rows exactly. */
export type Advance =
  | { readonly kind: "next"; readonly standing: Standing; readonly rows: number | null; readonly measure: Measure | null; readonly keep: Model | null }
  | { readonly kind: "released"; readonly release: Release; readonly rows: number | null }
  | Failed;

/** What an answer is to respect. */
export interface Beside {
  /** What parties stated about their data; null what cannot be read. */
  readonly stated: readonly (DataStatement | null)[];
  /** What was answered under the same charter before, in the order of the log. */
  readonly earlier: readonly EarlierAnswer[];
}

/** Where a session begins. */
export function firstStanding(plan: SessionPlan): Standing {
  switch (plan.question) {
    case "propensity.train": return { kind: "training", plan, progress: firstOf(plan) };
    case "statistics.ask": return { kind: "statistic", plan, progress: firstStatistic(plan) };
  }
}

/** What a round here shows the nodes. The masks are bound to its digest. */
export function contextOf(standing: Standing): Json {
  switch (standing.kind) {
    case "training": return trainingContext(standing.progress);
    case "statistic": return statisticContext(standing.progress);
  }
}

/** What the next round asks for. */
export function questionOf({ progress }: Standing): SessionQuestion {
  return progress.question;
}

/** Where each number of the next answer lies. */
export function layoutIn(standing: Standing): Layout {
  switch (standing.kind) {
    case "training": return layoutOf(standing.progress.question, layoutTerms(standing.plan));
    case "statistic": return statisticLayout(standing.progress.question, standing.plan);
  }
}

/**
 * Takes one step of a session: a function of the sum and of what the log says before it, in + − × ÷ and √ alone, so an auditor who has both gets
 * the same model or answer to the last bit.
 */
export function advance(standing: Standing, words: Words, survivors: number, beside: Beside): Advance {
  switch (standing.kind) {
    case "training": return trainedOn(standing, words, survivors);
    case "statistic": return answeredWith(standing, words, survivors, beside);
  }
}

function trainedOn({ plan, progress }: Extract<Standing, { readonly kind: "training" }>, words: Words, survivors: number): Advance {
  const next = advanceTraining(progress, words, survivors, plan);
  switch (next.kind) {
    case "next": return { ...next, standing: { kind: "training", plan, progress: next.progress } };
    case "evaluated": return { kind: "released", release: { kind: "model", model: next.model, evaluation: next.evaluation }, rows: next.rows };
    case "failed": return next;
  }
}

function answeredWith({ plan, progress }: Extract<Standing, { readonly kind: "statistic" }>, words: Words, survivors: number, beside: Beside): Advance {
  const sum = readSum(words, statisticLayout(progress.question, plan), survivors);
  if (sum.kind === "failed") return sum;
  const next = advanceStatistic(sum.values, progress, plan, { cellRows: strictest(plan, beside.stated), survivors, earlier: beside.earlier });
  switch (next.kind) {
    case "next": return { kind: "next", standing: { kind: "statistic", plan, progress: next.progress }, rows: null, measure: null, keep: null };
    case "answered": return { kind: "released", release: { kind: "answer", answer: next.answer }, rows: null };
    case "failed": return next;
  }
}

/** Below how many rows a cell is withheld: as the strictest asks, the charter or whoever stated something, also if it then fell silent. */
function strictest(plan: StatisticPlan, stated: Beside["stated"]): number {
  const most = cellRowsStatedMax(plan);
  // Who takes part has stated no more. Who fell silent before that was seen has no say.
  return Math.max(plan.clause.cellRows, ...stated.map((statement) => statement?.cellRows ?? 1).filter((rows) => rows <= most));
}

/** What the next round costs whoever answers it and has paid so much in this session, in 10^-9 of ρ. */
export function chargeIn(standing: Standing, paid: number): number {
  switch (standing.kind) {
    case "training": return chargeOfQuestion(standing.progress.question, standing.plan, paid);
    case "statistic": return chargeOf(standing.progress.question, standing.plan);
  }
}
