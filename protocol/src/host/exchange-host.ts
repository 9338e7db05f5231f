import type { Evidence } from "../log/proof.js";
import type { PartyId } from "../session/ids.js";
import type { Chunk } from "../wire/frame.js";
import type { OutgoingLetter } from "./outbox.js";

/** What became of a letter. `received`: durably journalled, or known already; the sender will forget every letter up to `seq`. */
export type Receipt = { readonly kind: "received"; readonly seq: number } | Refused;

export interface Refused {
  readonly kind: "refused";
  readonly code: string;
  readonly detail: string;
}

/** Evidence for one letter, and the size of the log it leads up to. */
export interface ShownEvidence {
  readonly evidence: Evidence;
  readonly logSize: number;
}

/** What a stream needs from the process it belongs to. If a method throws, the stream ends and the process is told. */
export interface ExchangeHost {
  /** The number of the last letter from `peer` that is durable here, or 0. */
  lastSeqReceived(peer: PartyId): number;
  /** How much of the log this side has verified, or holds. */
  logSize(): number;
  /** Why not to go on with a peer that has verified, or holds, so much of the log; null if nothing speaks against it. */
  doubt(peer: PartyId, peerLogSize: number): Refused | null;

  /** The first letters to `peer` after `afterSeq`, in order; few at a time, because they are held in memory. */
  pending(peer: PartyId, afterSeq: number): readonly OutgoingLetter[];
  /** The number of the last letter to `peer`, or 0. */
  highestSeq(peer: PartyId): number;
  /** Evidence for the entries a letter cites, for a peer that has verified `peerLogSize` entries; null if it cites none. */
  evidenceFor(peer: PartyId, letter: OutgoingLetter, peerLogSize: number): ShownEvidence | null;
  /** Every letter up to `seq` is durable at `peer`. Called again with the same number after a reconnection. */
  acknowledged(peer: PartyId, seq: number): void;

  /** MUST NOT resolve to `received` before the letter's effect is durable. Letters come one at a time, each at least once. */
  receive(peer: PartyId, envelope: Uint8Array, evidence: Evidence | null): Promise<Receipt>;
  /** Chunks come in order, before their letter, and from the beginning again after a reconnection. */
  receiveChunk(peer: PartyId, chunk: Chunk): Promise<void>;
  /** Not repeated: the next checkpoint is cosigned too. */
  receiveCosignature(peer: PartyId, line: string): Promise<void>;
}
