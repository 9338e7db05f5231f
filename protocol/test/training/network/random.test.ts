import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Repeatable, shuffled } from "../../../src/training/network/random.js";

test("from the state 1, 2, 3, 4 come the numbers of the reference implementation, version 1.1", () => {
  const random = new Repeatable([1, 2, 3, 4]);
  expect(Array.from({ length: 10 }, () => random.word())).toEqual([
    11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492, 1_287_239_034, 3_734_860_849, 3_729_100_597, 4_258_142_804,
  ]);
});

test("one label always gives the same numbers, another label others", () => {
  const words = (label: string) => { const random = Repeatable.of(label); return Array.from({ length: 4 }, () => random.word()); };
  expect(words("initial/7")).toEqual(words("initial/7"));
  expect(words("initial/7")).not.toEqual(words("initial/8"));
});

test("a unit is below 1 and exact as a 32-bit float", () => {
  const random = Repeatable.of("units");
  for (let i = 0; i < 2_000; i++) {
    const unit = random.unit();
    expect(unit >= 0 && unit < 1 && Math.fround(unit) === unit).toBe(true);
  }
});

test("an order holds each row once", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.string(), (length, label) => {
    fc.pre(!/\p{Surrogate}/u.test(label));
    expect([...shuffled(length, label)].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
  }), { numRuns: 50 });
});

test("every row comes first about equally often", () => {
  const firsts = new Array<number>(5).fill(0);
  for (let i = 0; i < 5_000; i++) firsts[shuffled(5, `draw/${i}`)[0] ?? 0]! += 1;
  // A fair die gives 1,000 ± 28; five deviations are a fault.
  expect(Math.max(...firsts.map((count) => Math.abs(count - 1_000)))).toBeLessThan(142);
});
