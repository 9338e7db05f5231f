import { describe, expect, test } from "@jest/globals";
import { QUALITY_RULE_IDS } from "@cohortium/protocol/columns/quality-rules";
import type { Spread } from "../../../src/data/contract/spread.js";
import { passes } from "../../../src/data/quality/gate.js";
import { tableOver } from "./duck-table.js";
import { any, categorical, contractOver, gate, numeric, objections, resultOf, type Around } from "./gate-stage.js";

interface Scenario extends Around {
  readonly what: string;
  /** The rows, as a SELECT. */
  readonly rows: string;
  readonly objections: readonly string[];
}

/** `count` rows of which the first `some` satisfy the first expression. */
const mixed = (count: number, some: number, then: string, otherwise: string, more = "") => `SELECT CASE WHEN i < ${some} THEN ${then} ELSE ${otherwise} END AS c${more} FROM range(${count}) t(i)`;
const column = (yaml: string) => contractOver(`      - { name: c, ${yaml} }`);
const quality = (rule: string, more = "logicalType: string") => column(`${more}, quality: [${rule}]`);
const LABEL = { name: "y", positive: "yes", negative: "no", at: "questions.0.label" };
const withLabel = (value: string, isYes = "i % 3 = 0") => `SELECT ${value} AS c, CASE WHEN ${isYes} THEN 'yes' ELSE 'no' END AS y FROM range(3000) t(i)`;

/** An accepted run with a hundred rows in each tenth of these bounds. */
const tenths = (min: number, max: number): ReadonlyMap<string, Spread> =>
  new Map([["c", { counts: new Map(Array.from({ length: 10 }, (_, k) => [`${k + 1} of 10 from ${min} to ${max}`, 100])), otherRows: 0, otherValues: 0 }]]);

