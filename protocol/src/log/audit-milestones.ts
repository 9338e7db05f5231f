import type { Json } from "@cohortium/crypto/canonical-json";
import type { Finding } from "./audit-report.js";
import type { CompletedRound } from "./round-auditing.js";
import type { AuditSource } from "./audit-tree.js";
import type { Comparison, Model, RoundOffer, SessionClose, SessionData, SessionOffer } from "./bodies.js";

/** Where a milestone stands: the index of its entry, its session, and the charter the session is under. */
interface InSession {
  readonly entry: number;
  readonly session: string;
  readonly charter: Json;
  readonly charterDigest: string;
  /** What the session's offer asks. */
  readonly offered: Pick<SessionOffer, "question" | "without" | "query">;
}

/** A session was offered. */
export interface LoggedBeginning extends InSession { readonly kind: "begun" }

/** A party said what its columns mean. */
export interface LoggedData extends InSession { readonly kind: "stated"; readonly party: string; readonly data: SessionData }
/** The coordinator asked for a sum. Judged here and not at the sum: a coordinator can keep a sum to itself, but nobody answers an offer that is not logged. */
export interface LoggedOffer extends InSession { readonly kind: "offered"; readonly round: number; readonly asked: RoundOffer }
/** A party answered a round: what it answers is not to be seen, but that it did. */
export interface LoggedContribution extends InSession { readonly kind: "contributed"; readonly party: string; readonly round: number }
/** A round whose result is logged, and has all that is needed to compute it again. */
export type LoggedRound = InSession & CompletedRound & { readonly kind: "completed" };
/** The coordinator says which model it keeps. */
export interface LoggedModel extends InSession { readonly kind: "kept"; readonly model: Model }
/** The coordinator says what it releases. */
export interface LoggedClose extends InSession { readonly kind: "closed"; readonly close: SessionClose }
/** A party publishes what it gained. */
export interface LoggedComparison extends InSession { readonly kind: "compared"; readonly party: string; readonly comparison: Comparison }

/** What a session says about the computation behind it, in the order of the log. */
export type Milestone = LoggedBeginning | LoggedData | LoggedOffer | LoggedContribution | LoggedRound | LoggedModel | LoggedClose | LoggedComparison;

/**
 * Judges every milestone of a log, one after the other, by what lies in the source. MUST NOT throw for what is in the log or the source.
 * It is stateful: one auditor per audit.
 */
export type RoundAuditor = (milestone: Milestone, source: AuditSource) => Judged;

/**
 * `budgetNanoRho` is what the charter lets all answers under it cost one company, of which `reserveNanoRho` are in reserve; null where it adds no noise,
 * and nothing is charged.
 */
export interface Charge {
  readonly nanoRho: number;
  readonly budgetNanoRho: number | null;
  readonly reserveNanoRho: number;
}

/** What was computed again and came out as logged, and what did not. */
export interface Judged {
  /** A sum is that of its uploads. */
  readonly sum: boolean;
  /** A question, model or release of a training is the one that follows from the sums before it; or a question or answer of statistics; or neither. */
  readonly follows: "models" | "answers" | null;
  /** Of statistics: what a contribution costs its party, and of how much, in 10^-9 of ρ. */
  readonly charge: Charge | null;
  readonly findings: readonly Finding[];
}
