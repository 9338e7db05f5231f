import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flushWriteAheadLog, integerOf, openDatabase, textOf, transaction } from "../../src/host/sqlite.js";

const FRUIT = "CREATE TABLE fruit (name TEXT PRIMARY KEY) STRICT";
const TREES = "CREATE TABLE trees (name TEXT PRIMARY KEY) STRICT";
let folder = "";
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "cohortium-sqlite-")); });
afterEach(() => rmSync(folder, { recursive: true }));

test("a database and its write-ahead log are for this user alone", () => {
  const db = openDatabase(join(folder, "a.db"), [FRUIT]);
  db.exec("INSERT INTO fruit VALUES ('quince')");
  for (const suffix of ["", "-wal", "-shm"]) expect(statSync(join(folder, `a.db${suffix}`)).mode & 0o777).toBe(0o600);
  db.close();
});

test("what was written is on disk before the writer goes on, and what was deleted is overwritten", () => {
  const db = openDatabase(join(folder, "a.db"), []);
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect([pragma("journal_mode"), pragma("synchronous"), pragma("secure_delete"), pragma("busy_timeout")]).toEqual(["wal", 2, 1, 5_000]);
  db.close();
});

test("migrations run once, in order, and a longer list goes on where the file stopped", () => {
  const path = join(folder, "a.db");
  openDatabase(path, [FRUIT]).close();
  const db = openDatabase(path, [FRUIT, TREES]);
  db.exec("INSERT INTO fruit VALUES ('quince'); INSERT INTO trees VALUES ('oak')");
  db.close();
  const again = openDatabase(path, [FRUIT, TREES]);
  expect(integerOf(again.prepare("SELECT count(*) AS n FROM trees").get() ?? {}, "n")).toBe(1);
  again.close();
});

test("a migration that fails leaves the file as it was", () => {
  const path = join(folder, "a.db");
  expect(() => openDatabase(path, [FRUIT, "CREATE TABLE trees (name TEXT); SELECT nonsense"])).toThrow("nonsense");
  const db = openDatabase(path, [FRUIT, TREES]);
  db.close();
});

test("an older program does not touch a newer file", () => {
  const path = join(folder, "a.db");
  openDatabase(path, [FRUIT, TREES]).close();
  expect(() => openDatabase(path, [FRUIT])).toThrow("newer version (2)");
});

test("a transaction that throws has done nothing, and an inner one is part of the outer", () => {
  const db = openDatabase(":memory:", [FRUIT]);
  const add = (name: string) => transaction(db, () => db.prepare("INSERT INTO fruit VALUES (?)").run(name));
  expect(() => transaction(db, () => { add("quince"); add("medlar"); throw new Error("changed my mind"); })).toThrow("changed my mind");
  add("sloe");
  expect(db.prepare("SELECT name FROM fruit").all().map((row) => textOf(row, "name"))).toEqual(["sloe"]);
  db.close();
});

test("a deleted secret is in no file once the write-ahead log is flushed", () => {
  const path = join(folder, "a.db");
  const db = openDatabase(path, [FRUIT]);
  db.prepare("INSERT INTO fruit VALUES (?)").run("marmalade-recipe");
  db.exec("DELETE FROM fruit");
  const onDisk = () => ["", "-wal"].some((suffix) => readFileSync(`${path}${suffix}`).includes("marmalade-recipe"));
  expect(onDisk()).toBe(true);
  flushWriteAheadLog(db);
  expect(onDisk()).toBe(false);
  db.close();
});

test("a file that is no database, or a broken one, is named and left alone", () => {
  const path = join(folder, "a.db");
  openDatabase(path, [FRUIT]).close();
  const sound = readFileSync(path);
  for (const broken of [Buffer.alloc(4_096, 7), Buffer.concat([sound.subarray(0, 100), Buffer.alloc(sound.length - 100, 1)])]) {
    writeFileSync(path, broken);
    expect(() => openDatabase(path, [FRUIT, TREES])).toThrow(expect.objectContaining({ code: "FILE_DAMAGED", exitCode: 2 }));
    expect(readFileSync(path)).toEqual(broken);
  }
});
