import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import type { Charter } from "../charter/charter.js";
import { parsePartyId, SLUG, type PartyId } from "../session/ids.js";
import { orNull } from "../session/or-null.js";
import { queryProblems, statisticPlanOf } from "../statistics/plan.js";
import { parseQuery } from "../statistics/query-schema.js";
import type { Query } from "../statistics/query.js";
import { planOf } from "../training/plan.js";
import type { SessionPlan } from "./plan.js";

/** What a session is to compute under a charter: the model it asks for, perhaps without one company, or the answer to a query. */
export type SessionRequest = { readonly without: PartyId | null } | { readonly query: Query };

/** The plan that follows, or why none does: one sentence each. */
export type Planned =
  | { readonly kind: "planned"; readonly plan: SessionPlan }
  | { readonly kind: "refused"; readonly clause: "request.question" | "request.query"; readonly because: string };

/**
 * What the body of a `session.offer` asks; null for a query that cannot be read. Whom it does without is nobody where that is no name: then the
 * plans differ.
 */
export function requestIn(body: Json): SessionRequest | null {
  if (memberOf(body, "question") === "statistics.ask") {
    const query = orNull(() => parseQuery(memberOf(body, "query") ?? null));
    return query === null ? null : { query };
  }
  const without = memberOf(body, "without");
  return { without: typeof without === "string" && SLUG.test(without) ? parsePartyId(without) : null };
}

/** What a session that asks this computes under the charter. */
export function planned(charter: Charter, request: SessionRequest | null): Planned {
  if (request === null) return { kind: "refused", clause: "request.query", because: "the query cannot be read" };
  if ("query" in request) {
    const [problem] = queryProblems(charter, request.query);
    if (problem !== undefined) return { kind: "refused", clause: "request.query", because: `${problem.path}: ${problem.says}` };
    return { kind: "planned", plan: statisticPlanOf(charter, request.query) };
  }
  if (charter.questions.length === 0) return { kind: "refused", clause: "request.question", because: "the charter allows no training" };
  return { kind: "planned", plan: planOf(charter, request.without) };
}
