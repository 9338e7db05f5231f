import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { exponential, exponentialLessOne } from "../../src/session/exponential.js";
import { naturalLog, naturalLogOfOnePlus } from "../../src/session/logarithm.js";

const apart = (ours: number, theirs: number) => Math.abs(ours / theirs - 1);

test("powers of e are the platform's to 14 digits, and nothing far below 0, at once", () => {
  fc.assert(fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => { expect(apart(exponential(x), Math.exp(x))).toBeLessThan(1e-14); }));
  expect([exponential(0), exponential(-1_001), exponential(-1e300)]).toEqual([1, 0, 0]);
});

test("powers of e less one keep their digits near 0", () => {
  fc.assert(fc.property(fc.double({ min: -300, max: 2, noNaN: true }), (tens) => {
    const x = 10 ** tens;
    expect(apart(exponentialLessOne(x), Math.expm1(x))).toBeLessThan(1e-14);
  }));
});

test("logarithms of numbers near 1 keep their digits, on either side", () => {
  fc.assert(fc.property(fc.double({ min: -300, max: -0.01, noNaN: true }), fc.boolean(), (tens, below) => {
    const x = (below ? -1 : 1) * 10 ** tens;
    expect(apart(naturalLogOfOnePlus(x), Math.log1p(x))).toBeLessThan(2e-15);
  }));
  expect(apart(naturalLogOfOnePlus(1e9), Math.log1p(1e9))).toBeLessThan(1e-15);
  expect(apart(naturalLog(1e-300), Math.log(1e-300))).toBeLessThan(1e-15);
});
