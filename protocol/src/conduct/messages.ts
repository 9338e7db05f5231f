import type { Json } from "@cohortium/crypto/canonical-json";
import type { CommitmentsListed, Decrypted, DecryptionRequested, KeyCommitted, KeysReady, Relayed, Sealed, Shown } from "../aggregation/encrypted/messages.js";
import type { Agreed, CiphertextsRelayed, Declined, Encapsulated, Joined, RosterListed, RoundOffered, Shared, SharesRelayed, SurvivorsListed, Unmasked, UnmaskRequested, Uploaded } from "../aggregation/messages.js";
import type { Entry } from "../log/entry.js";
import type { FaultCode } from "../session/fault.js";
import type { PartyId } from "../session/ids.js";
import type { Released } from "./release.js";

/** The operator launches a session. Reveals: which question of the charter is about to be asked; of statistics, the whole query. */
export interface SessionOffered {
  readonly kind: "offer";
  readonly to: PartyId;
  readonly offer: Entry;
}

/**
 * The session is over. Reveals: the joint model and its evaluation on the joint held-out rows, or the answer to what was asked, to every party of
 * the charter.
 */
export interface SessionClosed {
  readonly kind: "closed";
  readonly to: PartyId;
  readonly close: Entry;
  readonly released: Released;
}

/** The session ended without a model or an answer. Reveals: the fault's code, to every party. */
export interface SessionAborted {
  readonly kind: "aborted";
  readonly to: PartyId;
  readonly abort: Entry;
  readonly code: FaultCode;
}

/**
 * A node states what its columns mean, before it joins. Reveals: what `DataStatement` says: names, types and units of columns, and what its quality
 * gate counted, how many rows there are among it, to three digits; of the table, a commitment that hides it; of statistics, below how many rows a
 * cell is to be withheld.
 */
export interface Stated {
  readonly kind: "stated";
  readonly from: PartyId;
  readonly data: Entry;
  readonly atMs: number;
}

/** What all parties of the coming set-up state. Every node compares them itself. Reveals: what each of them said. */
export interface StatementsListed {
  readonly kind: "statements";
  readonly to: PartyId;
  readonly statements: readonly Entry[];
}

/** What the coordinator sends a node within a session. */
export type ToNode =
  | SessionOffered | StatementsListed | RosterListed | CiphertextsRelayed | SharesRelayed | RoundOffered<Json> | SurvivorsListed | UnmaskRequested
  | CommitmentsListed | Relayed | KeysReady | DecryptionRequested | SessionClosed | SessionAborted;

/** What a node sends the coordinator within a session. */
export type FromNode =
  | Stated | Joined | Declined | Encapsulated | Shared | Uploaded | Agreed | Unmasked | KeyCommitted | Shown | Sealed | Decrypted;
