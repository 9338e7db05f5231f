import { describe, expect, test } from "@jest/globals";
import { canonicalText } from "@cohortium/crypto/canonical-json";
import { answerJson, isShown, type Answer, type CategoriesAnswer, type Cell, type DriftAnswer, type ExperimentAnswer, type HistogramAnswer, type ProfileAnswer, type QuantilesAnswer, type RfmAnswer, type Shown } from "../../src/statistics/answer.js";
import { ratio } from "../../src/statistics/estimate.js";
import type { StatisticPlan } from "../../src/statistics/plan.js";
import { advanceStatistic, firstStatistic, statisticContext } from "../../src/statistics/progress.js";
import type { Query, RfmEdges } from "../../src/statistics/query.js";
import { sentencesOf } from "../../src/statistics/sentences.js";
import { earlierOf } from "../../src/statistics/sequence.js";
import { Dice } from "../../src/testing/dice.js";
import { FEATURES, people, QUERIES } from "./small-town.js";
import { answerTo, dealt, normal, planFor, sumOver, type Row } from "./pooled.js";

const KINDS = Object.values<Query>(QUERIES);

const ROWS = people(1);
const ask = <T extends Answer>(query: Query, rows = ROWS, changes: Partial<StatisticPlan> = {}) => answerTo(dealt(rows), planFor(FEATURES, query, changes)) as T;
const value = (cell: Cell) => (isShown(cell) ? cell.value : cell.withheld);
const count = (keep: (row: Row) => boolean) => ROWS.filter(keep).length;

