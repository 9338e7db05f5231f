import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { drawColumns, drawKey, isDrawn, rowKeyer, VALIDATION } from "../../../src/training/trees/sample.js";

const keys = Array.from({ length: 20_000 }, (_, i) => {
  const keyer = rowKeyer(2);
  keyer.numbers.set([i % 113, i / 7]);
  return keyer.keyOf([i % 3], i % 2);
});
const drawn = (seed: number, purpose: number, share: number) => keys.map((key) => isDrawn(key, drawKey(seed, purpose), share));
const shareOf = (flags: readonly boolean[]) => flags.filter(Boolean).length / flags.length;

describe("rows", () => {
  test.each([0.1, 0.5, 0.8])("are drawn in the share asked for: %d", (share) => {
    // Five standard deviations of a binomial share.
    expect(Math.abs(shareOf(drawn(7, 3, share)) - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / keys.length));
  });

  test("are drawn anew for each tree, each seed and each purpose", () => {
    const first = drawn(7, 3, 0.5);
    for (const other of [drawn(7, 4, 0.5), drawn(8, 3, 0.5), drawn(7, VALIDATION, 0.5)]) {
      expect(Math.abs(shareOf(other.map((flag, i) => flag === first[i])) - 0.5)).toBeLessThan(0.02);
    }
    expect(drawn(7, 3, 0.5)).toEqual(first);
  });

  test("all are drawn where the share is all", () => { expect(shareOf(drawn(7, 3, 1))).toBe(1); });

  test("are told apart by any of their values, and by nothing else", () => {
    const keyOf = (numbers: readonly number[], word: number, label: number) => {
      const keyer = rowKeyer(2);
      keyer.numbers.set(numbers);
      return keyer.keyOf([word], label);
    };
    const key = keyOf([4.5, NaN], 2, 1);
    // Another way to write that there is no number.
    const strange = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer)[0]!;
    expect(keyOf([4.5, strange], 2, 1)).toBe(key);
    expect(new Set([key, keyOf([4.5, 0], 2, 1), keyOf([NaN, 4.5], 2, 1), keyOf([4.5, NaN], 1, 1), keyOf([4.5, NaN], 2, 0)]).size).toBe(5);
  });
});

describe("columns", () => {
  test("are a share of those there are, at least one, each once, in order", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.001, max: 1, noNaN: true }), fc.nat(2 ** 32 - 1), fc.nat(500), (count, share, seed, tree) => {
      const columns = Array.from({ length: count }, (_, i) => 3 * i + 2);
      const found = drawColumns(columns, share, seed, tree);
      expect(found).toHaveLength(Math.max(1, Math.round(count * share)));
      expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
      expect(found.every((column) => columns.includes(column))).toBe(true);
    }));
  });

  test("each have their turn", () => {
    const counts = new Map<number, number>();
    for (let tree = 0; tree < 3_000; tree++) for (const column of drawColumns([2, 3, 5, 7, 11, 13], 0.5, 42, tree)) counts.set(column, (counts.get(column) ?? 0) + 1);
    for (const count of counts.values()) expect(Math.abs(count - 1_500)).toBeLessThan(140);
    expect(counts.size).toBe(6);
  });
});
