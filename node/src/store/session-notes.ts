import { integerOf, textOf, type Database } from "@cohortium/protocol/host/sqlite";
import type { DataNote } from "../data/note.js";

/** What a session's rows were when they were read: rows left out, values changed. Counts alone. */
export const SESSION_NOTES_SCHEMA = `
  CREATE TABLE session_notes (
    session TEXT NOT NULL, code TEXT NOT NULL, feed_column TEXT NOT NULL, rule TEXT NOT NULL, rows INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (session, code, feed_column, rule)
  ) STRICT;
`;

export interface SessionNote {
  readonly session: string;
  readonly code: string;
  readonly column: string;
  readonly count: number;
  readonly atMs: number;
}

/** Keeps the notes of a session's first reading; a second one is of the same rows, or ends the session. */
export function keepNotes(database: Database, session: string, notes: readonly DataNote[], atMs: number): void {
  const insert = database.prepare("INSERT INTO session_notes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  for (const { code, column, rule, count } of notes) insert.run(session, code, column, rule, count, atMs);
}

/** @param fromMs - Inclusive; `toMs` is not. */
export function notesBetween(database: Database, fromMs: number, toMs: number): readonly SessionNote[] {
  return database.prepare("SELECT * FROM session_notes WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms, session, code, feed_column").all(fromMs, toMs).map((row) => ({
    session: textOf(row, "session"), code: textOf(row, "code"), column: textOf(row, "feed_column"), count: integerOf(row, "rows"), atMs: integerOf(row, "at_ms"),
  }));
}
