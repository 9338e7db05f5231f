import { describe, expect, test } from "@jest/globals";
import { IDEMPOTENCY_SCHEMA, IdempotencyTable } from "../../src/host/idempotency-table.js";
import { openDatabase } from "../../src/host/sqlite.js";

const DAY_MS = 86_400_000;
const NOW_MS = 1_800_000_000_000;
const fresh = () => {
  const db = openDatabase(":memory:", [IDEMPOTENCY_SCHEMA]);
  return { db, table: new IdempotencyTable(db) };
};

describe("a key", () => {
  test("is fresh, then running, then answered, with the digest of its first request", () => {
    const { table } = fresh();
    expect(table.claim("k", "first", NOW_MS)).toEqual({ kind: "fresh" });
    expect(table.claim("k", "second", NOW_MS)).toEqual({ kind: "running", digest: "first" });
    table.answer("k", { status: 201, text: "{}" });
    expect(table.claim("k", "second", NOW_MS)).toEqual({ kind: "answered", digest: "first", reply: { status: 201, text: "{}" } });
    expect(table.claim("other", "first", NOW_MS)).toEqual({ kind: "fresh" });
  });

  test("whose work had no effect can be used again", () => {
    const { table } = fresh();
    table.claim("k", "first", NOW_MS);
    table.forget("k");
    expect(table.claim("k", "second", NOW_MS)).toEqual({ kind: "fresh" });
  });

  test("keeps its answer over a restart; one that was still running is forgotten", () => {
    const { db, table } = fresh();
    table.claim("answered", "a", NOW_MS);
    table.answer("answered", { status: 200, text: "1" });
    table.claim("running", "b", NOW_MS);
    const restarted = new IdempotencyTable(db);
    expect(restarted.claim("answered", "a", NOW_MS).kind).toBe("answered");
    expect(restarted.claim("running", "b", NOW_MS).kind).toBe("fresh");
  });

  test("is kept for a week, and no longer", () => {
    const { table } = fresh();
    table.claim("k", "a", NOW_MS);
    table.answer("k", { status: 200, text: "1" });
    expect(table.claim("k", "a", NOW_MS + 7 * DAY_MS).kind).toBe("answered");
    expect(table.claim("k", "a", NOW_MS + 7 * DAY_MS + 1).kind).toBe("fresh");
  });
});
