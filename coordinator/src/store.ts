import { canonicalText, type Json } from "@cohortium/crypto/canonical-json";
import { IDEMPOTENCY_SCHEMA } from "@cohortium/protocol/host/idempotency-table";
import { JOURNAL_SCHEMA } from "@cohortium/protocol/host/journal";
import { bytesOf, integerOf, openDatabase, textOf, type Database, type Row } from "@cohortium/protocol/host/sqlite";
import { parseEntry, type Entry } from "@cohortium/protocol/log/entry";
import { decodeEvent, encodeEvent } from "@cohortium/protocol/session/codec";
import { QUESTIONS_SCHEMA } from "./questions-store.js";

const COORDINATOR_SCHEMA = `
  CREATE TABLE codes (
    id TEXT PRIMARY KEY, party TEXT NOT NULL, verifier BLOB NOT NULL, expires_ms INTEGER NOT NULL, request BLOB, at_ms INTEGER NOT NULL,
    decision TEXT NOT NULL DEFAULT 'waiting', detail TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE TABLE parties (
    name TEXT PRIMARY KEY, signing_key BLOB NOT NULL, agreement_key BLOB NOT NULL, certificate TEXT NOT NULL, not_after_ms INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE statements (n INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, entry BLOB NOT NULL) STRICT;
  CREATE TABLE charters (digest TEXT PRIMARY KEY, state TEXT NOT NULL, charter BLOB NOT NULL, proposal BLOB NOT NULL, at_ms INTEGER NOT NULL) STRICT;
  CREATE TABLE charter_answers (digest TEXT NOT NULL, party TEXT NOT NULL, entry BLOB NOT NULL, reason TEXT, PRIMARY KEY (digest, party)) STRICT;
  CREATE TABLE trainings (
    session TEXT PRIMARY KEY, charter TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER, outcome BLOB
  ) STRICT;
  CREATE TABLE models (
    digest TEXT NOT NULL, session TEXT NOT NULL, charter TEXT NOT NULL, iteration INTEGER NOT NULL, model BLOB NOT NULL, evaluation BLOB,
    created_ms INTEGER NOT NULL, PRIMARY KEY (session, digest)
  ) STRICT;
`;

/** Which company a training does without; empty for none. */
const LEFT_OUT_SCHEMA = `
  ALTER TABLE trainings ADD COLUMN without TEXT NOT NULL DEFAULT '';
`;

/** What a session asks of statistics, as canonical JSON; empty for a training. */
const QUERY_SCHEMA = `
  ALTER TABLE trainings ADD COLUMN query TEXT NOT NULL DEFAULT '';
`;

export function openCoordinatorDatabase(path: string): Database {
  return openDatabase(path, [JOURNAL_SCHEMA, COORDINATOR_SCHEMA, IDEMPOTENCY_SCHEMA, LEFT_OUT_SCHEMA, QUERY_SCHEMA, QUESTIONS_SCHEMA]);
}

/**
 * What must stand in the log beside the sessions' entries. Kept in the transaction that makes the fact itself durable, so that a crash before
 * the log was written loses nothing: at start everything is published again, and the log drops what it has.
 */
