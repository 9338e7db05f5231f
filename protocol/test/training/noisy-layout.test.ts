import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { concentratedEpsilonOfParts } from "../../src/budget/distributed-noise.js";
import { rhoOfSum, trainingCharges } from "../../src/training/charges.js";
import type { LogisticPrivacy } from "../../src/charter/model-clauses.js";
import type { Feature } from "../../src/charter/features.js";
import { gridsOf, layoutOf, noiseOf, type Question } from "../../src/training/layout.js";
import type { LayoutTerms } from "../../src/training/layout-parts.js";
import type { LogisticModel } from "../../src/training/logistic/model.js";
import { noiseDeviation } from "../../src/training/noisy-layout.js";

const FEATURES: readonly Feature[] = [
  { kind: "numeric", name: "age", unit: "years", min: 20, max: 60, missing: "indicate" },
  { kind: "categorical", name: "job", categories: ["clerk", "farmer", "retired"] },
  { kind: "categorical", name: "loan", categories: ["no", "yes"] },
];
const COLUMNS = ["intercept", "age", "age=(missing)", "job=farmer", "job=retired", "loan=yes"];
const PRIVACY: LogisticPrivacy = { nanoRho: 17_000_003, rowNormMax: 3.5, iterations: 4 };
const MODEL: LogisticModel = {
  kind: "logistic", iteration: 2, columns: COLUMNS, means: [0, 35, 0, 0, 0, 0], deviations: [1, 5, 1, 1, 1, 1], coefficients: [0, 0, 0, 0, 0, 0], dropped: ["job=farmer"],
};
const termsWith = (privacy: Partial<LogisticPrivacy> = {}, more: Partial<LayoutTerms> = {}): LayoutTerms => ({
  features: FEATURES, model: { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 20, privacy: { ...PRIVACY, ...privacy } },
  scoreBins: 64, parties: 5, rowsMaxPerParty: 50_000, noise: { honest: 3 }, ...more,
});
const QUESTIONS: readonly Question[] = [{ kind: "moments" }, { kind: "newton", model: MODEL }, { kind: "evaluation" }];
const iterationOf = (question: Question) => (question.kind === "newton" ? question.model.iteration : 0);

