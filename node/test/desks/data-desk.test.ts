import { describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { openDataDesk } from "../../src/desks/data-desk.js";
import { readAccepted } from "../../src/data/quality/accepted.js";
import { NOW_MS } from "../stage.js";

const NODE = "party: harbour\ncoordinator: { exchange: \"hub:1\", enrolment: \"https://hub:2\" }\n";
const CSV = ["id;age;channel;y", ...Array.from({ length: 400 }, (_, i) => `${i};${i % 20 === 0 ? "" : 18 + (i % 60)};${i % 3 === 0 ? "web" : "shop"};${i % 4 === 0 ? "yes" : "no"}`)].join("\n");

function desk(settings = "rows: { path: rows.csv, delimiter: \";\" }\n", csv = CSV) {
  const folder = scratchFolder();
  writeFileSync(join(folder, "node.yaml"), NODE + settings);
  writeFileSync(join(folder, "rows.csv"), csv);
  return { folder, desk: openDataDesk({ folder, flags: [], environment: {} }, () => undefined) };
}

const run = (more: { contract?: string; accept?: boolean; feed?: string } = {}) => ({ feed: "rows", contract: null, accept: false, nowMs: NOW_MS, ...more });

describe("a feed without a contract", () => {
  test("is held to the defaults, and what was found is kept for later", async () => {
    const { desk: own } = desk();
    expect(own.contractOf("rows")).toBeNull();
    expect(own.lastReport("rows")).toBeNull();
    const report = await own.run(run());
    expect(report).toMatchObject({ feed: "rows", rows: 400, contract: null, passed: false });
    expect(report.checks.filter(({ outcome }) => outcome === "fail")).toMatchObject([{ rule: "QUALITY_NULLS", column: "age", says: "20 of 400 rows (5.00 %) are null", wouldPass: "less than 5 %, which is 19 rows: 1 fewer" }]);
    expect(own.lastReport("rows")).toEqual(report);
  });
});

test("a plain file with lines that are no rows is not looked at as if it were whole", async () => {
  const { desk: own } = desk(undefined, CSV.replace("\n7;", "\n7;7;7;"));
  await expect(own.run(run())).rejects.toMatchObject({ code: "DATA_MALFORMED", detail: "rows: 1, first at 9" });
});

describe("a proposed contract", () => {
  test("lies where the node looks for it, fits the rows, and is not written over", async () => {
    const { folder, desk: own } = desk();
    const { path, proposal } = await own.map("rows", { path: null, overwrite: false });
    expect(path).toBe(join(folder, "contracts/rows.odcs.yaml"));
    expect(own.contractOf("rows")).toBe(path);
    expect(proposal.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(["id integer", "age integer", "channel string", "y string"]);
    await expect(own.map("rows", { path: null, overwrite: false })).rejects.toMatchObject({ code: "CONFIG_EXISTS" });
    await own.map("rows", { path: null, overwrite: true });
    expect((await own.lint(path, "rows")).filter(({ level }) => level !== "warning").map(({ rule }) => rule)).toEqual(["SCHEMA_PURPOSE"]);
    // One null in twenty is one too many, unless a person says otherwise.
    writeFileSync(path, readFileSync(path, "utf8").replace("        classification: quasi-identifier\n", "        classification: quasi-identifier\n        quality: [{ metric: nullValues, mustBeLessOrEqualTo: 5, unit: percent }]\n"));
    expect(await own.run(run())).toMatchObject({ passed: true, contract: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect([...readAccepted(folder, "rows").keys()]).toEqual(["age", "channel", "y"]);
  });
});

describe("a contract that contradicts its rows", () => {
  const contract = "apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: \"1\"\nstatus: active\ndescription: { purpose: to be tested }\nschema:\n  - name: rows\n    properties:\n      - { name: id, logicalType: string, classification: identifier }\n      - { name: age, logicalType: integer, required: true, classification: quasi-identifier, logicalTypeOptions: { minimum: 18, maximum: 76 }, customProperties: [{ property: cohortium, value: { unit: years } }] }\n      - { name: channel, logicalType: integer, classification: none, logicalTypeOptions: { minimum: 0, maximum: 9 }, customProperties: [{ property: cohortium, value: { unit: \"1\" } }] }\n      - { name: y, logicalType: string, classification: none }\n";

  test("is told line by line, in counts alone", async () => {
    const { folder, desk: own } = desk("rows: { path: rows.csv, delimiter: \";\", contract: c.yaml }\n");
    writeFileSync(join(folder, "c.yaml"), contract);
    expect(own.contractOf("rows")).toBe(join(folder, "c.yaml"));
    const lines = await own.lint(join(folder, "c.yaml"), "rows");
    expect(lines.map(({ line, rule, says }) => `${line} ${rule} ${says}`)).toEqual([
      "11 SCHEMA_DATA_BOUNDS 6 of 400 rows (1.50 %) of age lie outside the contract's bounds",
      "11 SCHEMA_DATA_NULL 20 of 400 rows (5.00 %) of age are null",
      "12 SCHEMA_DATA_TYPE 400 of 400 rows (100.00 %) of channel are no integer",
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/shop|web/);
    expect(await own.lint(join(folder, "c.yaml"), null)).toEqual([]);
  });

  test("of another feed is said to be so", async () => {
    const { folder, desk: own } = desk();
    writeFileSync(join(folder, "c.yaml"), `${contract.replace("name: rows", "name: orders")}  - name: visits\n    properties: [{ name: a, classification: none }]\n`);
    expect((await own.lint(join(folder, "c.yaml"), "rows")).map(({ rule }) => rule)).toEqual(["SCHEMA_DATA_MISSING"]);
    await expect(own.run(run({ contract: join(folder, "c.yaml") }))).rejects.toMatchObject({ code: "CONFIG_CONTRACT", rule: "QUALITY_CONTRACT" });
  });
});

describe("refusals", () => {
  test("name the feed there is", () => {
    const { desk: own } = desk();
    expect(() => own.contractOf("row")).toThrow(expect.objectContaining({ code: "CONFIG_FEED", detail: "there is rows; did you mean rows?" }));
    expect(own.onlyFeed()).toBe("rows");
    expect(() => desk("").desk.onlyFeed()).toThrow(expect.objectContaining({ code: "CONFIG_FEED", detail: "no feed is configured" }));
  });

  test("of a contract that the settings name and that is not there, and of a folder in its place", async () => {
    const { folder, desk: own } = desk("rows: { path: rows.csv, delimiter: \";\", contract: gone.yaml }\n");
    await expect(own.run(run())).rejects.toMatchObject({ code: "CONFIG_CONTRACT", detail: join(folder, "gone.yaml") });
    expect(existsSync(join(folder, "quality"))).toBe(false);
    mkdirSync(join(folder, "gone.yaml"));
    await expect(own.run(run())).rejects.toMatchObject({ code: "CONFIG_CONTRACT" });
  });

  test.each([["", "DATA_EMPTY"], ["a;\"b\n1;2\n", "DATA_MALFORMED"]])("of %j say that it is no table", async (csv, code) => {
    await expect(desk(undefined, csv).desk.run(run())).rejects.toMatchObject({ code });
  });

  test("of a file that is not there", async () => {
    await expect(desk("rows: { path: other.csv }\n").desk.run(run())).rejects.toMatchObject({ code: "DATA_FILE_MISSING", exitCode: 3 });
  });
});
