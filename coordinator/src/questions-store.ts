import type { Json } from "@cohortium/crypto/canonical-json";
import { bytesOf, integerOf, textOf, type Database, type Row } from "@cohortium/protocol/host/sqlite";
import type { RhythmUnit } from "./calendar.js";

/** One migration of the coordinator's database: questions with their answers, and those that repeat. */
export const QUESTIONS_SCHEMA = `
  CREATE TABLE questions (
    session TEXT PRIMARY KEY, charter TEXT NOT NULL, digest TEXT NOT NULL, query TEXT NOT NULL, nano_rho INTEGER NOT NULL, asked_ms INTEGER NOT NULL,
    request TEXT UNIQUE, schedule TEXT, uploaded INTEGER NOT NULL DEFAULT 0, refused TEXT, answered_ms INTEGER, answered_n INTEGER UNIQUE, answer BLOB
  ) STRICT;
  CREATE INDEX questions_asked ON questions (charter, digest);
  CREATE TABLE question_schedules (
    id TEXT PRIMARY KEY, charter TEXT NOT NULL, query TEXT NOT NULL, every INTEGER NOT NULL, unit TEXT NOT NULL, start_ms INTEGER NOT NULL,
    created_ms INTEGER NOT NULL, next_ms INTEGER, runs INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, because TEXT NOT NULL DEFAULT ''
  ) STRICT;
`;

/** A question that was asked. Times are Unix milliseconds. */
export interface KeptQuestion {
  readonly session: string;
  readonly charter: string;
  /** `queryDigest`: the same question under the same charter has the same. */
  readonly digest: string;
  readonly query: Json;
  readonly nanoRho: number;
  readonly askedMs: number;
  /** The Idempotency-Key of the request that asked it, if it had one. */
  readonly request: string | null;
  readonly schedule: string | null;
  /** The last of its sums that a company has sent something for; 0 before. */
  readonly uploaded: number;
  /** Why its session never began, in words; null if it did, or still may. */
  readonly refused: string | null;
  readonly answeredMs: number | null;
}

/** An answer as it was when it was made: canonical JSON, byte by byte. */
export interface KeptAnswer {
  readonly question: KeptQuestion;
  readonly answer: Uint8Array;
}

export interface KeptSchedule {
  readonly id: string;
  readonly charter: string;
  readonly query: Json;
  readonly every: number;
  readonly unit: RhythmUnit;
  readonly startMs: number;
  readonly createdMs: number;
  /** Null once it has stopped. */
  readonly nextMs: number | null;
  readonly runs: number;
  readonly state: ScheduleState;
  /** Why it stopped, in words; empty while it goes on. */
  readonly because: string;
}

export type ScheduleState = "on" | "stopped: budget" | "stopped: charter" | "stopped: refused" | "stopped: failing" | "removed";

/** What was asked and answered, and what is asked again by the calendar. Answers are never overwritten: a question asked anew has a session of its own. */
export class QuestionStore {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** Durable when it returns. */
  ask({ session, charter, digest, query, nanoRho, askedMs, request, schedule }: Omit<KeptQuestion, "uploaded" | "refused" | "answeredMs">): void {
    this.#db.prepare("INSERT INTO questions (session, charter, digest, query, nano_rho, asked_ms, request, schedule) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .run(session, charter, digest, JSON.stringify(query), nanoRho, askedMs, request, schedule);
  }

  /** Its session will never begin. Durable when it returns; the first reason stays. */
  refuse(session: string, because: string): void {
    this.#db.prepare("UPDATE questions SET refused = ? WHERE session = ? AND refused IS NULL").run(because, session);
  }

  /** A company has sent something for this sum. Of a session that is no question it means nothing. */
  uploaded(session: string, round: number): void {
    this.#db.prepare("UPDATE questions SET uploaded = ? WHERE session = ? AND uploaded < ?").run(round, session, round);
  }

  /** The first answer stays. */
  answer(session: string, answer: Uint8Array, answeredMs: number): void {
    this.#db.prepare(`UPDATE questions SET answer = ?, answered_ms = ?, answered_n = (SELECT coalesce(max(answered_n), 0) + 1 FROM questions) WHERE session = ? AND answer IS NULL`)
      .run(answer, answeredMs, session);
  }

