import { describe, expect, test } from "@jest/globals";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataDesk } from "@cohortium/node/desks/data-desk";
import type { GateReport } from "@cohortium/node/data/quality/report";
import { junitOf } from "@cohortium/node/data/quality/junit";
import { sarifOf } from "@cohortium/node/data/contract/sarif";
import { finding } from "@cohortium/node/data/contract/schema-rules";
import { lintFile, type LintLine } from "@cohortium/node/desks/schema-desk";
import { contractAt } from "@cohortium/node/data/contract/contract-file";
import { PROGRAMS } from "../src/start/loading.js";
import { emptyStage, folderWith, play } from "./stage.js";

const REPORT: GateReport = {
  v: 1, feed: "rows", at: "2026-11-22T10:00:00.000Z", rows: 541_909, contract: null, passed: false,
  checks: [
    { rule: "QUALITY_NULLS", column: "CustomerID", outcome: "fail", severity: "error", count: 135_080, asks: "less than 5 %", source: "default", says: "135,080 of 541,909 rows (24.93 %) are null", wouldPass: "less than 5 %, which is 27,095 rows: 107,985 fewer" },
    { rule: "QUALITY_NULLS", column: "Description", outcome: "pass", severity: "error", count: 1_454, asks: "less than 5 %", source: "default", says: "1,454 of 541,909 rows (0.27 %) are null", wouldPass: null },
    { rule: "QUALITY_CONSTANT", column: "Country", outcome: "warn", severity: "warning", count: 1, asks: "no column has one and the same value in every row", source: "default", says: "Country has one and the same value in every row", wouldPass: "two different values" },
    { rule: "QUALITY_DRIFT", column: "Country", outcome: "unmeasured", severity: "error", count: null, asks: "x", source: "default", says: "no run was accepted before", wouldPass: null },
  ],
  columns: [
    { name: "CustomerID", type: "double", nulls: 135_080, different: 4_372 }, { name: "Description", type: "text", nulls: 1_454, different: 4_223 },
    { name: "Country", type: "text", nulls: 0, different: 1 },
  ],
};
const PASSED: GateReport = { ...REPORT, passed: true, contract: "c0".repeat(32), checks: REPORT.checks.slice(1) };

const CONTRACT = "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nversion: \"1\"\nstatus: active\ndescription: { purpose: to be tested }\nschema:\n  - name: rows\n    properties:\n      - name: age_years\n        physicalName: age\n        logicalType: integer\n        logicalTypeOptions: { minimum: 17, maximum: 100 }\n        classification: quasi-identifier\n        customProperties: [{ property: cohortium, value: { unit: years } }]\n";

function stage(desk: Partial<DataDesk> = {}) {
  const asked: unknown[] = [];
  const folder = emptyStage("node");
  const never = () => { throw new Error("not part of the test"); };
  const whole: DataDesk = {
    contractOf: never, map: never, show: contractAt, onlyFeed: () => "rows", lastReport: () => null, junit: junitOf,
    lint: (path, feed) => { asked.push({ path, feed }); return lintFile(path, null); },
    sarif: (lines, path) => sarifOf(lines, path, (at) => lines.find((one) => one.at === at)?.line ?? 1),
    run: async (input) => { asked.push(input); return REPORT; }, ...desk,
  };
  return { folder, asked, play: (...args: readonly string[]) => play(args, { folder, programs: { openDataDesk: async () => whole, dataRules: PROGRAMS.dataRules } }) };
}

