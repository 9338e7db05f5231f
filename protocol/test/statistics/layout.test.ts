import { describe, expect, test } from "@jest/globals";
import { decodeFixed, encodeFixed, headroomFits } from "@cohortium/crypto/fixed-point";
import fc from "fast-check";
import { concentratedEpsilonOfParts } from "../../src/budget/distributed-noise.js";
import { budgetOf, chargeOf, everyQuestion, nanoRhoFor, sumsOf } from "../../src/statistics/charge.js";
import { gridsOf, onGrid, sensitivityOf } from "../../src/statistics/grids.js";
import { statisticLayout, statisticNoise } from "../../src/statistics/layout.js";
import { statisticPlanOf, type StatisticPlan } from "../../src/statistics/plan.js";
import type { Query } from "../../src/statistics/query.js";
import { bent, sound, STATISTICS } from "../charter/fixture.js";
import { EACH, EDGES, EXACT, NOISY, priced, QUERIES, RFM_WITH_EDGES, unpaid } from "./queries.js";

const questionsOf = (query: Query) => everyQuestion(query).map(({ edges }, step) => ({ kind: "statistic", step, edges }) as const);
/** Each run derives a plan, which looks up what ε and δ buy. */
const RUNS = { numRuns: 40 };
const nano = 1_000_000_000n;

/** Whether a/b = c/d, over bigints. */
const isSame = (a: bigint, b: bigint, c: bigint, d: bigint) => a * d === c * b;

describe("the charges of an answer's sums", () => {
  test("add up to what the query says, to the last nano-rho", () => {
    fc.assert(fc.property(priced, (query) => {
      const plan = statisticPlanOf(NOISY, query);
      const charges = questionsOf(query).map((question) => chargeOf(question, plan));
      expect(charges).toHaveLength(sumsOf(query));
      expect(charges.reduce((sum, charge) => sum + charge, 0)).toBe(query.nanoRho);
      expect(charges.every((charge) => charge >= 1)).toBe(true);
    }), RUNS);
  });

  test("of RFM are halves, and the second half is the larger where there is no half", () => {
    const plan = statisticPlanOf(NOISY, QUERIES.rfm);
    expect([{ edges: null }, { edges: EDGES }].map((question) => chargeOf(question, plan))).toEqual([10_000_000, 10_000_001]);
  });

  test("are nothing where sums are exact", () => {
    for (const query of EACH) expect(questionsOf(query).map((question) => chargeOf(question, statisticPlanOf(EXACT, unpaid(query))))).toEqual(questionsOf(query).map(() => 0));
  });
});

