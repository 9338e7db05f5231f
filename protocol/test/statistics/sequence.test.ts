import { describe, expect, test } from "@jest/globals";
import { isShown, type Answer, type CategoriesAnswer, type ProfileAnswer } from "../../src/statistics/answer.js";
import type { Query } from "../../src/statistics/query.js";
import type { Side } from "../../src/statistics/region.js";
import { earlierOf } from "../../src/statistics/sequence.js";
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
    const cell = answer.top.find((one) => one.word === word)?.rows;
    return cell === undefined ? "not named" : isShown(cell) ? cell.value : cell.withheld;
  };

  test("what one asks is withheld where another answer and it would tell about five people", () => {
    const first = answerTo(dealt(rows), planFor(FEATURES, cities)) as CategoriesAnswer;
    expect(row(first, "Bern")).toBe(300);
    const alone = answerTo(dealt(rows), planFor(FEATURES, free)) as CategoriesAnswer;
    expect(row(alone, "Bern")).toBe(295);
    const after = answerTo(dealt(rows), planFor(FEATURES, free), { earlier: [{ query: cities, answer: first }] }) as CategoriesAnswer;
    expect(row(after, "Bern")).toBe("not named");
  });

  test("of a word that nobody asked for three cohorts tell all the same, as the page says: it is withheld only from who asks for it", () => {
    const cohort = (words: readonly string[]): Query => ({ kind: "profile", cohort: [{ dimension: "city", words }], by: [], measures: [], nanoRho: 0 });
    const town = [["Bern", 100], ["Chur", 80], ["Genf", 1], ["Olten", 60]].flatMap(([city, length]) => Array.from({ length: Number(length) }, () => ({ city: String(city) })));
    const earlier: { query: Query; answer: Answer }[] = [];
    const rowsIn = (words: readonly string[]) => {
      const query = cohort(words);
      const answer = answerTo(dealt(town), planFor(FEATURES, query), { earlier: [...earlier] }) as ProfileAnswer;
      earlier.push({ query, answer });
      return isShown(answer.rows) ? answer.rows.value : Number.NaN;
    };
    expect((rowsIn(["Bern", "Genf"]) + rowsIn(["Chur", "Genf"]) - rowsIn(["Bern", "Chur"])) / 2).toBe(1);
    expect(rowsIn(["Genf"])).toBeNaN();
  });

  test("also where the other answer is of another kind", () => {
    const profile: Query = { kind: "profile", cohort: [], by: ["city"], measures: [], nanoRho: 0 };
    const first = answerTo(dealt(rows), planFor(FEATURES, profile));
    const after = answerTo(dealt(rows), planFor(FEATURES, free), { earlier: [{ query: profile, answer: first }] }) as CategoriesAnswer;
    expect(row(after, "Bern")).toBe("not named");
  });

  test("a word that is not named because of another answer does not follow from all rows and those of the other words either", () => {
    const elsewhere: Query = { ...QUERIES.categories, dimension: "plan", top: 1, cohort: [{ dimension: "city", words: ["Chur", "Genf", "Olten"] }] };
    const earlier = [cities, elsewhere].map((query) => ({ query, answer: answerTo(dealt(rows), planFor(FEATURES, query)) }));
    expect(earlier[1]?.answer).toMatchObject({ top: [{ word: "free", rows: { value: 100 } }] });
    // Of 395 free ones 100 are elsewhere: 295 of Bern's 300.
    expect(answerTo(dealt(rows), planFor(FEATURES, free), { earlier })).toMatchObject({ rows: { withheld: "k = 11" }, top: [] });
  });

  test("an answer is not read as one to a question of another kind", () => {
    const first = answerTo(dealt(rows), planFor(FEATURES, cities));
    expect(() => earlierOf([{ query: QUERIES.drift, answer: first }], { features: FEATURES })).toThrow(RangeError);
  });
});
