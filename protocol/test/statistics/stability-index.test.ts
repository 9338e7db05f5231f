import { expect, test } from "@jest/globals";
import { psi } from "../../src/statistics/stability-index.js";

test("it is 0 for the same shares, and the textbook sum for others", () => {
  expect(psi([10, 20, 70], [0.1, 0.2, 0.7])).toBeCloseTo(0, 12);
  // (0.5 − 0.4)·ln(0.5 / 0.4) + (0.5 − 0.6)·ln(0.5 / 0.6) = 0.0405465…
  expect(psi([50, 50], [0.4, 0.6])).toBeCloseTo(0.0405465, 4);
});

test("an empty cell is far away and not infinitely far; noise below zero counts as empty", () => {
  expect(psi([0, 100], [0.5, 0.5])).toBeGreaterThan(1);
  expect(psi([0, 100], [0.5, 0.5])).toBeLessThan(10);
  expect(psi([0, 100], [-0.01, 1])).toBeCloseTo(0, 6);
});

test("withheld cells are left out on both sides; with fewer than two left there is nothing to compare", () => {
  expect(psi([10, 999, 90], [0.1, null, 0.3])).toBeCloseTo(psi([10, 90], [0.25, 0.75])!, 12);
  expect(psi([10, 90], [null, 0.3])).toBeNull();
  expect(psi([0, 0], [0.5, 0.5])).toBeNull();
});