describe("quality run", () => {
  test("of a feed that fails says which rule, how many rows and what would pass, and ends with 3", async () => {
    const { code, out } = await stage().play("quality", "run");
    expect(code).toBe(3);
    expect(out).toBe([
      "failed  QUALITY_NULLS  CustomerID",
      "  found   135,080 of 541,909 rows (24.93 %) are null",
      "  asked   less than 5 % (default)",
      "  passes  less than 5 %, which is 27,095 rows: 107,985 fewer",
      "",
      "warned  QUALITY_CONSTANT  Country",
      "  found   Country has one and the same value in every row",
      "  asked   no column has one and the same value in every row (default)",
      "  passes  two different values",
      "",
      "rows fails the gate: 541,909 rows, 4 checks, 1 failed, 1 warned, 1 not measured.",
      "It has no contract; the defaults hold.",
      "",
    ].join("\n"));
  });

  test("of a feed that passes ends with 0, also as JSON", async () => {
    const { code, out } = await stage({ run: async () => PASSED }).play("quality", "run", "--json");
    expect({ code, report: JSON.parse(out) }).toEqual({ code: 0, report: PASSED });
  });

  test("writes JUnit where it is told to, and passes options on", async () => {
    const { folder, asked, play: run } = stage();
    expect((await run("quality", "run", "--feed", "orders", "--contract", "c.yaml", "--accept", "--junit", "q.xml")).code).toBe(3);
    expect(readFileSync(join(folder, "q.xml"), "utf8")).toBe(junitOf(REPORT));
    expect(asked).toEqual([{ feed: "orders", contract: join(folder, "c.yaml"), accept: true, nowMs: Date.UTC(2026, 10, 22, 10) }]);
  });
});

describe("quality report", () => {
  test("shows each column, and the checks that do not hold", async () => {
    const { code, out } = await stage({ lastReport: () => REPORT }).play("quality", "report");
    expect(code).toBe(3);
    expect(out.split("\n").slice(0, 4)).toEqual([
      "column       type       null  different  holds  worst",
      "CustomerID   double  24.93 %     ~4,372    0/1  QUALITY_NULLS",
      "Description  text     0.27 %     ~4,223    1/1  ok",
      "Country      text     0.00 %         ~1    0/1  QUALITY_CONSTANT",
    ]);
    expect(out).toContain("Measured at 2026-11-22T10:00:00.000Z.");
  });

  test("before any run says how to make one", async () => {
    expect(await stage().play("quality", "report")).toMatchObject({ code: 2, err: expect.stringContaining("cohortium quality run") });
  });
});

describe("quality explain", () => {
  test.each([["QUALITY_LEAKAGE_BAND", "refuses a training"], ["schema_units", null], ["SCHEMA_YAML", "the contract cannot be used"], ["quality_nulls", "refuses a training"], ["constructor", null]])("%s", async (rule, weight) => {
    const { code, out, err } = await stage().play("quality", "explain", rule);
    expect(code).toBe(weight === null ? 2 : 0);
    if (weight === null) expect(err).toContain("USAGE_RULE");
    else expect(out).toContain(`otherwise  ${weight}`);
  });

  test("suggests the rule that was meant", async () => {
    expect((await stage().play("quality", "explain", "QUALITY_NULS")).err).toContain("did you mean QUALITY_NULLS?");
  });
});

