import { fromUtf8, toHex } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { instantText } from "@cohortium/protocol/session/instant";
import type { KeptQuestion } from "./questions-store.js";
import type { TrainingView } from "./training-view.js";

/** A question as people and scripts see it. `answer` is null until there is one. */
export interface QuestionView {
  readonly session: string;
  readonly charter: string;
  readonly query: Json;
  readonly queryDigest: string;
  /** The price of the whole answer, in 10^-9 of ρ. */
  readonly nanoRho: number;
  /** What of that is charged, as this coordinator saw it: a sum that a company has sent its numbers for, and all of it while the question runs. */
  readonly charged: number;
  /** The schedule that asked it, or null. */
  readonly schedule: string | null;
  readonly state: "running" | "done" | "aborted";
  readonly askedAtMs: number;
  readonly answeredAt: string | null;
  readonly says: string;
  readonly round: number;
  readonly fault: Json | null;
  readonly answer: Json | null;
  readonly answerDigest: string | null;
}

export function questionView(question: KeptQuestion, training: TrainingView | null, answer: Uint8Array | null): Omit<QuestionView, "charged"> {
  const { session, charter, query, digest: queryDigest, nanoRho, schedule, askedMs: askedAtMs } = question;
  const answered = { answeredAt: answeredAt(question), answer: readAnswer(answer), answerDigest: answer === null ? null : toHex(sha256(answer)) };
  const base = { session, charter, query, queryDigest, nanoRho, schedule, askedAtMs, ...answered };
  const state = stateOf(question, training);
  if (state === "done") return { ...base, state, says: "answered", round: training?.round ?? 0, fault: null };
  if (training === null) return { ...base, state, says: `it could not be asked: ${question.refused ?? "the coordinator stopped before"}`, round: 0, fault: null };
  const { says, round, fault } = training;
  return { ...base, says, round, fault, state };
}

/** How it stands, without its answer. A session that is over and left no answer was aborted. */
export function stateOf({ answeredMs }: Pick<KeptQuestion, "answeredMs">, training: Pick<TrainingView, "state"> | null): QuestionView["state"] {
  if (answeredMs !== null) return "done";
  return training?.state === "running" ? "running" : "aborted";
}

/**
 * What asking came to. `kept`: answered before, the same bytes, no charge. `running`: somebody asked the same and there is no answer yet.
 * `costs` is in 10^-9 of ρ, and is what this request costs.
 */
export interface AskedReply {
  readonly kind: "kept" | "launched" | "running";
  readonly session: string;
  readonly charter: string;
  readonly queryDigest: string;
  readonly costs: number;
  readonly answeredAt: string | null;
  readonly answer: Json | null;
}

export function askedReply(kind: AskedReply["kind"], question: KeptQuestion, answer: Uint8Array | null): AskedReply {
  const { session, charter, digest: queryDigest, nanoRho } = question;
  return { kind, session, charter, queryDigest, costs: kind === "launched" ? nanoRho : 0, answeredAt: answeredAt(question), answer: readAnswer(answer) };
}

function answeredAt({ answeredMs }: KeptQuestion): string | null {
  return answeredMs === null ? null : instantText(answeredMs);
}

/** What this coordinator has written itself. */
function readAnswer(bytes: Uint8Array | null): Json | null {
  return bytes === null ? null : parseJson(bytes);
}

function parseJson(bytes: Uint8Array): Json {
  return JSON.parse(fromUtf8(bytes)) as Json;
}
