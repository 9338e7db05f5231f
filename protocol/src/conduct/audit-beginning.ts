import type { Json } from "@cohortium/crypto/canonical-json";
import type { LoggedBeginning } from "../log/audit-milestones.js";
import { checkCharter } from "../session/charter-check.js";
import { partyToLeaveOut } from "../session/charter-parties.js";
import type { Charter } from "../session/charter.js";
import { budgetOf } from "../session/privacy-budget.js";
import type { DataStatement } from "../session/statement.js";
import { planned, requestIn } from "./request.js";
import { firstStanding, type Standing } from "./standing.js";

/** A session that follows from its charter so far. `stated` is what each party said about its columns, null where it cannot be read. */
export interface Underway {
  readonly kind: "underway";
  readonly standing: Standing;
  readonly stated: ReadonlyMap<string, DataStatement | null>;
}

/** Where an auditor begins to follow a session; lost where nothing follows from the charter. */
export type Begun = Underway | { readonly kind: "lost"; readonly because: string };

/** The budget is the charter's, with the reserve: whether a node has opened it is not in the log. */
export function begin(text: Json, offered: LoggedBeginning["offered"]): { readonly begun: Begun; readonly budgetNanoRho: number | null } {
  const check = checkCharter(text);
  if (check.kind === "refused") return { begun: lost("its charter allows no session"), budgetNanoRho: 0 };
  return { begun: under(check.charter, offered), budgetNanoRho: budgetIn(check.charter) };
}

function under(charter: Charter, { question, without, query }: LoggedBeginning["offered"]): Begun {
  if (without !== "" && partyToLeaveOut(charter, without) === undefined) return lost("its charter allows no training without one company");
  const due = planned(charter, requestIn({ question, without, query }));
  return due.kind === "refused" ? lost(due.because) : { kind: "underway", standing: firstStanding(due.plan), stated: new Map() };
}

function budgetIn(charter: Charter): number | null {
  const budget = budgetOf(charter);
  return budget === null ? null : budget.nanoRho + budget.reserveNanoRho;
}

function lost(because: string): Begun {
  return { kind: "lost", because };
}
