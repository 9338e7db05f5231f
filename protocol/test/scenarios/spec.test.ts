import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { ENTRY_TYPES } from "../../src/log/entry.js";
import { HALF_BYTES, KEY_BYTES, PLAIN_MODULUS } from "@cohortium/crypto/he/parameters";
import { HALVES_PER_ROUND_MAX } from "../../src/charter/limits.js";
import { quorumMin } from "../../src/charter/quorum.js";
import { thresholdFor } from "../../src/log/sum-terms.js";

const SPEC = fileURLToPath(new URL("../../spec/", import.meta.url));
const page = (name: string) => readFileSync(join(SPEC, name), "utf8");
const PAGES = readdirSync(SPEC).filter((name) => name.endsWith(".md"));

test.each(PAGES)("%s links to files that exist", (name) => {
  const links = [...page(name).matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target ?? "").filter((target) => !target.startsWith("https://"));
  expect(links.filter((target) => !existsSync(join(dirname(join(SPEC, name)), target)))).toEqual([]);
});

test.each(PAGES)("%s names source files that exist", (name) => {
  const named = [...page(name).matchAll(/`((?:crypto|protocol|node|coordinator)\/[\w/-]+\.(?:ts|proto))`/g)].map(([, path]) => path ?? "");
  expect(named.filter((path) => !existsSync(join(SPEC, "../..", path)))).toEqual([]);
});

describe("secure-sum.md", () => {
  test("shows values that stand in the vector", () => {
    const vector = readFileSync(join(SPEC, "../test/vectors/secure-sum.json"), "utf8");
    const shown = [...page("secure-sum.md").matchAll(/`([0-9a-f]{64})`/g)].map(([, hex]) => hex ?? "");
    expect(shown.length).toBe(5);
    expect(shown.filter((hex) => !vector.includes(hex))).toEqual([]);
  });

  test("shows lines of a transcript", () => {
    const transcript = readFileSync(join(SPEC, "../test/scenarios/silent-at-unmasking.txt"), "utf8");
    const says = [...page("secure-sum.md").matchAll(/^ {12}(\S.*)$/gm)].map(([, line]) => line ?? "");
    expect(says.length).toBe(6);
    expect(says.filter((line) => !transcript.includes(line))).toEqual([]);
  });

  test("states the threshold the program uses", () => {
    for (const parties of [3, 4, 5, 64]) expect([quorumMin(parties), thresholdFor(parties, 1)]).toEqual([Math.floor((2 * parties) / 3) + 1, Math.floor((2 * parties) / 3) + 1]);
  });
});

describe("encrypted-sum.md", () => {
  test("shows values that stand in the vector", () => {
    const vector = readFileSync(join(SPEC, "../test/vectors/encrypted-sum.json"), "utf8");
    const shown = [...page("encrypted-sum.md").matchAll(/`([0-9a-f]{64})`/g)].map(([, hex]) => hex ?? "");
    expect(shown.length).toBe(3);
    expect(shown.filter((hex) => !vector.includes(hex))).toEqual([]);
  });

  test("shows lines of a transcript, and numbers that the program uses", () => {
    const transcript = readFileSync(join(SPEC, "../test/scenarios/three-parties-encrypted.txt"), "utf8");
    const says = [...page("encrypted-sum.md").matchAll(/^ {12}(\S.*)$/gm)].map(([, line]) => line ?? "");
    expect(says.length).toBe(2);
    expect(says.filter((line) => !transcript.includes(line))).toEqual([]);
    for (const number of [String(PLAIN_MODULUS), HALF_BYTES.toLocaleString("en"), KEY_BYTES.toLocaleString("en"), `at most ${HALVES_PER_ROUND_MAX}`]) {
      expect(page("encrypted-sum.md")).toContain(number);
    }
  });
});

test("log.md lists every type of entry, and no other", () => {
  const listed = [...page("log.md").matchAll(/^\| (?:the coordinator|a party) \| (.*) \|$/gm)].flatMap(([, types]) => [...(types ?? "").matchAll(/`([^`]+)`/g)].map(([, type]) => type));
  expect(listed.sort()).toEqual([...ENTRY_TYPES].sort());
});
