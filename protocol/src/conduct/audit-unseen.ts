import type { Model, RoundOffer, SessionClose } from "../log/bodies.js";
import type { DataStatement } from "../columns/statement.js";
import { everyQuestion, sumsOf } from "../statistics/charge.js";
import { statisticLayout } from "../statistics/layout.js";
import type { StatisticPlan } from "../statistics/plan.js";
import { prefixesMax } from "../statistics/words.js";
import { objectionInOrder, objectionToKept } from "../training/order.js";
import { sessionPlanDigest, type SessionPlan } from "./plan.js";

/**
 * A session whose sums cannot be computed again because their bytes are not here. Which model or edges follow cannot be told, and is not said; but in which
 * order it asks, for what, of whom and how much, follows from the plan and from the offers themselves.
 */
export interface Unseen {
  readonly kind: "unseen";
  readonly plan: SessionPlan;
  readonly stated: ReadonlyMap<string, DataStatement | null>;
  /** All rounds so far, in order. */
  readonly asked: readonly RoundOffer[];
  /** The model that was kept since the last of them. */
  readonly kept: Model | null;
}

/** Why no session of this plan asks this next; null if one may. */
export function objectionToUnseenOffer({ plan, asked, kept }: Unseen, next: RoundOffer): string | null {
  if (next.plan !== sessionPlanDigest(plan)) return "the round's plan is not the one that follows from the charter";
  switch (plan.question) {
    case "propensity.train": return objectionInOrder(asked, next, plan, kept);
    case "statistics.ask": return objectionToSum(asked, next, plan);
  }
}

/** Why no session of this plan keeps this model here; null if one may. */
export function objectionToUnseenModel({ plan, asked }: Unseen, model: Model): string | null {
  return plan.question === "propensity.train" ? objectionToKept(asked, model, plan) : "a model where none follows: the session answers a question";
}

/** Why no session of this plan is closed like this; null if one may be. */
export function objectionToUnseenClose({ plan, asked }: Unseen, { released }: SessionClose): string | null {
  switch (plan.question) {
    case "propensity.train": return objectionToModelReleased(asked.at(-1), released);
    case "statistics.ask":
      if (released.kind !== "answer") return "a model is released where a question was asked";
      return isAnswered(asked.length, plan) ? null : "the session is closed before its last sum";
  }
}

/** Words are spelled until no beginning is left that enough rows share. */
function isAnswered(sums: number, { query }: StatisticPlan): boolean {
  return query.kind === "words" ? sums >= 1 : sums === sumsOf(query);
}

/** An evaluation shows the model that it is of. */
function objectionToModelReleased(last: RoundOffer | undefined, released: SessionClose["released"]): string | null {
  if (released.kind !== "model") return "an answer is released where a model was trained";
  if (last?.purpose !== "evaluation") return "the session is closed before its last sum";
  return released.model === last.model ? null : "the released model is not the one that was evaluated";
}

function objectionToSum(asked: readonly RoundOffer[], { purpose, model, ring, words }: RoundOffer, plan: StatisticPlan): string | null {
  const due = everyQuestion(plan.query)[asked.length];
  if (due === undefined || purpose !== "statistic") return `the round asks for ${purpose} where the question has ${sumsOf(plan.query)} of its sums`;
  const layout = statisticLayout({ kind: "statistic", step: asked.length, ...due }, plan);
  if (ring !== layout.ring || !isOfSize(words, layout.words, asked, plan)) return `the round asks for ${words} words of ${ring} bits where its question has ${layout.words} of ${layout.ring}`;
  return asked.some((before) => before.model === model) ? "the round asks again what was asked before" : null;
}

/** How many beginnings are left, only the sums tell: each takes as many numbers as one does, beside the guard, and a sum has room for so many. */
function isOfSize(words: number, ofOne: number, { length }: readonly RoundOffer[], plan: StatisticPlan): boolean {
  if (plan.query.kind !== "words" || length === 0) return words === ofOne;
  const beginnings = (words - 1) / (ofOne - 1);
  return Number.isSafeInteger(beginnings) && beginnings >= 1 && beginnings <= prefixesMax(plan, plan.query);
}