describe("a noisy layout", () => {
  test.each([
    { question: QUESTIONS[0], lengths: [1, 2, 1, 1, 1, 5] },
    // Five active columns: a gradient of five, a triangle of fifteen.
    { question: QUESTIONS[1], lengths: [1, 5, 15] },
    { question: QUESTIONS[2], lengths: [1, 128] },
  ])("of the $question.kind has the guard and no exact count", ({ question, lengths }) => {
    if (question === undefined) throw new Error("no question");
    const { segments } = layoutOf(question, termsWith());
    expect(segments.map(({ length }) => length)).toEqual(lengths);
    expect(segments[0]).toEqual({ name: "parties", length: 1, boundAbs: 1, scaleBits: 0 });
    expect(noiseOf(question, termsWith())?.map(({ length, variance }) => [length, variance === null])).toEqual(lengths.map((length, i) => [length, i === 0]));
  });

  test.each(QUESTIONS)("of the $kind spends exactly what the sum may tell, where as many as counted on are honest", (question) => {
    // Σ Δ₂² / (2 · honest · v) over one denominator: fractions, so that nothing is rounded.
    const spent = gridsOf(question, termsWith()).map(({ sensitivitySquared, variance: { numerator, denominator } }) => [sensitivitySquared * denominator, 2n * 3n * numerator] as const)
      .reduce(([a, b], [c, d]) => [a * d + c * b, b * d] as const, [0n, 1n] as const);
    expect(spent[0] * 1_000_000_000n).toBe(BigInt(rhoOfSum(question.kind as "moments", iterationOf(question), PRIVACY)) * spent[1]);
  });

  test.each(QUESTIONS)("of the $kind has noise that is smooth at each party: the sum of shares is worth what one Gaussian would be", (question) => {
    for (const { sensitivitySquared, variance, segment } of gridsOf(question, termsWith({ nanoRho: 20_000_000_000 }))) {
      const sigma = Math.sqrt(Number(variance.numerator) / Number(variance.denominator));
      const epsilon = concentratedEpsilonOfParts({ parties: 3, sigma, sensitivityL2: Math.sqrt(Number(sensitivitySquared)), dimension: segment.length });
      expect(epsilon / Math.sqrt(Number(sensitivitySquared) / (3 * sigma * sigma))).toBeCloseTo(1, 12);
    }
  });

  test.each(QUESTIONS)("of the $kind leaves room for twelve deviations at every party beside all its rows", (question) => {
    for (const { segment, variance: { numerator, denominator } } of gridsOf(question, termsWith())) {
      const sigma = Math.sqrt(Number(numerator) / Number(denominator)) / 2 ** segment.scaleBits;
      expect(segment.boundAbs).toBeGreaterThanOrEqual(50_000 + 12 * sigma);
    }
  });

  test("asks rows of its sums to be so many that a party's sums are exact in doubles", () => {
    for (const rowsMaxPerParty of [1_000, 3_000_000, 2 ** 28]) {
      const [, curvature] = gridsOf({ kind: "newton", model: MODEL }, termsWith({}, { rowsMaxPerParty }));
      const { scaleBits = 0 } = curvature?.segment ?? {};
      expect(rowsMaxPerParty * (3.5 ** 2 / 4) * 2 ** scaleBits).toBeLessThan(2 ** 53);
      expect(scaleBits).toBeGreaterThanOrEqual(8);
    }
  });

  test("does not exist where noise would be too small to be smooth, where nothing is paid, or for other kinds of model", () => {
    expect(() => layoutOf({ kind: "moments" }, termsWith({ nanoRho: Number.MAX_SAFE_INTEGER }))).not.toThrow();
    expect(() => layoutOf({ kind: "newton", model: MODEL }, termsWith({ rowNormMax: 1e-8, nanoRho: Number.MAX_SAFE_INTEGER }))).toThrow("fits at no scale");
    expect(() => layoutOf({ kind: "moments" }, termsWith({ nanoRho: 4 }))).toThrow("a charge of nothing");
    const trees = termsWith().model;
    if (trees.kind !== "logistic") throw new Error("another model");
    const { privacy: _, ...exact } = trees;
    expect(() => layoutOf({ kind: "moments" }, { ...termsWith(), model: exact })).toThrow("does not say what");
    expect(() => layoutOf({ kind: "bins" } as Question, termsWith())).toThrow("asks no such question");
  });

  test("doubles its deviation with four times the parties, and halves it for four times the price", () => {
    const deviation = (survivors: number, nanoRho: number) => gridsOf({ kind: "evaluation" }, termsWith({ nanoRho })).map((grid) => noiseDeviation(grid, survivors))[0] ?? Number.NaN;
    // A cell moves by one: σ² = survivors / honest · 1 / (2ρ).
    expect(deviation(3, 8_000_000)).toBeCloseTo(Math.sqrt(1 / (2 * 0.008)), 9);
    expect(deviation(12, 8_000_000)).toBeCloseTo(2 * deviation(3, 8_000_000), 9);
    expect(deviation(3, 32_000_000)).toBeCloseTo(deviation(3, 8_000_000) / 2, 9);
  });
});

describe("the charges of a training", () => {
  const privacies = fc.record({ nanoRho: fc.integer({ min: 100, max: 2 ** 40 }), rowNormMax: fc.constant(2.5), iterations: fc.integer({ min: 1, max: 20 }) });

  test("are whole numbers and add up to its price exactly", () => {
    fc.assert(fc.property(privacies, (privacy) => {
      const charges = trainingCharges(privacy);
      expect(charges.map(({ question }) => question)).toEqual(["moments", ...Array.from({ length: privacy.iterations }, () => "newton"), "evaluation"]);
      expect(charges.every(({ nanoRho }) => Number.isSafeInteger(nanoRho) && nanoRho >= 0)).toBe(true);
      expect(charges.reduce((sum, { nanoRho }) => sum + nanoRho, 0)).toBe(privacy.nanoRho);
    }));
  });

  test("are those of its sums, one by one", () => {
    fc.assert(fc.property(privacies, (privacy) => {
      const steps = Array.from({ length: privacy.iterations }, (_, i) => rhoOfSum("newton", i, privacy));
      expect([rhoOfSum("moments", 0, privacy), ...steps, 0]).toEqual(trainingCharges(privacy).map(({ nanoRho }) => nanoRho));
    }));
  });

  test("of the held-out rows are what their own rows may tell: no row is in both", () => {
    expect([trainingCharges(PRIVACY).at(-1)?.nanoRho, rhoOfSum("evaluation", 4, PRIVACY)]).toEqual([0, PRIVACY.nanoRho]);
  });

  test.each([-1, 4, Number.NaN])("know no step %d of four", (iteration) => {
    expect(() => rhoOfSum("newton", iteration, PRIVACY)).toThrow("beyond the last");
  });
});
