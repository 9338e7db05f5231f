import { checkEvidence, type Evidence } from "@cohortium/protocol/log/proof";
import { cosign, witnessVerifierKey } from "@cohortium/protocol/log/cosignature";
import type { Entry } from "@cohortium/protocol/log/entry";
import { bytesOf, integerOf, textOf, type Database } from "@cohortium/protocol/host/sqlite";
import type { Signer } from "@cohortium/crypto/signing";
import type { PartyId } from "@cohortium/protocol/session/ids";

export type WitnessVerdict = { readonly ok: true; readonly cosignature: string | null } | { readonly ok: false; readonly because: string };

/** The newest tree this node has accepted. Whoever holds `checkpoint` can prove a fork or a truncation later. */
export interface Seen {
  readonly size: number;
  readonly root: Uint8Array;
  readonly checkpoint: string;
}

/**
 * This node's memory of the log (C2SP tlog-witness, in the role of a client that cosigns). It accepts only a tree that continues the last one,
 * stores it before anything is done about it, and cosigns it once.
 */
export class LogWitness {
  readonly #db: Database;
  readonly #logKey: string;
  readonly #self: { readonly name: string; readonly signer: Signer };

  constructor(database: Database, logKey: string, self: { readonly name: PartyId; readonly signer: Signer }) {
    this.#db = database;
    this.#logKey = logKey;
    this.#self = self;
  }

  /** The key under which this node's cosignatures verify. */
  get verifierKey(): string {
    return witnessVerifierKey(this.#self.name, this.#self.signer.publicKey);
  }

  get seen(): Seen {
    const row = this.#db.prepare("SELECT size, root, checkpoint FROM witness").get();
    if (row === undefined) return { size: 0, root: new Uint8Array(), checkpoint: "" };
    return { size: integerOf(row, "size"), root: bytesOf(row, "root"), checkpoint: textOf(row, "checkpoint") };
  }

  /** Whether the log shows these entries, in a tree that continues what was seen. A message without entries needs no evidence. */
  check(evidence: Evidence | null, entries: readonly Entry[], atSec: number): WitnessVerdict {
    if (evidence === null) return entries.length === 0 ? { ok: true, cosignature: null } : { ok: false, because: "the message cites the log and shows no proof" };
    const { seen } = this;
    const verdict = checkEvidence(evidence, entries.map(({ bytes }) => bytes), seen, this.#logKey);
    if (!verdict.ok) return verdict;
    if (verdict.size === seen.size) return { ok: true, cosignature: null };
    this.#db.prepare("INSERT INTO witness VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint")
      .run(verdict.size, verdict.root, evidence.checkpoint);
    return { ok: true, cosignature: cosign(evidence.checkpoint, this.#self, atSec) };
  }
}
