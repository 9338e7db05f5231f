import { expect, test } from "@jest/globals";
import { chiSquareTail } from "../../src/statistics/chi-square.js";

// Critical values as tables print them (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4).
test.each([
  [1, 3.841, 0.05], [1, 10.828, 0.001], [2, 5.991, 0.05], [2, 13.816, 0.001], [3, 16.266, 0.001], [4, 9.488, 0.05], [5, 20.515, 0.001],
  [9, 27.877, 0.001], [10, 18.307, 0.05], [50, 86.661, 0.001], [99, 148.230, 0.001],
])("with %i degrees of freedom, %d is exceeded with probability %d", (degrees, value, probability) => {
  expect(Math.abs(chiSquareTail(value, degrees) / probability - 1)).toBeLessThan(1e-3);
});

test("of two degrees it is e^(−x/2), and of one the tail of a squared normal, by both ways to compute it", () => {
  for (const x of [0, 0.1, 1, 5, 40, 200]) expect(chiSquareTail(x, 2)).toBeCloseTo(Math.exp(-x / 2), 14);
  // 2·(1 − Φ(z)) for z = 1, 2, 3, 5, to twelve digits.
  for (const [z, tail] of [[1, 0.317310507863], [2, 0.0455002638964], [3, 0.00269979606326], [5, 5.73303143758e-7]] as const) {
    expect(Math.abs(chiSquareTail(z * z, 1) / tail - 1)).toBeLessThan(1e-10);
  }
});

test("it falls, from 1 at 0, and ends at 0 far out; nonsense is refused", () => {
  for (let degrees = 1; degrees < 30; degrees++) {
    const tails = Array.from({ length: 200 }, (_, i) => chiSquareTail(i * 0.7, degrees));
    expect(tails[0]).toBe(1);
    expect(tails.every((tail, i) => i === 0 || tail <= tails[i - 1]!)).toBe(true);
  }
  expect(chiSquareTail(1e6, 3)).toBe(0);
  for (const [x, degrees] of [[-1, 1], [Number.NaN, 1], [1, 0], [1, 1.5]] as const) expect(() => chiSquareTail(x, degrees)).toThrow(RangeError);
});