describe("the noise of the honest parties", () => {
  test("gives each sum exactly its charge: Σ Δ² / (2 · honest · v) = ρ as rationals", () => {
    fc.assert(fc.property(priced, (query) => {
      const plan = statisticPlanOf(NOISY, query);
      for (const question of questionsOf(query)) {
        const [numerator, denominator] = rhoOfSum(question, plan);
        expect(isSame(numerator, denominator, BigInt(chargeOf(question, plan)), nano)).toBe(true);
      }
    }), RUNS);
  });

  test("costs no more than that although a sum of discrete Gaussians is not one (Kairouz, Liu, Steinke 2021, theorem 1), but for 10⁻¹³ of it that budgets leave room for", () => {
    fc.assert(fc.property(priced, (query) => {
      const plan = statisticPlanOf(NOISY, query);
      for (const question of questionsOf(query)) {
        expect(concentratedRho(question, plan)).toBeLessThanOrEqual((chargeOf(question, plan) / 1e9) * (1 + 1e-13));
      }
    }), RUNS);
  });

  test("would cost more if counts were not summed in fractions: the control", () => {
    const parts = { parties: 2, sigma: 0.5, sensitivityL2: 1, dimension: 3 };
    expect(concentratedEpsilonOfParts(parts) ** 2 / 2).toBeGreaterThan((1 / (2 * 2 * 0.5 ** 2)) * 1.01);
  });

  test("is for the quorum less the colluders, not for all", () => {
    const plan = statisticPlanOf(NOISY, QUERIES.categories);
    expect(plan.noise).toEqual({ honest: 2 });
    const [question] = questionsOf(QUERIES.categories);
    const [guard, counts] = statisticNoise(question!, plan) ?? [];
    expect(guard).toEqual({ length: 1, variance: null });
    // Δ = 1 row, ρ = 0.001000003 for two: v = 1 / (4ρ), here with a scale of one.
    expect(counts).toEqual({ length: 3, variance: { numerator: 250_000_000n, denominator: 1_000_003n } });
  });

  test("is each company's alone in the local mode, where all others may collude: each part is enough for ρ by itself", () => {
    const local = { ...NOISY, privacy: { ...NOISY.privacy, colluders: NOISY.quorum - 1 } };
    const plan = statisticPlanOf(local, QUERIES.categories);
    const [, counts] = statisticNoise(questionsOf(QUERIES.categories)[0]!, plan) ?? [];
    expect([plan.noise, counts?.variance]).toEqual([{ honest: 1 }, { numerator: 500_000_000n, denominator: 1_000_003n }]);
  });

  test("is none where sums are exact", () => {
    for (const query of EACH) {
      const plan = statisticPlanOf(EXACT, unpaid(query));
      for (const question of questionsOf(query)) expect(statisticNoise(question, plan)).toBeNull();
    }
  });

  test("lies segment for segment as the layout does", () => {
    for (const query of EACH) {
      const plan = statisticPlanOf(NOISY, query);
      for (const question of questionsOf(query)) {
        expect(statisticNoise(question, plan)?.map(({ length }) => length)).toEqual(statisticLayout(question, plan).segments.map(({ length }) => length));
      }
    }
  });
});

