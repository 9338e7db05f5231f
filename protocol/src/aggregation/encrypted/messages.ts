import type { Words } from "@cohortium/crypto/words";
import type { Entry } from "../../log/entry.js";
import type { PartyId } from "../../session/ids.js";

/** What an entry can commit to: a share of the joint key, either half of a ciphertext. */
export type Part = "share" | "c0" | "c1";

/** A node takes part, and commits to its share of the joint key. Reveals: that it does. */
export interface KeyCommitted {
  readonly kind: "key-committed";
  readonly from: PartyId;
  readonly commitment: Entry;
  readonly atMs: number;
}

/**
 * The bytes this node committed to, which travel before this message: its share of the joint key once all shares are committed to, or half of
 * its ciphertext once all ciphertexts are. Reveals: nothing to fewer than all nodes together.
 */
export interface Shown {
  readonly kind: "shown";
  readonly from: PartyId;
  readonly entry: Entry;
  readonly part: Part;
  readonly atMs: number;
}

/** A node has encrypted its vector, and commits to the ciphertext. Reveals: that it has. */
export interface Sealed {
  readonly kind: "sealed";
  readonly from: PartyId;
  readonly ciphertext: Entry;
  readonly atMs: number;
}

/**
 * A node's one answer of a round: its partial decryption of the sum, whose bytes travel before this message. Reveals: with those of all other
 * nodes the sum, and no other sum.
 */
export interface Decrypted {
  readonly kind: "decrypted";
  readonly from: PartyId;
  readonly decryption: Entry;
  readonly atMs: number;
}

/** Who takes part, and what each committed to: shares may be shown now. Reveals: who takes part. */
export interface CommitmentsListed {
  readonly kind: "commitments";
  readonly to: PartyId;
  readonly roster: Entry;
  readonly commitments: readonly Entry[];
}

/** Bytes another node committed to, which travel before this message: its key share, or the half of its ciphertext that decryption needs. Reveals: nothing. */
export interface Relayed {
  readonly kind: "relayed";
  readonly to: PartyId;
  readonly entry: Entry;
  readonly part: Exclude<Part, "c0">;
}

/** Every key share was shown as committed to. Reveals: that. */
export interface KeysReady {
  readonly kind: "keys-ready";
  readonly to: PartyId;
  readonly ready: Entry;
}

/** All nodes' agreements, which open the decryption. Reveals: that all agreed. */
export interface DecryptionRequested {
  readonly kind: "decrypt";
  readonly to: PartyId;
  readonly agreements: readonly Entry[];
}

/** Our own host has drawn this node's key share and keeps it under this root. */
export interface KeyMade {
  readonly kind: "key-made";
  readonly root: string;
  readonly atMs: number;
}

/** Our own host encrypted the answer and keeps both halves under these roots. They are drawn once: the same question gets the same again. */
export interface Encrypted {
  readonly kind: "encrypted";
  readonly round: number;
  readonly c0: string;
  readonly c1: string;
  readonly words: number;
  readonly atMs: number;
}

/** Our own host decrypted its part of the sum and keeps it under this root. */
export interface PartDecrypted {
  readonly kind: "part-decrypted";
  readonly round: number;
  readonly root: string;
  readonly atMs: number;
}

/** Our own host combined what all nodes gave. */
export interface Opened {
  readonly kind: "opened";
  readonly round: number;
  readonly root: string;
  readonly words: Words;
  readonly atMs: number;
}

/** Our own host could not: a party's bytes are no numbers of the ring, or more is left over under the sum than honest parties leave. */
export interface Unopened {
  readonly kind: "unopened";
  readonly round: number;
  readonly because: "residues" | "noise";
  /** Whose bytes they are; null where nobody can tell. */
  readonly party: PartyId | null;
  readonly atMs: number;
}
