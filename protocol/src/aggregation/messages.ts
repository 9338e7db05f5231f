import type { Entry } from "../log/entry.js";
import type { FaultCode } from "../session/fault.js";
import type { PartyId } from "../session/ids.js";
import type { Words } from "@cohortium/crypto/words";

/** Bytes addressed to, or coming from, each of several parties. */
export type ByParty = Readonly<Record<string, Uint8Array>>;

/** A node takes part. Reveals: that it does, and fresh public keys. */
export interface Joined {
  readonly kind: "joined";
  readonly from: PartyId;
  readonly bundle: Entry;
  readonly mlKemKey: Uint8Array;
  readonly atMs: number;
}

/** A node does not take part, or leaves. Reveals: which clause or rule made it refuse. */
export interface Declined {
  readonly kind: "declined";
  readonly from: PartyId;
  readonly code: FaultCode;
  readonly clause: string;
  readonly atMs: number;
}

/** ML-KEM ciphertexts for the parties after this one in the roster. Reveals: nothing. */
export interface Encapsulated {
  readonly kind: "encapsulated";
  readonly from: PartyId;
  readonly ciphertexts: ByParty;
  readonly atMs: number;
}

/** Shamir shares of this node's round seeds, sealed to each other node. Reveals: nothing to fewer than the threshold of nodes. */
export interface Shared {
  readonly kind: "shared";
  readonly from: PartyId;
  readonly shares: Entry;
  readonly sealed: ByParty;
  /** For each round, this node's pair seeds under a key that the threshold of nodes can rebuild should this node vanish. */
  readonly boxes: readonly Uint8Array[];
  readonly atMs: number;
}

/** One node's masked vector; the words themselves travel as chunks under the root in the entry. Reveals: nothing, each word is uniform. */
export interface Uploaded {
  readonly kind: "uploaded";
  readonly from: PartyId;
  readonly upload: Entry;
  readonly atMs: number;
}

/** A node agrees to one list of survivors, and from then on to no other of this round. Reveals: that agreement. */
export interface Agreed {
  readonly kind: "agreed";
  readonly from: PartyId;
  readonly agree: Entry;
  readonly atMs: number;
}

/**
 * A node's one answer of a round. Reveals: its own self mask, its pair masks with parties that dropped, and shares of the same of others.
 * With them the sum over the survivors becomes readable, and no other sum.
 */
export interface Unmasked {
  readonly kind: "unmasked";
  readonly from: PartyId;
  readonly unmask: Entry;
  /** Shares of the self seeds of the other survivors. */
  readonly selfShares: ByParty;
  /** Shares of the box keys of the parties that dropped. */
  readonly boxShares: ByParty;
  readonly atMs: number;
}

/** The parties and fresh keys of one session. Reveals: who takes part. */
export interface RosterListed {
  readonly kind: "roster";
  readonly to: PartyId;
  readonly roster: Entry;
  readonly bundles: readonly Entry[];
  readonly mlKemKeys: ByParty;
}

/** Ciphertexts relayed to the party they are for, and who has answered so far. Reveals: who has answered. */
export interface CiphertextsRelayed {
  readonly kind: "ciphertexts";
  readonly to: PartyId;
  readonly present: readonly PartyId[];
  readonly ciphertexts: ByParty;
}

/** Sealed shares relayed to the party they are for, and who is ready. Reveals: who is ready. */
export interface SharesRelayed {
  readonly kind: "shares";
  readonly to: PartyId;
  readonly ready: Entry;
  readonly sealed: ByParty;
}

/** One round begins: the question and the joint model it is asked at. Reveals: the joint model so far, to the parties of the charter. */
export interface RoundOffered<Context> {
  readonly kind: "round";
  readonly to: PartyId;
  readonly offer: Entry;
  readonly context: Context;
}

/** Whose uploads will be summed. Reveals: who answered in time. */
export interface SurvivorsListed {
  readonly kind: "survivors";
  readonly to: PartyId;
  readonly survivors: Entry;
  readonly uploads: readonly Entry[];
}

/** The survivors' agreements, which open the unmasking. Reveals: who agreed. */
export interface UnmaskRequested {
  readonly kind: "unmask";
  readonly to: PartyId;
  readonly agreements: readonly Entry[];
}

/** The time that a phase was given is up. */
export interface Deadline {
  readonly kind: "deadline";
  readonly atMs: number;
}

/** Our own host added the masked vectors and removed the revealed masks. `root` is the Merkle root over 1 MiB chunks of the sum. */
export interface Summed {
  readonly kind: "summed";
  readonly round: number;
  readonly root: string;
  readonly words: Words;
  readonly atMs: number;
}
