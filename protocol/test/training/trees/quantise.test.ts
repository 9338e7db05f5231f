import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { gradientUnits, HESSIAN_MAX, hessianUnits, LOSS_MAX, lossUnits, probabilityUnits, UNITS } from "../../../src/training/trees/quantise.js";

const margins = fc.double({ min: -60, max: 60, noNaN: true });

test("gradient and hessian are those of the log-loss, to half a unit and to one", () => {
  fc.assert(fc.property(margins, fc.constantFrom(0, 1), (margin, label) => {
    const p = 1 / (1 + Math.exp(-margin));
    const units = probabilityUnits(margin);
    expect(Math.abs(gradientUnits(units, label) / UNITS - (p - label))).toBeLessThanOrEqual(0.5000001 / UNITS);
    expect(Math.abs(hessianUnits(units) / UNITS - p * (1 - p))).toBeLessThanOrEqual(1.0000001 / UNITS);
  }));
});

test("all are whole numbers within their bounds, at any margin", () => {
  fc.assert(fc.property(fc.double({ noNaN: true }), fc.constantFrom(0, 1), (margin, label) => {
    const units = probabilityUnits(margin);
    const all = [gradientUnits(units, label), hessianUnits(units), lossUnits(margin, label)];
    expect(all.every(Number.isInteger)).toBe(true);
    expect(Math.abs(all[0]!) <= UNITS && all[1]! >= 0 && all[1]! <= HESSIAN_MAX && all[2]! >= 0 && all[2]! <= LOSS_MAX).toBe(true);
  }));
});

test("an even chance weighs a quarter, and is the most that anything weighs", () => {
  expect([probabilityUnits(0), hessianUnits(UNITS / 2)]).toEqual([UNITS / 2, HESSIAN_MAX]);
});
