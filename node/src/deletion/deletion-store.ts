import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { decodeEvent, encodeEvent } from "@cohortium/protocol/session/codec";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import type { SignedDocument } from "@cohortium/protocol/session/signed-document";
import { bytesOf, integerOf, textOf, type Database } from "@cohortium/protocol/host/sqlite";
import type { MadeBefore } from "./receipts.js";

/** Receipts as they were signed, and which sessions began before which removal. Neither knows a key or its token. */
export const DELETIONS_SCHEMA = `
  CREATE TABLE deletions (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, receipt BLOB NOT NULL) STRICT;
  CREATE TABLE deletion_marks (session TEXT NOT NULL, deletion TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (session, deletion)) STRICT;
`;

export interface KeptReceipt {
  readonly id: string;
  readonly atMs: number;
  readonly receipt: SignedDocument;
}

/** All SQL about removals, but for the tombstones. */
export class DeletionStore {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  keep({ id, atMs, receipt }: KeptReceipt, before: readonly MadeBefore[]): void {
    this.#db.prepare("INSERT INTO deletions VALUES (?, ?, ?)").run(id, atMs, encodeEvent(receipt));
    const mark = this.#db.prepare("INSERT INTO deletion_marks VALUES (?, ?, ?)");
    for (const { session } of before) mark.run(session, id, atMs);
  }

  receipts(): readonly KeptReceipt[] {
    return this.#db.prepare("SELECT * FROM deletions ORDER BY at_ms, id").all()
      .map((row) => ({ id: textOf(row, "id"), atMs: integerOf(row, "at_ms"), receipt: parseReceipt(bytesOf(row, "receipt")) }));
  }

  /** When people were removed after this session used rows: ascending, each time once. */
  marksOf(session: string): readonly number[] {
    return this.#db.prepare("SELECT DISTINCT at_ms FROM deletion_marks WHERE session = ? ORDER BY at_ms").all(session).map((row) => integerOf(row, "at_ms"));
  }

  /** Every session that a vector over this node's rows left for, and what came of it. */
  sessions(): readonly MadeBefore[] {
    const rows = this.#db.prepare(`
      SELECT r.session AS session, min(r.charter) AS charter, t.outcome AS outcome,
        coalesce((SELECT max(at_ms) FROM egress AS e WHERE e.session = r.session), 0) AS last_ms
      FROM releases AS r LEFT JOIN trainings AS t ON t.session = r.session GROUP BY r.session ORDER BY last_ms, r.session`).all();
    return rows.map((row) => {
      const outcome = row["outcome"] === null ? null : parseJson(bytesOf(row, "outcome"));
      return {
        session: textOf(row, "session"), charter: textOf(row, "charter"), lastReleaseMs: integerOf(row, "last_ms"),
        model: digestIn(outcome, "model"), answer: digestIn(outcome, "answer"),
      };
    });
  }
}

function digestIn(outcome: Json, name: "model" | "answer"): string | null {
  const made = memberOf(outcome, name) ?? null;
  return made === null ? null : jsonDigest(made);
}

/** Both read back what `encodeEvent` wrote. */
function parseReceipt(bytes: Uint8Array): SignedDocument {
  return decodeEvent(bytes) as SignedDocument;
}

function parseJson(bytes: Uint8Array): Json {
  return decodeEvent(bytes) as Json;
}