describe("without noise", () => {
  test("a profile counts words of the cohort and of all; a word nobody of the cohort can have is zero, not withheld", () => {
    const { dimensions, rows, base, share } = ask<ProfileAnswer>(QUERIES.profile);
    const paid = count((row) => row["plan"] === "paid");
    expect([value(base), value(rows), value(share)]).toEqual([1_000, paid, paid / 1_000]);
    const [cities, plans] = dimensions;
    expect(cities!.words.slice(0, 1).map((word) => [word.word, value(word.base), value(word.rows)])).toEqual([["Bern", count((row) => row["city"] === "Bern"), count((row) => row["city"] === "Bern" && row["plan"] === "paid")]]);
    expect(plans!.words.map((word) => [word.word, value(word.rows)])).toEqual([["free", 0], ["paid", paid], ["(missing)", 0]]);
    expect(value(plans!.words[1]!.index)).toBeCloseTo(100 * 1_000 / paid, 9);
  });

  test("few people in one city are withheld, and with them another city of the same list", () => {
    const olten = count((row) => row["city"] === "Olten");
    expect(olten).toBeGreaterThan(0);
    expect(olten).toBeLessThan(11);
    const [cities] = ask<ProfileAnswer>(QUERIES.profile).dimensions;
    for (const which of ["rows", "base"] as const) expect(cities!.words.filter((word) => !isShown(word[which])).length).toBe(2);
    for (const { rows, share, base, index } of cities!.words) if (!isShown(rows) || !isShown(base)) expect([isShown(share) && isShown(rows), isShown(index)]).toEqual([isShown(rows), false]);
  });

  test("a histogram counts who has a value, and shares add up to one", () => {
    const { rows, cells } = ask<HistogramAnswer>(QUERIES.histogram);
    expect(value(rows)).toBe(count((row) => !Number.isNaN(row["age"])));
    expect(cells.map((cell) => value(cell.rows))).toEqual([{ from: 0, to: 18 }, { from: 18, to: 40 }, { from: 40, to: 65 }, { from: 65, to: 101 }].map(({ from, to }) => {
      const inside = count((row) => Number(row["age"]) >= from && Number(row["age"]) < to);
      return inside < 11 ? "k = 11" : inside;
    }).map((cell, _, all) => (all.filter((one) => one === "k = 11").length === 1 && cell === Math.min(...all.filter((one) => typeof one === "number")) ? "k = 11" : cell)));
  });

  test("a quantile with fewer than k people on one side is withheld, the others lie in the cell of the exact one", () => {
    const { quantiles } = ask<QuantilesAnswer>(QUERIES.quantiles);
    const sorted = ROWS.map((row) => Number(row["spend"])).sort((a, b) => a - b);
    expect(quantiles[0]!.at).toEqual({ withheld: "k = 11" });
    for (const { probability, at } of quantiles.slice(1)) expect(Math.abs((at as Shown).value - sorted[probability * 1_000 - 1]!)).toBeLessThanOrEqual(10);
  });

  test("two probabilities in one cell, or as many as there are rows, do not tell how many rows a cell has", () => {
    // 30 rows near 5, 7 near 25, 63 near 95: the seven are a secret at k = 11.
    const rows = [[30, 5], [7, 25], [63, 95]].flatMap(([length, spend]) => Array.from({ length: length! }, () => ({ spend: spend! })));
    const probabilities = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
    const { quantiles } = ask<QuantilesAnswer>({ ...QUERIES.quantiles, probabilities: probabilities.slice(11, 88) }, rows);
    const told = quantiles.flatMap(({ probability, at }) => (isShown(at) ? [{ probability, ...at }] : []));
    told.slice(1).forEach(({ probability }, i) => { expect(Math.round((probability - told[i]!.probability) * 100)).toBeGreaterThanOrEqual(11); });
    // Whatever is asked, the same two ranges come back, each over 30 people or more, with nothing in between.
    const each = probabilities.slice(11, 88).map((probability) => ask<QuantilesAnswer>({ ...QUERIES.quantiles, probabilities: [probability] }, rows).quantiles[0]!.at as Shown);
    const ranges = new Set(each.map(({ low, high, value: middle }) => JSON.stringify([low, middle, high])));
    expect([...ranges].sort()).toEqual([[0, 5, 10], [10, 505, 1_000]].map((range) => JSON.stringify(range)));
  });

  test("where a fifth is fewer than k people no edge is found, and nobody is asked again; where it is k, each edge leaves k or nobody between it and the next", () => {
    const plan = planFor(FEATURES, QUERIES.rfm);
    const first = firstStatistic(plan);
    const after = (rows: readonly Row[], cellRows: number) => advanceStatistic(sumOver(dealt(rows), first.question, plan), first, plan, { cellRows, survivors: 3 });
    expect(after(people(5, 8), 20)).toMatchObject({ kind: "failed", code: "TRAINING_DEGENERATE" });
    expect(after(people(5, 99), 20)).toMatchObject({ kind: "failed" });
    for (const seed of [1, 2, 3, 4, 5]) {
      const rows = people(seed, 100);
      const next = after(rows, 20);
      if (next.kind !== "next" || next.progress.question.edges === null) throw new Error(next.kind);
      const { recency, frequency, monetary } = next.progress.question.edges;
      for (const [name, edges] of [["days", recency], ["orders", frequency], ["spend", monetary]] as const) {
        const between = [-Infinity, ...edges].map((from, i) => rows.filter((row) => Number(row[name]) > from && Number(row[name]) <= (edges[i] ?? Infinity)).length);
        expect(between.every((many) => many === 0 || many >= 20)).toBe(true);
      }
    }
  });

  test("the most frequent words come first; where the rest is few, one more is counted with it", () => {
    const { top, others } = ask<CategoriesAnswer>(QUERIES.categories);
    const shown = top.filter((one) => isShown(one.rows));
    expect(shown.map(({ rows }) => value(rows))).toEqual(shown.map(({ rows }) => value(rows)).toSorted((a, b) => Number(b) - Number(a)));
    const few = ROWS.length - shown.reduce((sum, { rows }) => sum + Number(value(rows)), 0);
    expect([top.length, shown.length, others?.words, others && value(others.rows)]).toEqual([2, 2, 2, few]);
  });

  test("ties are ranked by the order of words, and words below k are not named", () => {
    const rows = [...Array.from({ length: 30 }, () => ({ city: "Genf" })), ...Array.from({ length: 30 }, () => ({ city: "Bern" })), ...Array.from({ length: 8 }, () => ({ city: "Olten" })), ...Array.from({ length: 7 }, () => ({ city: "Chur" }))];
    const { top } = ask<CategoriesAnswer>({ ...QUERIES.categories, top: 4 }, rows);
    expect(top.map(({ word, rows: cell }) => [word, value(cell)])).toEqual([["Bern", 30], ["Genf", 30]]);
    // Also where there is room for one of them: that would tell which has more.
    expect(ask<CategoriesAnswer>({ ...QUERIES.categories, top: 3 }, rows)).toEqual(ask({ ...QUERIES.categories, top: 4 }, rows));
  });

  test("fifths score in two sums, and what the second asks by is shown to the nodes", () => {
    const plan = planFor(FEATURES, QUERIES.rfm);
    const first = firstStatistic(plan);
    expect(statisticContext(first)).toEqual({ step: 0, edges: null });
    const next = advanceStatistic(sumOver(dealt(ROWS), first.question, plan), first, plan, { cellRows: 11, survivors: 3 });
    if (next.kind !== "next") throw new Error(next.kind);
    expect(statisticContext(next.progress)).toMatchObject({ step: 1, edges: next.progress.question.edges });
    const { grid, scores, rows } = ask<RfmAnswer>(QUERIES.rfm);
    expect(value(rows)).toBe(1_000);
    // Edges are ends of cells, and the last of 64 by the logarithm of 365 days have a twelfth of the rows each.
    for (const { rows: byScore } of scores) for (const cell of byScore) expect(Math.abs(Number(value(cell)) - 200)).toBeLessThan(60);
    expect(grid.flat().every((cell) => isShown(cell.rows) === isShown(cell.spend))).toBe(true);
  });

  test("between two equal edges is nobody, which is no secret", () => {
    const edges = { recency: [73, 146, 219, 292], frequency: [10, 10, 30, 40], monetary: [200, 400, 600, 800] };
    const { scores, grid } = ask<RfmAnswer>({ ...QUERIES.rfm, edges });
    expect(scores[1]!.rows.map(value)[1]).toBe(0);
    expect(grid.map((row) => [value(row[1]!.rows), value(row[1]!.spend)])).toEqual(grid.map(() => [0, 0]));
  });

  test("an experiment has effects for each arm but the control, adjusted where a covariate was registered", () => {
    const { effects, arms, sampleRatio } = ask<ExperimentAnswer>(QUERIES.experiment);
    expect(arms.map(({ arm, control }) => [arm, control])).toEqual([["none", true], ["mail", false]]);
    expect(effects).toEqual([expect.objectContaining({ arm: "mail", metric: "spend", adjusted: expect.objectContaining({ theta: expect.any(Number) }) })]);
    expect(ask<ExperimentAnswer>({ ...QUERIES.experiment, covariate: null }).effects[0]!.adjusted).toBeNull();
    expect(sampleRatio).toMatchObject({ alarm: false });
  });

  test("arms below k tell nothing: no size, no mean, no effect, no sample ratio", () => {
    const { arms, effects, sampleRatio } = ask<ExperimentAnswer>(QUERIES.experiment, ROWS.filter((row, i) => row["arm"] === "none" || i < 12));
    expect(arms.map(({ rows, metrics }) => [isShown(rows), isShown(metrics[0]!.mean)])).toEqual([[false, false], [false, false]]);
    expect([effects[0]!.plain, effects[0]!.adjusted, sampleRatio]).toEqual([{ withheld: "k = 11" }, { withheld: "k = 11" }, { withheld: "k = 11" }]);
  });

  test("drift counts who has no value; a column that cannot be absent has none missing, for certain", () => {
    const { missing, rows, cells } = ask<DriftAnswer>(QUERIES.drift);
    expect([value(rows), value(missing.rows)]).toEqual([1_000, count((row) => Number.isNaN(row["age"]))]);
    expect(cells.map(({ word }) => word).slice(0, 2)).toEqual(["[0, 10)", "[10, 20)"]);
    expect(value(ask<DriftAnswer>({ ...QUERIES.drift, column: "city" }).missing.rows)).toBe(0);
    expect(value(ask<DriftAnswer>({ ...QUERIES.drift, column: "plan" }).missing.rows)).toBe(count((row) => row["plan"] === "(missing)"));
  });

  test("fewer rows than the charter asks for end the session", () => {
    const plan = planFor(FEATURES, QUERIES.profile, { rowsMinJoint: 1_001 });
    const first = firstStatistic(plan);
    const values = sumOver(dealt(ROWS), first.question, plan);
    expect(advanceStatistic(values, first, plan, { cellRows: 11, survivors: 3 })).toEqual({ kind: "failed", code: "TRAINING_DEGENERATE", detail: { rowsMinJoint: 1_001 } });
    expect(advanceStatistic(values, first, { ...plan, rowsMinJoint: 1_000 }, { cellRows: 11, survivors: 3 })).toMatchObject({ kind: "answered" });
    expect(() => advanceStatistic(values.subarray(1), first, plan, { cellRows: 11, survivors: 3 })).toThrow(RangeError);
  });

  test("of nobody there are no fifths", () => {
    const plan = planFor(FEATURES, QUERIES.rfm);
    const first = firstStatistic(plan);
    expect(advanceStatistic(sumOver(dealt([]), first.question, plan), first, plan, { cellRows: 11, survivors: 3 })).toMatchObject({ kind: "failed", code: "TRAINING_DEGENERATE" });
  });
});

