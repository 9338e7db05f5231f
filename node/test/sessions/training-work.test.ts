import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { PermissionAsked } from "@cohortium/protocol/aggregation/round-member";
import { parseQualityVector } from "@cohortium/protocol/columns/quality-vector";
import { contextDigest, planOf } from "@cohortium/protocol/training/plan";
import { CHARTER, CHARTER_JSON, charterOf, DIGEST, MILL, NOW_MS, QUARRY, SELF, SESSION } from "../stage.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";

import { admit, contractOf, contribution, MOMENTS, PLAN, place, ROWS } from "./training-stage.js";

describe("admission", () => {
  test("is given to rows that fit the charter, which the session then keeps to", async () => {
    const { work, egress, doing } = place();
    expect(await work().resultOf(admit)).toEqual({ kind: "admitted", data: { table: expect.stringMatching(/^[0-9a-f]{64}$/), claims: [null, null, null], quality: expect.objectContaining({ v: 1, contract: null, rows: 40, untold: 0 }) }, atMs: NOW_MS });
    expect(egress.ledger.rowsOf(SESSION)).toMatch(/^[0-9a-f]{64}$/);
    expect(doing).toEqual(["checks the charter and reads the rows", "holds the rows to the quality gate"]);
  });

  test("states of the gate what every party can read back against the charter's columns", async () => {
    const result = await place().work().resultOf(admit);
    const { quality } = result.kind === "admitted" ? result.data : { quality: null };
    const vector = parseQualityVector(quality, ["age", "job", "answer"]);
    expect(vector.rules.map(({ rule, columns }) => `${rule} ${columns}`)).toEqual([
      "QUALITY_ROWS 1", "QUALITY_TYPE 1", "QUALITY_NULLS 3", "QUALITY_EMPTY 3", "QUALITY_CONSTANT 3", "QUALITY_NOT_FINITE 1", "QUALITY_BOUNDS 1", "QUALITY_INVALID 2",
    ]);
  });

  test("is refused by a rule of the contract: others learn the rule alone, the company's own log what would pass", async () => {
    const { work, egress, logger } = place(ROWS, CHARTER_WORDS, contractOf("logicalType: integer, logicalTypeOptions: { minimum: 20, maximum: 57 }"));
    expect(await work().resultOf(admit)).toEqual({ kind: "refused", code: "DATA_REFUSED", clause: "QUALITY_BOUNDS", atMs: NOW_MS });
    expect(JSON.stringify(logger.lines)).toContain("age: 2 of 40 rows (5.00 %) lie outside the bounds; asked: exactly 0 rows (contract /schema/0/properties/0); would pass: exactly 0 rows: 2 fewer");
    expect(egress.ledger.rowsOf(SESSION)).toBeNull();
  });

  test("says what the contract says of the charter's columns", async () => {
    const { work } = place(ROWS, CHARTER_WORDS, contractOf("logicalType: integer, customProperties: [{ property: cohortium, value: { unit: years } }]"));
    expect(await work().resultOf(admit)).toMatchObject({ kind: "admitted", data: { claims: [{ logicalType: "integer", unit: "years" }, { logicalType: "string", unit: null }, null], quality: { contract: expect.stringMatching(/^[0-9a-f]{64}$/) } } });
  });

  test.each([
    ["cannot be read", "apiVersion: v3.0.0\n", "CONFIG_CONTRACT|the contract cannot be used"],
    ["says nothing of the rows", contractOf("logicalType: integer").replace("name: rows", "name: orders") + "  - name: visits\n    properties: [{ name: a }]\n", "says nothing of this feed"],
    ["names a column that is not there", contractOf("logicalType: integer", "      - { name: moon }\n"), "there is no column moon in the feed"],
    ["has a pattern the engine cannot run", contractOf("logicalType: string, logicalTypeOptions: { pattern: \"(?=2)\" }"), "the engine cannot run the pattern"],
  ])("is refused where the contract %s, rather than given by the defaults", async (_, contract, says) => {
    const { work, logger } = place(ROWS, CHARTER_WORDS, contract);
    expect(await work().resultOf(admit)).toMatchObject({ kind: "refused", code: "DATA_REFUSED", clause: "QUALITY_CONTRACT" });
    expect(JSON.stringify(logger.lines)).toMatch(new RegExp(says));
  });

  test("is refused where a contract that is configured is gone", async () => {
    const { folder, work } = place(ROWS, CHARTER_WORDS, contractOf("logicalType: integer"));
    rmSync(join(folder, "rows.odcs.yaml"));
    expect(await work().resultOf(admit)).toMatchObject({ kind: "refused", clause: "QUALITY_CONTRACT" });
  });

  test("is what the next training's categories are compared with", async () => {
    const many = (share: number) => ["age;job;answer", ...Array.from({ length: 900 }, (_, i) => `${20 + (i % 50)};${i < share * 900 ? "student" : "clerk"};${i % 2 === 0 ? "yes" : "no"}`)].join("\n");
    const { write, work, logger } = place(many(0.5), CHARTER_WORDS, contractOf("logicalType: integer"));
    expect(await work().resultOf(admit)).toMatchObject({ kind: "admitted" });
    write(many(0.55));
    expect(await work({ session: "6f".repeat(16) }).resultOf(admit)).toMatchObject({ kind: "admitted" });
    write(many(0.95));
    expect(await work({ session: "7f".repeat(16) }).resultOf(admit)).toMatchObject({ kind: "refused", clause: "QUALITY_DRIFT" });
    expect(JSON.stringify(logger.lines)).toContain("cohortium quality run --accept");
  });

  test("states what this company's own contract says of each column, and finds the columns under its own names", async () => {
    const { work } = place(ROWS.replace("age;job", "alter;beruf"), {
      columnOf: ({ column }) => ({ age: "alter", job: "beruf" }[column] ?? column),
      claimOf: ({ column }) => (column === "age" ? { logicalType: "integer", unit: "months" } : null),
    });
    expect(await work().resultOf(admit)).toMatchObject({ kind: "admitted", data: { claims: [{ logicalType: "integer", unit: "months" }, null, null] } });
  });

  test("states the same of the same rows in another order, and another thing of other rows", async () => {
    const [header = "", ...rows] = ROWS.split("\n");
    const table = async (text: string) => {
      const result = await place(text).work().resultOf(admit);
      return result.kind === "admitted" ? result.data.table : result.kind;
    };
    expect(await table([header, ...rows.reverse()].join("\n"))).toBe(await table(ROWS));
    expect(await table(ROWS.replace("25;clerk", "26;clerk"))).not.toBe(await table(ROWS));
  });

  test("writes what the recipe changed into this node's own log, by rule and column, without a value", async () => {
    const lax = charterOf({
      ...CHARTER_JSON, questions: [{
        ...CHARTER_JSON.questions[0]!, features: [
          { kind: "numeric", name: "age", unit: "years", min: 17, max: 100, outside: "clip" }, { kind: "categorical", name: "job", categories: ["clerk", "student"], otherwise: "clerk" },
        ],
      }],
    });
    const { work, logger } = place(ROWS.replace("25;clerk", "25;astronaut").replace("30;", "4711;"));
    expect(await work({ charter: lax, plan: planOf(lax) }).resultOf(admit)).toMatchObject({ kind: "admitted" });
    const said = JSON.stringify(logger.lines);
    expect(said).toContain("DATA_CLIPPED in column age: values lie beyond the charter's bounds and count as the nearest bound (count 1)");
    expect(said).toContain("DATA_OTHERWISE in column job");
    expect(said).not.toMatch(/astronaut|4711/);
  });

  test("is refused to rows that do not fit: the coordinator learns rule and column, never a value", async () => {
    const { work, egress, logger } = place(ROWS.replace("25;clerk", "25;astronaut").replace("30;", "4711;"));
    const result = await work().resultOf(admit);
    expect(result).toMatchObject({ kind: "refused", code: "DATA_REFUSED", clause: expect.stringMatching(/age|job/) });
    expect(JSON.stringify([result, logger.lines])).not.toMatch(/astronaut|4711/);
    expect(logger.lines.length).toBeGreaterThan(0);
    expect(egress.ledger.rowsOf(SESSION)).toBeNull();
  });

  test("is refused in this node's own log with the file and its path; others learn which file, and not where it lies", async () => {
    const { work, logger, path } = place("wrong;header;here\n1;2;3");
    const result = await work().resultOf(admit);
    expect(logger.lines.every((line) => line.includes('"file":"rows"') && line.includes(path))).toBe(true);
    expect(JSON.stringify(result)).not.toContain(path);
  });

  test("is refused for want of a held-out file in words of its own", async () => {
    const common = { ...CHARTER_JSON, questions: CHARTER_JSON.questions.map((question) => ({ ...question, evaluation: { ...question.evaluation, holdout: "common", holdoutDigest: "ab".repeat(32) } })) };
    const { work, logger } = place();
    expect(await work({ charter: charterOf(common) }).resultOf(admit)).toMatchObject({ kind: "refused", code: "DATA_REFUSED", clause: "holdout: DATA_HOLDOUT_UNSET" });
    expect(logger.lines.join("\n")).toContain("the node's configuration names none");
  });

  test("names at most three rules", async () => {
    const { work } = place("wrong;header;here\n1;2;3");
    const result = await work().resultOf(admit);
    expect(result.kind === "refused" && result.clause.split(", ").length).toBeLessThanOrEqual(3);
  });

  test("is refused outside the charter's time, before any row is read", async () => {
    const late = Date.parse(CHARTER.expires) + 1;
    const { work } = place("no rows at all");
    expect(await work({ nowMs: late }).resultOf(admit)).toEqual({ kind: "refused", code: "NODE_REFUSED", clause: "request.period", atMs: late });
  });

  test("is refused when this node's own count of releases is spent", async () => {
    const { work, egress } = place();
    const spent = charterOf({ ...CHARTER_JSON, privacy: { ...CHARTER_JSON.privacy, budget: { releasesMax: PLAN.rounds } } });
    expect(await work({ charter: spent }).resultOf(admit)).toMatchObject({ kind: "admitted" });
    egress.ledger.keepRelease({ session: "77".repeat(16), round: 1, charter: DIGEST, question: "moments", model: "", root: "", words: 1, bytes: 8, path: "" });
    expect(await work({ charter: spent }).resultOf(admit)).toMatchObject({ kind: "refused", code: "NODE_REFUSED", clause: "request.budget" });
  });
});

