import { decodeEvent, encodeEvent } from "../session/codec.js";
import { parseSessionId, type Digest, type PartyId, type SessionId } from "../session/ids.js";
import { bytesOf, integerOf, textOf, transaction, type Database, type Row } from "./sqlite.js";

/** A file that travels, in chunks, before the letter that is about it. */
export interface Bulk {
  readonly path: string;
  readonly session: SessionId;
  readonly round: number;
}

/** A letter waiting to be acknowledged; the envelope holds the same `seq`. */
export interface OutgoingLetter {
  readonly seq: number;
  readonly envelope: Uint8Array;
  readonly bulk: Bulk | null;
}

/** What is to be said, once. `key` names the occasion: `session/event/index`. */
export interface Occasion {
  readonly peer: PartyId;
  readonly key: string;
  readonly payloadDigest: Digest;
  readonly bulk: Bulk | null;
}

/** Letters to peers, numbered without gaps, kept until they are acknowledged. */
export class Outbox {
  readonly #db: Database;

  /** @param database - Opened with `JOURNAL_SCHEMA` among its migrations. */
  constructor(database: Database) {
    this.#db = database;
  }

  /**
   * Gives the letter the next number to its peer and keeps it. The same occasion again changes nothing, also after the letter was
   * acknowledged, so a replay after a crash may enqueue everything once more.
   *
   * @param makeEnvelope - Called at most once, with the number.
   * @throws Error if the occasion had another payload before: a replay that diverges would contradict what peers have already read.
   */
  enqueue({ peer, key, payloadDigest, bulk }: Occasion, makeEnvelope: (seq: number) => Uint8Array): void {
    transaction(this.#db, () => {
      const earlier = this.#db.prepare("SELECT payload_digest FROM outbox WHERE peer = ? AND key = ?").get(peer, key);
      if (earlier !== undefined) {
        if (textOf(earlier, "payload_digest") !== payloadDigest) throw new Error(`a replay says something else than before: ${key}`);
        return;
      }
      const seq = this.highest(peer) + 1;
      this.#db.prepare("INSERT INTO outbox (peer, seq, key, payload_digest, envelope, bulk) VALUES (?, ?, ?, ?, ?, ?)")
        .run(peer, seq, key, payloadDigest, makeEnvelope(seq), bulk === null ? null : encodeEvent(bulk));
    });
  }

  /** The first `limit` letters to `peer` after `afterSeq` that wait for an acknowledgement, in order. */
  pending(peer: PartyId, afterSeq: number, limit: number): readonly OutgoingLetter[] {
    return this.#db.prepare("SELECT seq, envelope, bulk FROM outbox WHERE peer = ? AND seq > ? AND envelope IS NOT NULL ORDER BY seq LIMIT ?")
      .all(peer, afterSeq, limit).map(letterOf);
  }

  /** Forgets the letters up to `seq`, and returns the bulks that nobody needs to read any more. */
  acknowledge(peer: PartyId, seq: number): readonly Bulk[] {
    return transaction(this.#db, () => {
      const acknowledged = this.#db.prepare("SELECT bulk FROM outbox WHERE peer = ? AND seq <= ? AND envelope IS NOT NULL AND bulk IS NOT NULL")
        .all(peer, seq).flatMap((row) => bulkOf(row) ?? []);
      this.#db.prepare("UPDATE outbox SET envelope = NULL, bulk = NULL WHERE peer = ? AND seq <= ? AND envelope IS NOT NULL").run(peer, seq);
      return acknowledged;
    });
  }

  /** Forgets every letter to `peer`, and that there were any: the next one is number 1. */
  forget(peer: PartyId): void {
    this.#db.prepare("DELETE FROM outbox WHERE peer = ?").run(peer);
  }

  /** The number of the last letter to `peer`, or 0. */
  highest(peer: PartyId): number {
    return integerOf(this.#db.prepare("SELECT coalesce(max(seq), 0) AS seq FROM outbox WHERE peer = ?").get(peer) ?? {}, "seq");
  }
}

function letterOf(row: Row): OutgoingLetter {
  return { seq: integerOf(row, "seq"), envelope: bytesOf(row, "envelope"), bulk: bulkOf(row) };
}

function bulkOf(row: Row): Bulk | null {
  return row["bulk"] === null ? null : parseBulk(decodeEvent(bytesOf(row, "bulk")));
}

function parseBulk(raw: unknown): Bulk {
  const { path, session, round } = raw as Bulk;
  return { path, session: parseSessionId(session), round };
}
