import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isShown, type CategoriesAnswer } from "../../src/statistics/answer.js";
import { advanceStatistic, firstStatistic } from "../../src/statistics/progress.js";
import type { Query } from "../../src/statistics/query.js";
import type { Region } from "../../src/statistics/region.js";
import { earlierOf, type EarlierAnswer } from "../../src/statistics/sequence.js";
import { Dice } from "../../src/testing/dice.js";
import { Attacker } from "./attacker.js";
import { answerTo, CELL_ROWS, dealt, planFor } from "./pooled.js";
import { FEATURES, people } from "./small-town.js";

const NAMES = ["c", "d", "a", "b", "e", "f"];

/** The answer to "the `top` most frequent of these words" where so many rows have each. */
function askedOf(counts: readonly number[], top: number, cellRows: number): CategoriesAnswer {
  const categories = NAMES.slice(0, counts.length);
  const plan = planFor([{ kind: "categorical", name: "word", categories }], { kind: "categories", cohort: [], dimension: "word", top, nanoRho: 0 });
  const next = advanceStatistic(Float64Array.of(3, ...counts), firstStatistic(plan), plan, { cellRows, survivors: 3 });
  if (next.kind !== "answered") throw new Error(next.kind);
  return next.answer as unknown as CategoriesAnswer;
}

const named = ({ top }: CategoriesAnswer) => top.map(({ word, rows }) => [word, isShown(rows) ? rows.value : rows.withheld]);
const othersOf = ({ others }: CategoriesAnswer) => (others === null ? null : [others.words, isShown(others.rows) ? others.rows.value : others.rows.withheld]);

/** All ways to have `rows` rows of so many words. */
function tablesOf(rows: number, words: number): readonly (readonly number[])[] {
  if (words === 1) return [[rows]];
  return Array.from({ length: rows + 1 }, (_, first) => tablesOf(rows - first, words - 1).map((rest) => [first, ...rest])).flat();
}

