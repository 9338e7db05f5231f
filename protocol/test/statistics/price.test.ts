import { describe, expect, test } from "@jest/globals";
import { priceOf } from "../../src/statistics/price.js";
import { EACH, EXACT, NOISY, QUERIES, unpaid } from "./queries.js";

describe("the price of an answer", () => {
  test("says what share of the budget it takes, and how many more of its kind follow", () => {
    const query = { ...QUERIES.categories, nanoRho: 6_111_249 };
    expect(priceOf(NOISY, query)).toMatchObject({ nanoRho: 6_111_249, share: expect.closeTo(0.04, 6), more: 24 });
    expect(priceOf(NOISY, query, { chargedNanoRho: 12_222_498 }).more).toBe(22);
    expect(priceOf(NOISY, query, { chargedNanoRho: 152_000_000 }).more).toBe(0);
  });

  test("says how far each number is off on average: √(2/π) of σ, which all four parties' noise has", () => {
    const [counts] = priceOf(NOISY, QUERIES.categories).cells;
    // Each party's variance is 1 / (2 · 2 · 0.001000003) rows squared.
    expect(counts).toMatchObject({ of: "counts of country", cells: 3, unit: "rows", meanError: expect.closeTo(Math.sqrt((2 / Math.PI) * (4 / (4 * 0.001000003))), 9) });
  });

  test("names sums by their unit, and what one row may add decides the error", () => {
    const cells = priceOf(NOISY, QUERIES.profile).cells;
    const [spend, visits] = [cells.find(({ of }) => of === "sum of spend (all)"), cells.find(({ of }) => of === "sum of visits (all)")];
    expect([spend?.unit, visits?.unit]).toEqual(["EUR", "visits"]);
    expect((spend?.meanError ?? 0) / (visits?.meanError ?? 1)).toBeCloseTo(500 / 40, 5);
    expect(priceOf(NOISY, QUERIES.experiment).cells.at(-1)?.unit).toBe("EUR·log10(1 + EUR)");
  });

  test("halves the error for four times the charge", () => {
    const error = (nanoRho: number) => priceOf(NOISY, { ...QUERIES.drift, nanoRho }).cells[0]?.meanError ?? 0;
    expect(error(1_000_000) / error(4_000_000)).toBeCloseTo(2, 9);
  });

  test("is nothing where sums are exact, and so is the error", () => {
    for (const query of EACH) {
      const { nanoRho, share, more, cells } = priceOf(EXACT, unpaid(query));
      expect([nanoRho, share, more, ...cells.map(({ meanError }) => meanError)]).toEqual([0, null, null, ...cells.map(() => 0)]);
    }
  });

  test("says about how many cells would be withheld, given how many rows there might be", () => {
    const withheld = (rows: number | undefined, charter = EXACT) =>
      priceOf(charter, charter === EXACT ? unpaid(QUERIES.categories) : QUERIES.categories, rows === undefined ? {} : { rows }).cells.map((cell) => cell.withheld);
    expect([withheld(undefined), withheld(59), withheld(60)]).toEqual([[null], [3], [0]]);
    // With noise of σ ≈ 32 rows, a cell at the threshold is withheld half of the time.
    expect(withheld(60, NOISY)[0]).toBeCloseTo(1.5, 9);
    expect(withheld(3_000, NOISY)[0]).toBeLessThan(1e-6);
  });

  test("takes the guess at the cohort for what is counted in the cohort", () => {
    const { cells } = priceOf(EXACT, unpaid(QUERIES.profile), { rows: 10_000, cohortRows: 30 });
    expect(cells.map(({ of, withheld }) => `${of}: ${String(withheld)}`)).toEqual([
      "rows (all): 0", "rows (cohort): 0", "counts of age (all): 0", "counts of age (cohort): 3", "counts of letter (all): 0", "counts of letter (cohort): 3",
      "sum of spend (all): null", "sum of spend (cohort): null", "sum of visits (all): null", "sum of visits (cohort): null",
    ]);
  });

  test("of RFM without edges has both its sums", () => {
    expect(priceOf(NOISY, QUERIES.rfm).cells.map(({ of }) => of)).toEqual([
      "counts by recency", "counts by frequency", "counts by monetary", "counts of the grid", "spend of the grid", "counts by monetary score",
    ]);
  });

  test("of a query that is refused is none", () => {
    expect(() => priceOf(NOISY, { ...QUERIES.categories, nanoRho: 0 })).toThrow(RangeError);
  });
});
