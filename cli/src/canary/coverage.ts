import type { PlannedKind } from "./queries.js";

/** A training, or a question, that was begun in the rehearsal, and how it ended. */
export interface Rehearsed {
  readonly what: string;
  readonly state: "running" | "done" | "aborted";
  readonly says: string;
}

/** How much of what the charter allows was rehearsed. */
export interface Coverage {
  /** Kinds that the charter allows: its training is one, and each kind of question. */
  readonly allowed: number;
  readonly rehearsed: number;
  /** Kinds of questions that nobody can ask, because the charter lacks the columns. */
  readonly unaskable: readonly string[];
  /** Kinds that could be asked, and of which nothing is known: their rehearsal did not come to its end. */
  readonly missed: readonly { readonly what: string; readonly because: string }[];
}

/** Only what was done counts: a session that ended before may have sent all that leaves, or none of it. */
export function coverageOf(sessions: readonly Rehearsed[], kinds: readonly PlannedKind[]): Coverage {
  const unaskable = kinds.flatMap(({ plan, kind }) => (plan === "unaskable" ? [kind] : []));
  const refused = kinds.flatMap((kind) => (kind.plan === "refused" ? [{ what: questionText(kind.kind), because: kind.because }] : []));
  const ended = sessions.flatMap(({ what, state, says }) => (state === "done" ? [] : [{ what, because: says }]));
  const missed = [...ended, ...refused];
  const rehearsed = sessions.length - ended.length;
  return { allowed: rehearsed + missed.length + unaskable.length, rehearsed, unaskable, missed };
}

export function questionText(kind: string): string {
  return `a question: ${kind}`;
}
