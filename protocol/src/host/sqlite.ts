/** The one door to node:sqlite, and what every database of ours has in common. */
import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { damagedFile } from "./refusal.js";

export type Database = DatabaseSync;
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** How long a statement waits for another process, such as a backup, to let go of the file. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens or creates a database that only this user can read, and brings it to the last of `migrations`. What a transaction wrote survives a
 * power cut; what was deleted is overwritten.
 *
 * @param path - A file, or `:memory:`.
 * @param migrations - SQL scripts, in order; the list only ever grows at its end, because the file remembers how many it has had.
 * @throws Refusal FILE_DAMAGED if the file is no database, or a broken one.
 * @throws Error if the file has had more migrations than there are: an older version of the program must not write to it.
 */
export function openDatabase(path: string, migrations: readonly string[]): Database {
  if (path !== ":memory:") makePrivate(path);
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  // FULL, because in WAL mode NORMAL may lose the last transactions with the power, and a promise once sent must not be forgotten.
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
    migrate(db, migrations);
    return db;
  } catch (error) {
    db.close();
    throw isDamage(error) ? damagedFile(path, "the database", error) : error;
  }
}

/** Runs `work` so that all of it happens or none. Within another transaction it is part of that one. `work` MUST NOT wait. */
export function transaction<T>(db: Database, work: () => T): T {
  if (db.isTransaction) return work();
  // IMMEDIATE, because a transaction that turns from reader to writer midway can fail with no way to wait.
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors, such as a full disk.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Moves what was committed into the main file and empties the write-ahead log, where deleted secrets would otherwise live on. */
export function flushWriteAheadLog(db: Database): void {
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** @throws TypeError if the column does not hold text. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new TypeError(`column ${column} does not hold text`);
  return value;
}

/** @throws TypeError if the column does not hold an integer. */
export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (!Number.isSafeInteger(value)) throw new TypeError(`column ${column} does not hold an integer`);
  return Number(value);
}

/** @throws TypeError if the column does not hold bytes. */
export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new TypeError(`column ${column} does not hold bytes`);
  return value;
}

/** https://sqlite.org/rescode.html: SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGE_CODES: readonly unknown[] = [11, 26];

function isDamage(error: unknown): boolean {
  return typeof error === "object" && error !== null && "errcode" in error && DAMAGE_CODES.includes(error.errcode);
}

function makePrivate(path: string): void {
  // Created here, because SQLite would ask for 0644; its -wal and -shm files take the mode of the main file.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}

function migrate(db: Database, migrations: readonly string[]): void {
  const had = integerOf(db.prepare("PRAGMA user_version").get() ?? {}, "user_version");
  if (had > migrations.length) throw new Error(`the database is of a newer version (${had}) than this program (${migrations.length})`);
  migrations.slice(had).forEach((script, index) => transaction(db, () => {
    db.exec(script);
    db.exec(`PRAGMA user_version = ${had + index + 1}`);
  }));
}
