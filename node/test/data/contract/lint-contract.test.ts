import { describe, expect, test } from "@jest/globals";
import { readContract } from "../../../src/data/contract/read-contract.js";
import { SCHEMA_RULES } from "../../../src/data/contract/schema-rules.js";
import { bent, broken, SOUND } from "./sound.js";

interface Fixture {
  readonly rule: string;
  readonly bad: string;
  /** Where it is found. */
  readonly at: string;
  /** What comes close and is right. */
  readonly good: string;
}

const AGE = "/schema/0/properties/1";
const CHANNEL = "/schema/0/properties/2";
const LABEL = "/schema/0/properties/6";
const list = (words: readonly string[]) => JSON.stringify(words);

/** A column more, before the others. */
const column = (lines: string) => bent("    properties:\n      - name: customer_id", `    properties:\n      - ${lines}\n      - name: customer_id`);
const ofAge = (rule: string) => bent("- { metric: nullValues, mustBeLessThan: 5, unit: percent }", rule);

const FIXTURES: readonly Fixture[] = [
  { rule: "SCHEMA_YAML", bad: bent("classification: quasi-identifier", "classification: &c quasi-identifier\n        businessName: *c"), at: "", good: bent("classification: quasi-identifier", "classification: quasi-identifier # no alias") },
  { rule: "SCHEMA_VERSION", bad: bent("apiVersion: v3.1.0", "apiVersion: v3.0.2"), at: "/apiVersion", good: bent("apiVersion: v3.1.0", "apiVersion: \"v3.1.0\"") },
  { rule: "SCHEMA_KEY", bad: bent("        required: true", "        requird: true"), at: "/schema/0/properties/0/requird", good: bent("        required: true", "        required: true\n        businessName: customer number") },
  { rule: "SCHEMA_VALUE", bad: bent("        required: true", "        required: yes"), at: "/schema/0/properties/0/required", good: bent("        required: true", "        required: true\n        unique: null") },
  { rule: "SCHEMA_METRIC", bad: ofAge("- { metric: nullvalues, mustBe: 0 }"), at: `${AGE}/quality/0/metric`, good: ofAge("- { type: library, metric: nullValues, mustBe: 0 }") },
  { rule: "SCHEMA_EXTENSION", bad: bent("value: { unit: years }", "value: { unti: years }"), at: `${AGE}/customProperties/0/value/unti`, good: bent("value: { unit: years }", "value: { unit: years }\n          - { property: glossary, value: { unti: 7 } }") },
  { rule: "SCHEMA_TYPE", bad: bent("        logicalType: integer", "        logicalType: intger"), at: `${AGE}/logicalType`, good: column("{ name: shop, classification: none }") },
  { rule: "SCHEMA_NAME_TWICE", bad: column("{ name: Channel, logicalType: string, classification: none }"), at: "/schema/0/properties/3", good: column("{ name: channels, logicalType: string, classification: none }") },

  { rule: "SCHEMA_NAME_CASE", bad: bent("name: channel", "name: salesChannel"), at: `${CHANNEL}/name`, good: bent("name: channel", "name: sales_channel") },
  { rule: "SCHEMA_NAME_RESERVED", bad: bent("name: channel", "name: group"), at: `${CHANNEL}/name`, good: bent("name: channel", "name: group_name") },
  { rule: "SCHEMA_NAME_LENGTH", bad: bent("name: channel", `name: ${"c".repeat(64)}`), at: `${CHANNEL}/name`, good: bent("name: channel", `name: ${"c".repeat(63)}`) },
  { rule: "SCHEMA_NAME_TIME", bad: column("{ name: order_time, logicalType: timestamp, classification: none }"), at: "/schema/0/properties/0/name", good: column("{ name: paid_on, logicalType: date, classification: none }") },
  { rule: "SCHEMA_NAME_UNIT", bad: bent("value: { unit: years }", "value: { unit: months }"), at: `${AGE}/name`, good: bent("name: age_years", "name: age") },
  { rule: "SCHEMA_NAME_BOOLEAN", bad: bent("name: is_member", "name: is_not_member"), at: "/schema/0/properties/4/name", good: bent("name: is_member", "name: has_notes") },
  { rule: "SCHEMA_UNIT_MISSING", bad: bent("value: { unit: years }", "value: {}"), at: AGE, good: bent("value: { unit: years }", "value: { unit: \"1\" }") },
  { rule: "SCHEMA_UNIT_FOREIGN", bad: bent("value: { positive: \"yes\" }", "value: { positive: \"yes\", unit: EUR }"), at: `${LABEL}/customProperties/0/value`, good: column("{ name: price_eur, logicalType: number, logicalTypeOptions: { minimum: 0, maximum: 9 }, classification: none, customProperties: [{ property: cohortium, value: { unit: EUR } }] }") },
  { rule: "SCHEMA_CLASS", bad: bent("classification: quasi-identifier", "classification: restricted"), at: `${AGE}/classification`, good: bent("classification: quasi-identifier", "classification: none") },
  { rule: "SCHEMA_CLASS_IDENTIFIER", bad: column("{ name: home_phone, logicalType: string, classification: none }"), at: "/schema/0/properties/0/classification", good: column("{ name: home_phone, logicalType: string, classification: identifier }") },
  { rule: "SCHEMA_CLASS_SENSITIVE", bad: column("{ name: religion, logicalType: string, classification: none }"), at: "/schema/0/properties/0/classification", good: column("{ name: region, logicalType: string, classification: quasi-identifier }") },
  { rule: "SCHEMA_ID_NAME", bad: column("{ name: badge, logicalType: string, classification: identifier }"), at: "/schema/0/properties/0/name", good: column("{ name: badge_number, logicalType: string, classification: identifier }") },
  { rule: "SCHEMA_PURPOSE", bad: bent("value: { purpose: to leave out who is ill }", "value: {}"), at: "/schema/0/properties/3/customProperties/0/value", good: SOUND },
  { rule: "SCHEMA_GUESSED", bad: bent("value: { unit: years }", "value: { unit: years, guessed: [unit] }"), at: `${AGE}/customProperties/0/value`, good: bent("value: { unit: years }", "value: { unit: years, guessed: [] }") },
  { rule: "SCHEMA_BOUNDS_MISSING", bad: bent("{ minimum: 17, maximum: 100 }", "{ minimum: 17 }"), at: AGE, good: bent("{ minimum: 17, maximum: 100 }", "{ exclusiveMinimum: 16, maximum: 100 }") },
  { rule: "SCHEMA_BOUNDS_ORDER", bad: bent("{ minimum: 17, maximum: 100 }", "{ minimum: 17, exclusiveMaximum: 17 }"), at: `${AGE}/logicalTypeOptions/exclusiveMaximum`, good: bent("{ minimum: 17, maximum: 100 }", "{ minimum: 17, maximum: 17 }") },
  { rule: "SCHEMA_BOUNDS_TYPE", bad: bent("{ minimum: 17, maximum: 100 }", "{ minimum: 17, maximum: 99.5 }"), at: `${AGE}/logicalTypeOptions/maximum`, good: bent("minimum: \"2020-01-01T00:00:00Z\"", "minimum: \"2020-02-29\"") },
  { rule: "SCHEMA_PATTERN", bad: bent("pattern: \"^[A-Z]\"", "pattern: \"^(?!X)[A-Z]\""), at: "/schema/0/properties/3/logicalTypeOptions/pattern", good: bent("pattern: \"^[A-Z]\"", "pattern: \"^(?:A|B)\"") },
  { rule: "SCHEMA_CATEGORY_TWICE", bad: bent("[shop, web, phone]", "[shop, web, \" Shop\"]"), at: `${CHANNEL}/quality/0/arguments/validValues/2`, good: bent("[shop, web, phone]", "[shop, web, shops]") },
  { rule: "SCHEMA_CATEGORY_COUNT", bad: bent("[shop, web, phone]", list(Array.from({ length: 1_001 }, (_, i) => `w${i}`))), at: `${CHANNEL}/quality/0/arguments/validValues`, good: bent("[shop, web, phone]", list(Array.from({ length: 1_000 }, (_, i) => `w${i}`))) },
  { rule: "SCHEMA_CATEGORY_TYPE", bad: ofAge("- { metric: invalidValues, arguments: { validValues: [18, old] }, mustBe: 0 }"), at: `${AGE}/quality/0/arguments/validValues/1`, good: ofAge("- { metric: invalidValues, arguments: { validValues: [18, 19] }, mustBe: 0 }") },
  { rule: "SCHEMA_LABEL", bad: bent("value: { positive: \"yes\" }", "value: { positive: maybe }"), at: `${LABEL}/customProperties/0/value`, good: bent("value: { positive: \"yes\" }", "value: { positive: \"no\" }") },
  { rule: "SCHEMA_KEY_NULL", bad: bent("        required: true\n", ""), at: "/schema/0/properties/0", good: bent("        required: true\n        primaryKey: true\n", "") },
  { rule: "SCHEMA_THRESHOLD", bad: ofAge("- { metric: nullValues, mustBeGreaterThan: 100, unit: percent }"), at: `${AGE}/quality/0`, good: ofAge("- { metric: nullValues, mustBeGreaterOrEqualTo: 100, unit: percent }") },
  { rule: "SCHEMA_RULE_TWICE", bad: ofAge("- { metric: nullValues, mustBe: 0 }\n          - { metric: nullValues, mustBeLessThan: 3 }"), at: `${AGE}/quality/1`, good: ofAge("- { metric: nullValues, mustBe: 0 }\n          - { metric: missingValues, arguments: { missingValues: [999] }, mustBe: 0 }") },
  { rule: "SCHEMA_RULE_AGAINST", bad: bent("        logicalType: integer", "        logicalType: integer\n        required: true"), at: `${AGE}/quality/0`, good: ofAge("- { metric: nullValues, mustBe: 0 }") },
  { rule: "SCHEMA_RULE_FOREIGN", bad: ofAge("- { type: sql, query: select 1, mustBe: 1 }"), at: `${AGE}/quality/0`, good: ofAge("- { type: library, metric: nullValues, mustBe: 0 }") },
  { rule: "SCHEMA_SEVERITY", bad: ofAge("- { metric: nullValues, mustBe: 0, severity: urgent }"), at: `${AGE}/quality/0/severity`, good: ofAge("- { metric: nullValues, mustBe: 0, severity: Warning }") },
  { rule: "SCHEMA_FRESHNESS", bad: bent("element: orders.ordered_at", "element: order.ordered_at"), at: "/slaProperties/0", good: bent("unit: d,", "unit: Hours,") },
];

