import { expect, test } from "@jest/globals";
import { BROKEN, column, HOLDS, isBroken, type Section } from "../src/section.js";

const section = (...cells: readonly (string | null)[]): Section => ({ title: "", notes: [], columns: [column("invariant", "must hold")], rows: cells.map((invariant) => ({ invariant })) });

test("what must hold on any machine and does not is found among all tables", () => {
  expect(isBroken([section(HOLDS), section(HOLDS, BROKEN)])).toBe(true);
  expect(isBroken([section(HOLDS, null), section()])).toBe(false);
});

test("a goal of speed that is not met breaks nothing: the machine may be slow", () => {
  expect(isBroken([{ ...section(), rows: [{ goal: "not met" }] }])).toBe(false);
});
