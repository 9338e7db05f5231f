import { expect, test } from "@jest/globals";
import { lintData } from "../../../src/data/contract/lint-data.js";
import { SCHEMA_RULES } from "../../../src/data/contract/schema-rules.js";
import { contractOver } from "../quality/gate-stage.js";
import { tableOver } from "../quality/duck-table.js";

interface Fixture {
  readonly rule: string;
  readonly contract: string;
  /** SQL for the column c of a hundred rows i. */
  readonly bad: string;
  readonly says: string;
  readonly good: string;
}

const FIXTURES: readonly Fixture[] = [
  { rule: "SCHEMA_DATA_MISSING", contract: "- { name: c }\n      - { name: d }", bad: "i AS c", says: "the feed has no column d", good: "i AS c, i AS d" },
  { rule: "SCHEMA_DATA_UNLISTED", contract: "- { name: c }", bad: "i AS c, i AS d", says: "the contract says nothing of the feed's column d", good: "i AS c" },
  { rule: "SCHEMA_DATA_TYPE", contract: "- { name: c, logicalType: integer }", bad: "CASE WHEN i < 7 THEN 'few' ELSE i::VARCHAR END AS c", says: "7 of 100 rows (7.00 %) of c are no integer", good: "i::VARCHAR AS c" },
  { rule: "SCHEMA_DATA_BOUNDS", contract: "- { name: c, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 97 } }", bad: "i AS c", says: "2 of 100 rows (2.00 %) of c lie outside the contract's bounds", good: "least(i, 97) AS c" },
  { rule: "SCHEMA_DATA_VALUES", contract: "- { name: c, logicalType: string, quality: [{ metric: invalidValues, arguments: { validValues: [a, b] }, mustBe: 0 }] }", bad: "CASE i WHEN 0 THEN 'SECRET' ELSE CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END END AS c", says: "1 of 100 rows (1.00 %) of c are not among the listed values", good: "CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END AS c" },
  { rule: "SCHEMA_DATA_UNUSED", contract: "- { name: c, logicalType: string, quality: [{ metric: invalidValues, arguments: { validValues: [a, b, q] }, mustBe: 0 }] }", bad: "CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END AS c", says: "1 listed value of c never occurs: q", good: "CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'q' END AS c" },
  { rule: "SCHEMA_DATA_NULL", contract: "- { name: c, required: true }", bad: "CASE WHEN i > 0 THEN i END AS c", says: "1 of 100 rows (1.00 %) of c are null", good: "i AS c" },
  { rule: "SCHEMA_DATA_UNIQUE", contract: "- { name: c, primaryKey: true }", bad: "i // 2 AS c", says: "50 of 100 rows (50.00 %) repeat the primary key", good: "i AS c" },
  { rule: "SCHEMA_DATA_IDENTIFIER", contract: "- { name: c, classification: none }", bad: "'m' || i || '@example.org' AS c", says: "most values of c look like e-mail addresses, and it is classified as none", good: "'m' || i || '@' AS c" },
];

test.each(FIXTURES)("$rule finds what breaks it, and lets pass what comes close", async ({ rule, contract, bad, says, good }) => {
  const [table] = contractOver(`      ${contract}`).tables;
  const findingsIn = async (columns: string) => (await lintData(table!, await tableOver(`SELECT ${columns} FROM range(100) t(i)`))).map((one) => `${one.rule} ${one.says}`);
  expect(await findingsIn(bad)).toEqual([`${rule} ${says}`]);
  expect(await findingsIn(good)).toEqual([]);
});

test("every rule about contract and data has a fixture", () => {
  expect(FIXTURES.map(({ rule }) => rule)).toEqual(Object.keys(SCHEMA_RULES).filter((rule) => rule.startsWith("SCHEMA_DATA_")));
});

test.each([
  ["+4915112345678", "phone numbers"], ["13812345678", "phone numbers"], ["123e4567-e89b-42d3-a456-426614174000", "UUIDs"], ["ab".repeat(32), "SHA-256 digests"],
])("%s is known for what it is", async (value, like) => {
  const [table] = contractOver("      - { name: c, classification: none }").tables;
  const findings = await lintData(table!, await tableOver(`SELECT '${value}' AS c FROM range(20) t(i)`));
  expect(findings.map(({ says }) => says)).toEqual([`most values of c look like ${like}, and it is classified as none`]);
});

test("no value of the feed is named", async () => {
  const [table] = contractOver("      - { name: c, logicalType: integer, quality: [{ metric: invalidValues, arguments: { validValues: [5] }, mustBe: 0 }] }").tables;
  const findings = await lintData(table!, await tableOver("SELECT 'SECRET' || i AS c FROM range(20) t(i)"));
  expect(findings.length).toBeGreaterThan(1);
  expect(JSON.stringify(findings)).not.toContain("SECRET");
});