test("a sound contract breaks no rule", () => expect(broken(SOUND)).toEqual([]));

describe.each(FIXTURES)("$rule", ({ rule, bad, at, good }) => {
  test("finds what breaks it, and nothing else", () => expect(broken(bad)).toEqual([`${rule} ${at}`]));
  test("lets pass what comes close", () => expect(broken(good)).toEqual([]));
});

test("every rule about the contract alone has a fixture", () => {
  const alone = Object.keys(SCHEMA_RULES).filter((rule) => !rule.startsWith("SCHEMA_DATA_"));
  expect(FIXTURES.map(({ rule }) => rule)).toEqual(alone);
});

test.each([
  ["label with three values", bent("[\"yes\", \"no\"]", "[\"yes\", \"no\", \"unknown\"]"), ["SCHEMA_LABEL"]],
  ["two labels", column("{ name: is_new, logicalType: boolean, classification: none, customProperties: [{ property: cohortium, value: { positive: true } }] }"), ["SCHEMA_LABEL"]],
  ["label that is an identifier", bent("        classification: none\n        quality:\n          - metric: invalidValues\n            arguments: { validValues: [\"yes\"", "        classification: identifier\n        quality:\n          - metric: invalidValues\n            arguments: { validValues: [\"yes\""), ["SCHEMA_ID_NAME", "SCHEMA_LABEL"]],
  ["pattern on a number", bent("{ minimum: 17, maximum: 100 }", "{ minimum: 17, maximum: 100, pattern: \"^1\" }"), ["SCHEMA_BOUNDS_TYPE"]],
  ["length on a number", bent("{ minimum: 17, maximum: 100 }", "{ minimum: 17, maximum: 100, minLength: 2 }"), ["SCHEMA_BOUNDS_TYPE"]],
  ["lengths the wrong way round", bent("minLength: 3", "minLength: 9"), ["SCHEMA_BOUNDS_ORDER"]],
  ["date that is none", bent("\"2020-01-01T00:00:00Z\"", "\"2020-13-01\""), ["SCHEMA_BOUNDS_TYPE"]],
  ["category outside the bounds", ofAge("- { metric: invalidValues, arguments: { validValues: [16] }, mustBe: 0 }"), ["SCHEMA_CATEGORY_TYPE"]],
  ["comparisons without room between them", ofAge("- { metric: nullValues, mustBeGreaterThan: 3, mustBeLessThan: 3 }"), ["SCHEMA_THRESHOLD"]],
  ["latency without an element", bent(", element: orders.ordered_at", ""), ["SCHEMA_FRESHNESS"]],
  ["latency of text and a strange unit", bent("value: 2, unit: d", "value: soon, unit: moons"), ["SCHEMA_FRESHNESS", "SCHEMA_FRESHNESS"]],
  ["hashed column with a list", bent("value: { positive: \"yes\" }", "value: { positive: \"yes\", hashed: true }"), ["SCHEMA_CATEGORY_COUNT"]],
  ["unique column that may repeat", bent("        required: true", "        required: true\n        unique: true\n        quality: [{ metric: duplicateValues, mustBeLessThan: 3 }]"), ["SCHEMA_RULE_AGAINST"]],
  ["required column with a rule for less than one per cent", bent("        logicalType: integer", "        logicalType: integer\n        required: true").replace("mustBeLessThan: 5", "mustBeLessThan: 1"), ["SCHEMA_RULE_AGAINST"]],
  ["contract without a purpose", bent("description:\n  purpose: to find out who buys again\n", ""), ["SCHEMA_PURPOSE"]],
] as const)("a %s is found", (_, text, rules) => {
  expect(broken(text).map((one) => one.split(" ")[0])).toEqual(rules);
});

