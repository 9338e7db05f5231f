import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { driftBetween, unseenIn } from "../../../src/data/quality/drift.js";
import { spreadOf, type Spread } from "../../../src/data/contract/spread.js";
import { tableOver } from "./duck-table.js";

const WORDS = ["shop", "web", "phone"];
const spread = (counts: readonly number[], other = 0): Spread => ({ counts: new Map(WORDS.map((word, i) => [word, counts[i] ?? 0])), otherRows: other, otherValues: Math.min(other, 1) });

test("a spread counts listed words by name and all others together", async () => {
  const table = await tableOver("SELECT * FROM (VALUES ('shop'), ('shop'), ('web'), ('fax'), ('pigeon'), ('fax'), (NULL)) t(channel)");
  expect(await spreadOf(table, "channel", WORDS)).toEqual({ counts: new Map([["shop", 2], ["web", 1]]), otherRows: 3, otherValues: 2 });
});

test("a word that is a member of every object is counted like any other", async () => {
  const table = await tableOver("SELECT * FROM (VALUES ('constructor'), ('__proto__'), ('it''s')) t(c)");
  const { counts } = await spreadOf(table, "c", ["constructor", "__proto__", "it's", "toString"]);
  expect([...counts].sort()).toEqual([["__proto__", 1], ["constructor", 1], ["it's", 1]]);
});

describe("the stability index", () => {
  test("of known spreads is the textbook's sum", () => {
    const { index } = driftBetween(spread([5_000, 3_000, 2_000]), spread([3_000, 3_000, 4_000]), WORDS);
    const cells = [[5_000, 3_000], [3_000, 3_000], [2_000, 4_000], [0, 0]].map(([a = 0, b = 0]) => [(a + 0.5) / 10_002, (b + 0.5) / 10_002] as const);
    expect(index).toBeCloseTo(cells.reduce((sum, [q, p]) => sum + (p - q) * Math.log(p / q), 0), 14);
    // Without the half rows: 0.2 ln(5/3) + 0.2 ln 2.
    expect(index).toBeCloseTo(0.2 * Math.log(5 / 3) + 0.2 * Math.LN2, 3);
  });

  test("is 0 for the same spread, never negative, and the same in both directions", () => {
    const counts = fc.array(fc.nat({ max: 5_000 }), { minLength: 3, maxLength: 3 });
    fc.assert(fc.property(counts, counts, fc.nat({ max: 500 }), (a, b, other) => {
      const [before, now] = [spread(a), spread(b, other)];
      expect(driftBetween(before, before, WORDS).index).toBe(0);
      const forth = driftBetween(before, now, WORDS);
      expect(forth.index).toBeGreaterThanOrEqual(0);
      expect(driftBetween(now, before, WORDS).index).toBeCloseTo(forth.index, 10);
      expect(Number.isFinite(forth.index)).toBe(true);
    }));
  });

  test("of few rows is within chance, of many rows with the same shares it is not", () => {
    const few = driftBetween(spread([10, 6, 4]), spread([6, 6, 8]), WORDS);
    const many = driftBetween(spread([5_000, 3_000, 2_000]), spread([3_000, 3_000, 4_000]), WORDS);
    expect([few.index < few.chance, many.index < many.chance]).toEqual([true, false]);
  });
});

test("what is new are listed words without a row before, by name and rows", () => {
  expect(unseenIn(spread([100, 0, 0]), spread([90, 12, 0], 40), WORDS)).toEqual({ words: ["web"], rows: 12 });
});
