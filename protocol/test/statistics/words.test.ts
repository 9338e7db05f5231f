import { describe, expect, test } from "@jest/globals";
import { coinsOf } from "@cohortium/crypto/dp/coins";
import { discreteGaussian } from "@cohortium/crypto/dp/discrete-noise";
import { isShown, type CategoriesAnswer, type WordsAnswer } from "../../src/statistics/answer.js";
import { chargeOf, chargeOfFirst, everyQuestion, sumsOf } from "../../src/statistics/charge.js";
import { statisticLayout, statisticNoise } from "../../src/statistics/layout.js";
import { queryProblems, statisticPlanDigest, statisticPlanOf, type StatisticPlan, type StatisticQuestion } from "../../src/statistics/plan.js";
import { priceOf } from "../../src/statistics/price.js";
import { advanceStatistic, firstStatistic, type StatisticProgress } from "../../src/statistics/progress.js";
import { parseQuery, queryJson } from "../../src/statistics/query-schema.js";
import type { CategoriesQuery, Query, WordsQuery } from "../../src/statistics/query.js";
import { nextSpelled, questionContext, readStatisticScene, type StatisticScene } from "../../src/statistics/script.js";
import { sentencesOf } from "../../src/statistics/sentences.js";
import { prefixesMax } from "../../src/statistics/words.js";
import { bent, OPEN_STATISTICS, sound, STATISTICS } from "../charter/fixture.js";

const OPEN = sound(OPEN_STATISTICS);
const FIND: WordsQuery = { kind: "words", cohort: [], dimension: "town", length: 5, nanoRho: 100_000_003 };
const COUNT: CategoriesQuery = { kind: "categories", cohort: [], dimension: "town", top: 2, words: ["bern", "bad r"], length: 5, nanoRho: 1_000_000 };
const PLAN = statisticPlanOf(OPEN, FIND);
const CHARACTERS = [...OPEN_STATISTICS.statistics.open[0]?.characters ?? ""];
const SIZE = CHARACTERS.length + 2;

/** The numbers of one sum over these words, each with so many rows, plus noise that `drawn` adds. */
function summed(rows: Readonly<Record<string, number>>, { prefixes = [] }: StatisticQuestion, drawn: () => number): Float64Array {
  const values = new Float64Array(1 + prefixes.length * SIZE);
  values[0] = 3;
  for (const [word, count] of Object.entries(rows)) {
    const at = prefixes.findIndex((prefix) => word.startsWith(prefix));
    const next = [...word][prefixes[0]?.length ?? 0];
    const cell = next === undefined ? CHARACTERS.length : CHARACTERS.includes(next) ? CHARACTERS.indexOf(next) : CHARACTERS.length + 1;
    if (at >= 0) values[1 + at * SIZE + cell] = (values[1 + at * SIZE + cell] ?? 0) + count;
  }
  return values.map((value, i) => (i === 0 ? value : value + drawn()));
}

const SILENT = () => 0;
interface Run {
  readonly plan?: StatisticPlan;
  readonly cellRows?: number;
  readonly drawn?: () => number;
}

/** Every sum until there is an answer. */
function spell(rows: Readonly<Record<string, number>>, { plan = PLAN, cellRows = 20, drawn = SILENT }: Run = {}): { readonly answer: WordsAnswer; readonly asked: readonly StatisticQuestion[] } {
  const asked: StatisticQuestion[] = [];
  let progress: StatisticProgress = firstStatistic(plan);
  for (;;) {
    asked.push(progress.question);
    const next = advanceStatistic(summed(rows, progress.question, drawn), progress, plan, { cellRows, survivors: 3 });
    if (next.kind === "failed") throw new Error(next.code);
    if (next.kind === "answered") return { answer: next.answer as unknown as WordsAnswer, asked };
    progress = next.progress;
  }
}