export class Statements {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** Keeps the entry under this key; an earlier one under the same key stays. Returns the one that is kept. */
  keep(key: string, entry: Entry): Entry {
    this.#db.prepare("INSERT INTO statements (key, entry) VALUES (?, ?) ON CONFLICT (key) DO NOTHING").run(key, entry.bytes);
    return parseEntry(bytesOf(this.#db.prepare("SELECT entry FROM statements WHERE key = ?").get(key) ?? {}, "entry"));
  }

  /** Those whose keys begin so. */
  under(prefix: string): readonly Entry[] {
    return this.#db.prepare("SELECT entry FROM statements WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key").all(prefix).map((row) => parseEntry(bytesOf(row, "entry")));
  }

  all(): readonly Entry[] {
    return this.#db.prepare("SELECT entry FROM statements ORDER BY n").all().map((row) => parseEntry(bytesOf(row, "entry")));
  }
}

/** A session in the registry: a training, or a question of statistics. */
export interface KeptTraining {
  readonly session: string;
  readonly charter: string;
  /** The one company it does without, or null. */
  readonly without: string | null;
  /** What it asks of statistics; null for a training. */
  readonly query: Json | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  /** What the session came to, or null while it runs. */
  readonly outcome: Json | null;
}

/** `without` is empty where nobody is left out. */
type Begun = Pick<KeptTraining, "session" | "charter" | "startedMs" | "query"> & { readonly without: string };

export interface KeptModel {
  readonly digest: string;
  readonly session: string;
  readonly charter: string;
  readonly iteration: number;
  readonly model: Json;
  readonly evaluation: Json | null;
  readonly createdMs: number;
}

/** The registry of trainings and models. */
export class ModelRegistry {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  begin({ session, charter, startedMs, without, query }: Begun): void {
    this.#db.prepare("INSERT INTO trainings (session, charter, started_ms, without, query) VALUES (?, ?, ?, ?, ?)")
      .run(session, charter, startedMs, without, query === null ? "" : canonicalText(query));
  }

  end(session: string, endedMs: number, outcome: Json): void {
    this.#db.prepare("UPDATE trainings SET ended_ms = ?, outcome = ? WHERE session = ? AND ended_ms IS NULL").run(endedMs, encodeEvent(outcome), session);
  }

  trainings(): readonly KeptTraining[] {
    return this.#db.prepare("SELECT * FROM trainings WHERE query = '' ORDER BY started_ms, session").all().map(trainingOf);
  }

  /** The sessions that ask something of statistics. */
  statistics(): readonly KeptTraining[] {
    return this.#db.prepare("SELECT * FROM trainings WHERE query <> '' ORDER BY started_ms, session").all().map(trainingOf);
  }

  /** A session of either kind. */
  training(session: string): KeptTraining | null {
    const row = this.#db.prepare("SELECT * FROM trainings WHERE session = ?").get(session);
    return row === undefined ? null : trainingOf(row);
  }

  /** A repeat changes nothing; an evaluation is added to a model that has none. */
  keep({ digest, session, charter, iteration, model, evaluation, createdMs }: KeptModel): void {
    this.#db.prepare(`INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session, digest) DO UPDATE SET evaluation = coalesce(excluded.evaluation, evaluation)`)
      .run(digest, session, charter, iteration, encodeEvent(model), evaluation === null ? null : encodeEvent(evaluation), createdMs);
  }

  models(): readonly KeptModel[] {
    return this.#db.prepare("SELECT * FROM models ORDER BY created_ms, iteration").all().map(modelOf);
  }
}

function trainingOf(row: Row): KeptTraining {
  return {
    session: textOf(row, "session"), charter: textOf(row, "charter"), startedMs: integerOf(row, "started_ms"),
    without: textOf(row, "without") === "" ? null : textOf(row, "without"),
    query: textOf(row, "query") === "" ? null : parseText(textOf(row, "query")),
    endedMs: row["ended_ms"] === null ? null : integerOf(row, "ended_ms"),
    outcome: row["outcome"] === null ? null : parseJson(bytesOf(row, "outcome")),
  };
}

function modelOf(row: Row): KeptModel {
  return {
    digest: textOf(row, "digest"), session: textOf(row, "session"), charter: textOf(row, "charter"), iteration: integerOf(row, "iteration"),
    model: parseJson(bytesOf(row, "model")), evaluation: row["evaluation"] === null ? null : parseJson(bytesOf(row, "evaluation")),
    createdMs: integerOf(row, "created_ms"),
  };
}

/** Reads back what `canonicalText` wrote. */
function parseText(text: string): Json {
  return JSON.parse(text) as Json;
}

/** Reads back what `encodeEvent` wrote of JSON. */
export function parseJson(bytes: Uint8Array): Json {
  return decodeEvent(bytes) as Json;
}
