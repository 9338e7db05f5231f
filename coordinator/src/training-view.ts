import type { Json } from "@cohortium/crypto/canonical-json";
import { sessionWaitsFor, type RoundDone, type SessionConduct } from "@cohortium/protocol/conduct/conductor";
import { questionOf } from "@cohortium/protocol/conduct/standing";
import type { KeptTraining } from "./store.js";

/** A session as people and scripts see it: a training, or a question of statistics. */
export interface TrainingView {
  readonly session: string;
  readonly charter: string;
  /** The one company it does without, or null. */
  readonly without: string | null;
  /** What it asks of statistics; null for a training. */
  readonly query: Json | null;
  readonly state: "running" | "done" | "aborted";
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly round: number;
  readonly kind: string;
  readonly phase: string;
  readonly waitingFor: { readonly parties: readonly string[]; readonly what: string; readonly forSeconds: number; readonly deadlineInSeconds: number } | null;
  /** One sentence: what is going on, or how it ended. */
  readonly says: string;
  readonly rounds: readonly RoundDone[];
  readonly model: string | null;
  readonly evaluation: Json | null;
  /** The digest of the answer, once there is one. */
  readonly answer: string | null;
  readonly fault: Json | null;
}

/** When the present phase began, and until when it lasts even if its time was up before. */
interface Clock {
  readonly nowMs: number;
  readonly phaseSinceMs: number;
  readonly patientUntilMs: number;
}

export function viewOf(kept: KeptTraining, state: SessionConduct["state"] | null, clock: Clock): TrainingView {
  const { session, charter, without, query, startedMs: startedAtMs, endedMs: endedAtMs } = kept;
  const base = { session, charter, without, query, startedAtMs, endedAtMs };
  return kept.outcome === null ? { ...base, ...runningView(state, clock) } : { ...base, ...endedView(kept.outcome) };
}

type Rest = Omit<TrainingView, "session" | "charter" | "without" | "query" | "startedAtMs" | "endedAtMs">;

function runningView(state: SessionConduct["state"] | null, { nowMs, phaseSinceMs, patientUntilMs }: Clock): Rest {
  const none = { state: "running", model: null, evaluation: null, answer: null, fault: null } as const;
  if (state === null) return { ...none, round: 0, kind: "setup", phase: "ending", waitingFor: null, says: "writes down how it ended", rounds: [] };
  const { parties, what, untilMs: dueMs } = sessionWaitsFor(state);
  const untilMs = Math.max(dueMs, patientUntilMs);
  const forSeconds = Math.max(0, Math.round((nowMs - phaseSinceMs) / 1_000));
  const [round, kind, phase] = state.stage === "setup"
    ? [0, "setup", state.setup.phase] : [state.leading.round, questionOf(state.standing).kind, state.leading.phase];
  const waitingFor = parties.length === 0 ? null
    : { parties, what, forSeconds, deadlineInSeconds: untilMs === Number.MAX_SAFE_INTEGER ? -1 : Math.max(0, Math.round((untilMs - nowMs) / 1_000)) };
  const says = waitingFor === null ? what : `waiting for ${parties.join(" and ")}: ${what} for ${forSeconds} s`;
  return { ...none, round, kind, phase, waitingFor, says, rounds: state.done };
}

function endedView(outcome: Json): Rest {
  const ended = parseOutcome(outcome);
  const last = ended.rounds.at(-1);
  const none = { round: last?.round ?? 0, kind: last?.kind ?? "setup", phase: "ended", waitingFor: null, rounds: ended.rounds };
  const { model, evaluation, answer } = ended;
  switch (ended.kind) {
    case "done": return { ...none, state: "done", says: `joint model after ${ended.rounds.length} rounds`, model, evaluation, answer: null, fault: null };
    case "answered": return { ...none, state: "done", says: `answered after ${ended.rounds.length} ${ended.rounds.length === 1 ? "sum" : "sums"}`, model: null, evaluation: null, answer, fault: null };
    case "aborted": return { ...none, state: "aborted", says: ended.says, model: null, evaluation: null, answer: null, fault: ended.fault };
  }
}

interface Ended {
  readonly kind: "done" | "answered" | "aborted";
  readonly rounds: readonly RoundDone[];
  readonly model: string | null;
  readonly evaluation: Json | null;
  readonly answer: string | null;
  readonly fault: Json | null;
  readonly says: string;
}

/** Reads back what `outcomeJson` wrote. */
function parseOutcome(outcome: Json): Ended {
  const { kind, rounds = [], model = null, evaluation = null, answer = null, fault = null } = outcome as Partial<Ended>;
  const says = (fault as { readonly says?: string } | null)?.says ?? "";
  return { kind: kind === "done" || kind === "answered" ? kind : "aborted", rounds, model, evaluation, answer, fault, says };
}