describe("which words are named", () => {
  test("does not tell that one has 20 rows and two have none: they are all among the others, in whatever order", () => {
    const answers = [[0, 0, 100, 50, 20], [20, 0, 100, 50, 0], [0, 20, 100, 50, 0]].map((counts) => askedOf(counts, 3, 20));
    for (const answer of answers) expect([named(answer), othersOf(answer)]).toEqual([[["a", 100], ["b", 50]], [3, 20]]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test.each<readonly [why: string, counts: readonly number[], top: number, words: readonly string[], others: readonly number[] | null]>([
    ["as many as were asked for, where the others are enough", [30, 40, 50, 60], 2, ["b", "a"], [2, 70]],
    ["all, where all have enough", [30, 40, 50, 60], 4, ["b", "a", "d", "c"], null],
    ["one less, where the others would be too few", [10, 40, 50, 60], 3, ["b", "a"], [2, 50]],
    ["one less, where the others would be known to have 19 each", [19, 19, 25, 60], 3, ["b"], [3, 63]],
    ["of two with as many rows the first, where there is room for one", [30, 30, 50], 2, ["a", "c"], [1, 30]],
    ["of two with 20 rows none, since the words before it would have 19 at the most", [19, 20, 20], 1, [], [3, 59]],
    ["none, where one has them all", [0, 100, 0], 2, [], [3, 100]],
  ])("is %s", (_, counts, top, words, others) => {
    const answer = askedOf(counts, top, 20);
    expect([answer.top.map(({ word }) => word), othersOf(answer)]).toEqual([words, others]);
  });

  test("is the same bytes where numbers of words that are not named change places", () => {
    const few = fc.oneof(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 200 }));
    fc.assert(fc.property(fc.array(few, { minLength: 2, maxLength: 6 }), fc.nat(5), fc.nat(5), fc.nat(5), (counts, i, j, room) => {
      const top = 1 + (room % counts.length);
      const answer = askedOf(counts, top, 20);
      const words = answer.top.map(({ word }) => word);
      const least = Math.min(...words.map((word) => counts[NAMES.indexOf(word)]!));
      const [one, other] = [i % counts.length, j % counts.length];
      fc.pre(!words.includes(NAMES[one]!) && !words.includes(NAMES[other]!));
      // A full list breaks ties at its end by the order of words: these are not withheld, there was no room for them.
      fc.pre(words.length < top || (counts[one]! < least && counts[other]! < least));
      const swapped = counts.map((count, place) => (place === one ? counts[other]! : place === other ? counts[one]! : count));
      expect(askedOf(swapped, top, 20)).toEqual(answer);
      for (const { rows } of answer.top) expect(isShown(rows)).toBe(true);
    }), { numRuns: 3_000 });
  });

  test.each([[1, 3, 12], [2, 3, 12], [3, 3, 12], [4, 3, 12], [3, 2, 9], [3, 5, 17]])(
    "tells no number below k to somebody who tries all tables: of %i words, k = %i, to %i rows", (words, k, rowsMax) => {
      const tables = Array.from({ length: rowsMax + 1 }, (_, rows) => tablesOf(rows, words)).flat();
      for (let top = 1; top <= words; top++) {
        const alike = new Map<string, (readonly number[])[]>();
        for (const table of tables) {
          const bytes = JSON.stringify(askedOf(table, top, k));
          alike.set(bytes, [...alike.get(bytes) ?? [], table]);
        }
        for (const some of alike.values()) {
          for (let word = 0; word < words; word++) {
            const numbers = new Set(some.map((table) => table[word]!));
            expect(numbers.size > 1 || [...numbers].every((one) => one >= k) ? null : [top, some[0]]).toBeNull();
          }
        }
      }
    });
});

test("words that a cohort excludes are counted among the others, as nobody, and hide no word that it has", () => {
  const rows = [["Bern", 40], ["Chur", 8], ["Genf", 30]].flatMap(([city, length]) => Array.from({ length: Number(length) }, () => ({ city: String(city) })));
  const ask = (...words: readonly string[]) => answerTo(dealt(rows), planFor(FEATURES, { kind: "categories", cohort: [{ dimension: "city", words }], dimension: "city", top: 4, nanoRho: 0 })) as CategoriesAnswer;
  expect([named(ask("Bern", "Genf")), othersOf(ask("Bern", "Genf"))]).toEqual([[["Bern", 40], ["Genf", 30]], [2, 0]]);
  expect([named(ask("Bern", "Chur", "Genf")), othersOf(ask("Bern", "Chur", "Genf"))]).toEqual([[["Bern", 40]], [3, 38]]);
});

describe("eighty sequences of four questions for the most frequent words", () => {
  const WORDS = { city: ["Bern", "Chur", "Genf", "Olten"], plan: ["free", "paid", "(missing)"] };
  const questionOf = (dice: Dice): Query => {
    const [dimension, other] = dice.chance(0.5) ? ["city", "plan"] as const : ["plan", "city"] as const;
    const some = WORDS[other].filter((_, i) => i === 0 || dice.chance(0.5));
    return { kind: "categories", cohort: dice.chance(0.6) ? [{ dimension: other, words: some }] : [], dimension, top: 1 + dice.roll(WORDS[dimension].length), nanoRho: 0 };
  };
  const sequenceOf = (seed: number, remembers: boolean) => {
    const dice = new Dice(seed);
    const rows = dealt(people(seed, 60 + dice.roll(300)));
    const isFew = (region: Region) => rows.flat().filter((row) => region.every((side) => side.kind === "words" && side.words.includes(String(row[side.axis])))).length < CELL_ROWS;
    const answers: EarlierAnswer[] = [];
    const attacker = new Attacker(WORDS);
    const secrets: Region[] = [];
    for (let asked = 0; asked < 4; asked++) {
      const query = questionOf(dice);
      const answer = answerTo(rows, planFor(FEATURES, query), remembers ? { earlier: answers } : {});
      answers.push({ query, answer });
      const { shown, withheld } = earlierOf([{ query, answer }], { features: FEATURES });
      // What followed before it was withheld cannot be withheld any more.
      const late = attacker.determines(withheld);
      secrets.push(...withheld.filter((region, i) => late[i] !== true && isFew(region)));
      for (const { region, count } of shown) attacker.see(region, count);
    }
    return { answers, followed: attacker.determines(secrets).filter(Boolean).length };
  };
  const seeds = Array.from({ length: 80 }, (_, i) => i + 1);

  test("name no word without its number, and no number below k that they withheld follows from them all", () => {
    const results = seeds.map((seed) => sequenceOf(seed, true));
    expect(results.flatMap(({ answers }) => answers.flatMap(({ answer }) => (answer as CategoriesAnswer).top)).filter(({ rows }) => !isShown(rows))).toEqual([]);
    expect(results.filter(({ followed }) => followed > 0)).toEqual([]);
  });

  test("control: without a memory it follows", () => {
    expect(seeds.map((seed) => sequenceOf(seed, false)).filter(({ followed }) => followed > 0).length).toBeGreaterThan(0);
  });
});