describe("every kind", () => {
  test.each(KINDS)("$kind: the companies' order, and how rows are dealt out, change nothing", (query) => {
    const plan = planFor(FEATURES, query);
    const [three, again] = [answerTo(dealt(ROWS), plan), answerTo(dealt(ROWS).toReversed(), plan)];
    expect(canonicalText(answerJson(again))).toBe(canonicalText(answerJson(three)));
    const five = answerTo(dealt(ROWS, 5), plan);
    expect({ ...five, firms: 3 }).toEqual(three);
  });

  test.each(KINDS)("$kind: whatever the noise, an answer is JSON, and every interval holds its value", (query) => {
    const dice = new Dice(9);
    for (const [rows, nanoRho] of [[people(2, 40), 1_000_000], [people(3, 3), 20_000_000], [[], 5_000_000], [ROWS, 100_000_000]] as const) {
      for (let run = 0; run < 5; run++) {
        const plan = planFor(FEATURES, { ...query, nanoRho }, { noise: { honest: 2 }, rowsMinJoint: 0 });
        let answer: Answer;
        try {
          answer = answerTo(dealt(rows), plan, {}, dice);
        } catch (problem) {
          // The one way not to answer: nothing but noise was counted.
          expect(String(problem)).toMatch(/TRAINING_DEGENERATE/);
          continue;
        }
        expect(canonicalText(answerJson(answer))).toContain(`"kind":"${query.kind}"`);
        for (const cell of shownIn(answer)) expect(cell.low <= cell.value && cell.value <= cell.high).toBe(true);
        expect(sentencesOf(answer).join(" ")).toMatch(/Noise was added by every firm/);
      }
    }
  });

  test.each(KINDS)("$kind: the same answer twice adds nothing, so what the first shows the second shows too", (query) => {
    const plan = planFor(FEATURES, query);
    const answer = answerTo(dealt(ROWS), plan);
    expect(answerTo(dealt(ROWS), plan, { earlier: [{ query, answer }] })).toEqual(answer);
    const { shown, withheld } = earlierOf([{ query, answer }], plan);
    expect(shown.length + withheld.length).toBeGreaterThan(0);
  });
});

