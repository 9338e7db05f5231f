import type { Entry } from "../log/entry.js";
import type { PartyId } from "./ids.js";

/** The operator proposes a charter; `proposal` is the logged `charter` entry that carries it. Reveals: the charter's text. */
export interface CharterProposed {
  readonly kind: "charter-proposed";
  readonly to: PartyId;
  readonly proposal: Entry;
}

/** A party signed or refused: a `charter.signature` or `charter.refusal` entry. Reveals: the decision and, for a refusal, its reason. */
export interface CharterAnswered {
  readonly kind: "charter-answered";
  readonly from: PartyId;
  readonly answer: Entry;
  readonly atMs: number;
}

/** Every party has signed; the charter is in force. Reveals: that, and all signatures. */
export interface CharterInForce {
  readonly kind: "charter-in-force";
  readonly to: PartyId;
  readonly proposal: Entry;
  readonly signatures: readonly Entry[];
}

export type MembershipToNode = CharterProposed | CharterInForce;
export type MembershipFromNode = CharterAnswered;
