import { expect, test } from "@jest/globals";
import { JOINT_ROWS_MAX } from "../../src/charter/limits.js";
import type { Feature } from "../../src/charter/features.js";
import { ROW_LOSS_MAX } from "../../src/training/log-loss.js";
import { layoutOf, type Question } from "../../src/training/layout.js";
import type { LayoutTerms } from "../../src/training/layout-parts.js";
import type { LogisticModel } from "../../src/training/logistic/model.js";

const FEATURES: readonly Feature[] = [
  { kind: "numeric", name: "age", unit: "years", min: 20, max: 60 },
  { kind: "categorical", name: "job", categories: ["clerk", "farmer", "retired"] },
];
const TERMS: LayoutTerms = { features: FEATURES, model: { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 20 }, scoreBins: 16, parties: 3, rowsMaxPerParty: 50_000 };
const MODEL: LogisticModel = {
  kind: "logistic", iteration: 0, columns: ["intercept", "age", "job=farmer", "job=retired"],
  means: [0, 35, 0, 0], deviations: [1, 5, 1, 1], coefficients: [0, 0, 0, 0], dropped: ["job=farmer"],
};

test.each([
  { question: { kind: "moments" }, ring: 64, lengths: [1, 1, 1, 1, 1, 3] },
  // Three active columns: three gradients, a triangle of 3 + 2 + 1.
  { question: { kind: "newton", model: MODEL }, ring: 64, lengths: [1, 1, 1, 1, 1, 1, 3, 2, 1] },
  { question: { kind: "evaluation" }, ring: 32, lengths: [1, 1, 16, 16] },
] as const)("the $question.kind layout", ({ question, ring, lengths }) => {
  const layout = layoutOf(question, TERMS);
  expect(layout.ring).toBe(ring);
  expect(layout.segments.map(({ length }) => length)).toEqual(lengths);
  expect(layout.words).toBe(lengths.reduce((sum: number, length) => sum + length, 0));
});

test.each<Question>([{ kind: "moments" }, { kind: "newton", model: MODEL }, { kind: "evaluation" }])("every layout begins with the guard ($kind)", (question) => {
  expect(layoutOf(question, TERMS).segments[0]).toEqual({ name: "parties", length: 1, boundAbs: 1, scaleBits: 0 });
});

test("the bounds of a step follow from the standardised columns", () => {
  const bounds = new Map(layoutOf({ kind: "newton", model: MODEL }, TERMS).segments.map(({ name, boundAbs }) => [name, boundAbs / 50_000]));
  expect(bounds.get("loss")).toBeCloseTo(ROW_LOSS_MAX, 5);
  expect(bounds.get("gradient of age")).toBeCloseTo(5, 5);
  expect(bounds.get("hessian of intercept")).toBeCloseTo(5 / 4, 5);
  expect(bounds.get("hessian of age")).toBeCloseTo(25 / 4, 5);
  expect(bounds.get("hessian of job=retired")).toBeCloseTo(1 / 4, 5);
});

test("counts are exact, and sums keep at least 30 binary places", () => {
  const { segments } = layoutOf({ kind: "newton", model: MODEL }, TERMS);
  expect(segments.slice(0, 2).map(({ scaleBits }) => scaleBits)).toEqual([0, 0]);
  expect(Math.min(...segments.slice(2).map(({ scaleBits }) => scaleBits))).toBeGreaterThanOrEqual(30);
});

test("a segment without coordinates is left out", () => {
  const numericOnly = layoutOf({ kind: "moments" }, { ...TERMS, features: FEATURES.slice(1) });
  expect(numericOnly.segments.map(({ name }) => name)).toEqual(["parties", "rows", "positives", "counts of job"]);
});

test("a sum that cannot fit the ring is refused when the layout is made", () => {
  expect(() => layoutOf({ kind: "moments" }, { ...TERMS, rowsMaxPerParty: 2 ** 62 })).toThrow(RangeError);
});

test("a bound holds also where rounding adds up over as many rows as a charter allows", () => {
  // A company whose rows all lie at the bound of age. Adding 0.7 again and again drifts upwards by more than one part in a billion.
  const model = { ...MODEL, means: [0, 40, 0, 0], deviations: [1, 20 / 0.7, 1, 1] };
  const rowsMaxPerParty = Math.floor(JOINT_ROWS_MAX / 3);
  let sum = 0;
  for (let row = 0; row < rowsMaxPerParty; row++) sum += 0.7;
  expect(sum / (0.7 * rowsMaxPerParty)).toBeGreaterThan(1 + 1e-9);
  const { segments } = layoutOf({ kind: "newton", model }, { ...TERMS, rowsMaxPerParty });
  expect(sum).toBeLessThanOrEqual(segments.find(({ name }) => name === "gradient of age")?.boundAbs ?? 0);
});
