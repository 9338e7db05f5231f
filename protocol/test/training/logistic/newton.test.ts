import { describe, expect, test } from "@jest/globals";
import type { Feature } from "../../../src/charter/features.js";
import { fitPooled, type Contributor } from "../../../src/training/logistic/fit.js";
import type { LogisticModel } from "../../../src/training/logistic/model.js";
import { packMoments } from "../../../src/training/moments.js";
import { newtonStep, packNewton, unpackNewton, type NewtonSum } from "../../../src/training/logistic/newton.js";

/** Ten clerks of whom three buy, twenty farmers of whom sixteen buy: small enough for paper. */
const FEATURES: readonly Feature[] = [{ kind: "categorical", name: "job", categories: ["clerk", "farmer"] }];
const GROUPS = [{ farmer: 0, rows: 10, positives: 3 }, { farmer: 1, rows: 20, positives: 16 }];
const CLAUSE = { ridge: 0, gradientTolerance: 1e-9, iterationsMax: 20 };
const ZERO: LogisticModel = { kind: "logistic", iteration: 0, columns: ["intercept", "job=farmer"], means: [0, 0], deviations: [1, 1], coefficients: [0, 0], dropped: [] };

function sumAt({ coefficients: [a = 0, b = 0] }: LogisticModel): NewtonSum {
  const gradient = Float64Array.of(0, 0);
  const hessian = Float64Array.of(0, 0, 0);
  let loss = 0;
  for (const { farmer, rows, positives } of GROUPS) {
    const p = 1 / (1 + Math.exp(-(a + b * farmer)));
    loss -= positives * Math.log(p) + (rows - positives) * Math.log(1 - p);
    [1, farmer].forEach((x, i) => { gradient[i] = (gradient[i] ?? 0) + (rows * p - positives) * x; });
    [1, farmer, farmer].forEach((x, i) => { hessian[i] = (hessian[i] ?? 0) + rows * p * (1 - p) * x; });
  }
  return { rows: 30, loss, gradient, hessian };
}

const GROUP_CONTRIBUTOR: Contributor = {
  moments: () => packMoments({ rows: 30, positives: 19, sums: Float64Array.of(), squares: Float64Array.of(), missing: Float64Array.of(), counts: Float64Array.of(10, 20) }),
  newton: (model) => packNewton(sumAt(model)),
};

test("the first step from zero is the one worked out by hand", () => {
  // Gradient (-4, -6), Hessian ((7.5, 5), (5, 5)): the step is (-0.8, 2).
  expect(sumAt(ZERO)).toMatchObject({ gradient: Float64Array.of(-4, -6), hessian: Float64Array.of(7.5, 5, 5) });
  const step = newtonStep(ZERO, sumAt(ZERO), undefined, CLAUSE);
  if (step.kind !== "continue") throw new Error("zero is not the optimum");
  expect(step.model.iteration).toBe(1);
  expect(step.model.coefficients[0]).toBeCloseTo(-0.8, 12);
  expect(step.model.coefficients[1]).toBeCloseTo(2, 12);
  expect(step.accepted).toEqual({ coefficients: [0, 0], penalisedLoss: sumAt(ZERO).loss, rows: sumAt(ZERO).rows });
  expect(step.gradientNorm).toBeCloseTo(Math.sqrt(16 + 36) / 30, 12);
});

test("without a penalty training ends at the log-odds of each group", () => {
  const fit = fitPooled([GROUP_CONTRIBUTOR], { features: FEATURES, clause: CLAUSE, minimums: { rowsMin: 5, categoryRowsMin: 5 } });
  if (fit.kind !== "fitted") throw new Error("these groups can be fitted");
  expect(fit.model.coefficients[0]).toBeCloseTo(Math.log(3 / 7), 9);
  expect(fit.model.coefficients[1]).toBeCloseTo(Math.log(16 / 4) - Math.log(3 / 7), 9);
  expect(fit.gradientNorm).toBeLessThanOrEqual(CLAUSE.gradientTolerance);
});

test("at the penalised optimum the intercept's gradient is zero and the other's is what the penalty pulls back", () => {
  const fit = fitPooled([GROUP_CONTRIBUTOR], { features: FEATURES, clause: { ...CLAUSE, ridge: 3 }, minimums: { rowsMin: 5, categoryRowsMin: 5 } });
  if (fit.kind !== "fitted") throw new Error("these groups can be fitted");
  const { gradient } = sumAt(fit.model);
  expect(gradient[0]).toBeCloseTo(0, 6);
  expect(gradient[1]).toBeCloseTo(-3 * (fit.model.coefficients[1] ?? 0), 6);
});

