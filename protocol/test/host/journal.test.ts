import { expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utf8 } from "@cohortium/crypto/bytes";
import { Journal, JOURNAL_SCHEMA } from "../../src/host/journal.js";
import { openDatabase } from "../../src/host/sqlite.js";

const GIVEN = { open: { threshold: 3, parties: ["harbour", "mill"] }, secret: utf8("thirty-two bytes of entropy, say") };

function journal(path = ":memory:") {
  let nowMs = 1_000;
  return new Journal(openDatabase(path, [JOURNAL_SCHEMA]), () => (nowMs += 7));
}

test("events come back in the order they happened, session by session", () => {
  const it = journal();
  it.openSession("a", "participant", GIVEN);
  it.openSession("b", "conductor", GIVEN);
  expect([it.append("a", { n: 5n }), it.append("b", "other"), it.append("a", Uint8Array.of(9))]).toEqual([1, 1, 2]);
  expect(it.events("a")).toEqual([{ n: 5n }, Uint8Array.of(9)]);
  expect(it.events("b")).toEqual(["other"]);
});

test("open sessions are listed oldest first with what they were given; ended ones are not", () => {
  const it = journal();
  it.openSession("z", "participant", GIVEN);
  it.openSession("a", "conductor", GIVEN);
  it.openSession("m", "participant", GIVEN);
  it.end("a", "done");
  expect(it.openSessions()).toEqual([
    { id: "z", role: "participant", given: GIVEN, openedMs: 1_007 },
    { id: "m", role: "participant", given: GIVEN, openedMs: 1_021 },
  ]);
});

test("an ended session takes no events and keeps its first outcome", () => {
  const it = journal();
  it.openSession("a", "participant", GIVEN);
  expect(it.outcome("a")).toBeNull();
  it.end("a", { kind: "done" });
  it.end("a", { kind: "aborted" });
  expect(it.outcome("a")).toEqual({ outcome: { kind: "done" }, endedMs: 1_014 });
  expect(() => it.append("a", "late")).toThrow("open session");
});

test("a session is opened once, and an event needs one", () => {
  const it = journal();
  it.openSession("a", "participant", GIVEN);
  expect(() => it.openSession("a", "participant", GIVEN)).toThrow("UNIQUE");
  expect(() => it.append("nobody", "event")).toThrow("open session");
  expect(() => it.outcome("nobody")).toThrow("no such session");
});

test("the end of a session erases its secret from every file, and nothing else", () => {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-journal-"));
  const path = join(folder, "journal.db");
  const onDisk = (text: string) => ["", "-wal"].some((suffix) => readFileSync(`${path}${suffix}`).includes(text));
  const it = journal(path);
  it.openSession("a", "participant", GIVEN);
  it.append("a", "an event to keep");
  expect(onDisk("bytes of entropy")).toBe(true);
  it.end("a", "done");
  expect(onDisk("bytes of entropy")).toBe(false);
  expect(onDisk("an event to keep")).toBe(true);
  it.database.close();
  rmSync(folder, { recursive: true });
});