  question(session: string): KeptQuestion | null {
    return questionOrNull(this.#db.prepare("SELECT * FROM questions WHERE session = ?").get(session));
  }

  /** What the request under this key has asked. */
  asked(request: string): KeptQuestion | null {
    return questionOrNull(this.#db.prepare("SELECT * FROM questions WHERE request = ?").get(request));
  }

  /** The oldest first. */
  questions(): readonly KeptQuestion[] {
    return this.#db.prepare("SELECT * FROM questions ORDER BY asked_ms, rowid").all().map(questionOf);
  }

  answerOf(session: string): Uint8Array | null {
    const row = this.#db.prepare("SELECT answer FROM questions WHERE session = ? AND answer IS NOT NULL").get(session);
    return row === undefined ? null : bytesOf(row, "answer");
  }

  /** The newest answer to this question under this charter. */
  kept(charter: string, digest: string): KeptAnswer | null {
    const row = this.#db.prepare("SELECT * FROM questions WHERE charter = ? AND digest = ? AND answer IS NOT NULL ORDER BY answered_n DESC LIMIT 1").get(charter, digest);
    return row === undefined ? null : { question: questionOf(row), answer: bytesOf(row, "answer") };
  }

  /** All answers under a charter, in the order in which they were given. */
  answersUnder(charter: string): readonly KeptAnswer[] {
    return this.#db.prepare("SELECT * FROM questions WHERE charter = ? AND answer IS NOT NULL ORDER BY answered_n").all(charter).map((row) => ({ question: questionOf(row), answer: bytesOf(row, "answer") }));
  }

  addSchedule({ id, charter, query, every, unit, startMs, createdMs, nextMs }: Omit<KeptSchedule, "runs" | "state" | "because">): void {
    this.#db.prepare("INSERT INTO question_schedules (id, charter, query, every, unit, start_ms, created_ms, next_ms, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'on')")
      .run(id, charter, JSON.stringify(query), every, unit, startMs, createdMs, nextMs);
  }

  /** It has run once more, and will again. */
  ran(id: string, nextMs: number): void {
    this.#db.prepare("UPDATE question_schedules SET runs = runs + 1, next_ms = ? WHERE id = ? AND state = 'on'").run(nextMs, id);
  }

  /** It waits for its next time without having run. */
  postpone(id: string, nextMs: number): void {
    this.#db.prepare("UPDATE question_schedules SET next_ms = ? WHERE id = ? AND state = 'on'").run(nextMs, id);
  }

  /** False if it was not going on. */
  stop(id: string, state: Exclude<ScheduleState, "on">, because: string): boolean {
    return this.#db.prepare("UPDATE question_schedules SET state = ?, because = ?, next_ms = NULL WHERE id = ? AND state = 'on'").run(state, because, id).changes === 1;
  }

  schedule(id: string): KeptSchedule | null {
    const row = this.#db.prepare("SELECT * FROM question_schedules WHERE id = ?").get(id);
    return row === undefined ? null : scheduleOf(row);
  }

  schedules(): readonly KeptSchedule[] {
    return this.#db.prepare("SELECT * FROM question_schedules ORDER BY created_ms, rowid").all().map(scheduleOf);
  }
}

function questionOrNull(row: Row | undefined): KeptQuestion | null {
  return row === undefined ? null : questionOf(row);
}

function questionOf(row: Row): KeptQuestion {
  return {
    session: textOf(row, "session"), charter: textOf(row, "charter"), digest: textOf(row, "digest"), query: parseOwn(textOf(row, "query")),
    nanoRho: integerOf(row, "nano_rho"), askedMs: integerOf(row, "asked_ms"),
    request: row["request"] === null ? null : textOf(row, "request"), schedule: row["schedule"] === null ? null : textOf(row, "schedule"),
    uploaded: integerOf(row, "uploaded"), refused: row["refused"] === null ? null : textOf(row, "refused"), answeredMs: row["answered_ms"] === null ? null : integerOf(row, "answered_ms"),
  };
}

function scheduleOf(row: Row): KeptSchedule {
  return {
    id: textOf(row, "id"), charter: textOf(row, "charter"), query: parseOwn(textOf(row, "query")), every: integerOf(row, "every"), unit: parseUnit(row),
    startMs: integerOf(row, "start_ms"), createdMs: integerOf(row, "created_ms"), nextMs: row["next_ms"] === null ? null : integerOf(row, "next_ms"),
    runs: integerOf(row, "runs"), state: parseState(row), because: textOf(row, "because"),
  };
}

/** Reads back what `JSON.stringify` wrote of JSON. */
function parseOwn(text: string): Json {
  return JSON.parse(text) as Json;
}

function parseUnit(row: Row): RhythmUnit {
  return textOf(row, "unit") as RhythmUnit;
}

function parseState(row: Row): ScheduleState {
  return textOf(row, "state") as ScheduleState;
}