describe("a contract that cannot be read", () => {
  const problems = (text: string) => {
    const read = readContract(text);
    return read.kind === "refused" ? read.findings.map(({ rule, at, says, fix }) => `${read.lineOf(at)}: ${rule} ${at}: ${says} [${fix}]`) : [];
  };

  test.each([
    ["", "1: SCHEMA_VALUE"],
    ["just text", "1: SCHEMA_VALUE"],
    ["[1, 2]", "1: SCHEMA_VALUE"],
    ["a: 1\na: 2\n", "2: SCHEMA_YAML : Map keys must be unique"],
    [`${"[".repeat(50_000)}`, "1: SCHEMA_YAML"],
    [`a: "${"x".repeat(2_000_000)}"`, "1: SCHEMA_YAML : longer than 2000000 characters"],
    ["a0: &a0 [ha, ha]\na1: [*a0, *a0]\n", "2: SCHEMA_YAML : aliases are not allowed; write the value out"],
    ["apiVersion: v4.0.0\nkind: DataContract\n", "1: SCHEMA_VERSION /apiVersion: apiVersion is v3.1.0, the one version read here; it says \"v4.0.0\""],
    ["kind: DataContract\n", "1: SCHEMA_VERSION : apiVersion is v3.1.0, the one version read here; it is missing or no text"],
    ["apiVersion: v3.1.0\nkind: Charter\n", "2: SCHEMA_VERSION /kind: kind is DataContract [write kind: DataContract]"],
  ])("says so, with its line (%#)", (text, start) => {
    expect(problems(text)[0]).toContain(start);
  });

  test.each([
    [bent("status: active\n", ""), "1: SCHEMA_VALUE : status is missing"],
    [bent("        logicalType: integer", "        logicalTpye: integer"), "21: SCHEMA_KEY /schema/0/properties/1/logicalTpye: there is no key \"logicalTpye\" here; did you mean logicalType? [write logicalType]"],
    [bent("{ minimum: 17,", "{ minimun: 17,"), "22: SCHEMA_KEY /schema/0/properties/1/logicalTypeOptions/minimun: there is no key \"minimun\" here; did you mean minimum? [write minimum]"],
    [ofAge("- { metric: nullValues, mustBeLess: 5 }"), "25: SCHEMA_KEY /schema/0/properties/1/quality/0/mustBeLess"],
    [ofAge("- { metric: nullValues }"), "25: SCHEMA_METRIC /schema/0/properties/1/quality/0: the rule compares with nothing"],
    [ofAge("- { metric: nullValues, mustBe: none }"), "25: SCHEMA_VALUE /schema/0/properties/1/quality/0/mustBe"],
    [ofAge("- { metric: nullValues, mustBe: 0, unit: permille }"), "25: SCHEMA_METRIC /schema/0/properties/1/quality/0/unit: the unit is rows or percent, not \"permille\""],
    [ofAge("- { metric: rowCount, mustBe: 0 }"), "25: SCHEMA_METRIC /schema/0/properties/1/quality/0/metric: rowCount is a rule on a table, not on a column [move it to the table]"],
    [ofAge("- { metric: nulls, mustBe: 0 }"), "25: SCHEMA_METRIC /schema/0/properties/1/quality/0/metric: there is no metric \"nulls\" [one of nullValues"],
    [ofAge("- { metric: nullvalues, mustBe: 0 }"), "did you mean nullValues? [write nullValues]"],
    [ofAge("- { rule: nullValues, mustBe: 0 }"), "25: SCHEMA_KEY /schema/0/properties/1/quality/0/rule"],
    [ofAge("- { mustBe: 0 }"), "25: SCHEMA_METRIC /schema/0/properties/1/quality/0: the rule has no metric"],
    [ofAge("- { metric: invalidValues, mustBe: 0 }"), "invalidValues needs validValues, a pattern, or both"],
    [ofAge("- { metric: invalidValues, arguments: { validvalues: [1] }, mustBe: 0 }"), "invalidValues takes validValues and pattern; did you mean validValues? [write validValues]"],
    [ofAge("- { metric: invalidValues, arguments: { validValues: [[1]] }, mustBe: 0 }"), "validValues is a list of texts, numbers, booleans or null"],
    [ofAge("- { metric: missingValues, mustBe: 0 }"), "missingValues lists the values that stand for a missing one"],
    [ofAge("- { metric: duplicateValues, arguments: { properties: [channel] }, mustBe: 0 }"), "properties is for a rule on the table"],
    [bent("{ metric: rowCount, mustBeGreaterThan: 100 }", "{ metric: duplicateValues, mustBe: 0 }"), "on a table, duplicateValues needs properties"],
    [bent("{ metric: rowCount, mustBeGreaterThan: 100 }", "{ metric: duplicateValues, arguments: { properties: [moon] }, mustBe: 0 }"), "there is no column moon"],
    [bent("{ metric: rowCount, mustBeGreaterThan: 100 }", "{ metric: rowCount, mustBeGreaterThan: 10, unit: percent }"), "a number of rows has no per cent"],
    [bent("        logicalType: integer", "        logicalType: object"), "21: SCHEMA_TYPE /schema/0/properties/1/logicalType: a column of a feed cannot have the logicalType \"object\""],
    [bent("          - property: cohortium\n            value: { unit: years }", "          - property: cohortium\n            value: { unit: years }\n          - property: cohortium\n            value: {}"), "cohortium stands twice on this column"],
    [bent("          - property: cohortium\n            value: { unit: years }", "          - property: Cohortum\n            value: { unit: years }"), "did you mean cohortium?"],
    [bent("value: { unit: years }", "value: { unit: 7 }"), "28: SCHEMA_EXTENSION /schema/0/properties/1/customProperties/0/value/unit: expected string"],
    [bent("value: { unit: years }", "value: years"), "28: SCHEMA_EXTENSION /schema/0/properties/1/customProperties/0/value: expected object"],
    [bent("  - name: orders\n", "  - name: orders\n    properties: [{ name: a }]\n  - name: Orders\n"), "SCHEMA_NAME_TWICE /schema/1: another table is called Orders already"],
    [bent("        physicalName: CustomerID", "        physicalName: CHANNEL"), "SCHEMA_NAME_TWICE /schema/0/properties/2: another column is called channel already"],
  ])("says where, what and how to mend it (%#)", (text, says) => {
    expect(problems(text).join("\n")).toContain(says);
  });

  test("says everything that is wrong at once", () => {
    const text = bent("        required: true", "        requird: true").replace("unit: percent", "unit: percents").replace("value: { unit: years }", "value: { unti: years }");
    expect(problems(text)).toHaveLength(1);
    expect(problems(text.replace("requird", "required"))).toHaveLength(2);
  });
});
