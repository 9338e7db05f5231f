import { decodeEvent, encodeEvent } from "@cohortium/protocol/session/codec";
import type { Json } from "@cohortium/crypto/canonical-json";
import { IDEMPOTENCY_SCHEMA } from "@cohortium/protocol/host/idempotency-table";
import { JOURNAL_SCHEMA } from "@cohortium/protocol/host/journal";
import { bytesOf, integerOf, openDatabase, textOf, transaction, type Database, type Row } from "@cohortium/protocol/host/sqlite";
import { parseEntry, type Entry } from "@cohortium/protocol/log/entry";
import { CHARGES_SCHEMA, SAMPLES_SCHEMA } from "./charges.js";
import { LEFT_OUT_SCHEMA } from "./ledger.js";
import { DELETIONS_SCHEMA } from "./deletion/deletion-store.js";
import { KEPT_LETTERS_SCHEMA } from "./evidence/kept-letters.js";
import { LOG_PLACES_SCHEMA } from "./evidence/log-places.js";
import { SESSION_NOTES_SCHEMA } from "./evidence/session-notes.js";
import { TOMBSTONES_SCHEMA } from "./deletion/tombstones.js";
import { NETWORK_SCHEMA } from "./learning/network/memory.js";

/** How far a charter has come at this node. */
export type CharterState = "proposed" | "signed" | "refused" | "in-force";

export interface KeptCharter {
  readonly digest: string;
  readonly state: CharterState;
  readonly proposal: Entry;
  readonly reason: string;
  readonly signatures: readonly Entry[];
}

/** What this node gained from a training, or why it ended. Stays here. */
export interface KeptTraining {
  readonly session: string;
  readonly charter: string;
  readonly endedMs: number;
  readonly outcome: Json;
}

const NODE_SCHEMA = `
  CREATE TABLE charters (
    digest TEXT PRIMARY KEY, state TEXT NOT NULL, proposal BLOB NOT NULL, reason TEXT NOT NULL DEFAULT '', signatures BLOB NOT NULL
  ) STRICT;
  CREATE TABLE releases (
    session TEXT NOT NULL, round INTEGER NOT NULL, charter TEXT NOT NULL, question TEXT NOT NULL, model TEXT NOT NULL, root TEXT NOT NULL,
    words INTEGER NOT NULL, bytes INTEGER NOT NULL, path TEXT NOT NULL, PRIMARY KEY (session, round)
  ) STRICT;
  CREATE TABLE openings (
    session TEXT NOT NULL, round INTEGER NOT NULL, charter TEXT NOT NULL, question TEXT NOT NULL, model TEXT NOT NULL, rows TEXT NOT NULL,
    survivors TEXT NOT NULL, opened INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (session, round)
  ) STRICT;
  CREATE INDEX openings_by_rows ON openings (charter, rows);
  CREATE TABLE session_rows (session TEXT PRIMARY KEY, rows TEXT NOT NULL, charter TEXT NOT NULL) STRICT;
  CREATE TABLE egress (
    n INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, recipient TEXT NOT NULL, session TEXT NOT NULL,
    round INTEGER NOT NULL, kind TEXT NOT NULL, bytes INTEGER NOT NULL, meaning TEXT NOT NULL, digest TEXT NOT NULL
  ) STRICT;
  CREATE TABLE trainings (session TEXT PRIMARY KEY, charter TEXT NOT NULL, ended_ms INTEGER NOT NULL, outcome BLOB NOT NULL) STRICT;
  CREATE TABLE witness (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL, checkpoint TEXT NOT NULL) STRICT;
`;

/** The rows of a session whatever their order: what openings are compared by. */
const ROW_SETS = `
  ALTER TABLE session_rows ADD COLUMN row_set TEXT NOT NULL DEFAULT '';
`;

const PARTS_SCHEMA = `
  CREATE TABLE parts (
    session TEXT NOT NULL, round INTEGER NOT NULL, part TEXT NOT NULL, root TEXT NOT NULL, bytes INTEGER NOT NULL, path TEXT NOT NULL, list TEXT NOT NULL,
    PRIMARY KEY (session, round, part)
  ) STRICT;
`;

/** What the parties published about their gains. */
const COMPARISONS = `
  CREATE TABLE comparisons (session TEXT NOT NULL, party TEXT NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (session, party)) STRICT;
`;

