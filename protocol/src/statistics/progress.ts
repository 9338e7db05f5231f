import type { Json } from "@cohortium/crypto/canonical-json";
import type { FaultCode } from "../session/fault.js";
import { answerJson } from "./answer.js";
import { categoriesDraft } from "./categories.js";
import { screenOf, type AnswerTerms, type Draft } from "./draft.js";
import { driftDraft } from "./drift.js";
import { interval95, type Estimate } from "./estimate.js";
import { experimentDraft } from "./experiment.js";
import { histogramDraft } from "./histogram.js";
import type { StatisticPlan, StatisticQuestion } from "./plan.js";
import { profileDraft } from "./profile.js";
import { quantilesDraft } from "./quantiles.js";
import type { WordsQuery } from "./query.js";
import { releasedSum, type Released } from "./released.js";
import { edgesOf, foundScale, givenScale, rfmDraft, type RfmScale } from "./rfm.js";
import { firstQuestion, nextSpelled, questionContext, secondQuestion } from "./script.js";
import { earlierOf, type EarlierAnswer } from "./sequence.js";
import { NO_EARLIER, withheldCells } from "./suppress.js";
import { spelledOn, wordsDraft, type Spelling } from "./words.js";

/**
 * Where an answer stands between two sums: what is asked next, by which edges the answer will score where it does, and what was spelled out where it spells.
 */
export interface StatisticProgress {
  readonly kind: "statistic";
  readonly question: StatisticQuestion;
  readonly scale: RfmScale | null;
  readonly spelling?: Spelling | undefined;
}

/** What one sum made of an answer. */
export type StatisticAdvance =
  | { readonly kind: "next"; readonly progress: StatisticProgress }
  | { readonly kind: "answered"; readonly answer: Json }
  | Failed;

interface Failed {
  readonly kind: "failed";
  readonly code: FaultCode;
  readonly detail: Readonly<Record<string, string | number>>;
}

export interface StatisticTerms extends AnswerTerms {
  /** Answers given under the same charter before, which together with this one must not tell what any of them withholds. Not looked at where noise is added. */
  readonly earlier?: readonly EarlierAnswer[];
}

/** Where an answer begins. */
export function firstStatistic(plan: StatisticPlan): StatisticProgress {
  const question = firstQuestion(plan);
  return { kind: "statistic", question, scale: question.edges === null ? null : givenScale(question.edges) };
}

/** What a round at this point shows the nodes. The masks are bound to its digest. */
export function statisticContext({ question }: StatisticProgress): Json {
  return questionContext(question);
}

/**
 * Takes one step of an answer. A function of the sum, the plan and the terms alone, in + − × ÷ and √, so an auditor who has these gets the same
 * answer to the last bit.
 *
 * @param values - Decoded, in the order of `statisticLayout`. Whoever calls has compared the guard with `survivors`.
 * @throws RangeError if there are more or fewer values than that.
 */
export function advanceStatistic(values: Float64Array, progress: StatisticProgress, plan: StatisticPlan, terms: StatisticTerms): StatisticAdvance {
  const released = releasedSum(values, progress.question, plan, terms.survivors);
  const { query } = plan;
  if (query.kind === "rfm" && progress.question.edges === null) {
    const scale = foundScale(released, query, plan, terms.cellRows);
    return scale === null ? degenerate(plan) : { kind: "next", progress: { kind: "statistic", question: secondQuestion(edgesOf(scale)), scale } };
  }
  if (query.kind === "words") {
    const { spelling, next } = spelledOn(released, progress.question, progress.spelling ?? null, { plan, query, cellRows: terms.cellRows });
    if (next.length > 0) return { kind: "next", progress: { kind: "statistic", question: nextSpelled(progress.question, next), scale: null, spelling } };
    return answered(wordsDraft(spelling, query, plan, terms), plan, terms);
  }
  const draft = draftOf(released, progress, { ...plan, query }, terms);
  if (draft === null || isTooSmall(draft.everybody, plan)) return degenerate(plan);
  return answered(draft, plan, terms);
}

function answered(draft: Draft, plan: StatisticPlan, { cellRows, earlier = [] }: StatisticTerms): StatisticAdvance {
  const before = plan.noise === null ? earlierOf(earlier, plan) : NO_EARLIER;
  let settled = draft;
  // A list without some words adds up in other ways, so what is withheld is decided anew.
  for (;;) {
    const withheld = withheldCells({ ...settled, cellRows, earlier: before });
    const next = settled.without?.(withheld) ?? null;
    if (next === null) return { kind: "answered", answer: answerJson(settled.answer(screenOf(withheld, cellRows))) };
    settled = next;
  }
}

/** Words are drafted from several sums. */
type DraftedPlan = StatisticPlan & { readonly query: Exclude<StatisticPlan["query"], WordsQuery> };

function draftOf(released: Released, { scale }: StatisticProgress, plan: DraftedPlan, terms: AnswerTerms): Draft | null {
  const { query } = plan;
  switch (query.kind) {
    case "profile": return profileDraft(released, query, plan, terms);
    case "histogram": return histogramDraft(released, query, plan, terms);
    case "quantiles": return quantilesDraft(released, query, plan, terms);
    case "categories": return categoriesDraft(released, query, plan, terms);
    case "rfm": return scale === null ? null : rfmDraft(released, scale, { ...plan, query }, terms);
    case "experiment": return experimentDraft(released, query, plan, terms);
    case "drift": return driftDraft(released, query, plan, terms);
  }
}

/** Whether all rows together are fewer than the charter asks, beyond what noise explains. */
function isTooSmall(everybody: Estimate | null, { rowsMinJoint }: StatisticPlan): boolean {
  return everybody !== null && !(interval95(everybody).high >= rowsMinJoint);
}

function degenerate({ rowsMinJoint }: StatisticPlan): Failed {
  return { kind: "failed", code: "TRAINING_DEGENERATE", detail: { rowsMinJoint } };
}