test("RFM says of which edges its intervals are, and that they leave out how these were found", () => {
  const told = (edges: RfmEdges | null) => sentencesOf(answerTo(dealt(ROWS), planFor(FEATURES, { ...QUERIES.rfm, edges, nanoRho: 100_000_000 }, { noise: { honest: 2 }, rowsMinJoint: 0 }), {}, new Dice(9))).join(" ");
  expect(told(null)).toMatch(/By the edges shown, each true number lies in its interval with 95 % confidence.*that is not in the intervals/);
  expect(told({ recency: [2, 4, 6, 8], frequency: [1, 2, 3, 4], monetary: [10, 20, 30, 40] })).toMatch(/each true number lies in its interval with 95 % confidence, which counts the noise in\./);
});

test("a part's share varies less than the part: its noise is in the whole too", () => {
  const [part, whole] = [{ value: 50, variance: 4 }, { value: 100, variance: 8 }];
  // (v − 2·s·v + s²·V) / N² for s = 0.5, v = 4, V = 8.
  expect(ratio(part, whole, part.variance)).toEqual({ value: 0.5, variance: 2 / 10_000 });
  expect(ratio(part, whole)).toEqual({ value: 0.5, variance: 6 / 10_000 });
  expect(ratio(part, { value: 0, variance: 1 })).toBeNull();
});