const SCENARIOS: readonly Scenario[] = [
  { what: "a column of the charter that is not there", rows: mixed(100, 0, "0", "i"), terms: { columns: [any("d")] }, objections: ["fail QUALITY_CONTRACT d"] },
  { what: "a column of the contract that is not there", rows: "SELECT i AS d FROM range(9) t(i)", contract: column("logicalType: integer"), objections: ["fail QUALITY_CONTRACT c"] },
  { what: "a pattern the engine cannot run", rows: mixed(9, 3, "'a'", "'b'"), contract: column("logicalType: string, logicalTypeOptions: { pattern: \"(?=a)\" }"), objections: ["fail QUALITY_CONTRACT c"] },
  { what: "a promise of freshness about nothing", rows: mixed(9, 3, "'a'", "'b'"), contract: contractOver("      - { name: c }", "slaProperties: [{ property: latency, value: 1, unit: d, element: rows.d }]"), objections: ["fail QUALITY_CONTRACT -"] },

  { what: "fewer rows than the charter asks", rows: mixed(99, 3, "1", "2"), terms: { rowsMin: 100, columns: [any("c")] }, objections: ["fail QUALITY_ROWS -"] },
  { what: "just as many rows as the charter asks", rows: mixed(100, 3, "1", "2"), terms: { rowsMin: 100, rowsMax: 100, columns: [any("c")] }, objections: [] },
  { what: "more rows than the contract says", rows: mixed(100, 3, "'a'", "'b'"), contract: contractOver("      - { name: c }", "    quality: [{ metric: rowCount, mustBeBetween: [10, 100] }]"), objections: ["fail QUALITY_ROWS -"] },

  { what: "rows older than a day", rows: "SELECT TIMESTAMP '2026-11-21 09:59:00' - to_days(i::INTEGER) AS c FROM range(9) t(i)", contract: contractOver("      - { name: c, logicalType: timestamp }", "slaProperties: [{ property: latency, value: 1, unit: d, element: rows.c }]"), objections: ["fail QUALITY_FRESHNESS -"] },
  { what: "rows a day old", rows: "SELECT TIMESTAMP '2026-11-21 10:01:00' - to_days(i::INTEGER) AS c FROM range(9) t(i)", contract: contractOver("      - { name: c, logicalType: timestamp }", "slaProperties: [{ property: latency, value: 24, unit: h, element: c }]"), objections: [] },
  { what: "rows without any time", rows: "SELECT CASE WHEN i > 99 THEN '' END AS c FROM range(9) t(i)", contract: contractOver("      - { name: c, logicalType: timestamp, quality: [{ metric: nullValues, mustBeLessOrEqualTo: 9 }] }", "slaProperties: [{ property: latency, value: 1, unit: d, element: rows.c }]"), objections: ["fail QUALITY_EMPTY c", "fail QUALITY_FRESHNESS -"] },

  { what: "text among integers", rows: mixed(100, 1, "'many'", "i::VARCHAR"), contract: column("logicalType: integer"), objections: ["fail QUALITY_TYPE c"] },
  { what: "hexadecimal and padded numbers", rows: mixed(100, 2, "CASE i WHEN 0 THEN '0x1F' ELSE ' 7' END", "i::VARCHAR"), contract: column("logicalType: number"), objections: ["fail QUALITY_TYPE c"] },
  { what: "halves among integers", rows: mixed(100, 1, "2.5", "i"), contract: column("logicalType: integer"), objections: ["fail QUALITY_TYPE c"] },
  { what: "integers written as text", rows: mixed(100, 1, "'-1e3'", "i::VARCHAR"), contract: column("logicalType: integer"), objections: [] },
  { what: "times with an offset, which nobody would read alike", rows: mixed(100, 1, "'2026-02-28T23:00:00+02:00'", "'2026-02-28T23:00:00Z'"), contract: column("logicalType: timestamp"), objections: ["fail QUALITY_TYPE c"] },
  { what: "no dates", rows: mixed(100, 1, "'2026-02-30'", "'2026-02-28'"), contract: column("logicalType: date"), objections: ["fail QUALITY_TYPE c"] },
  { what: "times of day where dates are promised", rows: mixed(100, 1, "TIMESTAMP '2026-01-01 12:00:00'", "TIMESTAMP '2026-01-01 00:00:00' + to_days(i::INTEGER)"), contract: column("logicalType: date"), objections: ["fail QUALITY_TYPE c"] },
  { what: "times at midnight where dates are promised", rows: mixed(100, 0, "NULL", "TIMESTAMP '2026-01-01 00:00:00' + to_days(i::INTEGER)"), contract: column("logicalType: date"), objections: [] },
  { what: "words as booleans", rows: mixed(100, 1, "'maybe'", "'TRUE'"), contract: column("logicalType: boolean"), objections: ["fail QUALITY_TYPE c"] },

  { what: "5 % of nulls", rows: mixed(100, 5, "NULL", "i"), objections: ["fail QUALITY_NULLS c"] },
  { what: "4 % of nulls", rows: mixed(100, 4, "NULL", "i"), objections: [] },
  { what: "4 % of nulls in a required column", rows: mixed(100, 4, "NULL", "i"), contract: column("logicalType: integer, required: true"), objections: ["fail QUALITY_NULLS c"] },
  { what: "20 % of nulls, as the contract allows", rows: mixed(100, 20, "NULL", "i"), contract: quality("{ metric: nullValues, mustBeLessOrEqualTo: 20, unit: percent }", "logicalType: integer"), objections: [] },
  { what: "many nulls where the charter gives them a meaning", rows: mixed(100, 40, "NULL", "i"), terms: { columns: [numeric("c", 0, 1_000, true)] }, objections: ["warn QUALITY_NULLS c"] },
  { what: "a rule that only warns", rows: mixed(100, 20, "NULL", "i"), contract: quality("{ metric: nullValues, mustBe: 0, severity: warning }", "logicalType: integer"), objections: ["warn QUALITY_NULLS c"] },

  { what: "too many words for missing", rows: mixed(100, 11, "CASE i WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'unknown' END", "'x' || i"), contract: quality("{ metric: missingValues, arguments: { missingValues: [null, \"\", unknown] }, mustBeLessThan: 11, unit: percent }, { metric: nullValues, mustBeLessThan: 5 }"), objections: ["fail QUALITY_MISSING c"] },
  { what: "few words for missing", rows: mixed(100, 10, "'unknown'", "'x' || i"), contract: quality("{ metric: missingValues, arguments: { missingValues: [null, \"\", unknown] }, mustBeLessThan: 11, unit: percent }"), objections: [] },

  { what: "nothing but null", rows: "SELECT NULL::BIGINT AS c FROM range(50)", contract: quality("{ metric: nullValues, mustBeLessOrEqualTo: 50 }", "logicalType: integer"), objections: ["fail QUALITY_EMPTY c"] },
  { what: "one value in every row", rows: "SELECT 7 AS c FROM range(50)", objections: ["warn QUALITY_CONSTANT c"] },
  { what: "infinite and undefined numbers", rows: mixed(100, 2, "CASE i WHEN 0 THEN 'inf'::DOUBLE ELSE 'nan'::DOUBLE END", "i::DOUBLE"), objections: ["fail QUALITY_NOT_FINITE c"] },
  { what: "infinity written as text", rows: mixed(100, 1, "'-Infinity'", "i::VARCHAR"), contract: column("logicalType: number"), objections: ["fail QUALITY_NOT_FINITE c"] },

  { what: "values outside the charter's bounds", rows: mixed(100, 1, "101", "i"), terms: { columns: [numeric("c", 0, 100)] }, objections: ["fail QUALITY_BOUNDS c"] },
  { what: "values at the charter's bounds", rows: mixed(101, 0, "0", "i"), terms: { columns: [numeric("c", 0, 100)] }, objections: [] },
  { what: "values at bounds of seventeen digits", rows: mixed(100, 50, "'-0.10343860099723777'", "'0.5'"), terms: { columns: [numeric("c", -0.10343860099723777, 0.5)] }, objections: [] },
  { what: "decimals at bounds of seventeen digits", rows: "SELECT '-0.10343860099723777'::DECIMAL(18, 17) AS c, i FROM range(100) t(i)", terms: { columns: [numeric("c", -1, -0.10343860099723777)] }, objections: ["warn QUALITY_CONSTANT c"] },
  { what: "values at bounds that are exclusive", rows: mixed(101, 0, "0", "i"), contract: column("logicalType: integer, logicalTypeOptions: { exclusiveMinimum: 0, maximum: 100 }"), objections: ["fail QUALITY_BOUNDS c"] },
  { what: "times before the contract's first", rows: "SELECT TIMESTAMP '2020-01-01 00:00:00' - to_hours(i::INTEGER) AS c FROM range(2) t(i)", contract: column("logicalType: timestamp, logicalTypeOptions: { minimum: \"2020-01-01T00:00:00Z\" }"), objections: ["fail QUALITY_BOUNDS c"] },
  { what: "times from the contract's first on, in another zone", rows: "SELECT TIMESTAMP '2020-01-01 00:00:00' - to_hours(i::INTEGER) AS c FROM range(2) t(i)", contract: column("logicalType: timestamp, logicalTypeOptions: { minimum: \"2020-01-01T00:00:00+01:00\" }"), objections: [] },

  { what: "text where the charter asks for numbers", rows: mixed(100, 2, "'few'", "i::VARCHAR"), terms: { columns: [numeric("c", 0, 1_000)] }, objections: ["fail QUALITY_TYPE c"] },
  { what: "numbers written as text, outside the charter's bounds", rows: mixed(100, 2, "'1e9'", "i::VARCHAR"), terms: { columns: [numeric("c", 0, 1_000)] }, objections: ["fail QUALITY_BOUNDS c"] },
  { what: "values beyond bounds to which the charter clips", rows: mixed(100, 2, "1000000", "i"), terms: { columns: [numeric("c", null, null)] }, objections: [] },
  { what: "a column used twice, once beyond its bounds", rows: mixed(100, 2, "1000000", "i"), terms: { columns: [numeric("c", null, null), numeric("c", 0, 100)] }, objections: ["fail QUALITY_BOUNDS c"] },
  { what: "a category not listed, where others count as one that is", rows: mixed(100, 1, "'fax'", "CASE i % 2 WHEN 0 THEN 'web' ELSE 'shop' END"), terms: { columns: [{ name: "c", at: "f", kind: { kind: "categorical", categories: ["shop", "web"], isOpen: true, mayBeNull: false } }] }, objections: [] },
  { what: "a category the charter does not list", rows: mixed(100, 1, "'fax'", "CASE i % 2 WHEN 0 THEN 'web' ELSE 'shop' END"), terms: { columns: [categorical("c", ["shop", "web"])] }, objections: ["fail QUALITY_INVALID c"] },
  { what: "a label of a third kind", rows: mixed(100, 1, "'maybe'", "CASE i % 2 WHEN 0 THEN 'yes' ELSE 'no' END"), terms: { label: { ...LABEL, name: "c" } }, objections: ["fail QUALITY_INVALID c"] },
  { what: "values the contract does not list, as few as it allows", rows: mixed(100, 2, "'fax'", "'web'"), contract: quality("{ metric: invalidValues, arguments: { validValues: [web, shop] }, mustBeLessThan: 3 }"), objections: [] },
  { what: "numbers listed with another spelling", rows: mixed(100, 50, "'1.0'", "'2'"), contract: quality("{ metric: invalidValues, arguments: { validValues: [1, 2] }, mustBe: 0 }", "logicalType: integer"), objections: [] },
  { what: "numbers listed with seventeen digits", rows: mixed(100, 50, "'-0.10343860099723777'", "'2'"), contract: quality("{ metric: invalidValues, arguments: { validValues: [-0.10343860099723777, 2] }, mustBe: 0 }", "logicalType: number"), objections: [] },
  { what: "values that do not match", rows: mixed(100, 3, "'x7'", "'A7'"), contract: quality("{ metric: invalidValues, arguments: { pattern: \"^[A-Z]\" }, mustBe: 0 }"), objections: ["fail QUALITY_INVALID c"] },
  { what: "values too short", rows: mixed(100, 3, "'é'", "'手机'"), contract: column("logicalType: string, logicalTypeOptions: { minLength: 2, maxLength: 2 }"), objections: ["fail QUALITY_INVALID c"] },

  { what: "a key that repeats", rows: mixed(100, 2, "7", "i"), contract: column("logicalType: integer, required: true, primaryKey: true"), objections: ["fail QUALITY_DUPLICATES -"] },
  { what: "a key of two columns that repeats once", rows: "SELECT i // 2 AS c, least(i % 2 + i // 98, 1) AS d FROM range(100) t(i)", contract: contractOver("      - { name: c, logicalType: integer }\n      - { name: d, logicalType: integer }", "    quality: [{ metric: duplicateValues, arguments: { properties: [c, d] }, mustBe: 0 }]"), objections: ["fail QUALITY_DUPLICATES -"] },
  { what: "a key of two columns that does not", rows: "SELECT i // 2 AS c, i % 2 AS d FROM range(100) t(i)", contract: contractOver("      - { name: c, logicalType: integer, primaryKey: true }\n      - { name: d, logicalType: integer, primaryKey: true }"), objections: [] },
  { what: "nulls in a unique column", rows: mixed(100, 4, "NULL", "i"), contract: column("logicalType: integer, unique: true"), objections: [] },
  { what: "the key of the node's own settings, which repeats", rows: mixed(100, 2, "7", "i"), terms: { keyColumn: "c", columns: [any("c")] }, objections: ["fail QUALITY_DUPLICATES c"] },

  { what: "categories spread as before", rows: mixed(1_000, 520, "'web'", "'shop'"), terms: { columns: [categorical("c", ["shop", "web"])] }, accepted: new Map([["c", { counts: new Map([["shop", 500], ["web", 500]]), otherRows: 0, otherValues: 0 }]]), objections: [] },
  { what: "categories spread quite differently", rows: mixed(1_000, 900, "'web'", "'shop'"), terms: { columns: [categorical("c", ["shop", "web"])] }, accepted: new Map([["c", { counts: new Map([["shop", 500], ["web", 500]]), otherRows: 0, otherValues: 0 }]]), objections: ["fail QUALITY_DRIFT c"] },
  { what: "few rows spread quite differently", rows: mixed(10, 8, "'web'", "'shop'"), terms: { columns: [categorical("c", ["shop", "web"])] }, accepted: new Map([["c", { counts: new Map([["shop", 5], ["web", 5]]), otherRows: 0, otherValues: 0 }]]), objections: [] },
  { what: "numbers spread as before", rows: mixed(1_000, 20, "5", "i % 100"), terms: { columns: [numeric("c", 0, 100)] }, accepted: tenths(0, 100), objections: [] },
  { what: "numbers spread quite differently", rows: mixed(1_000, 600, "5", "i % 100"), terms: { columns: [numeric("c", 0, 100)] }, accepted: tenths(0, 100), objections: ["fail QUALITY_DRIFT c"] },
  { what: "texts that spell numbers, spread quite differently within the contract's bounds", rows: mixed(1_000, 600, "'99.5'", "CAST(i % 100 AS VARCHAR)"), contract: column("logicalType: number, logicalTypeOptions: { minimum: 0, maximum: 100 }"), accepted: tenths(0, 100), objections: ["fail QUALITY_DRIFT c"] },
  { what: "numbers whose accepted run was counted over other bounds", rows: mixed(1_000, 600, "5", "i % 100"), terms: { columns: [numeric("c", 0, 100)] }, accepted: tenths(0, 200), objections: [] },
  { what: "a key that moves on", rows: mixed(1_000, 0, "0", "i + 9000"), contract: column("logicalType: integer, unique: true, logicalTypeOptions: { minimum: 0, maximum: 10000 }"), accepted: tenths(0, 10_000), objections: [] },
  { what: "a category that was not there before", rows: mixed(1_000, 10, "'fax'", "CASE i % 2 WHEN 0 THEN 'web' ELSE 'shop' END"), terms: { columns: [categorical("c", ["shop", "web", "fax"])] }, accepted: new Map([["c", { counts: new Map([["shop", 500], ["web", 500]]), otherRows: 0, otherValues: 0 }]]), objections: ["warn QUALITY_UNSEEN c"] },

  { what: "a column that is the label under another name", rows: withLabel("CASE WHEN i % 3 = 0 THEN 10 ELSE i % 9 END"), terms: { label: LABEL, columns: [any("c")] }, objections: ["fail QUALITY_LEAKAGE c", "fail QUALITY_LEAKAGE_BAND c"] },
  { what: "a column that is null where the outcome is negative", rows: withLabel("CASE WHEN i % 3 = 0 THEN i END"), terms: { label: LABEL, columns: [{ ...any("c"), kind: { kind: "numeric", min: 0, max: 9_000, mayBeNull: true } }] }, objections: ["warn QUALITY_NULLS c", "fail QUALITY_LEAKAGE c", "fail QUALITY_LEAKAGE_BAND c"] },
  { what: "a column with one band that decides", rows: withLabel("i", "i % 3 = 0 AND i > 400"), terms: { label: LABEL, columns: [any("c")] }, objections: ["fail QUALITY_LEAKAGE_BAND c"] },
  { what: "the label under another name, as text that the charter reads as numbers", rows: withLabel("(1000000 + i * CASE WHEN i % 3 = 0 THEN 1 ELSE -1 END)::VARCHAR"), terms: { label: LABEL, columns: [numeric("c", 0, 1e9)] }, objections: ["fail QUALITY_LEAKAGE c", "fail QUALITY_LEAKAGE_BAND c"] },
  { what: "a column that the contract says is known before", rows: withLabel("CASE WHEN i % 3 = 0 THEN 10 ELSE i % 9 END"), terms: { label: LABEL, columns: [any("c")] }, contract: column("logicalType: integer, customProperties: [{ property: cohortium, value: { knownBefore: true } }]"), objections: [] },
  { what: "a column that has nothing to do with the label", rows: withLabel("i % 100"), terms: { label: LABEL, columns: [any("c")] }, objections: [] },
  { what: "the contract's own label, and an identifier beside it", rows: withLabel("i", "i % 3 = 0 AND i > 400"), contract: contractOver("      - { name: c, logicalType: integer, classification: identifier }\n      - { name: y, logicalType: string, customProperties: [{ property: cohortium, value: { positive: \"yes\" } }] }"), objections: [] },
  { what: "the contract's own label, and a column that decides it", rows: withLabel("i", "i % 3 = 0 AND i > 400"), contract: contractOver("      - { name: c, logicalType: integer }\n      - { name: y, logicalType: string, customProperties: [{ property: cohortium, value: { positive: \"yes\" } }] }"), objections: ["fail QUALITY_LEAKAGE_BAND c"] },
];

