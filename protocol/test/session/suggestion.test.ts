import { expect, test } from "@jest/globals";
import { closest } from "../../src/session/suggestion.js";

const KNOWN = ["quorum", "questions", "purpose", "parties", "expires"];

test.each([
  ["quorom", "quorum"],
  ["qourum", "quorum"],
  ["QUORUM", "quorum"],
  ["expire", "expires"],
  ["pruopse", "purpose"],
])("%s is taken for %s", (word, meant) => {
  expect(closest(word, KNOWN)).toBe(meant);
});

test.each(["colour", "q", "", "quorum".repeat(11)])("%j is taken for nothing", (word) => {
  expect(closest(word, KNOWN)).toBeUndefined();
});

test("a swap of neighbours is one slip, not two", () => {
  expect(closest("nto", ["not"])).toBe("not");
});

test("without candidates there is nothing to suggest", () => {
  expect(closest("quorum", [])).toBeUndefined();
});
