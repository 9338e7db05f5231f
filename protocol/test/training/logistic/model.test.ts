import { expect, test } from "@jest/globals";
import type { Feature } from "../../../src/charter/features.js";
import { activeColumns, withActiveCoefficients, type LogisticModel } from "../../../src/training/logistic/model.js";
import { modelDigest, modelJson, parseModel } from "../../../src/training/model.js";

const FEATURES: readonly Feature[] = [
  { kind: "numeric", name: "age", unit: "years", min: 20, max: 60 },
  { kind: "categorical", name: "job", categories: ["clerk", "farmer", "retired"] },
];
const MODEL: LogisticModel = {
  kind: "logistic", iteration: 3, columns: ["intercept", "age", "job=farmer", "job=retired"],
  means: [0, 35, 0, 0], deviations: [1, 5, 1, 1], coefficients: [-2, 0.1 + 0.2, 0, 7], dropped: ["job=farmer"],
};

const TERMS = { features: FEATURES, model: { kind: "logistic" } } as const;

test("active columns leave out the dropped, and bound their standardised values", () => {
  expect(activeColumns(FEATURES, MODEL).map(({ column, coefficient, boundAbs }) => [column.name, coefficient, boundAbs]))
    .toEqual([["intercept", -2, 1], ["age", 0.1 + 0.2, 5], ["job=retired", 7, 1]]);
});

test("new coefficients go to the active columns, and the iteration counts on", () => {
  expect(withActiveCoefficients(MODEL, Float64Array.of(11, 12, 13))).toEqual({ ...MODEL, iteration: 4, coefficients: [11, 12, 0, 13] });
});

test("a model survives JSON to the last bit", () => {
  const back = parseModel(JSON.parse(JSON.stringify(modelJson(MODEL))), TERMS);
  expect(back).toEqual(MODEL);
  expect(modelDigest(back)).toBe(modelDigest(MODEL));
});

test("the digest sees the smallest change of a coefficient", () => {
  expect(modelDigest({ ...MODEL, coefficients: [-2, 0.3, 0, 7] })).not.toBe(modelDigest(MODEL));
});

test.each([
  { what: "another kind", change: { kind: "forest" } },
  { what: "an unknown member", change: { extra: 5 } },
  { what: "other columns", change: { columns: ["intercept", "age", "job=retired", "job=farmer"] } },
  { what: "a short list", change: { means: [0, 35, 0] } },
  { what: "a number as text", change: { coefficients: [-2, "3", 0, 7] } },
  { what: "an infinite coefficient", change: { coefficients: [-2, Number.POSITIVE_INFINITY, 0, 7] } },
  { what: "a dropped column that is none", change: { dropped: ["job=clerk"] } },
  { what: "a dropped intercept", change: { dropped: ["intercept"] } },
  { what: "half an iteration", change: { iteration: 2.5 } },
  { what: "a mean outside the charter's bounds", change: { means: [0, 61, 0, 0] } },
  { what: "a deviation of zero", change: { deviations: [1, 0, 1, 1] } },
  { what: "a deviation wider than the bounds", change: { deviations: [1, 40.5, 1, 1] } },
  { what: "coefficients that could make a logit infinite for some rows", change: { coefficients: [-2, 1.7e308, 0, 1.7e308] } },
  { what: "a logit just beyond the bound", change: { coefficients: [-2, 200_001, 0, 7] } },
  { what: "a scaled category", change: { deviations: [1, 5, 2, 1] } },
])("a model with $what is refused", ({ change }) => {
  expect(() => parseModel({ ...MODEL, ...change }, TERMS)).toThrow(RangeError);
});

test.each([[null], ["logistic"], [[]]])("%j is no model", (raw) => {
  expect(() => parseModel(raw, TERMS)).toThrow(RangeError);
});
