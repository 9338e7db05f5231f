import type { IdempotencyStore, KeptReply, KeyClaim } from "./idempotency.js";
import { integerOf, textOf, type Database } from "./sqlite.js";

/** One migration of a database that keeps answers to repeated requests. */
export const IDEMPOTENCY_SCHEMA = `
  CREATE TABLE idempotency (key TEXT PRIMARY KEY, digest TEXT NOT NULL, at_ms INTEGER NOT NULL, status INTEGER, text TEXT) STRICT;
`;

const KEEP_MS = 7 * 86_400_000;

/** Answers by key, kept for a week. */
export class IdempotencyTable implements IdempotencyStore {
  readonly #db: Database;

  /** Forgets claims that a process of before left running: whether their work was done, the work itself must know. */
  constructor(database: Database) {
    this.#db = database;
    this.#db.exec("DELETE FROM idempotency WHERE status IS NULL");
  }

  claim(key: string, digest: string, atMs: number): KeyClaim {
    this.#db.prepare("DELETE FROM idempotency WHERE at_ms < ?").run(atMs - KEEP_MS);
    const row = this.#db.prepare("SELECT digest, status, text FROM idempotency WHERE key = ?").get(key);
    if (row === undefined) {
      this.#db.prepare("INSERT INTO idempotency (key, digest, at_ms) VALUES (?, ?, ?)").run(key, digest, atMs);
      return { kind: "fresh" };
    }
    const claimed = textOf(row, "digest");
    if (row["status"] === null) return { kind: "running", digest: claimed };
    return { kind: "answered", digest: claimed, reply: { status: integerOf(row, "status"), text: textOf(row, "text") } };
  }

  answer(key: string, { status, text }: KeptReply): void {
    this.#db.prepare("UPDATE idempotency SET status = ?, text = ? WHERE key = ?").run(status, text, key);
  }

  forget(key: string): void {
    this.#db.prepare("DELETE FROM idempotency WHERE key = ?").run(key);
  }
}
