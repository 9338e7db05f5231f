import { beforeAll, describe, expect, test } from "@jest/globals";
import type { ExperimentAnswer, ProfileAnswer, QuantilesAnswer, Shown } from "../../src/statistics/answer.js";
import { equalCells } from "../../src/statistics/cells.js";
import type { Query } from "../../src/statistics/query.js";
import { sentencesOf } from "../../src/statistics/sentences.js";
import type { Feature } from "../../src/charter/features.js";
import { Dice } from "../../src/testing/dice.js";
import { answerTo, CELL_ROWS, dealt, planFor, type Row } from "./pooled.js";
import { expectedOf, hasDataset, recordsOf } from "./real-files.js";

const FILE = "hillstrom-email/hillstrom.csv";
const ARMS = ["No E-Mail", "Mens E-Mail", "Womens E-Mail"];
const FEATURES: readonly Feature[] = [
  { kind: "categorical", name: "segment", categories: ARMS },
  { kind: "categorical", name: "zip_code", categories: ["Rural", "Surburban", "Urban"] },
  { kind: "categorical", name: "channel", categories: ["Multichannel", "Phone", "Web"] },
  { kind: "numeric", name: "visit", unit: "visits", min: 0, max: 1 },
  { kind: "numeric", name: "conversion", unit: "orders", min: 0, max: 1 },
  { kind: "numeric", name: "spend", unit: "USD", min: 0, max: 500 },
  { kind: "numeric", name: "history", unit: "USD", min: 0, max: 3500 },
];
const METRICS = ["visit", "conversion", "spend"];
const TEST: Query = { kind: "experiment", arm: "segment", control: "No E-Mail", shares: [1 / 3, 1 / 3, 1 / 3], metrics: METRICS, covariate: "history", from: "2008-03-01", to: "2008-03-14", nanoRho: 0 };

interface Expected {
  readonly arms: Readonly<Record<string, Readonly<Record<string, { readonly mean: number; readonly sum: number; readonly sumsq: number }>> & { readonly n: number }>>;
  readonly ate: Readonly<Record<string, Readonly<Record<string, { readonly ate: number; readonly se: number; readonly ci95: readonly [number, number]; readonly z: number }>>>>;
  readonly srm_chi2: number;
}

