import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Secret } from "@cohortium/crypto/secret";
import { createLogger } from "../../src/host/logger.js";
import { isTelling, redact } from "../../src/host/log-redaction.js";
import { scratchFolder } from "./scratch-folder.js";

const PLANTED = "hunter2hunter2";
const folder = scratchFolder();

function linesOf(name: string, write: (logger: ReturnType<typeof createLogger>) => void): readonly Record<string, unknown>[] {
  const path = join(folder, name);
  write(createLogger("test", "info", { kind: "file", path }));
  return readFileSync(path, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("secrets planted at any depth, under any spelling, do not reach the output", () => {
  const fields = {
    seed: PLANTED, joinSecret: PLANTED, SIGNING_KEY: PLANTED, headers: { authorization: PLANTED, Cookie: PLANTED },
    deep: { a: { b: [{ rows: [PLANTED], inner: { "api-token": PLANTED } }] } }, values: [8191.0625, 4095.0625], fingerprintWords: PLANTED, joinCode: PLANTED,
    boxed: new Secret(new TextEncoder().encode(PLANTED)), bytes: new TextEncoder().encode(PLANTED), map: new Map([["x", PLANTED]]),
    error: Object.assign(new Error("failed", { cause: { password: PLANTED } }), { payload: PLANTED, request: PLANTED }),
    private_key_pem: PLANTED, rowValue: 2047.0625, tooDeep: { a: { b: { c: { d: { e: { f: { g: PLANTED } } } } } } },
  };
  const text = JSON.stringify(linesOf("planted.log", (logger) => {
    logger.info("planted", fields);
    logger.child(fields).child({ token: PLANTED }).warn("again");
  }));
  expect(text).not.toContain(PLANTED);
  expect(text).not.toContain(Buffer.from(PLANTED).toString("base64"));
  expect(text).not.toMatch(/104,117,110|\.0625/);
  expect(text).toContain("failed");
});

test("counts, names and files are there to read", () => {
  const [line] = linesOf("plain.log", (logger) => logger.info("a round ended", { party: "harbour", rowCount: 4_521, tokenFile: "/t", code: "AGGREGATION_GUARD" }));
  expect(line).toMatchObject({ level: "info", name: "test", msg: "a round ended", party: "harbour", rowCount: 4_521, tokenFile: "/t", code: "AGGREGATION_GUARD" });
  expect(line?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test("what is below the level is not written", () => {
  expect(linesOf("level.log", (logger) => {
    logger.debug("unheard");
    logger.info("heard");
  })).toHaveLength(1);
});

test("long lists and texts are cut, so that no data set passes through a log by accident", () => {
  const cut = redact({ parties: Array.from({ length: 33 }, (_, i) => i), note: "x".repeat(2_001), short: [7, 8] });
  expect(cut["parties"]).toBe("[list of 33]");
  expect(String(cut["note"])).toHaveLength(2_000 + "… (2001 characters)".length);
  expect(cut["short"]).toEqual([7, 8]);
});

test.each([["keyCount", false], ["monkey", false], ["keys", true], ["x-api-key", true], ["seedFile", false], ["arrows", false], ["Rows", true], ["join_code", true]])(
  "the name %s is telling: %s", (name, telling) => expect(isTelling(name)).toBe(telling),
);