test.each(SCENARIOS)("$what: $objections", async ({ rows, objections: expected, ...around }) => {
  const result = await gate(await tableOver(rows), around);
  expect(objections(result)).toEqual(expected);
  expect(passes(result)).toBe(!expected.some((one) => one.startsWith("fail")));
});

test("every number of a skewed column times ten, or divided by it, is a drift, though none leaves its tenth", async () => {
  const prices = (times: number) => tableOver(`SELECT round(0.5 + (i % 40) * 0.5, 2) * ${times} AS c FROM range(2000) t(i)`);
  const around = { terms: { columns: [numeric("c", 0, 4_500)] } };
  const { spreads: accepted } = await gate(await prices(1), around);
  expect(objections(await gate(await prices(10), { ...around, accepted }))).toEqual(["fail QUALITY_DRIFT c"]);
  expect(objections(await gate(await prices(0.1), { ...around, accepted }))).toEqual(["fail QUALITY_DRIFT c"]);
  expect(objections(await gate(await prices(1), { ...around, accepted }))).toEqual([]);
  expect(objections(await gate(await prices(1.02), { ...around, accepted }))).toEqual([]);
});

test("every rule objects in some scenario", () => {
  const seen = new Set(SCENARIOS.flatMap((scenario) => scenario.objections.map((one) => one.split(" ")[1])));
  expect([...seen].sort()).toEqual([...QUALITY_RULE_IDS].sort());
});