describe("a contribution", () => {
  test("is released under its root, and is the same for the process that comes after a crash", async () => {
    const { work, doing } = place();
    await work().resultOf(admit);
    const first = await work().resultOf(contribution);
    expect(first).toMatchObject({ kind: "contributed", round: 1, words: MOMENTS.words, root: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await work().resultOf(contribution)).toEqual(first);
    expect(doing).toContain("waits for the sum of round 1");
  });

  test("rows that changed since the session began are refused", async () => {
    const { work, write } = place();
    await work().resultOf(admit);
    write(ROWS.replace("20;student;yes", "21;student;yes"));
    expect(await work().resultOf(contribution)).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
    write(ROWS);
    expect(await work().resultOf(contribution)).toMatchObject({ kind: "contributed" });
  });

  test("of one process is from the rows it read at first, whatever the file says meanwhile", async () => {
    const { work, write } = place();
    const process = work();
    await process.resultOf(admit);
    write("gone");
    expect(await process.resultOf(contribution)).toMatchObject({ kind: "contributed" });
    expect(await process.rows()).not.toBeNull();
  });

  test("of a session that was never admitted is refused", async () => {
    expect(await place().work().resultOf(contribution)).toMatchObject({ kind: "refused", code: "DATA_CHANGED" });
  });
});

describe("permission to open a sum", () => {
  const permit = (more: Partial<PermissionAsked> = {}): PermissionAsked => ({ kind: "permit", round: 1, question: MOMENTS, survivors: [SELF, MILL, QUARRY], ...more });
  const opened = async () => {
    const stage = place();
    await stage.work().resultOf(admit);
    expect(await stage.work().resultOf(permit())).toEqual({ kind: "permitted", round: 1, atMs: NOW_MS });
    stage.egress.ledger.opened(SESSION, 1);
    return stage;
  };
  const other = "77".repeat(16);

  test("is given again after a crash", async () => {
    const { work } = await opened();
    expect(await work().resultOf(permit())).toMatchObject({ kind: "permitted" });
  });

  test("is refused, also in another session, for the same question on the same rows over other survivors", async () => {
    const { work } = await opened();
    await work({ session: other }).resultOf(admit);
    expect(await work({ session: other }).resultOf(permit({ survivors: [SELF, MILL] }))).toMatchObject({ kind: "refused", code: "TRAINING_REPEAT" });
    expect(await work({ session: other }).resultOf(permit())).toMatchObject({ kind: "permitted" });
  });

  const newton = { ...MOMENTS, kind: "newton", model: contextDigest({ a: 1 }) };

  test("is refused for any question over other survivors where dropouts end a training, and given where it may go on", async () => {
    const { work } = await opened();
    expect(await work().resultOf(permit({ round: 2, question: newton, survivors: [SELF, MILL] }))).toMatchObject({ kind: "refused", code: "TRAINING_REPEAT" });
    const lax = charterOf({ ...CHARTER_JSON, aggregation: { ...CHARTER_JSON.aggregation, dropouts: "continue" } });
    expect(await work({ charter: lax }).resultOf(permit({ round: 2, question: newton, survivors: [SELF, MILL] }))).toMatchObject({ kind: "permitted" });
    expect(await work({ charter: lax, session: other }).resultOf(admit)).toMatchObject({ kind: "admitted" });
    expect(await work({ charter: lax, session: other }).resultOf(permit({ survivors: [SELF, MILL] }))).toMatchObject({ kind: "refused" });
  });

  test("is refused over other survivors also where the first sum was opened by a version that knew rows by their order alone", async () => {
    const { work, egress } = await opened();
    // As that version left it.
    const before = { session: "11".repeat(16), round: 1, charter: DIGEST, question: MOMENTS.kind, model: MOMENTS.model, without: "" };
    egress.ledger.agree({ ...before, rows: egress.ledger.rowsOf(SESSION) ?? "", rowSet: "", survivors: [SELF, QUARRY].join(" ") });
    await work({ session: other }).resultOf(admit);
    expect(await work({ session: other }).resultOf(permit())).toMatchObject({ kind: "refused", code: "TRAINING_REPEAT" });
  });

  test("is given over other survivors when the rows have changed", async () => {
    const { work, write } = await opened();
    write(ROWS.replace("20;student;yes", "21;student;yes"));
    await work({ session: other }).resultOf(admit);
    expect(await work({ session: other }).resultOf(permit({ survivors: [SELF, MILL] }))).toMatchObject({ kind: "permitted" });
  });
});
