import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { ENTRY_TYPES } from "../../src/log/entry.js";
import { quorumMin } from "../../src/session/quorum.js";
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

test("log.md lists every type of entry, and no other", () => {
  const listed = [...page("log.md").matchAll(/^\| (?:the coordinator|a party) \| (.*) \|$/gm)].flatMap(([, types]) => [...(types ?? "").matchAll(/`([^`]+)`/g)].map(([, type]) => type));
  expect(listed.sort()).toEqual([...ENTRY_TYPES].sort());
});
