import { bytesOf, integerOf, textOf, type Database } from "@cohortium/protocol/host/sqlite";

/**
 * The bytes of letters that left, by the key of their line in the ledger, and the log entry each was about. The line stays for ever; the bytes go when they
 * are too old or too many.
 */
export const KEPT_LETTERS_SCHEMA = `
  CREATE TABLE kept_letters (
    n INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, entry TEXT NOT NULL, payload BLOB, bytes INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX kept_letters_there ON kept_letters (n) WHERE payload IS NOT NULL;
`;

/** How long, and how much of them. */
export interface LetterRetention {
  readonly days: number;
  readonly sizeMaxBytes: number;
}

/** A month's report is written in the month after it. */
export const DEFAULT_RETENTION: LetterRetention = { days: 62, sizeMaxBytes: 64 * 1024 * 1024 };

const DAY_MS = 86_400_000;

export interface KeptLetter {
  readonly key: string;
  readonly atMs: number;
  /** The digest of the statement in it; empty where it carries none. */
  readonly entry: string;
  readonly payload: Uint8Array;
}

export class KeptLetters {
  readonly #db: Database;
  readonly #retention: LetterRetention;
  /** About how many bytes are kept, so that they are not counted with every letter; null before the first. */
  #sizeBytes: number | null = null;

  constructor(database: Database, retention: LetterRetention = DEFAULT_RETENTION) {
    this.#db = database;
    this.#retention = retention;
  }

  /** In the transaction that lists the letter. A repeat after a crash is the same letter and changes nothing. */
  keep({ key, atMs, entry, payload }: KeptLetter): void {
    this.#db.prepare("INSERT INTO kept_letters (key, at_ms, entry, payload, bytes) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING")
      .run(key, atMs, entry, payload, payload.length);
    if (this.#sizeBytes !== null) this.#sizeBytes += payload.length;
    this.#drop(atMs);
  }

  /** Null once they have gone, or were never kept. */
  payload(key: string): Uint8Array | null {
    const row = this.#db.prepare("SELECT payload FROM kept_letters WHERE key = ? AND payload IS NOT NULL").get(key);
    return row === undefined ? null : bytesOf(row, "payload");
  }

  entry(key: string): string | null {
    const row = this.#db.prepare("SELECT entry FROM kept_letters WHERE key = ?").get(key);
    const entry = row === undefined ? "" : textOf(row, "entry");
    return entry === "" ? null : entry;
  }

  /** The oldest first. */
  #drop(nowMs: number): void {
    this.#db.prepare("UPDATE kept_letters SET payload = NULL WHERE payload IS NOT NULL AND at_ms < ?").run(nowMs - this.#retention.days * DAY_MS);
    this.#sizeBytes ??= this.#countedBytes();
    if (this.#sizeBytes <= this.#retention.sizeMaxBytes) return;
    this.#db.prepare(`
      UPDATE kept_letters SET payload = NULL WHERE payload IS NOT NULL AND n IN (
        SELECT n FROM (SELECT n, sum(bytes) OVER (ORDER BY n DESC) AS newer FROM kept_letters WHERE payload IS NOT NULL) WHERE newer > ?)`)
      .run(this.#retention.sizeMaxBytes);
    this.#sizeBytes = this.#countedBytes();
  }

  #countedBytes(): number {
    return integerOf(this.#db.prepare("SELECT coalesce(sum(bytes), 0) AS n FROM kept_letters WHERE payload IS NOT NULL").get() ?? {}, "n");
  }
}
