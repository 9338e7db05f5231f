import type { Json } from "@cohortium/crypto/canonical-json";
import type { SessionPart } from "@cohortium/protocol/conduct/participant";
import type { Comparison } from "../learning/alone.js";

/** What a node keeps of a session that ended well; `own` is what it gained, if that was a training. */
export interface Conclusion {
  readonly outcome: Json;
  readonly own: Comparison | null;
}

/** What one kind of session computes at this node. */
export interface SessionWork {
  /** Does what the participant asks of its host. MUST be repeatable: after a crash the same ask gives the same answer. */
  resultOf(ask: SessionPart["ask"]): Promise<SessionPart["event"]>;
  /** MUST be repeatable too: nothing is kept yet. */
  conclude(result: SessionPart["result"]): Promise<Conclusion>;
  /** The session is over here. */
  close(): void;
}
