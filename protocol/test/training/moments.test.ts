import { describe, expect, test } from "@jest/globals";
import type { Feature } from "../../src/charter/features.js";
import { momentLayout } from "../../src/training/moments-layout.js";
import { packMoments, standardise, unitOf, unpackMoments, type Moments } from "../../src/training/moments.js";

const AGE = { kind: "numeric", name: "age", unit: "years", min: 20, max: 60 } as const;
const FEATURES: readonly Feature[] = [
  AGE,
  { kind: "categorical", name: "job", categories: ["clerk", "farmer", "retired"] },
  { kind: "numeric", name: "rate", unit: "percent", min: -5, max: 5 },
];
const MINIMUMS = { rowsMin: 4, categoryRowsMin: 2 };

/** Ages 25, 30, 45, 60 with a rate of 3 throughout; jobs clerk, farmer, farmer, retired; three positives. */
function moments(change: Partial<Moments> = {}): Moments {
  const ages = [25, 30, 45, 60].map((age) => unitOf(AGE, age));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    rows: 4, positives: 3, sums: Float64Array.of(sum(ages), 4 * 0.6), squares: Float64Array.of(sum(ages.map((a) => a * a)), 4 * 0.36),
    missing: new Float64Array(), counts: Float64Array.of(1, 2, 1), ...change,
  };
}

test("the bounds of a feature map to -1 and 1", () => {
  expect([20, 30, 60].map((value) => unitOf(AGE, value))).toEqual([-1, -0.5, 1]);
});

test("mean and deviation are those of the rows, in the charter's units", () => {
  const result = standardise(moments(), FEATURES, MINIMUMS);
  if (result.kind !== "scaling") throw new Error("these rows can be trained on");
  expect(result.scaling.means[1]).toBeCloseTo(40, 12);
  // ((-15)² + (-10)² + 5² + 20²) / 4 = 187.5
  expect(result.scaling.deviations[1]).toBeCloseTo(Math.sqrt(187.5), 12);
});

test("training leaves out constant columns and rare categories, by name", () => {
  const result = standardise(moments(), FEATURES, MINIMUMS);
  expect(result).toMatchObject({
    kind: "scaling",
    scaling: { columns: ["intercept", "age", "job=farmer", "job=retired", "rate"], dropped: ["job=retired", "rate"] },
  });
});

test("a category with exactly the minimum of rows is kept", () => {
  expect(standardise(moments(), FEATURES, { ...MINIMUMS, categoryRowsMin: 1 })).toMatchObject({ scaling: { dropped: ["rate"] } });
  expect(standardise(moments(), FEATURES, { ...MINIMUMS, categoryRowsMin: 3 })).toMatchObject({ scaling: { dropped: ["job=farmer", "job=retired", "rate"] } });
});

test.each([
  { what: "too few rows", change: {}, minimums: { rowsMin: 5, categoryRowsMin: 2 }, because: "too-few-rows" },
  { what: "only positives", change: { positives: 4 }, minimums: MINIMUMS, because: "one-class" },
  { what: "no positive", change: { positives: 0 }, minimums: MINIMUMS, because: "one-class" },
  { what: "more positives than rows", change: { positives: 5 }, minimums: MINIMUMS, because: "impossible-counts" },
  { what: "a row without a category", change: { counts: Float64Array.of(1, 2, 0) }, minimums: MINIMUMS, because: "impossible-counts" },
  { what: "a negative count", change: { counts: Float64Array.of(-1, 4, 1) }, minimums: MINIMUMS, because: "impossible-counts" },
  { what: "rows that are not a number", change: { rows: Number.NaN }, minimums: MINIMUMS, because: "too-few-rows" },
])("$what cannot be trained on", ({ change, minimums, because }) => {
  expect(standardise(moments(change), FEATURES, minimums)).toMatchObject({ kind: "degenerate", because });
});

test("what is packed can be read back, after the guard", () => {
  const packed = packMoments(moments());
  expect(packed[0]).toBe(1);
  expect(unpackMoments(packed, FEATURES)).toEqual(moments());
  expect(() => unpackMoments(packed.subarray(1), FEATURES)).toThrow(RangeError);
});

describe("a number that may be absent", () => {
  const INCOME = { kind: "numeric", name: "income", unit: "euro", min: 0, max: 100, missing: "indicate" } as const;
  const SOME: readonly Feature[] = [AGE, INCOME, { kind: "categorical", name: "job", categories: ["clerk", "farmer"] }];
  /** Ten rows, all of age 25 or 55; seven incomes, of 20 and of 70; three without. */
  const some = (change: Partial<Moments> = {}): Moments => {
    const ages = [25, 55].map((age) => unitOf(AGE, age));
    const incomes = [20, 20, 20, 20, 70, 70, 70].map((income) => unitOf(INCOME, income));
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    return {
      rows: 10, positives: 4, sums: Float64Array.of(5 * sum(ages), sum(incomes)), squares: Float64Array.of(5 * sum(ages.map((a) => a * a)), sum(incomes.map((a) => a * a))),
      missing: Float64Array.of(3), counts: Float64Array.of(6, 4), ...change,
    };
  };

  test("has a column of its own for its absence, after its own", () => {
    expect(standardise(some(), SOME, { rowsMin: 4, categoryRowsMin: 3 }))
      .toMatchObject({ kind: "scaling", scaling: { columns: ["intercept", "age", "income", "income=(missing)", "job=farmer"], dropped: [] } });
  });

  test("has the mean and the deviation of the values that are there", () => {
    const result = standardise(some(), SOME, { rowsMin: 4, categoryRowsMin: 3 });
    if (result.kind !== "scaling") throw new Error("these rows can be trained on");
    expect(result.scaling.means[2]).toBeCloseTo(290 / 7, 12);
    expect(result.scaling.deviations[2]).toBeCloseTo(Math.sqrt((4 * 400 + 3 * 4900) / 7 - (290 / 7) ** 2), 10);
    expect([result.scaling.means[3], result.scaling.deviations[3]]).toEqual([0, 1]);
  });

  test.each([
    { what: "too few absences", missing: 3, categoryRowsMin: 4, dropped: ["income=(missing)"] },
    { what: "too few values", missing: 7, categoryRowsMin: 4, dropped: ["income", "income=(missing)"] },
    { what: "no value at all", missing: 10, categoryRowsMin: 4, dropped: ["income", "income=(missing)"] },
    { what: "no absence", missing: 0, categoryRowsMin: 4, dropped: ["income=(missing)"] },
  ])("is left out where it stands for $what", ({ missing, categoryRowsMin, dropped }) => {
    expect(standardise(some({ missing: Float64Array.of(missing) }), SOME, { rowsMin: 4, categoryRowsMin })).toMatchObject({ scaling: { dropped } });
  });

  test.each([-1, 11, Number.NaN])("cannot be absent in %d of ten rows", (missing) => {
    expect(standardise(some({ missing: Float64Array.of(missing) }), SOME, MINIMUMS)).toMatchObject({ kind: "degenerate", because: "impossible-counts" });
  });

  test("is packed and read back, and has a word in the layout", () => {
    const packed = packMoments(some());
    expect(unpackMoments(packed, SOME)).toEqual(some());
    const terms = { features: SOME, model: { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 9 }, scoreBins: 8, parties: 3, rowsMaxPerParty: 10 } as const;
    expect(momentLayout(terms).words).toBe(packed.length);
    expect(momentLayout(terms).segments.map(({ name }) => name)).toContain("missing values");
  });
});