describe("words that nobody has listed", () => {
  test("are spelled out character by character, from one beginning to the next, and nothing else is asked about", () => {
    const { answer, asked } = spell({ bern: 500, basel: 400, unique: 1, "": 90, "ünder": 100 });
    expect(asked.map(({ step, prefixes }) => [step, prefixes])).toEqual([[0, [""]], [1, ["b"]], [2, ["ba", "be"]], [3, ["bas", "ber"]], [4, ["base", "bern"]]]);
    expect(answer.words.map(({ word, rows }) => [word, isShown(rows) ? rows.value : rows])).toEqual([["bern", 500], ["basel", 400]]);
    expect(answer).toMatchObject({ rows: { value: 1_091 }, others: { rows: { value: 191 } }, dimension: "town", length: 5, crowded: false, firms: 3 });
    expect(JSON.stringify(answer)).not.toContain("uni");
  });

  test("are one where one goes on as the other, and are cut where they are longer than was asked", () => {
    const { answer } = spell({ bern: 300, berna: 200, "bernina": 250 });
    expect(answer.words.map(({ word }) => word)).toEqual(["bern", "berni", "berna"]);
    expect(sentencesOf(answer).join(" ")).toContain("Only 5 characters of a word were looked at");
  });

  test("are not found where too few rows hold them: fewer than five deviations of the noise, or than a cell may have", () => {
    const { answer: { least, sure } } = spell({ bern: 900 });
    expect(spell({ bern: 900, chur: Math.ceil(least) }).answer.words.map(({ word }) => word)).toEqual(["bern", "chur"]);
    expect(spell({ bern: 900, chur: Math.ceil(least) - 1 }).answer.words.map(({ word }) => word)).toEqual(["bern"]);
    expect(spell({ bern: 900, chur: 199 }, { cellRows: 200 }).answer).toMatchObject({ least: 200, words: [{ word: "bern" }] });
    // Three companies' noise, each enough if two add it: v = 5 / (2 · 2 · 0.1).
    const sigma = Math.sqrt(3 * (1 / (4 * 0.020000000)));
    expect([least, sure]).toEqual([expect.closeTo(Math.max(20, 5 * sigma), 3), expect.closeTo(Math.max(20, 5 * sigma) + 3 * sigma, 3)]);
  });

  test("end the question early where none is left to spell, and where there are none there is an answer that says so", () => {
    expect(spell({ a: 400 }).asked).toHaveLength(2);
    expect(spell({})).toMatchObject({ asked: { length: 1 }, answer: { words: [] } });
  });

  test("are followed as far as there is room, the most frequent first, and the answer says that there were more", () => {
    const room = prefixesMax(PLAN, FIND);
    const many = Object.fromEntries(Array.from({ length: room + 20 }, (_, i) => [`${CHARACTERS[Math.floor(i / 26)] ?? ""}${CHARACTERS[i % 26] ?? ""}zz`, 1_000 + i]));
    const { answer, asked } = spell(many);
    expect(asked.map(({ prefixes = [] }) => prefixes.length)).toEqual([1, 4, room, room, room]);
    expect(answer.crowded).toBe(true);
    expect(answer.words).toHaveLength(room);
    expect(Object.keys(many).slice(-room).toSorted()).toEqual(answer.words.map(({ word }) => word).toSorted());
    for (const question of asked) expect(statisticLayout(question, PLAN).words).toBeLessThanOrEqual(1 + 2_048);
  });

  test("hide a small rest, as it would follow from the others", () => {
    const { answer } = spell({ bern: 500, basel: 400, "": 3 });
    expect(isShown(answer.others.rows)).toBe(false);
    expect([answer.rows, ...answer.words.map(({ rows }) => rows)].filter((cell) => !isShown(cell)).length).toBeGreaterThan(0);
  });
});

