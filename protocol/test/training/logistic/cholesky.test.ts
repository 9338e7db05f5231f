import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { solvePositiveDefinite } from "../../../src/training/logistic/cholesky.js";

test("a system solved by hand", () => {
  // [4 2 6; 2 5 7; 6 7 21] · [2, -3, 5]ᵀ = [32, 24, 96]ᵀ
  const x = solvePositiveDefinite(Float64Array.of(4, 2, 6, 5, 7, 21), Float64Array.of(32, 24, 96));
  expect([...(x ?? [])].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([2, -3, 5]);
});

test.each([
  { what: "an indefinite matrix", upper: [2, 3, 2] },
  { what: "a singular matrix", upper: [2, 6, 18] },
  { what: "a matrix with NaN", upper: [2, Number.NaN, 9] },
])("$what has no solution", ({ upper }) => {
  expect(solvePositiveDefinite(Float64Array.from(upper), Float64Array.of(3, 4))).toBeUndefined();
});

test("a triangle that does not fit the right-hand side is our own mistake", () => {
  expect(() => solvePositiveDefinite(Float64Array.of(4, 2), Float64Array.of(3, 5))).toThrow(RangeError);
});

test("A times the solution is the right-hand side, for any A = BᵀB + I", () => {
  const entry = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(fc.property(fc.array(entry, { minLength: 16, maxLength: 16 }), fc.array(entry, { minLength: 4, maxLength: 4 }), (b, rhs) => {
    const a = (i: number, j: number) => [0, 1, 2, 3].reduce((sum, k) => sum + (b[k * 4 + i] ?? 0) * (b[k * 4 + j] ?? 0), i === j ? 1 : 0);
    const upper = [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].filter((j) => j >= i).map((j) => a(i, j)));
    const x = solvePositiveDefinite(Float64Array.from(upper), Float64Array.from(rhs)) ?? [];
    rhs.forEach((value, i) => expect([0, 1, 2, 3].reduce((sum, j) => sum + a(i, j) * (x[j] ?? Number.NaN), 0)).toBeCloseTo(value, 9));
  }));
});
