import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPlainYaml } from "@cohortium/protocol/host/plain-yaml";
import { QUALITY_RULES } from "@cohortium/protocol/columns/quality-rules";
import { METRICS, contractJsonSchema, extensionForm } from "../../../src/data/contract/odcs-form.js";
import { OPERATORS } from "../../../src/data/contract/limit.js";
import { SCHEMA_RULES } from "../../../src/data/contract/schema-rules.js";
import { bent, broken, SOUND } from "./sound.js";

const SPEC = join(import.meta.dirname, "../../../../protocol/spec");
const PAGE = readFileSync(join(SPEC, "data-contract.md"), "utf8");
const EXAMPLE = /```yaml\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
const rows = (pattern: RegExp) => Object.fromEntries([...PAGE.matchAll(pattern)].map(([, id = "", ...cells]) => [id, cells.join(" | ")]));

describe("the page on data contracts", () => {
  test("lists every rule of the gate as it is, and no other", () => {
    const due = Object.fromEntries(Object.entries(QUALITY_RULES).map(([rule, { asks, severity }]) => [rule, `${asks} | ${severity === "error" ? "refuses" : "warns"}`]));
    expect(rows(/^\| `(QUALITY_\w+)` \| (.+) \| (\w+) \|$/gm)).toEqual(due);
  });

  test("lists every rule of the lint as it is, and no other", () => {
    const due = Object.fromEntries(Object.entries(SCHEMA_RULES).map(([rule, { asks, level }]) => [rule, `${asks} | ${level}`]));
    expect(rows(/^\| `(SCHEMA_\w+)` \| (.+) \| (\w+) \|$/gm)).toEqual(due);
  });

  test("lists every metric, operator and key of ours", () => {
    expect(Object.keys(rows(/^\| `(\w+)` \| a (column|table) \|/gm)).sort()).toEqual([...METRICS].sort());
    expect(OPERATORS.filter((operator) => !PAGE.includes(`\`${operator}\``))).toEqual([]);
    const keys = Object.keys(extensionForm.shape);
    expect(keys.filter((key) => !new RegExp(`^\\| \`${key}\` \\|`, "m").test(PAGE))).toEqual([]);
  });

  test("begins with a contract that breaks no rule", () => {
    expect(broken(EXAMPLE)).toEqual([]);
  });
});

describe("the published schema", () => {
  const published: object = JSON.parse(readFileSync(join(SPEC, "data-contract.schema.json"), "utf8"));
  const accepts = new Ajv2020({ strict: false }).compile(published);
  const json = (text: string) => readPlainYaml(text, 100_000).json;

  test("is the one the code validates by; npm run generate writes it", () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(contractJsonSchema())));
  });

  test.each([["the example", EXAMPLE], ["the test's own", SOUND]])("accepts %s", (_, text) => {
    accepts(json(text));
    expect(accepts.errors).toBeNull();
  });

  test.each([
    [bent("apiVersion: v3.1.0", "apiVersion: v3.0.2")], [bent("        required: true", "        requird: true")], [bent("        required: true", "        required: \"yes\"")],
    [bent("value: { unit: years }", "value: { unti: years }")], [bent("status: active\n", "")], [bent("mustBeLessThan: 5", "mustBeLessThan: few")],
  ])("refuses what we refuse (%#)", (text) => expect(accepts(json(text))).toBe(false));

  test("lets other people's custom properties be", () => {
    expect(accepts(json(bent("value: { unit: years }", "value: { unit: years }\n          - { property: glossary, value: [anything] }")))).toBe(true);
  });
});