test("with noise, what nobody can be in is 0 all the same", () => {
  const noisy = (query: Query) => answerTo(dealt(ROWS), planFor(FEATURES, { ...query, nanoRho: 100_000_000 }, { noise: { honest: 2 } }), {}, new Dice(2));
  const [, plans] = (noisy(QUERIES.profile) as ProfileAnswer).dimensions;
  expect(plans!.words.map(({ rows }) => rows)).toEqual([{ value: 0, low: 0, high: 0 }, expect.anything(), { value: 0, low: 0, high: 0 }]);
  expect((noisy({ ...QUERIES.drift, column: "city" }) as DriftAnswer).missing.rows).toEqual({ value: 0, low: 0, high: 0 });
  const { grid } = noisy({ ...QUERIES.rfm, edges: { recency: [73, 146, 219, 292], frequency: [10, 10, 30, 40], monetary: [200, 400, 600, 800] } }) as RfmAnswer;
  for (const row of grid) expect(row[1]).toEqual({ rows: { value: 0, low: 0, high: 0 }, spend: { value: 0, low: 0, high: 0 } });
});

test("a profile of all rows with noise compares a number with itself: its share is 1 and its indices are 100, exactly, and what the cohort has is what all have", () => {
  const plan = planFor(FEATURES, { ...QUERIES.profile, cohort: [], nanoRho: 100_000_000 }, { noise: { honest: 2 } });
  const { rows, base, share, dimensions, measures } = answerTo(dealt(ROWS), plan, {}, new Dice(3)) as ProfileAnswer;
  expect(rows).toEqual(base);
  expect((rows as Shown).low).toBeLessThan((rows as Shown).high);
  expect(share).toEqual({ value: 1, low: 1, high: 1 });
  for (const word of dimensions.flatMap(({ words }) => words)) expect([word.rows, word.share, isShown(word.index) ? word.index : null]).toEqual([word.base, word.baseShare, isShown(word.rows) ? { value: 100, low: 100, high: 100 } : null]);
  for (const one of measures) expect([one.sum, one.mean, one.index]).toEqual([one.baseSum, one.baseMean, { value: 100, low: 100, high: 100 }]);
});

test("all that is withheld bears one label, small or left out so that another stays hidden: telling them apart would tell of two parts of 11 that they are 0 and 11", () => {
  // Three people in Olten at k = 11, and with them 12 in Genf, lest Olten follow from the total.
  const rows = [["Bern", 40], ["Chur", 30], ["Genf", 12], ["Olten", 3]].flatMap(([city, length]) => Array.from({ length: Number(length) }, () => ({ ...ROWS[0], city: String(city) })));
  const { dimensions: [cities] } = answerTo(dealt(rows), planFor(FEATURES, { ...QUERIES.profile, cohort: [], by: ["city"], measures: [] })) as ProfileAnswer;
  expect(cities?.words.map(({ word, rows: cell }) => [word, value(cell)])).toEqual([["Bern", 40], ["Chur", 30], ["Genf", "k = 11"], ["Olten", "k = 11"]]);
});

