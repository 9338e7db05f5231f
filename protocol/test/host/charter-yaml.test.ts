import { expect, test } from "@jest/globals";
import { canonicalText } from "@cohortium/crypto/canonical-json";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { charterYamlLine, readCharterYaml } from "../../src/host/charter-yaml.js";
import { completeCharter } from "../../src/charter/completion.js";
import { charterDigest } from "../../src/charter/digest.js";
import { key, SOUND, sound } from "../charter/fixture.js";

const templateOf = (name: string) => readFileSync(join(import.meta.dirname, `../../../examples/charters/${name}.yaml`), "utf8");
const KEYS = Object.fromEntries(["harbour", "lantern", "meadow"].map((name, i) => [name, { signingKey: key(60 + i), agreementKey: key(70 + i) }]));

test.each([
  ["block style", stringify(SOUND)],
  ["flow style, which is JSON", JSON.stringify(SOUND)],
  ["long lines folded", stringify(SOUND, { lineWidth: 40 })],
])("YAML in %s gives the same digest", (_, text) => {
  expect(canonicalText(readCharterYaml(text))).toBe(canonicalText(SOUND));
  expect(charterDigest(sound(readCharterYaml(text)))).toBe(charterDigest(sound()));
});

test.each([["bank-marketing", 19], ["repeat-purchase", 8], ["email-campaign", 6]])("the template %s lacks the keys, and nothing else", (name, columns) => {
  const completed = completeCharter(readCharterYaml(templateOf(name)), KEYS, sound().operator);
  if (completed.kind !== "ok") throw new Error("three parties have enrolled");
  const charter = sound(completed.json);
  expect(charter.questions[0]?.features ?? charter.statistics?.features).toHaveLength(columns);
  expect(charter.parties.map(({ signingKey }) => signingKey)).toEqual([key(60), key(61), key(62)]);
});

test.each([
  ["a repeated key", "name: a\npurpose: b\nname: c\n", 3],
  ["an alias", "parties:\n  - &a { name: harbour }\n  - *a\n", 3],
  ["a tag", "name: a\nquorum: !!int \"3\"\nrows: !limits {}\n", 3],
  ["a second document", "name: a\n---\nname: b\n", 2],
  ["a broken list", "name: [a\nquorum: 3\n", 2],
  ["a key that is no text", "name: a\n? [quorum]\n: 3\n", 2],
  ["infinity", "rows:\n  jointMin: .inf\n", 2],
  ["not-a-number", "quorum: .nan\n", 1],
])("%s is refused, with its line", (_, text, line) => {
  expect(() => readCharterYaml(text)).toThrow(expect.objectContaining({ name: "PlainYamlError", line, message: expect.stringMatching(new RegExp(`^line ${line}: `)) }));
});

test("no, on and dates are text, and << is a key like any other, whatever version the text claims", () => {
  const text = "%YAML 1.1\n---\ncategories: [no, on, yes]\nexpires: 2027-06-30T00:00:00Z\n<<: { quorum: 3 }\n";
  expect(readCharterYaml(text)).toEqual({ categories: ["no", "on", "yes"], expires: "2027-06-30T00:00:00Z", "<<": { quorum: 3 } });
});

test("a text of the greatest length is read, one of one more is not", () => {
  const text = "a".repeat(256 * 1024);
  expect(readCharterYaml(text)).toBe(text);
  expect(() => readCharterYaml(`${text}a`)).toThrow(/line 1: longer than 262144 characters/);
});

test("a billion laughs are over at the first", () => {
  const text = ["a0: &a0 [ha, ha]", ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)].join("\n");
  expect(() => readCharterYaml(text)).toThrow(/line 2: aliases are not allowed/);
});

test.each([
  ["/name", 2],
  ["/rows/perPartyMin", 5],
  ["/rows/perPartyMax", 4],
  ["/parties/1/name", 8],
  ["/parties/1/signingKey", 8],
  ["/with~1slash", 9],
  ["", 1],
])("%j stands on line %i, or what is around it does", (pointer, line) => {
  const text = "version: 1\nname: spring\nrows:\n  jointMin: 20\n  perPartyMin: 10\nparties:\n  - name: harbour\n  - name: lantern\nwith/slash: 7\n";
  expect(charterYamlLine(text, pointer)).toBe(line);
});
