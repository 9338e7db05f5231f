import { decodeEvent, encodeEvent } from "../session/codec.js";
import { bytesOf, flushWriteAheadLog, integerOf, textOf, transaction, type Database, type Row } from "./sqlite.js";

/** First migration of every database that holds a `Journal`, an `Outbox` and an `Inbox`. */
export const JOURNAL_SCHEMA = `
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY, role TEXT NOT NULL, given BLOB NOT NULL, secret BLOB, opened_ms INTEGER NOT NULL, outcome BLOB, ended_ms INTEGER
  ) STRICT;
  CREATE TABLE events (
    session TEXT NOT NULL REFERENCES sessions (id), n INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (session, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outbox (
    peer TEXT NOT NULL, seq INTEGER NOT NULL, key TEXT NOT NULL, payload_digest TEXT NOT NULL, envelope BLOB, bulk BLOB,
    PRIMARY KEY (peer, seq), UNIQUE (peer, key)
  ) STRICT;
  CREATE TABLE inbox (peer TEXT PRIMARY KEY, last_seq INTEGER NOT NULL, last_digest TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What a session was opened with. `secret` is erased when the session ends; the rest stays, for audit. */
export interface Given {
  readonly open: unknown;
  readonly secret: Uint8Array;
}

export interface OpenSession {
  readonly id: string;
  readonly role: string;
  readonly given: Given;
  readonly openedMs: number;
}

/** What happened to each session, in order. Every method is durable when it returns, or with the transaction it is called in. */
export class Journal {
  readonly database: Database;
  readonly #nowMs: () => number;

  /** @param database - Opened with `JOURNAL_SCHEMA` among its migrations. */
  constructor(database: Database, nowMs: () => number) {
    this.database = database;
    this.#nowMs = nowMs;
  }

  /** @throws Error if there is a session of this id already. */
  openSession(id: string, role: string, given: Given): void {
    this.database.prepare("INSERT INTO sessions (id, role, given, secret, opened_ms) VALUES (?, ?, ?, ?, ?)")
      .run(id, role, encodeEvent(given.open), given.secret, this.#nowMs());
  }

  /** Whether there is, or was, a session of this id. */
  has(id: string): boolean {
    return this.database.prepare("SELECT 1 FROM sessions WHERE id = ?").get(id) !== undefined;
  }

  /**
   * Adds an event and returns its number, from 1.
   *
   * @throws Error if no session of this id is open.
   */
  append(id: string, event: unknown): number {
    return transaction(this.database, () => {
      const session = this.database.prepare("SELECT 1 FROM sessions WHERE id = ? AND ended_ms IS NULL").get(id);
      if (session === undefined) throw new Error("an event needs an open session");
      const row = this.database.prepare("SELECT coalesce(max(n), 0) + 1 AS n FROM events WHERE session = ?").get(id) ?? {};
      const n = integerOf(row, "n");
      this.database.prepare("INSERT INTO events (session, n, bytes) VALUES (?, ?, ?)").run(id, n, encodeEvent(event));
      return n;
    });
  }

  events(id: string): readonly unknown[] {
    return this.database.prepare("SELECT bytes FROM events WHERE session = ? ORDER BY n").all(id).map((row) => decodeEvent(bytesOf(row, "bytes")));
  }

  /** Sessions that have not ended, oldest first: what a host recovers when it starts. */
  openSessions(): readonly OpenSession[] {
    return this.database.prepare("SELECT * FROM sessions WHERE ended_ms IS NULL ORDER BY opened_ms, id").all().map(openSessionOf);
  }

  /** The outcome a session ended with, or null while it is open. @throws Error if there is no such session. */
  outcome(id: string): { readonly outcome: unknown; readonly endedMs: number } | null {
    const row = this.database.prepare("SELECT outcome, ended_ms FROM sessions WHERE id = ?").get(id);
    if (row === undefined) throw new Error("no such session");
    return row["ended_ms"] === null ? null : { outcome: decodeEvent(bytesOf(row, "outcome")), endedMs: integerOf(row, "ended_ms") };
  }

  /**
   * Ends a session and erases its secret, also from the write-ahead log. A repeat changes nothing: the first outcome stands.
   * MUST NOT be called within a transaction.
   */
  end(id: string, outcome: unknown): void {
    this.database.prepare("UPDATE sessions SET outcome = ?, ended_ms = ?, secret = NULL WHERE id = ? AND ended_ms IS NULL")
      .run(encodeEvent(outcome), this.#nowMs(), id);
    flushWriteAheadLog(this.database);
  }
}

function openSessionOf(row: Row): OpenSession {
  return {
    id: textOf(row, "id"),
    role: textOf(row, "role"),
    given: { open: decodeEvent(bytesOf(row, "given")), secret: bytesOf(row, "secret") },
    openedMs: integerOf(row, "opened_ms"),
  };
}
