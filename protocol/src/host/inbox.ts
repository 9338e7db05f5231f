import type { Digest, PartyId } from "../session/ids.js";
import { integerOf, textOf, type Database } from "./sqlite.js";

/**
 * What a letter's number says about it. `repeat`: acknowledge again, do nothing else. `gap`: letters are missing, so one side has lost its
 * journal. `contradiction`: the peer signed two letters with one number.
 */
export type Verdict = "new" | "repeat" | "gap" | "contradiction";

/** How far each peer's letters have been received. */
export class Inbox {
  readonly #db: Database;

  /** @param database - Opened with `JOURNAL_SCHEMA` among its migrations. */
  constructor(database: Database) {
    this.#db = database;
  }

  /**
   * Judges a letter by its number and, if it is new, remembers it. MUST be called in the transaction that appends the event it carries,
   * or a crash in between would lose the event.
   *
   * @param digest - Of the sealed envelope, from `openEnvelope`. Only the last one is kept, so older letters all count as repeats.
   */
  accept(peer: PartyId, seq: number, digest: Digest): Verdict {
    const last = this.#db.prepare("SELECT last_seq, last_digest FROM inbox WHERE peer = ?").get(peer);
    const lastSeq = last === undefined ? 0 : integerOf(last, "last_seq");
    if (last !== undefined && seq === lastSeq) return textOf(last, "last_digest") === digest ? "repeat" : "contradiction";
    if (seq < lastSeq) return "repeat";
    if (seq > lastSeq + 1) return "gap";
    this.#db.prepare("INSERT INTO inbox VALUES (?, ?, ?) ON CONFLICT (peer) DO UPDATE SET last_seq = excluded.last_seq, last_digest = excluded.last_digest")
      .run(peer, seq, digest);
    return "new";
  }

  /** Forgets how far `peer` had come: its next letter is number 1. */
  forget(peer: PartyId): void {
    this.#db.prepare("DELETE FROM inbox WHERE peer = ?").run(peer);
  }

  /** The number of the last letter from `peer`, or 0. */
  lastSeq(peer: PartyId): number {
    const row = this.#db.prepare("SELECT last_seq FROM inbox WHERE peer = ?").get(peer);
    return row === undefined ? 0 : integerOf(row, "last_seq");
  }
}