describe("the price of words", () => {
  test("is divided equally over one sum for each character, and adds up", () => {
    expect([sumsOf(FIND), PLAN.rounds, everyQuestion(FIND).length]).toEqual([5, 5, 5]);
    expect(everyQuestion(FIND).map((question) => chargeOf(question, PLAN))).toEqual([20_000_000, 20_000_000, 20_000_000, 20_000_000, 20_000_003]);
    expect([0, 1, 5].map((sums) => chargeOfFirst(sums, PLAN))).toEqual([0, 20_000_000, FIND.nanoRho]);
  });

  test("buys each sum noise for its own charge: one row is in one cell, so Δ² / (2 · honest · v) is its ρ", () => {
    for (const question of [firstStatistic(PLAN).question, nextSpelled(firstStatistic(PLAN).question, ["b", "z"])]) {
      const [guard, noise] = statisticNoise(question, PLAN) ?? [];
      const { segments: [, segment] } = statisticLayout(question, PLAN);
      const v = Number(noise?.variance?.numerator) / Number(noise?.variance?.denominator);
      expect(guard?.variance).toBeNull();
      expect((2 ** (segment?.scaleBits ?? 0)) ** 2 / (2 * 2 * v)).toBeCloseTo(chargeOf(question, PLAN) / 1e9, 12);
    }
  });

  test("is told before, one line for each sum", () => {
    expect(priceOf(OPEN, FIND, { rows: 1_000 }).cells).toHaveLength(5);
    expect(priceOf(OPEN, FIND, { rows: 1_000 }).cells[0]).toMatchObject({ cells: SIZE, unit: "rows", withheld: null });
  });
});

describe("noise", () => {
  const [, segment] = statisticNoise(firstStatistic(PLAN).question, PLAN) ?? [];
  const { segments: [, { scaleBits } = { scaleBits: 0 }] } = statisticLayout(firstStatistic(PLAN).question, PLAN);
  const coins = coinsOf(new Uint8Array(32).fill(5), "words");
  const variance = segment?.variance ?? { numerator: 1n, denominator: 1n };
  const drawn = () => Number(discreteGaussian(coins, variance) + discreteGaussian(coins, variance) + discreteGaussian(coins, variance)) * 2 ** -scaleBits;

  test("lets a beginning with m rows through as often as the exact distribution of three companies' noise says", () => {
    const { answer: { least } } = spell({});
    const [runs, cell] = [1_000, 1 + CHARACTERS.indexOf("q")];
    const rows = [0, 0.75 * least, least - 3, least, least + 3, 1.5 * least].map(Math.round);
    const passed = rows.map(() => 0);
    for (let run = 0; run < runs; run++) {
      rows.forEach((m, i) => {
        const values = summed({ q: m }, { kind: "statistic", step: 0, edges: null, prefixes: [""] }, SILENT);
        values[cell] = (values[cell] ?? 0) + drawn();
        const next = advanceStatistic(values, firstStatistic(PLAN), PLAN, { cellRows: 20, survivors: 3 });
        if (next.kind === "next") passed[i] = (passed[i] ?? 0) + 1;
      });
    }
    const exact = tails(variance, scaleBits);
    rows.forEach((m, i) => {
      const p = exact(least - m);
      expect(Math.abs((passed[i] ?? 0) - runs * p)).toBeLessThanOrEqual(1 + 5 * Math.sqrt(runs * p * (1 - p)));
    });
    // A word of one row: noise would have to make up for all the others.
    expect(exact(least - 1)).toBeLessThan(1e-6);
    expect(passed[0]).toBe(0);
  });

  test("spells no word that one row holds, whoever it is, in forty questions", () => {
    for (let run = 0; run < 40; run++) expect(spell({ bern: 400, zyx: 1 }, { drawn }).answer.words.map(({ word }) => word)).toEqual(["bern"]);
  });

  test("is what keeps it: with a price that buys none, and no threshold, the word of one row is spelled out", () => {
    const bare: StatisticPlan = { ...PLAN, query: { ...FIND, nanoRho: 1_000_000_000_000 } };
    expect(spell({ bern: 400, zyx: 1 }, { plan: bare, cellRows: 0 }).answer.words.map(({ word }) => word)).toContain("zyx");
  });
});

/** P[noise of three ≥ t], the noise in units of 2^-scaleBits: the pmf of one, to 12 σ, three times over. */
function tails({ numerator, denominator }: { readonly numerator: bigint; readonly denominator: bigint }, scaleBits: number): (t: number) => number {
  const v = Number(numerator) / Number(denominator);
  const reach = Math.ceil(12 * Math.sqrt(v));
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * v)));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const one = weights.map((weight) => weight / whole);
  const convolved = (a: readonly number[], b: readonly number[]) => {
    const sum = new Array<number>(a.length + b.length - 1).fill(0);
    a.forEach((p, i) => { b.forEach((q, j) => { sum[i + j] = (sum[i + j] ?? 0) + p * q; }); });
    return sum;
  };
  const three = convolved(convolved(one, one), one);
  return (t) => three.reduce((sum, p, i) => ((i - 3 * reach) * 2 ** -scaleBits >= t ? sum + p : sum), 0);
}