(hasDataset(FILE) ? describe : describe.skip)("Hillstrom, over three companies and without noise", () => {
  let rows: readonly Row[];
  beforeAll(() => {
    rows = [...recordsOf(FILE)].map((record) => Object.fromEntries(FEATURES.map(({ kind, name }) => [name, kind === "numeric" ? Number(record[name]) : record[name]!])));
  });
  const ask = <T>(query: Query) => answerTo(dealt(rows), planFor(FEATURES, query)) as unknown as T;
  const value = (cell: object) => (cell as Shown).value;
  const numbers = (metric: string, arm?: string) => rows.filter(({ segment }) => arm === undefined || segment === arm).map((row) => Number(row[metric]));

  test("effects, standard errors, intervals and the sample ratio are those published, and to 1e-9 those of the plain rows", () => {
    const [published, answer] = [expectedOf<Expected>("hillstrom-email"), ask<ExperimentAnswer>(TEST)];
    for (const arm of answer.arms) {
      expect(value(arm.rows)).toBe(published.arms[arm.arm]!.n);
      for (const { metric, sum, mean } of arm.metrics) {
        expect(value(mean)).toBeCloseTo(published.arms[arm.arm]![metric]!.mean, 7);
        expect(Math.abs(value(sum) - published.arms[arm.arm]![metric]!.sum)).toBeLessThan(1e-4);
      }
    }
    expect(answer.effects).toHaveLength(6);
    for (const { arm, metric, plain } of answer.effects) {
      const known = published.ate[arm]![metric]!;
      if (!("z" in plain)) throw new Error("withheld");
      expect([plain.value, plain.standardError].map((number) => number.toFixed(8))).toEqual([known.ate, known.se].map((number) => number.toFixed(8)));
      expect(plain.z).toBeCloseTo(known.z, 3);
      expect([plain.low, plain.high].map((number) => number.toFixed(6))).toEqual(known.ci95.map((number) => number.toFixed(6)));
      const [treated, control] = [numbers(metric, arm), numbers(metric, "No E-Mail")];
      expect(Math.abs(plain.value - (mean(treated) - mean(control)))).toBeLessThan(1e-9);
      expect(Math.abs(plain.standardError - Math.sqrt(variance(treated) / treated.length + variance(control) / control.length))).toBeLessThan(1e-9);
    }
    expect(answer.sampleRatio).toMatchObject({ degrees: 2, alarm: false });
    expect((answer.sampleRatio as { chiSquare: number }).chiSquare).toBeCloseTo(published.srm_chi2, 4);
    expect(sentencesOf(answer).join(" ")).toContain("Based on 64,000 people in 3 firms");
  });

  test("adjusted by what was spent before, effects barely move and their errors do not grow", () => {
    for (const { plain, adjusted } of ask<ExperimentAnswer>(TEST).effects) {
      if (!("z" in plain) || adjusted === null || !("theta" in adjusted)) throw new Error("withheld");
      expect(Math.abs(adjusted.value - plain.value)).toBeLessThan(plain.standardError);
      expect(adjusted.standardError).toBeLessThanOrEqual(plain.standardError);
    }
  });

  test("the alarm rings when a tenth of one arm is lost", () => {
    const tampered = rows.filter(({ segment }, i) => segment !== "Mens E-Mail" || i % 10 !== 0);
    const answer = answerTo(dealt(tampered), planFor(FEATURES, TEST)) as ExperimentAnswer;
    expect(answer.sampleRatio).toMatchObject({ alarm: true });
    expect(sentencesOf(answer).join(" ")).toContain("do not believe any effect");
  });

  test("a profile by zip code and channel is plain counting", () => {
    const query: Query = { kind: "profile", cohort: [{ dimension: "segment", words: ["Mens E-Mail", "Womens E-Mail"] }], by: ["zip_code", "channel"], measures: ["spend", "history"], nanoRho: 0 };
    const answer = ask<ProfileAnswer>(query);
    const cohort = rows.filter(({ segment }) => segment !== "No E-Mail");
    const count = (of: readonly Row[], column: string, word: string) => of.filter((row) => row[column] === word).length;
    expect([value(answer.base), value(answer.rows)]).toEqual([rows.length, cohort.length]);
    for (const { dimension, words } of answer.dimensions) {
      for (const one of words) {
        const [own, all] = [count(cohort, dimension, one.word), count(rows, dimension, one.word)];
        expect([value(one.rows), value(one.base), value(one.share), value(one.baseShare)]).toEqual([own, all, own / cohort.length, all / rows.length]);
        expect(value(one.index)).toBeCloseTo(100 * (own / cohort.length) / (all / rows.length), 9);
      }
    }
    for (const { measure, sum, mean: ofCohort, baseMean } of answer.measures) {
      expect(Math.abs(value(sum) - cohort.reduce((total, row) => total + Number(row[measure]), 0))).toBeLessThan(1e-3);
      expect(Math.abs(value(ofCohort) - mean(cohort.map((row) => Number(row[measure]))))).toBeLessThan(1e-8);
      expect(Math.abs(value(baseMean) - mean(numbers(measure)))).toBeLessThan(1e-8);
    }
  });

  test("quantiles lie in the cell of the exact ones, or in several that hold fewer rows than may be shown", () => {
    const probabilities = [0.05, 0.25, 0.5, 0.75, 0.9, 0.99];
    const sorted = numbers("history").sort((a, b) => a - b);
    for (const spacing of ["linear", "log"] as const) {
      const answer = ask<QuantilesAnswer>({ kind: "quantiles", cohort: [], measure: "history", probabilities, bins: 64, spacing, nanoRho: 0 });
      const edges = equalCells({ min: 0, max: 3500 }, 64, spacing);
      answer.quantiles.forEach(({ probability, at }) => {
        const exact = sorted[Math.ceil(probability * sorted.length) - 1]!;
        const { value: read, low, high } = at as Shown;
        expect([low <= exact, exact <= high, low <= read, read <= high]).toEqual([true, true, true, true]);
        expect(edges).toEqual(expect.arrayContaining([low, high]));
        // Cells are merged from the left: what lies before the last of them was too little to stand alone.
        const last = edges[edges.indexOf(high) - 1] ?? 0;
        expect(sorted.filter((each) => low <= each && each < last).length).toBeLessThan(CELL_ROWS);
      });
    }
  });

  test("with noise, intervals hold the exact numbers as often as they say, and effects say how much of their error is noise", () => {
    const noisy: Query = { ...TEST, covariate: null, metrics: ["visit"], nanoRho: 50_000_000 };
    const plan = planFor(FEATURES, noisy, { noise: { honest: 2 } });
    const some = dealt(rows.filter((_, i) => i % 8 === 0));
    const exact = answerTo(some, planFor(FEATURES, { ...noisy, nanoRho: 0 })) as ExperimentAnswer;
    const answers = Array.from({ length: 40 }, (_, seed) => answerTo(some, plan, {}, new Dice(seed + 1)) as ExperimentAnswer);
    const held = answers.flatMap(({ arms }) => arms.map(({ rows: cell }, i) => (cell as Shown).low <= value(exact.arms[i]!.rows) && value(exact.arms[i]!.rows) <= (cell as Shown).high));
    expect(held.filter(Boolean).length / held.length).toBeGreaterThan(0.9);
    for (const { effects, noise } of answers) {
      expect(noise).toBe(true);
      for (const [i, { plain }] of effects.entries()) {
        const known = exact.effects[i]!.plain;
        if (!("z" in plain && "z" in known)) throw new Error("withheld");
        expect([known.noiseShare, plain.noiseShare > 0, plain.standardError > known.standardError * 0.99]).toEqual([0, true, true]);
        expect(Math.abs(plain.value - known.value)).toBeLessThan(5 * Math.sqrt(plain.noiseShare) * plain.standardError);
      }
    }
  });
});

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function variance(numbers: readonly number[]): number {
  const middle = mean(numbers);
  return numbers.reduce((sum, number) => sum + (number - middle) ** 2, 0) / (numbers.length - 1);
}
