import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { LogisticModel } from "../../../src/training/logistic/model.js";
import { newtonStep } from "../../../src/training/logistic/newton.js";
import { packNoisyMoments, standardiseNoisy, unpackNoisyMoments } from "../../../src/training/noisy-moments.js";
import { noisyStep, packSlopes, unpackSlopes } from "../../../src/training/logistic/noisy-step.js";
import { standardise } from "../../../src/training/moments.js";
import { TINY_PLAN, tinyAnswers, tinyRows } from "../tiny-rows.js";

const { features } = TINY_PLAN;
const MODEL: LogisticModel = {
  kind: "logistic", iteration: 1, columns: ["intercept", "age", "job=farmer", "job=pilot"], means: [0, 55, 0, 0], deviations: [1, 22, 1, 1],
  coefficients: [0.3, -0.2, 0.1, 0.7], dropped: [],
};
const GRADIENT = Float64Array.of(12, -7, 3, 5);
const CURVATURE = Float64Array.of(40, 3, 11, 9, 38, 2, 4, 10, 0, 9);
const CLAUSE = { ridge: 0.5 };

describe("a noisy step", () => {
  test("without noise is Newton's own", () => {
    const exact = newtonStep(MODEL, { rows: 160, loss: 90, gradient: GRADIENT, hessian: CURVATURE }, undefined, { ...CLAUSE, gradientTolerance: 1e-9, iterationsMax: 5 });
    expect(noisyStep(MODEL, { gradient: GRADIENT, curvature: CURVATURE }, CLAUSE, 0)).toEqual(exact.kind === "continue" ? exact.model : null);
  });

  test("is shorter the more noise there is", () => {
    const length = (deviation: number) => Math.hypot(...(noisyStep(MODEL, { gradient: GRADIENT, curvature: CURVATURE }, CLAUSE, deviation)?.coefficients.map((weight, i) => weight - (MODEL.coefficients[i] ?? 0)) ?? [Number.NaN]));
    const lengths = [0, 1, 10, 100].map(length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    expect(length(100)).toBeLessThan(0.1);
  });

  test("exists for any finite numbers, however far from definite", () => {
    const numbers = (length: number) => fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));
    fc.assert(fc.property(numbers(4), numbers(10), fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e6, noNaN: true })), (gradient, curvature, deviation) => {
      const next = noisyStep(MODEL, { gradient, curvature }, CLAUSE, deviation);
      expect(next?.iteration).toBe(2);
      expect(next?.coefficients.every(Number.isFinite)).toBe(true);
    }), { examples: [[Float64Array.of(-1e-15, 0, 0, 0), Float64Array.of(5e-324, ...new Float64Array(9)), 0]] });
  });

  test.each([["gradient", Float64Array.of(1, Number.NaN, 1, 1), CURVATURE], ["curvature", GRADIENT, CURVATURE.map((value, i) => (i === 4 ? Number.POSITIVE_INFINITY : value))]])("from a %s that is not finite is none", (_, gradient, curvature) => {
    expect(noisyStep(MODEL, { gradient, curvature }, CLAUSE, 1)).toBeNull();
  });

  test("is read from the numbers it was packed to", () => {
    expect(unpackSlopes(packSlopes({ gradient: GRADIENT, curvature: CURVATURE }), 4)).toEqual({ gradient: GRADIENT, curvature: CURVATURE });
    expect(() => unpackSlopes(packSlopes({ gradient: GRADIENT, curvature: CURVATURE }), 5)).toThrow("not a noisy step");
  });
});

describe("noisy moments", () => {
  const rows = tinyRows("ada");
  const values = tinyAnswers(rows).moments();
  const [, all = 0, positives = 0] = values;
  const PACKED = Float64Array.of(1, all - positives, positives, ...values.subarray(3));
  const minimums = { rowsMin: 20, categoryRowsMin: 3 };

  test("without noise scale the columns as exact ones do", () => {
    const exact = standardise({ rows: all, positives, sums: values.subarray(3, 4), squares: values.subarray(4, 5), missing: new Float64Array(), counts: values.subarray(5) }, features, minimums);
    expect(packNoisyMoments(unpackNoisyMoments(PACKED, features))).toEqual(PACKED);
    expect(standardiseNoisy(unpackNoisyMoments(PACKED, features), features, minimums, 0)).toEqual(exact);
  });

  test("scale every column to what rows within the bounds could have had, whatever the noise", () => {
    const noise = fc.array(fc.double({ min: -300, max: 300, noNaN: true }), { minLength: PACKED.length, maxLength: PACKED.length });
    fc.assert(fc.property(noise, (added) => {
      const start = standardiseNoisy(unpackNoisyMoments(PACKED.map((value, i) => value + (i === 0 ? 0 : added[i] ?? 0)), features), features, minimums, 100);
      if (start.kind === "degenerate") return;
      const { means, deviations, dropped, columns } = start.scaling;
      const age = columns.indexOf("age");
      expect([(means[age] ?? 0) >= 17, (means[age] ?? 98) <= 97, (deviations[age] ?? 0) > 1e-4, (deviations[age] ?? 81) <= 80]).toEqual([true, true, true, true]);
      expect(dropped).not.toContain("intercept");
    }));
  });

  test("of a column whose spread drowns take the noise's", () => {
    const narrow = PACKED.map((value, i) => (i === 4 ? ((PACKED[3] ?? 0) ** 2) / all : value));
    const start = standardiseNoisy(unpackNoisyMoments(narrow, features), features, minimums, 16);
    expect(start.kind === "scaling" && start.scaling.deviations[1]).toBeCloseTo(40 * Math.sqrt(16 / all), 9);
  });

  test.each([
    ["too few rows", PACKED.map((value, i) => (i === 1 ? 12 - positives : value)), { kind: "degenerate", because: "too-few-rows", rows: 12 }],
    ["one class", PACKED.map((value, i) => (i === 2 ? -0.25 : value)), { kind: "degenerate", because: "one-class" }],
    ["no numbers", PACKED.map((value, i) => (i === 2 ? Number.NaN : value)), { kind: "degenerate", because: "too-few-rows" }],
  ])("of %s are no beginning", (_, packed, degenerate) => {
    expect(standardiseNoisy(unpackNoisyMoments(packed, features), features, minimums, 1)).toMatchObject(degenerate);
  });
});