describe("a node is asked about", () => {
  const first: StatisticScene = readStatisticScene("statistic", questionContext(firstStatistic(PLAN).question), PLAN, null) ?? (() => { throw new Error("the first question must be read"); })();
  const after = (prefixes: readonly string[], last: StatisticScene | null = first, step = (last?.question.step ?? -1) + 1) =>
    readStatisticScene("statistic", questionContext({ kind: "statistic", step, edges: null, prefixes }), PLAN, last);
  const at = (step: number, prefixes: readonly string[]): StatisticScene => ({ ...first, question: { kind: "statistic", step, edges: null, prefixes } });

  test("beginnings that go on from the last ones", () => {
    expect(after(["a", "z"])).toMatchObject({ question: { step: 1, prefixes: ["a", "z"] } });
    expect(after(["ab", "az"], at(1, ["a", "b"]))).not.toBeNull();
    expect(readStatisticScene("statistic", { step: 0, edges: null }, PLAN, null)).toBeNull();
  });

  test.each<readonly [what: string, prefixes: readonly string[], last?: StatisticScene | null, step?: number]>([
    ["a beginning at once", ["a"], null], ["two empty ones", ["", ""], null], ["none", []], ["one twice", ["a", "a"]], ["one out of order", ["b", "a"]],
    ["one of another length", ["ab"]], ["a character that is not listed", ["é"]], ["one that goes on from none", ["ca"], at(1, ["a", "b"])],
    ["more than there is room for", CHARACTERS.flatMap((a) => CHARACTERS.map((b) => a + b)).toSorted(), at(1, CHARACTERS)], ["a step too far", ["aaaaaa"], at(4, ["aaaaa"])],
    ["the last step after all characters", ["aaaaa"], at(4, ["aaaa"])], ["a step that was left out", ["a"], first, 2], ["the same step again", ["a"], first, 0],
  ])("not about %s", (_, prefixes, last = first, step = undefined) => expect(step === undefined ? after(prefixes, last) : after(prefixes, last, step)).toBeNull());

  test("not about beginnings where the question spells none, nor about edges where it does", () => {
    const rfm = statisticPlanOf(OPEN, { kind: "rfm", recency: "since", frequency: "visits", monetary: "spend", edges: null, nanoRho: 1_000_000 });
    expect(readStatisticScene("statistic", { step: 0, edges: null, prefixes: [""] }, rfm, null)).toBeNull();
    expect(readStatisticScene("statistic", { step: 1, prefixes: ["a"], edges: { recency: [1, 2, 3, 4], frequency: [1, 2, 3, 4], monetary: [1, 2, 3, 4] } }, PLAN, first)).toBeNull();
  });
});

