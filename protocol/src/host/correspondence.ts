import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { Signer } from "@cohortium/crypto/signing";
import { parseDigest, type Digest, type PartyId, type SessionId } from "../session/ids.js";
import { openEnvelope, sealEnvelope, type Opened } from "../wire/envelope.js";
import { Inbox, type Verdict } from "./inbox.js";
import { Outbox, type Bulk } from "./outbox.js";
import type { Database } from "./sqlite.js";

/** What is to be posted. The same `key` always carries the same payload; see `Outbox`. */
export interface Posting {
  readonly peer: PartyId;
  readonly key: string;
  readonly session: SessionId | "-";
  readonly charter: Digest | "-";
  readonly payload: Uint8Array;
  readonly bulk: Bulk | null;
}

/** One party's letters with its peers: signed, numbered, kept until acknowledged, and judged when they come in. */
export class Correspondence {
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly #self: PartyId;
  readonly #signer: Signer;

  /** @param database - Opened with `JOURNAL_SCHEMA` among its migrations. */
  constructor(database: Database, self: PartyId, signer: Signer) {
    this.outbox = new Outbox(database);
    this.inbox = new Inbox(database);
    this.#self = self;
    this.#signer = signer;
  }

  /** Puts a letter where the link finds it. Durable when it returns, or with the transaction it is called in. */
  post({ peer, key, session, charter, payload, bulk }: Posting): void {
    const occasion = { peer, key, payloadDigest: parseDigest(toHex(sha256(payload))), bulk };
    this.outbox.enqueue(occasion, (seq) => sealEnvelope({ from: this.#self, to: peer, session, charter, seq, payload }, this.#signer));
  }

  /** Checks signature, sender and addressee of what came in. */
  open(bytes: Uint8Array, peer: PartyId, publicKey: Uint8Array): Opened {
    return openEnvelope(bytes, { from: peer, to: this.#self, publicKey });
  }

  /** The payload of a letter this side posted itself. @throws Error if it did not. */
  ownPayload(envelope: Uint8Array, peer: PartyId): Uint8Array {
    const opened = openEnvelope(envelope, { from: this.#self, to: peer, publicKey: this.#signer.publicKey });
    if (opened.kind === "refused") throw new Error("a letter in the outbox is not ours");
    return opened.envelope.payload;
  }

  /** See `Inbox.accept`: call it in the transaction that makes the letter's content durable. */
  accept(peer: PartyId, seq: number, digest: Digest): Verdict {
    return this.inbox.accept(peer, seq, digest);
  }

  /**
   * Begins anew with whoever has `peer`'s name from now on, in the transaction that makes its new signing key known. MUST NOT be called while
   * the key stays: letters signed with it would count a second time.
   */
  forget(peer: PartyId): void {
    this.outbox.forget(peer);
    this.inbox.forget(peer);
  }
}