describe("schema lint", () => {
  const broken = CONTRACT.replace("unit: years", "unit: months").replace("minimum: 17", "minimum: 170");

  test("of a file names line, rule and remedy, and ends with 3", async () => {
    const folder = folderWith([["c.yaml", broken]]);
    const { code, out } = await stage().play("schema", "lint", join(folder, "c.yaml"));
    expect(code).toBe(3);
    expect(out).toBe([
      `${folder}/c.yaml:10: warning SCHEMA_NAME_UNIT`,
      "    age_years is in months and its name does not say so",
      "    to do: add the unit to the name, or correct it",
      `${folder}/c.yaml:13: error SCHEMA_BOUNDS_ORDER`,
      "    the minimum of age_years is not below its maximum",
      "    to do: swap or correct them",
      "",
      "1 error, 1 warning",
      "",
    ].join("\n"));
  });

  test("of a file that is no contract ends with 2, of one without errors with 0", async () => {
    const folder = folderWith([["none.yaml", "apiVersion: v9\n"], ["fine.yaml", CONTRACT]]);
    expect(await stage().play("schema", "lint", join(folder, "none.yaml"))).toMatchObject({ code: 2, out: expect.stringContaining("fatal SCHEMA_VERSION") });
    expect(await stage().play("schema", "lint", join(folder, "fine.yaml"))).toMatchObject({ code: 0, out: expect.stringContaining("Nothing is wrong") });
  });

  test("speaks JSON and SARIF", async () => {
    const folder = folderWith([["c.yaml", broken]]);
    const path = join(folder, "c.yaml");
    const json = JSON.parse((await stage().play("schema", "lint", path, "--format", "json")).out);
    expect(json).toMatchObject({ contract: path, feed: null, fatal: 0, errors: 1, warnings: 1, findings: [{ rule: "SCHEMA_NAME_UNIT", line: 10, level: "warning" }, { rule: "SCHEMA_BOUNDS_ORDER", line: 13, level: "error" }] });
    const sarif = JSON.parse((await stage().play("schema", "lint", path, "--format", "sarif")).out);
    expect(sarif).toMatchObject({
      version: "2.1.0",
      runs: [{
        tool: { driver: { rules: [{ id: "SCHEMA_BOUNDS_ORDER" }, { id: "SCHEMA_NAME_UNIT" }] } },
        results: [
          { ruleId: "SCHEMA_NAME_UNIT", ruleIndex: 1, level: "warning", locations: [{ physicalLocation: { artifactLocation: { uri: path }, region: { startLine: 10 } } }] },
          { ruleId: "SCHEMA_BOUNDS_ORDER", ruleIndex: 0, level: "error", locations: [{ physicalLocation: { region: { startLine: 13 } } }] },
        ],
      }],
    });
    expect(await stage().play("schema", "lint", path, "--format", "xml")).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_FORMAT") });
  });

  test("of a feed looks at its rows too; one without a contract says so", async () => {
    const folder = folderWith([["c.yaml", CONTRACT]]);
    const lines: readonly LintLine[] = [{ ...finding("SCHEMA_DATA_NULL", "/schema/0", "1 of 9 rows of age are null"), line: 8, level: "error" }];
    const { asked, play: run } = stage({ contractOf: (feed) => (feed === "rows" ? join(folder, "c.yaml") : null) });
    expect((await run("schema", "lint", "rows")).code).toBe(0);
    expect(asked).toEqual([{ path: join(folder, "c.yaml"), feed: "rows" }]);
    expect((await stage({ contractOf: () => "c", lint: async () => lines }).play("schema", "lint", "rows")).code).toBe(3);
    expect(await run("schema", "lint", "other")).toMatchObject({ code: 2, err: expect.stringContaining("schema map other") });
  });
});

test("schema map says where the contract is, and what to look at", async () => {
  const columns = [
    { name: "age", source: "Age", type: "integer", required: true, classification: "quasi-identifier", bounds: { min: 15, max: 100 }, values: null, unlistedPercentMax: 0, unit: "years", positive: null, hashed: false, guessed: ["bounds"], notes: [] },
    { name: "channel", source: "channel", type: "string", required: true, classification: "none", bounds: null, values: ["shop", "web"], unlistedPercentMax: 0, unit: null, positive: null, hashed: false, guessed: ["values"], notes: ["look here"] },
  ] as const;
  const { folder, play: run } = stage({ map: async (_, { path, overwrite }) => ({ path: `${path} ${overwrite}`, proposal: { feed: "rows", rows: 9, columns } }) });
  const { code, out } = await run("schema", "map", "rows", "--out", "c.yaml", "--force");
  expect(code).toBe(0);
  expect(out).toContain(`in ${folder}/c.yaml true.`);
  expect(out).toContain("age      Age          integer  quasi-identifier  years  15 to 100");
  expect(out).toContain("channel               string   none                     2 listed   look here");
});

test("schema show shows a contract as it is read", async () => {
  const folder = folderWith([["c.yaml", CONTRACT]]);
  writeFileSync(join(folder, "none.yaml"), "kind: none\n");
  const { code, out } = await stage().play("schema", "show", join(folder, "c.yaml"));
  expect(code).toBe(0);
  expect(out).toContain("age_years  age          integer  quasi-identifier  years  17 … 100");
  const none = await stage().play("schema", "show", join(folder, "none.yaml"));
  expect(none).toMatchObject({ code: 2, err: expect.stringMatching(/CONFIG_CONTRACT[\s\S]*/) });
  expect(none.err).toContain(`${folder}/none.yaml:1: SCHEMA_VERSION`);
});

test.each([[["schema", "map", "rows"]], [["schema", "lint", "rows"]], [["quality", "run"]], [["quality", "report"]]])("%j is for a partner", async (args) => {
  expect(await play(args, { folder: emptyStage("coordinator") })).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_ROLE") });
});
