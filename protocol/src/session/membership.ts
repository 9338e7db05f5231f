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

/**
 * A party publishes what it gained from a training, where the charter says so. Reveals: how a model of its rows alone and the joint one rank the
 * rows it held out, to four digits, and about how many rows these are; or that they are too few to say.
 */
export interface Compared {
  readonly kind: "compared";
  readonly from: PartyId;
  readonly comparison: Entry;
  readonly atMs: number;
}

/** What one party published about its gain. Reveals: that, to every party of the charter. */
export interface ComparisonPublished {
  readonly kind: "comparison-published";
  readonly to: PartyId;
  readonly comparison: Entry;
}

/** What is said outside the machines of a training: before one, and after it. */
export type MembershipToNode = CharterProposed | CharterInForce | ComparisonPublished;
export type MembershipFromNode = CharterAnswered | Compared;
