import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { canonicalText } from "@cohortium/crypto/canonical-json";
import { renewedDraft, writeCharterYaml } from "../../src/host/charter-draft.js";
import { readCharterYaml } from "../../src/host/charter-yaml.js";
import { bent, SOUND } from "../charter/fixture.js";

const RENEWAL = { consortium: "spring-circle", notBefore: "2026-11-27T00:00:00Z", expires: "2027-02-25T00:00:00Z" };
const TEMPLATE = readFileSync(join(import.meta.dirname, "../../../examples/charters/bank-marketing.yaml"), "utf8");

test("a written charter reads back to the same JSON, words that look like truth values, numbers or times included", () => {
  const tricky = bent("/questions/0/features/1/categories", ["yes", "no", "on", "null", "1e3", "2026-12-01", "a: b", "#x", "'", "海港"]);
  for (const json of [SOUND, tricky]) expect(canonicalText(readCharterYaml(writeCharterYaml(json)))).toBe(canonicalText(json));
  expect(writeCharterYaml(tricky)).toContain('"yes"');
});

test("a renewed draft differs in three values, and keeps its comments", () => {
  const renewed = renewedDraft(TEMPLATE, RENEWAL);
  expect(readCharterYaml(renewed)).toEqual({ ...(readCharterYaml(TEMPLATE) as object), ...RENEWAL });
  expect(renewed.match(/#.*/g)?.length).toBe((TEMPLATE.match(/#.*/g)?.length ?? 0) - 2);
});