describe("what is said", () => {
  test("of nulls is how many, and how many would pass", async () => {
    const { says, wouldPass, check } = resultOf(await gate(await tableOver(mixed(1_000, 249, "NULL", "i"))), "QUALITY_NULLS", "c");
    expect({ says, wouldPass, source: check.source.kind }).toEqual({ says: "249 of 1,000 rows (24.90 %) are null", wouldPass: "less than 5 %, which is 49 rows: 200 fewer", source: "default" });
  });

  test("of too few rows is how many are asked", async () => {
    const { says, wouldPass } = resultOf(await gate(await tableOver(mixed(9, 3, "1", "2")), { terms: { rowsMin: 50, columns: [any("c")] } }), "QUALITY_ROWS");
    expect({ says, wouldPass }).toEqual({ says: "the feed has 9 rows", wouldPass: "at least 50 rows" });
  });

  test("never is a value of the feed, in any scenario", async () => {
    const secret = "SECRET";
    const table = await tableOver(`SELECT '${secret}' || (i % 40) AS c, 'yes' AS y FROM range(4000) t(i)`);
    const around = { terms: { label: LABEL, columns: [categorical("c", ["shop", "web"])] }, contract: quality("{ metric: invalidValues, arguments: { validValues: [web] }, mustBe: 0 }, { metric: duplicateValues, mustBe: 0 }", "logicalType: integer"), accepted: new Map([["c", { counts: new Map([["shop", 5_000]]), otherRows: 0, otherValues: 0 }]]) };
    const result = await gate(table, around);
    expect(objections(result).length).toBeGreaterThan(4);
    expect(JSON.stringify(result.results.map(({ says, wouldPass }) => [says, wouldPass]))).not.toContain(secret);
    expect(JSON.stringify([...result.spreads].map(([, { counts, ...rest }]) => [[...counts], rest]))).not.toContain(secret);
  });
});

