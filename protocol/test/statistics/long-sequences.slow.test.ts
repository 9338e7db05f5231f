import { describe, expect, test } from "@jest/globals";
import type { Query } from "../../src/statistics/query.js";
import { earlierOf, refusesAll, type EarlierAnswer } from "../../src/statistics/sequence.js";
import { EARLIER_CELLS_MAX } from "../../src/statistics/suppress.js";
import { Dice } from "../../src/testing/dice.js";
import type { Feature } from "../../src/charter/features.js";
import { answerTo, dealt, planFor } from "./pooled.js";
import { FEATURES, QUERIES } from "./small-town.js";

const KINDS = Object.values<Query>(QUERIES);

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
    const uncounted = many.map((one) => ({ ...one, answer: { ...one.answer, base: { withheld: "k = 11" } } }));
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