export function openNodeDatabase(path: string): Database {
  return openDatabase(path, NODE_MIGRATIONS);
}

/** In the order in which they came: a file of an earlier version has had the first of them. */
export const NODE_MIGRATIONS: readonly string[] = [
  JOURNAL_SCHEMA, NODE_SCHEMA, IDEMPOTENCY_SCHEMA, ROW_SETS, NETWORK_SCHEMA, LEFT_OUT_SCHEMA, PARTS_SCHEMA, COMPARISONS,
  CHARGES_SCHEMA, TOMBSTONES_SCHEMA, DELETIONS_SCHEMA, SESSION_NOTES_SCHEMA, KEPT_LETTERS_SCHEMA, LOG_PLACES_SCHEMA, SAMPLES_SCHEMA,
];

/** Charters and outcomes of this node. All SQL about them is here. */
export class NodeStore {
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** All of it happens or none. */
  inOne(work: () => void): void {
    transaction(this.database, work);
  }

  /** Keeps a proposal; one already known keeps its state. */
  propose(digest: string, proposal: Entry): void {
    this.database.prepare("INSERT INTO charters (digest, state, proposal, signatures) VALUES (?, 'proposed', ?, ?) ON CONFLICT (digest) DO NOTHING")
      .run(digest, proposal.bytes, encodeEvent([]));
  }

  decide(digest: string, state: "signed" | "refused", reason: string): void {
    this.database.prepare("UPDATE charters SET state = ?, reason = ? WHERE digest = ?").run(state, reason, digest);
  }

  putInForce(digest: string, signatures: readonly Entry[]): void {
    this.database.prepare("UPDATE charters SET state = 'in-force', signatures = ? WHERE digest = ? AND state = 'signed'")
      .run(encodeEvent(signatures.map(({ bytes }) => bytes)), digest);
  }

  charter(digest: string): KeptCharter | null {
    const row = this.database.prepare("SELECT * FROM charters WHERE digest = ?").get(digest);
    return row === undefined ? null : charterOf(row);
  }

  charters(): readonly KeptCharter[] {
    return this.database.prepare("SELECT * FROM charters ORDER BY rowid").all().map(charterOf);
  }

  /** False if the training was kept before. */
  keepTraining({ session, charter, endedMs, outcome }: KeptTraining): boolean {
    const { changes } = this.database.prepare("INSERT INTO trainings VALUES (?, ?, ?, ?) ON CONFLICT (session) DO NOTHING").run(session, charter, endedMs, encodeEvent(outcome));
    return changes > 0;
  }

  /** The first that a party published stays. */
  keepComparison(session: string, party: string, entry: Entry): void {
    this.database.prepare("INSERT INTO comparisons VALUES (?, ?, ?) ON CONFLICT DO NOTHING").run(session, party, entry.bytes);
  }

  comparisons(session: string): readonly Entry[] {
    return this.database.prepare("SELECT entry FROM comparisons WHERE session = ? ORDER BY party").all(session).map((row) => parseEntry(bytesOf(row, "entry")));
  }

  trainings(): readonly KeptTraining[] {
    return this.database.prepare("SELECT * FROM trainings ORDER BY ended_ms, session").all().map((row) => ({
      session: textOf(row, "session"), charter: textOf(row, "charter"), endedMs: integerOf(row, "ended_ms"), outcome: parseJson(bytesOf(row, "outcome")),
    }));
  }
}

function charterOf(row: Row): KeptCharter {
  return {
    digest: textOf(row, "digest"), state: parseState(textOf(row, "state")), proposal: parseEntry(bytesOf(row, "proposal")),
    reason: textOf(row, "reason"), signatures: parseEntries(bytesOf(row, "signatures")),
  };
}

function parseState(text: string): CharterState {
  const state = (["proposed", "signed", "refused", "in-force"] as const).find((known) => known === text);
  if (state === undefined) throw new RangeError("a charter is in no known state");
  return state;
}

/** Reads back what `encodeEvent` wrote of JSON. */
function parseJson(bytes: Uint8Array): Json {
  return decodeEvent(bytes) as Json;
}

function parseEntries(bytes: Uint8Array): readonly Entry[] {
  return (decodeEvent(bytes) as readonly Uint8Array[]).map(parseEntry);
}
