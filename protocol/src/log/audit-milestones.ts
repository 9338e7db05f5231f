import type { Json } from "@cohortium/crypto/canonical-json";
import type { Finding } from "./audit-report.js";
import type { CompletedRound } from "./round-auditing.js";
import type { AuditSource } from "./audit-tree.js";
import type { Comparison, Model, RoundOffer, SessionClose, SessionData } from "./bodies.js";

/** Where a milestone stands: the index of its entry, its session, and the charter the session is under. */
interface InSession {
  readonly entry: number;
  readonly session: string;
  readonly charter: Json;
  /** The one company the session does without, or empty. */
  readonly without: string;
}

/** A party said what its columns mean. */
export interface LoggedData extends InSession { readonly kind: "stated"; readonly party: string; readonly data: SessionData }
/** The coordinator asked for a sum. Judged here and not at the sum: a coordinator can keep a sum to itself, but nobody answers an offer that is not logged. */
export interface LoggedOffer extends InSession { readonly kind: "offered"; readonly asked: RoundOffer }
/** A round whose result is logged, and has all that is needed to compute it again. */
export type LoggedRound = InSession & CompletedRound & { readonly kind: "completed" };
/** The coordinator says which model it keeps. */
export interface LoggedModel extends InSession { readonly kind: "kept"; readonly model: Model }
/** The coordinator says what it releases. */
export interface LoggedClose extends InSession { readonly kind: "closed"; readonly close: SessionClose }
/** A party publishes what it gained. */
export interface LoggedComparison extends InSession { readonly kind: "compared"; readonly party: string; readonly comparison: Comparison }

/** What a session says about the training behind it, in the order of the log. */
export type Milestone = LoggedData | LoggedOffer | LoggedRound | LoggedModel | LoggedClose | LoggedComparison;

/**
 * Judges every milestone of a log, one after the other, by what lies in the source. MUST NOT throw for what is in the log or the source.
 * It is stateful: one auditor per audit.
 */
export type RoundAuditor = (milestone: Milestone, source: AuditSource) => Judged;

/** What was computed again and came out as logged, and what did not. */
export interface Judged {
  /** A sum is that of its uploads. */
  readonly sum: boolean;
  /** A question, model or release is the one that follows from the sums before it. */
  readonly model: boolean;
  readonly findings: readonly Finding[];
}