describe("a layout", () => {
  const lengths = (query: Query, edges: typeof EDGES | null = null) =>
    statisticLayout({ kind: "statistic", step: 0, edges }, statisticPlanOf(NOISY, query)).segments.map(({ name, length }) => `${name}: ${length}`);

  test("of a profile begins with the guard; all rows and the cohort's alternate", () => {
    expect(lengths(QUERIES.profile)).toEqual([
      "parties: 1", "rows (all): 1", "rows (cohort): 1", "counts of age (all): 3", "counts of age (cohort): 3", "counts of letter (all): 3", "counts of letter (cohort): 3",
      "sum of spend (all): 1", "sum of spend (cohort): 1", "sum of visits (all): 1", "sum of visits (cohort): 1",
    ]);
  });

  test("of a profile of all rows has each number once, and so each gets twice the share of the price", () => {
    const everybody = { ...QUERIES.profile, cohort: [] };
    expect(lengths(everybody)).toEqual(["parties: 1", "rows (all): 1", "counts of age (all): 3", "counts of letter (all): 3", "sum of spend (all): 1", "sum of visits (all): 1"]);
    const variance = (query: Query) => {
      const part = statisticNoise({ kind: "statistic", step: 0, edges: null }, statisticPlanOf(NOISY, query))?.[1]?.variance;
      return Number(part?.numerator) / Number(part?.denominator);
    };
    expect(variance(QUERIES.profile) / variance(everybody)).toBeCloseTo(2, 9);
  });

  test("of a histogram, of quantiles and of categories has one run of counts", () => {
    expect(lengths(QUERIES.histogram)).toEqual(["parties: 1", "counts of spend: 3"]);
    expect(lengths(QUERIES.quantiles)).toEqual(["parties: 1", "counts of income: 64"]);
    expect(lengths(QUERIES.categories)).toEqual(["parties: 1", "counts of country: 3"]);
  });

  test("of RFM has three histograms, then a grid", () => {
    expect(lengths(QUERIES.rfm)).toEqual(["parties: 1", "counts by recency: 64", "counts by frequency: 64", "counts by monetary: 64"]);
    expect(lengths(QUERIES.rfm, EDGES)).toEqual(["parties: 1", "counts of the grid: 25", "spend of the grid: 25", "counts by monetary score: 5"]);
    expect(lengths(RFM_WITH_EDGES, EDGES)).toEqual(lengths(QUERIES.rfm, EDGES));
  });

  test("of an experiment has sums and squares by arm, and with a covariate its own and the products", () => {
    expect(lengths(QUERIES.experiment)).toEqual([
      "parties: 1", "rows by arm: 3", "sum of visits: 3", "squares of visits: 3", "sum of spend: 3", "squares of spend: 3",
      "sum of the covariate: 3", "squares of the covariate: 3", "products of visits: 3", "products of spend: 3",
    ]);
    expect(lengths({ ...QUERIES.experiment, covariate: null })).toHaveLength(6);
  });

  test("of drift has a last cell for absent values, which a column with a word for them shares", () => {
    expect(lengths(QUERIES.drift)).toEqual(["parties: 1", "counts of since: 21"]);
    expect(lengths({ ...QUERIES.drift, column: "country" })).toEqual(["parties: 1", "counts of country: 4"]);
    const missing = sound(bent("/statistics/features/2/missing", "indicate", STATISTICS));
    expect(statisticLayout({ kind: "statistic", step: 0, edges: null }, statisticPlanOf(missing, { ...QUERIES.drift, column: "letter" })).words).toBe(5);
    expect(statisticLayout({ kind: "statistic", step: 0, edges: null }, statisticPlanOf(missing, { ...QUERIES.categories, dimension: "letter" })).words).toBe(5);
  });

  test("never counts rows exactly: without noise at the guard alone, and every other number is noised", () => {
    for (const query of EACH) {
      const plan = statisticPlanOf(NOISY, query);
      for (const question of questionsOf(query)) {
        const exact = (statisticNoise(question, plan) ?? []).flatMap(({ variance }, i) => (variance === null ? [i] : []));
        expect(exact).toEqual([0]);
      }
    }
  });

  test("leaves room for the rows of all parties at their bounds and for 12 σ of everybody's noise", () => {
    fc.assert(fc.property(priced, (query) => {
      const plan = statisticPlanOf(NOISY, query);
      for (const question of questionsOf(query)) {
        for (const { part, segment, variance } of gridsOf(question, plan)) {
          expect(headroomFits(64, segment, plan.parties)).toBe(true);
          const sigma = Math.sqrt(Number(variance?.numerator) / Number(variance?.denominator));
          expect(segment.boundAbs * 2 ** segment.scaleBits).toBeGreaterThanOrEqual(plan.rowsMaxPerParty * sensitivityOf(part, segment.scaleBits, plan) + 12 * sigma - 1);
        }
      }
    }), RUNS);
  });

  test("is the same at every party: it follows from the plan alone", () => {
    for (const query of EACH) {
      for (const question of questionsOf(query)) expect(statisticLayout(question, statisticPlanOf(NOISY, query))).toEqual(statisticLayout(question, statisticPlanOf(NOISY, structuredClone(query))));
    }
  });
});