test("contract and charter are both asked, and each failure names whose rule it was", async () => {
  const table = await tableOver(mixed(100, 10, "150", "i"));
  const { results } = await gate(table, { contract: column("logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 120 }"), terms: { columns: [numeric("c", 0, 100)] } });
  expect(results.filter(({ outcome }) => outcome === "fail").map(({ check: { source } }) => source)).toEqual([{ kind: "contract", at: "/schema/0/properties/0" }, { kind: "charter", at: "features.c" }]);
});

test("without contract and charter the defaults hold for every column", async () => {
  const { results } = await gate(await tableOver("SELECT i AS a, 2.5 * i AS b, 'x' || i AS c FROM range(50) t(i)"));
  expect(results.map(({ check: { rule, column: name } }) => `${rule} ${name}`)).toEqual([
    "QUALITY_NULLS a", "QUALITY_EMPTY a", "QUALITY_CONSTANT a",
    "QUALITY_NULLS b", "QUALITY_EMPTY b", "QUALITY_CONSTANT b",
    "QUALITY_NULLS c", "QUALITY_EMPTY c", "QUALITY_CONSTANT c",
  ]);
});

test("names of columns may hold whatever a source writes", async () => {
  const table = await tableOver("SELECT i AS \"it's \"\"odd\"\"; DROP\", CASE WHEN i > 0 THEN 'x' END AS \"select\" FROM range(50) t(i)");
  expect(objections(await gate(table))).toEqual(["warn QUALITY_CONSTANT select"]);
});
