import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { areAscending, areInOrder, cellOf, equalCells, reversedScoreOf, scoreOf } from "../../src/statistics/cells.js";

describe("equal cells", () => {
  test("are equal in the value, or in the logarithm of its distance from the least", () => {
    expect(equalCells({ min: 10, max: 50 }, 4, "linear")).toEqual([10, 20, 30, 40, 50]);
    const logs = equalCells({ min: 5, max: 4 + 2 ** 12 }, 6, "log");
    expect(logs.map((edge) => Math.round((edge - 4) * 1e6) / 1e6)).toEqual([1, 4, 16, 64, 256, 1024, 4096]);
    expect([logs[0], logs[6]]).toEqual([5, 4 + 2 ** 12]);
  });

  test("ascend from the least to the greatest value, whatever these are", () => {
    const bounds = fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e9, noNaN: true }));
    fc.assert(fc.property(bounds, fc.integer({ min: 2, max: 1_024 }), fc.constantFrom("linear" as const, "log" as const), ([min, width], bins, spacing) => {
      const edges = equalCells({ min, max: min + width }, bins, spacing);
      expect([edges.length, edges[0], edges.at(-1)]).toEqual([bins + 1, min, min + width]);
      expect(areAscending(edges)).toBe(true);
    }));
  });
});

describe("a value", () => {
  const edges = [0, 10, 20, 50];

  test.each([[0, 0], [9.99, 0], [10, 1], [49.9, 2], [50, 2], [50.1, -1], [-0.1, -1], [Number.NaN, -1], [Infinity, -1]])("of %p lies in cell %p of three", (value, cell) => {
    expect(cellOf(value, edges)).toBe(cell);
  });

  test("lies in the cell that a search from the left finds", () => {
    const sorted = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 20 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(fc.property(sorted, fc.integer({ min: -60, max: 60 }), (list, value) => {
      const last = list.length - 2;
      const expected = list.slice(0, -1).findIndex((edge, i) => value >= edge && (value < (list[i + 1] ?? 0) || (i === last && value === list[i + 1])));
      expect(cellOf(value, list)).toBe(expected);
    }));
  });

  test.each([[1, 1, 5], [1.5, 3, 3], [2, 3, 3], [3, 4, 2], [7, 5, 1]])("of %p scores %p by the edges 1, 1, 2, 6, and %p where less is better; ties stay below", (value, score, reversed) => {
    expect(scoreOf(value, [1, 1, 2, 6])).toBe(score);
    expect(reversedScoreOf(value, [1, 1, 2, 6])).toBe(reversed);
  });
});

test("edges that repeat are in order and do not ascend; what is not a number is neither", () => {
  expect([areInOrder([1, 1, 2]), areAscending([1, 1, 2])]).toEqual([true, false]);
  expect([areInOrder([1, Number.NaN, 2]), areAscending([1, Number.NaN, 2]), areInOrder([2, 1]), areInOrder([1, Infinity])]).toEqual([false, false, false, false]);
});
