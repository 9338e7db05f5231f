import { describe, expect, test } from "@jest/globals";
import { isShown, type CategoriesAnswer } from "../../src/statistics/answer.js";
import type { Query } from "../../src/statistics/query.js";
import type { Side } from "../../src/statistics/region.js";
import { earlierOf, refusesAll, type EarlierAnswer } from "../../src/statistics/sequence.js";
import { EARLIER_CELLS_MAX } from "../../src/statistics/suppress.js";
import { Dice } from "../../src/testing/dice.js";
import type { Feature } from "../../src/training/features.js";
import { answerTo, dealt, planFor, type Row } from "./pooled.js";
import { FEATURES, people, QUERIES } from "./small-town.js";

const KINDS = Object.values<Query>(QUERIES);
const ROWS = people(1);
const count = (keep: (row: Row) => boolean) => ROWS.filter(keep).length;

test.each(KINDS)("$kind: what a count is said to count, plain counting counts", (query) => {
  const plan = planFor(FEATURES, query);
  const { shown, withheld } = earlierOf([{ query, answer: answerTo(dealt(ROWS), plan, { cellRows: 1 }) }], plan);
  expect(shown.length).toBeGreaterThan(0);
  for (const { region, count: said } of shown) expect([region, said]).toEqual([region, count((row) => region.every((side) => lies(row, side)))]);
  for (const region of withheld) expect(count((row) => region.every((side) => lies(row, side)))).toBeLessThan(1_000);
});

function lies(row: Row, side: Side): boolean {
  if (side.kind === "words") return side.words.includes(String(row[side.axis]));
  const own = Number(row[side.axis]);
  if (side.kind === "absent") return Number.isNaN(own);
  const after = side.from === null || (side.from.above ? own > side.from.at : own >= side.from.at);
  const before = side.to === null || (side.to.above ? own <= side.to.at : own < side.to.at);
  return after && before && !Number.isNaN(own);
}

describe("answers that remember each other", () => {
  // 300 in Bern of whom 295 are free; asked apart, the five that pay would follow.
  const rows = [...Array.from({ length: 295 }, () => ({ city: "Bern", plan: "free" })), ...Array.from({ length: 5 }, () => ({ city: "Bern", plan: "paid" })), ...Array.from({ length: 200 }, (_, i) => ({ city: "Chur", plan: i % 2 === 0 ? "free" : "paid" }))];
  const cities: Query = { ...QUERIES.categories, dimension: "city", top: 4 };
  const free: Query = { ...cities, cohort: [{ dimension: "plan", words: ["free"] }] };
  const row = (answer: CategoriesAnswer, word: string) => {
    const cell = answer.top.find((one) => one.word === word)!.rows;
    return isShown(cell) ? cell.value : cell.withheld;
  };

  test("what one asks is withheld where another answer and it would tell about five people", () => {
    const first = answerTo(dealt(rows), planFor(FEATURES, cities)) as CategoriesAnswer;
    expect(row(first, "Bern")).toBe(300);
    const alone = answerTo(dealt(rows), planFor(FEATURES, free)) as CategoriesAnswer;
    expect(row(alone, "Bern")).toBe(295);
    const after = answerTo(dealt(rows), planFor(FEATURES, free), { earlier: [{ query: cities, answer: first }] }) as CategoriesAnswer;
    expect(row(after, "Bern")).toBe("< 11");
  });

  test("also where the other answer is of another kind", () => {
    const profile: Query = { kind: "profile", cohort: [], by: ["city"], measures: [], nanoRho: 0 };
    const first = answerTo(dealt(rows), planFor(FEATURES, profile));
    const after = answerTo(dealt(rows), planFor(FEATURES, free), { earlier: [{ query: profile, answer: first }] }) as CategoriesAnswer;
    expect(row(after, "Bern")).toBe("< 11");
  });

  test("an answer is not read as one to a question of another kind", () => {
    const first = answerTo(dealt(rows), planFor(FEATURES, cities));
    expect(() => earlierOf([{ query: QUERIES.drift, answer: first }], { features: FEATURES })).toThrow(RangeError);
  });
});

