import type { Json } from "@cohortium/crypto/canonical-json";
import { termsOfOthers, type SumTerms } from "../log/sum-terms.js";
import type { Digest, PartyId } from "../session/ids.js";
import { schemaOf, type Schema } from "../charter/columns-schema.js";
import { statisticPlanDigest, type StatisticPlan } from "../statistics/plan.js";
import { queryJson } from "../statistics/query-schema.js";
import { planDigest, type TrainingPlan } from "../training/plan.js";

/** What a session computes: a joint model, or the answer to one question about the joint rows. */
export type SessionPlan = TrainingPlan | StatisticPlan;

/** The configuration hash that offers name and masks are bound to. */
export function sessionPlanDigest(plan: SessionPlan): Digest {
  switch (plan.question) {
    case "propensity.train": return planDigest(plan);
    case "statistics.ask": return statisticPlanDigest(plan);
  }
}

/** What the columns of the session must mean at every party. */
export function sessionSchema(plan: SessionPlan): Schema {
  switch (plan.question) {
    case "propensity.train": return schemaOf(plan.recipe);
    case "statistics.ask": return schemaOf(plan.clause);
  }
}

/** The one company the session does without. A question of statistics is always asked of all. */
export function withoutOf(plan: SessionPlan): PartyId | null {
  switch (plan.question) {
    case "propensity.train": return plan.without ?? null;
    case "statistics.ask": return null;
  }
}

/**
 * What a session's offer says: the question, the plan that follows from the charter, and whom the session does without, if anybody. What is
 * asked of statistics stands in it word for word, so that it is in the log before anybody answers.
 */
export function offerBody(plan: SessionPlan): Json {
  const { question } = plan;
  const body = { question, plan: sessionPlanDigest(plan) };
  switch (plan.question) {
    case "propensity.train": return { ...body, ...(plan.without === undefined ? {} : { without: plan.without }) };
    case "statistics.ask": return { ...body, query: queryJson(plan.query) };
  }
}

interface AskedOf<T> {
  readonly terms: T;
  readonly members: readonly { readonly name: PartyId }[];
  readonly plan: SessionPlan;
}

/** What a session asks of its sums: what the charter asks, and where it does without one company, all the others. */
export function termsIn<T extends SumTerms>({ terms, members, plan }: AskedOf<T>): T {
  const without = withoutOf(plan);
  return without === null ? terms : termsOfOthers(terms, members.filter(({ name }) => name !== without).length);
}
