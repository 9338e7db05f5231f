import type { Json } from "@cohortium/crypto/canonical-json";
import type { LoggedBeginning } from "../log/audit-milestones.js";
import type { RoundOffer } from "../log/bodies.js";
import { checkCharter } from "../charter/check.js";
import { partyToLeaveOut } from "../charter/parties.js";
import type { Charter } from "../charter/charter.js";
import { budgetOf } from "../charter/privacy-budget.js";
import type { DataStatement } from "../columns/statement.js";
import { chargeOf, everyQuestion } from "../statistics/charge.js";
import { planOf } from "../training/plan.js";
import { chargesInTurn } from "../training/price.js";
import type { Costs } from "./audit-bill.js";
import { planned, requestIn, type SessionRequest } from "./request.js";
import { firstStanding, type Standing } from "./standing.js";

/** A session that follows from its charter so far. `stated` is what each party said about its columns, null where it cannot be read. */
export interface Underway {
  readonly kind: "underway";
  readonly standing: Standing;
  readonly stated: ReadonlyMap<string, DataStatement | null>;
  /** The rounds so far, each of which followed. */
  readonly asked: readonly RoundOffer[];
}

/** Where an auditor begins to follow a session; lost where nothing follows from the charter. */
export type Begun = Underway | { readonly kind: "lost"; readonly because: string };

export function begin(text: Json, offered: LoggedBeginning["offered"]): Costs & { readonly begun: Begun } {
  const check = checkCharter(text);
  if (check.kind === "refused") return { begun: lost("its charter allows no session"), budgetNanoRho: 0, reserveNanoRho: 0, charges: [], endsEarly: false };
  const { charter } = check;
  return {
    begun: under(charter, offered), budgetNanoRho: budgetIn(charter), reserveNanoRho: budgetOf(charter)?.reserveNanoRho ?? 0,
    charges: chargesIn(charter, requestIn(offered)), endsEarly: charter.questions[0]?.model.kind === "trees",
  };
}

function chargesIn(charter: Charter, request: SessionRequest | null): readonly number[] {
  const { privacy: { mechanism }, questions } = charter;
  if (request === null || mechanism === "none") return [];
  if (!("query" in request)) return questions.length === 0 ? [] : chargesInTurn(planOf(charter, null));
  const { query } = request;
  return everyQuestion(query).map((question) => chargeOf(question, { query, noise: { mechanism } }));
}

function under(charter: Charter, { question, without, query }: LoggedBeginning["offered"]): Begun {
  if (without !== "" && partyToLeaveOut(charter, without) === undefined) return lost("its charter allows no training without one company");
  const due = planned(charter, requestIn({ question, without, query }));
  return due.kind === "refused" ? lost(due.because) : { kind: "underway", standing: firstStanding(due.plan), stated: new Map(), asked: [] };
}

function budgetIn(charter: Charter): number | null {
  const budget = budgetOf(charter);
  return budget === null ? null : budget.nanoRho + budget.reserveNanoRho;
}

function lost(because: string): Begun {
  return { kind: "lost", because };
}