describe("long sequences", () => {
  const words = (name: string, length: number) => Array.from({ length }, (_, i) => `${name}${i}`);
  const features: readonly Feature[] = [
    { kind: "categorical", name: "a", categories: words("a", 300) }, { kind: "categorical", name: "b", categories: words("b", 300) },
    { kind: "categorical", name: "c", categories: words("c", 3) }, { kind: "categorical", name: "d", categories: words("d", 300) },
  ];
  const rows = Array.from({ length: 9_000 }, (_, i) => ({ a: `a${i % 300}`, b: `b${(7 * i + Math.floor(i / 300)) % 300}`, c: `c${i % 3}`, d: `d${(11 * i + Math.floor(i / 300)) % 300}` }));
  const by = (...dimensions: readonly string[]): Query => ({ kind: "profile", cohort: [], by: dimensions, measures: [], nanoRho: 0 });
  const both: Query = { ...QUERIES.categories, dimension: "c", cohort: [{ dimension: "a", words: words("a", 150) }, { dimension: "b", words: words("b", 150) }] };
  // Of three columns, with more products of words than can be followed once each word has been counted.
  const threeColumns = ["a", "b", "d"].map((dimension) => ({ dimension, words: words(dimension, 150) }));
  const three: Query = { ...QUERIES.categories, dimension: "c", cohort: threeColumns };
  const noise = { honest: 2 };
  const isSomething = (answer: object) => JSON.stringify(answer).includes('"value"');

  /** Asks all these one after the other, and says whether each showed something, and whether it was told before that it would not. */
  function asked(queries: readonly Query[], changes: Parameters<typeof planFor>[2] = {}) {
    const dice = changes.noise === undefined ? null : new Dice(3);
    const earlier: EarlierAnswer[] = [];
    return queries.map((query) => {
      const plan = planFor(features, query, changes);
      const refused = refusesAll(query, plan, earlier);
      const answer = answerTo(dealt(rows), plan, { earlier: [...earlier] }, dice);
      earlier.push({ query, answer });
      return { shows: isSomething(answer), refused: refused !== null };
    });
  }

  const sequence = [by("c"), both, by("a"), by("b"), three, by("d"), by("c")];

  test("a cohort of many words of two columns, and then these columns: with noise, answers do not look at each other", () => {
    const paid = sequence.map((query) => ({ ...query, nanoRho: 1_000_000_000 }));
    expect(asked(paid, { noise })).toEqual(paid.map(() => ({ shows: true, refused: false })));
  });

  test("with exact sums, where nothing would be shown any more, that is told before it is asked", () => {
    const results = asked(sequence);
    expect(results.slice(0, 4)).toEqual(results.slice(0, 4).map(() => ({ shows: true, refused: false })));
    expect(results[5]).toEqual({ shows: false, refused: true });
    for (const { shows, refused } of results) expect(shows).toBe(!refused);
  });

  test("with noise, also after more counts than exact sums would take into account", () => {
    const query: Query = { ...by("c"), nanoRho: 1_000_000_000 };
    const plan = planFor(features, query, { noise });
    const first = { query: { ...by("a"), nanoRho: 1 }, answer: answerTo(dealt(rows), planFor(features, by("a"))) };
    const many = Array.from({ length: 14 }, (_, i): EarlierAnswer => ({ ...first, query: { ...first.query, cohort: [{ dimension: "b", words: [`b${i}`] }] } as Query }));
    expect(earlierOf(many, plan).shown.length + earlierOf(many, plan).withheld.length).toBeGreaterThan(EARLIER_CELLS_MAX);
    expect(isSomething(answerTo(dealt(rows), plan, { earlier: many }, new Dice(4)))).toBe(true);
    expect(refusesAll(query, plan, many)).toBeNull();
  });

  test("counts over columns that have nothing to do with a question are left out of it once all rows have been counted", () => {
    const plan = planFor(features, by("c"));
    const cohort = (word: string) => ({ query: { ...by("a"), cohort: [{ dimension: "b", words: [word] }] } as Query, answer: answerTo(dealt(rows), planFor(features, { ...by("a"), cohort: [{ dimension: "b", words: [word] }] } as Query)) });
    const many = words("b", 14).map(cohort);
    const { shown, withheld } = earlierOf(many, plan);
    expect(shown.length + withheld.length).toBeGreaterThan(EARLIER_CELLS_MAX);
    expect(refusesAll(by("c"), plan, many)).toBeNull();
    expect(isSomething(answerTo(dealt(rows), plan, { earlier: many }))).toBe(true);
    expect(refusesAll(by("a"), plan, many)).toMatch(/4000 are the most/);
    // Control: without the count of all rows, everything may be related.
    const uncounted = many.map((one) => ({ ...one, answer: { ...one.answer, base: { withheld: "< 11" } } }));
    expect(refusesAll(by("c"), plan, uncounted)).not.toBeNull();
  });

  test("a cohort that is too much by itself is refused, with noise or without", () => {
    const query: Query = { kind: "profile", cohort: threeColumns, by: ["a", "b", "d"], measures: [], nanoRho: 0 };
    for (const changes of [{}, { noise }]) expect(refusesAll(query, planFor(features, query, changes), [])).toMatch(/too many words/);
    expect(isSomething(answerTo(dealt(rows), planFor(features, query)))).toBe(false);
  });

  test.each(KINDS)("$kind: an ordinary question is not refused", (query) => {
    expect(refusesAll(query, planFor(FEATURES, query), [])).toBeNull();
  });
});