test("intervals of noise hold the exact counts, shares, indices and sums about 95 times of 100", () => {
  const plan = planFor(FEATURES, { ...QUERIES.profile, by: ["plan"], cohort: [{ dimension: "city", words: ["Bern", "Chur"] }], nanoRho: 30_000_000 }, { noise: { honest: 2 } });
  const exact = answerTo(dealt(ROWS), planFor(FEATURES, { ...plan.query, nanoRho: 0 })) as ProfileAnswer;
  const dice = new Dice(21);
  const numbers = ({ rows, base, share, dimensions, measures }: ProfileAnswer) => [rows, base, share, ...dimensions.flatMap(({ words }) => words.flatMap((word) => [word.rows, word.share, word.index])), ...measures.flatMap((one) => [one.sum, one.mean, one.index])] as Shown[];
  const held = Array.from({ length: 100 }, () => {
    const noisy = numbers(answerTo(dealt(ROWS), plan, {}, dice) as ProfileAnswer);
    return numbers(exact).flatMap(({ value: truth }, i) => (isShown(noisy[i]!) ? [noisy[i].low <= truth && truth <= noisy[i].high] : []));
  }).flat();
  const share = held.filter(Boolean).length / held.length;
  expect(held.length).toBeGreaterThan(1_000);
  expect(share).toBeGreaterThan(0.93);
  expect(share).toBeLessThan(0.97);
});

test("sentences say on how much an answer rests, that withheld is not zero, and what fifths mean", () => {
  expect(sentencesOf(ask(QUERIES.categories))).toEqual([
    "Based on 1,000 people in 3 firms; one row is one person, so whoever is at two firms counts twice.",
    "No noise was added: the numbers are exact sums.",
    "Only words whose numbers are shown are named. A word that would be withheld is counted among the others, and which one it is is not said.",
  ]);
  expect(sentencesOf(ask(QUERIES.rfm)).join(" ")).toContain("5 is the best score on all three");
  expect(sentencesOf(ask(QUERIES.quantiles)).join(" ")).toContain("fewer than 11 people above or below it, or between it and the one before");
  expect(sentencesOf(ask(QUERIES.drift)).join(" ")).toContain("at home");
  expect(sentencesOf(ask(QUERIES.experiment)).join(" ")).toMatch(/The arms have the sizes .*CUPED/);
  const nobody = ask<HistogramAnswer>(QUERIES.histogram, people(4, 5));
  expect(sentencesOf(nobody)[0]).toContain("a number of people that is withheld");
  expect(sentencesOf(nobody).at(-1)).toMatch(/^\d+ numbers are withheld \(k = 11\): a cell has fewer than 11 people, or one that has would follow from it\. Which of the two is not said, as that would tell numbers\. Withheld is not zero\.$/);
});

test("sentences say that the confidence is of numbers before display chooses among them, and that a sum over many may be one person's", () => {
  const dominated = (query: Query, changes = {}) => sentencesOf(ask(query, ROWS, changes)).some((one) => one.includes("nearly all one person's"));
  expect(KINDS.map((query) => [query.kind, dominated(query)])).toEqual(KINDS.map(({ kind }) => [kind, ["profile", "rfm", "experiment"].includes(kind)]));
  const noisy = sentencesOf(answerTo(dealt(ROWS), planFor(FEATURES, { ...QUERIES.profile, nanoRho: 100_000_000 }, { noise: { honest: 2 } }), {}, new Dice(2)));
  expect(noisy.join(" ")).toContain("before cells are chosen for display, each true number lies in its interval with 95 %");
  expect(noisy.join(" ")).not.toContain("nearly all one person's");
});

function shownIn(value: unknown): readonly Shown[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Object.hasOwn(value, "low") ? [value as Shown] : [];
  return [...own, ...Object.values(value).flatMap(shownIn)];
}

test("normal numbers of the tests are normal", () => {
  const dice = new Dice(1);
  const drawn = Array.from({ length: 20_000 }, () => normal(dice));
  expect(drawn.reduce((sum, one) => sum + one * one, 0) / drawn.length).toBeCloseTo(1, 1);
});
