import type { Json } from "@cohortium/crypto/canonical-json";
import type { SessionConduct } from "@cohortium/protocol/conduct/conductor";
import type { Outcome } from "@cohortium/protocol/host/driver";
import { faultJson } from "@cohortium/protocol/session/fault";
import { measureJson } from "@cohortium/protocol/training/advance";
import type { Digest, SessionId } from "@cohortium/protocol/session/ids";
import type { EarlierAnswer } from "@cohortium/protocol/statistics/sequence";
import type { Query } from "@cohortium/protocol/statistics/query";
import { evaluationJson } from "@cohortium/protocol/training/evaluation";

/** An answer that was released, for whoever keeps answers. */
export interface AnswerKept {
  readonly session: SessionId;
  readonly charter: Digest;
  readonly query: Query;
  readonly answer: Json;
  readonly digest: string;
  readonly atMs: number;
}

/** Who keeps answers. */
export interface AnswerBook {
  /** Comes again after a crash in between, with another time: the first one of a session stays. */
  keep(answer: AnswerKept): void;
  /** All that were kept under a charter, also those that were asked again since, in the order in which they were. */
  under(charter: Digest): readonly EarlierAnswer[];
}

/** What the registry keeps of how a session ended; an answer itself is kept elsewhere. */
export function outcomeJson(outcome: Outcome<SessionConduct>): Json {
  if (outcome.kind === "aborted") return { kind: "aborted", fault: faultJson(outcome.fault) };
  const { result } = outcome;
  const rounds = result.rounds.map(({ measure, survivors, ...round }) => (
    { ...round, measure: measure === null ? null : measureJson(measure), survivors: [...survivors] }));
  switch (result.kind) {
    case "model": return { kind: "done", model: result.digest, evaluation: evaluationJson(result.evaluation), rounds };
    case "answer": return { kind: "answered", answer: result.digest, rounds };
  }
}