describe("a question about an open dimension", () => {
  const problem = (query: Query, charter = OPEN) => queryProblems(charter, query).map(({ path, says, fix }) => [path, says, fix]);

  test("is read as it was written, and a question that lists no words has the digest it had", () => {
    for (const query of [FIND, COUNT]) expect(parseQuery(queryJson(query))).toEqual(query);
    expect(problem(FIND)).toEqual([]);
    expect(problem(COUNT)).toEqual([]);
    expect(Object.keys(queryJson({ kind: "categories", cohort: [], dimension: "country", top: 2, nanoRho: 5 }) as object)).toEqual(["kind", "cohort", "dimension", "top", "nanoRho"]);
  });

  test("lets a plan under a charter that leaves nothing open be what it was, and a plan about other columns as well", () => {
    const query: Query = { kind: "categories", cohort: [], dimension: "country", top: 2, nanoRho: 1_000_000 };
    const [open, closed] = [statisticPlanOf(OPEN, query), statisticPlanOf(sound(STATISTICS), query)];
    expect(open.clause.features).toEqual(closed.clause.features);
    expect(open.clause.open).toBeUndefined();
    expect(statisticPlanDigest(statisticPlanOf(sound(STATISTICS), query))).toBe(statisticPlanDigest({ ...open, clause: closed.clause }));
  });

  test.each<readonly [says: string, query: Query, path: string]>([
    ["no dimension whose words are left open", { ...FIND, dimension: "country" }, "/dimension"],
    ["lets 8 characters of \"town\" be looked at", { ...FIND, length: 9 }, "/length"],
    ["costs 5 at the least", { ...FIND, nanoRho: 4 }, "/nanoRho"],
    ["no dimension whose words are left open", { ...COUNT, dimension: "country" }, "/words"],
    ["the words of \"town\" are not listed in the charter", { kind: "categories", cohort: [], dimension: "town", top: 1, nanoRho: 5_000 }, "/dimension"],
    ["the words of \"town\" are not listed in the charter", { ...FIND, cohort: [{ dimension: "town", words: ["bern"] }] }, "/cohort/0/dimension"],
    ["the words of \"town\" are not listed in the charter", { ...COUNT, cohort: [{ dimension: "town", words: ["(other)"] }] }, "/cohort/0/dimension"],
    ["the words of \"town\" are not listed in the charter", { ...COUNT, cohort: [{ dimension: "town", words: ["bern"] }] }, "/cohort/0/dimension"],
    ["the charter has no dimension \"town=1\"", { ...FIND, cohort: [{ dimension: "town=1", words: ["b"] }] }, "/cohort/0/dimension"],
    ["the words of \"town\" are not listed in the charter", { kind: "profile", cohort: [], by: ["town"], measures: [], nanoRho: 5_000 }, "/by/0"],
    ["the words of \"town\" are not listed in the charter", { kind: "drift", column: "town", bins: 10, nanoRho: 5_000 }, "/column"],
    ["\"bernina\" has 7 characters, and 5 are compared", { ...COUNT, words: ["bern", "bernina"] }, "/words/1"],
    ["\"Bern\" holds \"B\"", { ...COUNT, words: ["Bern", "chur"] }, "/words/0"],
    ["\"bern\" is listed twice", { ...COUNT, words: ["bern", "bern"] }, "/words/1"],
    ["\"town\" has 2 words", { ...COUNT, top: 3 }, "/top"],
  ])("is refused: %s", (says, query, path) => {
    const found = problem(query).filter(([at]) => at === path);
    expect(found.map(([, said]) => said)).toEqual([expect.stringContaining(says)]);
  });

  test("is never told the names of columns that only its own plan has", () => {
    const [[, , fix] = []] = problem({ ...FIND, cohort: [{ dimension: "nobody's", words: ["b"] }] });
    expect(fix).toContain("country");
    expect(JSON.stringify(problem({ ...FIND, cohort: [{ dimension: "town=2", words: ["b"] }, { dimension: "towm=1", words: ["b"] }] }).map(([, , hint]) => hint))).not.toContain("town");
    expect(problem({ ...COUNT, words: ["anna"], top: 1, cohort: [{ dimension: "town", words: ["anna"] }] })).toHaveLength(1);
  });

  test("needs words and the length they are cut to, both", () => {
    const { words = [], length = 0, ...bare } = COUNT;
    expect(problem({ ...bare, words }).map(([path]) => path)).toEqual(["/length"]);
    expect(problem({ ...bare, length }).map(([path]) => path)).toEqual(["/dimension"]);
  });

  test("is no question under a charter that leaves nothing open, nor where sums are exact", () => {
    expect(problem(FIND, sound(STATISTICS))[0]?.[1]).toBe("the charter allows no question of the kind \"words\"");
    expect(() => sound(bent("/privacy", { mechanism: "none", note: "Exact.", budget: { releasesMax: 9 } }, OPEN_STATISTICS))).toThrow();
  });

  test("that lists words ranks these alone: the rest is no word, however large", () => {
    const plan = statisticPlanOf(OPEN, COUNT);
    const next = advanceStatistic(Float64Array.of(3, 300, 200, 9_000), firstStatistic(plan), plan, { cellRows: 20, survivors: 3 });
    const answer = (next.kind === "answered" ? next.answer : null) as unknown as CategoriesAnswer;
    expect(answer.top.map(({ word }) => word)).toEqual(["bern", "bad r"]);
    expect(answer.others).toMatchObject({ words: 1, rows: { value: 9_000 } });
  });
});
