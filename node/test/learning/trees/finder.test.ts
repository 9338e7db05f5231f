import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { finderIn } from "../../../src/learning/trees/finder.js";

const floats = fc.float({ noNaN: true, noDefaultInfinity: true });

test("a finder counts the numbers up to a value, wherever they bunch", () => {
  const bunched = fc.tuple(floats, fc.array(fc.nat(1_000), { maxLength: 20 })).map(([at, steps]) => steps.map((step) => Math.fround(at + step * 1e-3)));
  const lists = fc.tuple(fc.array(floats, { minLength: 1, maxLength: 40 }), bunched).map((parts) => [...new Set(parts.flat().filter(Number.isFinite))].sort((a, b) => a - b));
  fc.assert(fc.property(lists, fc.array(floats, { maxLength: 20 }), (numbers, values) => {
    const find = finderIn(numbers);
    for (const value of [...values, ...numbers, Infinity, -Infinity]) expect(find(value)).toBe(numbers.filter((one) => one <= value).length);
  }), { numRuns: 300 });
});

test("what is not a number is above none, and among no numbers nothing is found", () => {
  expect(finderIn([2, 5, 9])(NaN)).toBe(0);
  expect(finderIn([])(3)).toBe(0);
  expect([1, 4, 7].map(finderIn([4]))).toEqual([0, 1, 1]);
});
