import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCharterYaml } from "../../src/host/charter-yaml.js";
import { CLAUSES } from "../../src/charter/clauses.js";
import { charterDigest } from "../../src/charter/digest.js";
import { checkCharter } from "../../src/charter/check.js";
import { bent, sound, SOUND } from "./fixture.js";

const PAGE = readFileSync(join(import.meta.dirname, "../../spec/charter.md"), "utf8");

test("the page on charters lists every clause with its rule, and no other", () => {
  const listed = [...PAGE.matchAll(/^\| `([a-z]+\.[a-z-]+)` \| (.+) \|$/gm)].map(([, clause, rule]) => [clause, rule]);
  expect(Object.fromEntries(listed)).toEqual(CLAUSES);
});

test("the example on columns is a sound question", () => {
  const page = readFileSync(join(import.meta.dirname, "../../spec/columns.md"), "utf8");
  const { questions } = readCharterYaml(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "") as unknown as { questions: readonly [object] };
  expect(checkCharter(bent("/questions/0", { ...SOUND.questions[0], ...questions[0] })).kind).toBe("ok");
});

test.each([["trees", 2], ["network", 3]] as const)("the page's example of a model of kind %s is sound", (kind, place) => {
  const [, yaml = ""] = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)][place] ?? [];
  const { model } = readCharterYaml(yaml) as unknown as { readonly model: { readonly kind: string } };
  expect(model.kind).toBe(kind);
  expect(checkCharter(bent("/questions/0/model", model, bent("/privacy/budget/releasesMax", 2_000) as object))).toMatchObject({ kind: "ok" });
});

test("the page's example of statistics is sound", () => {
  const [yaml = ""] = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? "").filter((text) => text.startsWith("questions: []"));
  expect(checkCharter({ ...SOUND, ...(readCharterYaml(yaml) as object) })).toMatchObject({ kind: "ok" });
});

test("the page's example is a sound charter of the digest the page gives", () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
  expect(PAGE).toContain(`has the digest \`${charterDigest(sound(readCharterYaml(example)))}\``);
});
