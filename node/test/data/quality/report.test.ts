import { afterAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalText } from "@cohortium/crypto/canonical-json";
import { qualityVectorJson } from "@cohortium/protocol/columns/quality-vector";
import { keepAccepted, keepReport, readAccepted, readReport } from "../../../src/data/quality/accepted.js";
import { junitOf } from "../../../src/data/quality/junit.js";
import { gateReport, reportOf } from "../../../src/data/quality/report.js";
import { vectorOf } from "../../../src/data/quality/vector.js";
import { tableOver } from "./duck-table.js";
import { any, categorical, contractOver, gate, numeric } from "./gate-stage.js";

const FOLDER = mkdtempSync(join(tmpdir(), "cohortium-quality-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const ROWS = "SELECT CASE WHEN i < 60 THEN NULL ELSE i END AS age, CASE WHEN i % 5 = 0 THEN 'web' ELSE 'shop' END AS channel, 'm' || i AS mail FROM range(1000) t(i)";
const TERMS = { columns: [numeric("age", 0, 1_000), categorical("channel", ["shop", "web"])], rowsMin: 10 };
const CONTRACT = contractOver("      - { name: age, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 2000 }, quality: [{ metric: nullValues, mustBeLessThan: 10, unit: percent }] }\n      - { name: mail }");

describe("a report", () => {
  test("can be read back, and holds no SQL", async () => {
    const report = reportOf(await gate(await tableOver(ROWS), { terms: TERMS, contract: CONTRACT }));
    expect(gateReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(JSON.stringify(report)).not.toMatch(/FILTER|SELECT|\bCASE\b/);
    expect(report).toMatchObject({ feed: "rows", at: "2026-11-22T10:00:00.000Z", rows: 1_000, passed: true, contract: CONTRACT.digest });
    expect(report.checks[0]).toEqual({
      rule: "QUALITY_NULLS", column: "age", outcome: "pass", severity: "error", count: 60, asks: "less than 10 %", source: "contract /schema/0/properties/0/quality/0",
      says: "60 of 1,000 rows (6.00 %) are null", wouldPass: null,
    });
  });

  test("is kept and found again, readable by its owner alone", async () => {
    const report = reportOf(await gate(await tableOver(ROWS), { terms: TERMS }));
    expect(readReport(FOLDER, "rows")).toBeNull();
    keepReport(FOLDER, report);
    expect(readReport(FOLDER, "rows")).toEqual(report);
    expect(statSync(join(FOLDER, "quality/rows.report.json")).mode & 0o777).toBe(0o600);
    writeFileSync(join(FOLDER, "quality/rows.report.json"), "{ \"v\": 2 }");
    expect(() => readReport(FOLDER, "rows")).toThrow(expect.objectContaining({ code: "CONFIG_QUALITY" }));
    writeFileSync(join(FOLDER, "quality/rows.report.json"), "not json");
    expect(() => readReport(FOLDER, "rows")).toThrow(expect.objectContaining({ code: "CONFIG_QUALITY" }));
  });

  test.each(["../x", "a/b", "", ".", "a b"])("is not kept under the name %j", (feed) => {
    expect(() => readReport(FOLDER, feed)).toThrow(RangeError);
  });
});

test("an accepted run is what the next one is compared with, and its file holds no word that is not listed", async () => {
  const first = await gate(await tableOver(`${ROWS} UNION ALL SELECT 5, 'fax', 'n'`), { terms: TERMS });
  expect(readAccepted(FOLDER, "rows")).toEqual(new Map());
  keepAccepted(FOLDER, "rows", first.spreads);
  expect(readAccepted(FOLDER, "rows")).toEqual(first.spreads);
  expect(readFileSync(join(FOLDER, "quality/rows.accepted.json"), "utf8")).not.toContain("fax");

  const again = reportOf(await gate(await tableOver(ROWS), { terms: TERMS, accepted: readAccepted(FOLDER, "rows") }));
  expect(again.checks.filter(({ rule }) => rule === "QUALITY_DRIFT").map(({ outcome, says }) => [outcome, says]))
    .toEqual([["pass", "the stability index is 0.000, within what chance does"], ["pass", "the stability index is 0.001, within what chance does"]]);
});

describe("JUnit", () => {
  test("has a case for each check, and tells of failures what would pass", async () => {
    const table = await tableOver("SELECT CASE WHEN i < 60 THEN NULL ELSE i END AS \"a<b\", 7 AS c FROM range(1000) t(i)");
    expect(junitOf(reportOf(await gate(table)))).toBe([
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuite name=\"quality of rows\" tests=\"6\" failures=\"1\" errors=\"0\" skipped=\"0\" timestamp=\"2026-11-22T10:00:00.000Z\">",
      "  <properties><property name=\"rows\" value=\"1000\"/></properties>",
      "  <testcase classname=\"rows.a&#60;b\" name=\"QUALITY_NULLS (default)\"><failure type=\"QUALITY_NULLS\" message=\"60 of 1,000 rows (6.00 %) are null\">asked: less than 5 %; would pass: less than 5 %, which is 49 rows: 11 fewer</failure></testcase>",
      "  <testcase classname=\"rows.a&#60;b\" name=\"QUALITY_EMPTY (default)\"/>",
      "  <testcase classname=\"rows.a&#60;b\" name=\"QUALITY_CONSTANT (default)\"/>",
      "  <testcase classname=\"rows.c\" name=\"QUALITY_NULLS (default)\"/>",
      "  <testcase classname=\"rows.c\" name=\"QUALITY_EMPTY (default)\"/>",
      "  <testcase classname=\"rows.c\" name=\"QUALITY_CONSTANT (default)\"><system-out>c has one and the same value in every row</system-out></testcase>",
      "</testsuite>", "",
    ].join("\n"));
  });

  test("shows what was not measured as skipped, and no control character", async () => {
    const table = await tableOver("SELECT 'x' || i AS c FROM range(100) t(i)");
    const report = reportOf(await gate(table, { terms: { columns: [categorical("c", ["x1", "x2"])] } }));
    expect(junitOf(report)).toContain("<skipped message=\"no run was accepted before\"/>");
    expect(junitOf({ ...report, feed: "a\u0001\"&\ud800b" })).toContain("name=\"quality of a\ufffd&#34;&#38;\ufffdb\"");
  });
});

describe("the vector of a gate", () => {
  test("tells once what contract and charter both ask, and nothing of the company's own columns", async () => {
    const result = await gate(await tableOver(ROWS), { terms: TERMS, contract: CONTRACT });
    const vector = vectorOf(result, new Map([["age", "age"], ["channel", "channel"]]), 10_000);
    expect(vector.rules.map(({ rule, columns, told }) => [rule, columns, told.length])).toEqual([
      ["QUALITY_ROWS", 1, 0], ["QUALITY_NULLS", 2, 1], ["QUALITY_EMPTY", 2, 1], ["QUALITY_CONSTANT", 2, 0], ["QUALITY_BOUNDS", 1, 0], ["QUALITY_INVALID", 1, 0],
    ]);
    expect(canonicalText(qualityVectorJson(vector))).not.toContain("mail");
  });

  test("tells the larger of two counts that one rule has on one column", async () => {
    const rule = (pattern: string) => `{ metric: invalidValues, arguments: { pattern: "${pattern}" }, mustBeLessThan: 9, unit: percent }`;
    const contract = contractOver(`      - { name: c, logicalType: string, quality: [${rule("^[^a]")}, ${rule("^[^ab]")}] }`);
    const table = await tableOver("SELECT CASE WHEN i < 20 THEN 'a' WHEN i < 60 THEN 'b' ELSE 'c' END AS c FROM range(1000) t(i)");
    const vector = vectorOf(await gate(table, { contract }), new Map([["c", "c"]]), 10_000);
    expect(vector.rules.find(({ rule: id }) => id === "QUALITY_INVALID")?.told).toEqual([{ column: "c", outcome: "pass", rows: 60, permille: 60 }]);
  });

  test("is none for a gate that failed", async () => {
    const result = await gate(await tableOver(ROWS), { terms: { columns: [any("age")] } });
    expect(() => vectorOf(result, new Map([["age", "age"]]), 10_000)).toThrow("failed");
  });

  test("tells less where there is less room", async () => {
    const table = await tableOver(`SELECT ${Array.from({ length: 40 }, (_, i) => `CASE WHEN j % 40 < 1 THEN NULL ELSE j + ${i} END AS c${i}`).join(", ")} FROM range(1000) t(j)`);
    const result = await gate(table);
    const names = new Map(table.columns.map(({ name }) => [name, `charter_${name}`]));
    const sizes = [20_000, 3_000, 800].map((bytesMax) => {
      const vector = vectorOf(result, names, bytesMax);
      return [canonicalText(qualityVectorJson(vector)).length <= bytesMax, vector.untold];
    });
    expect(sizes).toEqual([[true, 0], [true, 43], [true, 71]]);
  });
});