describe("values on the grid", () => {
  const plan = statisticPlanOf(NOISY, QUERIES.experiment);
  const [, , , , squares] = gridsOf({ edges: null }, plan);

  test("are within a millionth of the measure's range of what they were", () => {
    for (const { part, segment: { scaleBits } } of gridsOf({ edges: null }, plan)) {
      if (part.factors.length === 0) continue;
      expect(2 ** -scaleBits).toBeLessThan(5e-3);
      expect(Math.abs(onGrid(12.34567, scaleBits) - 12.34567)).toBeLessThanOrEqual(2 ** -scaleBits / 2);
    }
  });

  test("of as many rows as a party may bring add up to no more than doubles hold exactly", () => {
    for (const query of EACH) {
      const terms = statisticPlanOf(NOISY, query);
      for (const { part, segment: { scaleBits } } of questionsOf(query).flatMap((question) => gridsOf(question, terms))) {
        expect(terms.rowsMaxPerParty * sensitivityOf(part, scaleBits, terms)).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER + 1);
      }
    }
  });

  test("add up exactly in any order, and survive the ring", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 250_000, noNaN: true }), { minLength: 1, maxLength: 40 }), (values) => {
      const { segment } = squares!;
      const rounded = values.map((value) => onGrid(value, segment.scaleBits));
      const sum = rounded.reduce((total, value) => total + value, 0);
      expect([...rounded].sort((a, b) => a - b).reduce((total, value) => total + value, 0)).toBe(sum);
      const one = { ...segment, length: 1 };
      expect(decodeFixed(encodeFixed(Float64Array.of(sum), [one], 64), [one], 64)[0]).toBe(sum);
    }), RUNS);
  });

  test("change a sum by no more than the sensitivity when one row comes or goes", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 500, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true }), (a, b) => {
      for (const { part, segment: { scaleBits } } of gridsOf({ edges: null }, plan)) {
        if (part.factors.length === 0) continue;
        const [x, y] = part.factors.map((name) => (name === "spend" ? a : (name === "visits" ? b / 500 * 40 : b / 500 * 5.301)));
        const product = part.factors.length === 1 ? x ?? 0 : (x ?? 0) * (y ?? 0);
        expect(Math.abs(onGrid(product, scaleBits)) * 2 ** scaleBits).toBeLessThanOrEqual(sensitivityOf(part, scaleBits, plan));
      }
    }), RUNS);
  });
});

describe("a budget", () => {
  // Corollary 13 of Canonne, Kamath, Steinke (2020), minimised elsewhere: 24355970.36, 321047.69 and 185069840.65.
  test.each([[1, 24_355_970], [0.1, 321_047], [3, 185_069_840]])("of ε = %p at δ = 10⁻⁶ buys %p nano-rho, rounded down", (epsilon, nanoRho) => {
    expect(nanoRhoFor(epsilon, 1e-6)).toBe(nanoRho);
  });

  test("is none where sums are exact", () => expect(budgetOf(EXACT)).toBeNull());

  test.each([[0, 1e-6], [-1, 1e-6], [Number.NaN, 1e-6], [1, 0], [1, 1], [1, Number.NaN], [Infinity, 1e-6]])("of ε = %p and δ = %p is refused", (epsilon, delta) => {
    expect(() => nanoRhoFor(epsilon, delta)).toThrow(RangeError);
  });

  test("has a reserve of what is left", () => {
    const whole = budgetOf(sound(bent("/privacy/budget/reserveShare", 0, STATISTICS)));
    expect(whole?.reserveNanoRho).toBe(0);
    const kept = budgetOf(NOISY);
    expect((kept?.nanoRho ?? 0) + (kept?.reserveNanoRho ?? 0)).toBe(whole?.nanoRho);
  });
});

function rhoOfSum(question: Parameters<typeof gridsOf>[0], plan: StatisticPlan): readonly [bigint, bigint] {
  return gridsOf(question, plan).reduce<readonly [bigint, bigint]>(([a, b], { part, segment, variance }) => {
    const sensitivity = BigInt(sensitivityOf(part, segment.scaleBits, plan));
    const [c, d] = [sensitivity * sensitivity * (variance?.denominator ?? 0n), 2n * BigInt(plan.noise?.honest ?? 0) * (variance?.numerator ?? 0n)];
    return [a * d + c * b, b * d];
  }, [0n, 1n]);
}

function concentratedRho(question: Parameters<typeof gridsOf>[0], plan: StatisticPlan): number {
  return gridsOf(question, plan).reduce((sum, { part, segment, variance }) => {
    const sigma = Math.sqrt(Number(variance?.numerator) / Number(variance?.denominator));
    const sensitivityL2 = sensitivityOf(part, segment.scaleBits, plan);
    return sum + concentratedEpsilonOfParts({ parties: plan.noise?.honest ?? 0, sigma, sensitivityL2, dimension: segment.length }) ** 2 / 2;
  }, 0);
}
