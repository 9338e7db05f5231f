import { IDEMPOTENCY_SCHEMA } from "@cohortium/protocol/host/idempotency-table";
import { JOURNAL_SCHEMA } from "@cohortium/protocol/host/journal";
import { openDatabase, type Database } from "@cohortium/protocol/host/sqlite";
import { DELETIONS_SCHEMA } from "./deletion/deletion-store.js";
import { TOMBSTONES_SCHEMA } from "./deletion/tombstones.js";
import { NETWORK_SCHEMA } from "./learning/network/memory.js";
import { LOG_PLACES_SCHEMA } from "./log/log-places.js";
import { CHARGES_SCHEMA, SAMPLES_SCHEMA } from "./store/charges.js";
import { KEPT_LETTERS_SCHEMA } from "./store/kept-letters.js";
import { LEFT_OUT_SCHEMA } from "./store/ledger.js";
import { SESSION_NOTES_SCHEMA } from "./store/session-notes.js";

/** The one file with all that a node keeps: tables of every room, so it stands above them. */
export function openNodeDatabase(path: string): Database {
  return openDatabase(path, NODE_MIGRATIONS);
}

/** What the first version kept: of `store/` and `log/`. */
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

/** In the order in which they came: a file of an earlier version has had the first of them. */
export const NODE_MIGRATIONS: readonly string[] = [
  JOURNAL_SCHEMA, NODE_SCHEMA, IDEMPOTENCY_SCHEMA, ROW_SETS, NETWORK_SCHEMA, LEFT_OUT_SCHEMA, PARTS_SCHEMA, COMPARISONS,
  CHARGES_SCHEMA, TOMBSTONES_SCHEMA, DELETIONS_SCHEMA, SESSION_NOTES_SCHEMA, KEPT_LETTERS_SCHEMA, LOG_PLACES_SCHEMA, SAMPLES_SCHEMA,
];