describe("a step that loses ground", () => {
  const accepted = { coefficients: [2, -4], penalisedLoss: 10, rows: sumAt(ZERO).rows };
  const overshot = { ...ZERO, iteration: 5, coefficients: [6, 8] };

  test("is halved towards the last accepted point", () => {
    expect(newtonStep(overshot, { ...sumAt(overshot), loss: 11 }, accepted, CLAUSE))
      .toMatchObject({ kind: "continue", model: { ...overshot, iteration: 6, coefficients: [4, 2] }, accepted });
  });

  test("counts its penalty as ground lost", () => {
    expect(newtonStep(overshot, { ...sumAt(overshot), loss: 9 }, accepted, { ...CLAUSE, ridge: 2 })).toMatchObject({ accepted });
  });

  test("cannot be told from a loss over other rows: then the step stands", () => {
    const over = { ...accepted, rows: sumAt(ZERO).rows + 4 };
    expect(newtonStep(overshot, { ...sumAt(overshot), loss: 11 }, over, CLAUSE)).toMatchObject({ kind: "continue", accepted: { coefficients: [6, 8] } });
  });

  test("is one that the loss shows, not rounding", () => {
    const within = newtonStep(overshot, { ...sumAt(overshot), loss: 10 * (1 + 5e-8) }, accepted, CLAUSE);
    expect(within).toMatchObject({ kind: "continue", accepted: { coefficients: [6, 8] } });
  });
});

test("training stops at the iteration cap, and not one before", () => {
  const late = { ...ZERO, iteration: 19 };
  expect(newtonStep(late, sumAt(late), undefined, CLAUSE).kind).toBe("continue");
  const last = { ...ZERO, iteration: 20 };
  expect(newtonStep(last, sumAt(last), undefined, CLAUSE)).toEqual({ kind: "diverged", because: "iterations", iteration: 20 });
});

test("a gradient exactly at the tolerance has converged, also at the cap", () => {
  const gradient = Float64Array.of(3, 4);
  const last = { ...ZERO, iteration: 20 };
  expect(newtonStep(last, { ...sumAt(last), gradient }, undefined, { ...CLAUSE, gradientTolerance: 5 / 30 })).toMatchObject({ kind: "converged", gradientNorm: 5 / 30 });
  expect(newtonStep(ZERO, { ...sumAt(ZERO), gradient }, undefined, { ...CLAUSE, gradientTolerance: 4.999 / 30 }).kind).toBe("continue");
});

test.each([
  { what: "a gradient that is not a number", change: { gradient: Float64Array.of(Number.NaN, 2) }, because: "not-finite" },
  { what: "an infinite loss", change: { loss: Number.POSITIVE_INFINITY }, because: "not-finite" },
  { what: "no rows", change: { rows: 0 }, because: "not-finite" },
  { what: "an indefinite Hessian", change: { hessian: Float64Array.of(2, 5, 3) }, because: "not-positive-definite" },
])("$what ends training", ({ change, because }) => {
  expect(newtonStep(ZERO, { ...sumAt(ZERO), ...change }, undefined, CLAUSE)).toMatchObject({ kind: "diverged", because });
});

test("a dropped column stays at zero and takes no part", () => {
  const model = { ...ZERO, columns: ["intercept", "age", "job=farmer"], means: [0, 30, 0], deviations: [1, 5, 1], coefficients: [0, 0, 0], dropped: ["age"] };
  const step = newtonStep(model, sumAt(ZERO), undefined, CLAUSE);
  if (step.kind !== "continue") throw new Error("zero is not the optimum");
  expect(step.model.coefficients[1]).toBe(0);
  expect(step.model.coefficients[2]).toBeCloseTo(2, 12);
});

test("the same sum gives the same bits, and is left as it was", () => {
  const sum = sumAt(ZERO);
  const before = structuredClone(sum);
  expect(newtonStep(ZERO, sum, undefined, { ...CLAUSE, ridge: 2 })).toEqual(newtonStep(ZERO, sum, undefined, { ...CLAUSE, ridge: 2 }));
  expect(sum).toEqual(before);
});

test("what is packed can be read back, after the guard", () => {
  const packed = packNewton(sumAt(ZERO));
  expect(packed[0]).toBe(1);
  expect(unpackNewton(packed, 2)).toEqual(sumAt(ZERO));
  expect(() => unpackNewton(packed, 3)).toThrow(RangeError);
});

test("rows of one class and too few rows end a fit before it begins", () => {
  const terms = { features: FEATURES, clause: CLAUSE, minimums: { rowsMin: 31, categoryRowsMin: 5 } };
  expect(fitPooled([GROUP_CONTRIBUTOR], terms)).toMatchObject({ kind: "degenerate", because: "too-few-rows" });
  expect(fitPooled([GROUP_CONTRIBUTOR, GROUP_CONTRIBUTOR], terms)).toMatchObject({ kind: "fitted" });
});

test("a fit that runs out of iterations says so", () => {
  const terms = { features: FEATURES, clause: { ...CLAUSE, iterationsMax: 2 }, minimums: { rowsMin: 5, categoryRowsMin: 5 } };
  expect(fitPooled([GROUP_CONTRIBUTOR], terms)).toEqual({ kind: "diverged", because: "iterations" });
});
