import { describe, expect, test } from "@jest/globals";
import { sessionAuditor } from "@cohortium/protocol/conduct/audit";
import { audit } from "@cohortium/protocol/log/audit";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import { isShown, type CategoriesAnswer, type WordsAnswer } from "@cohortium/protocol/statistics/answer";
import type { CategoriesQuery, Query, WordsQuery } from "@cohortium/protocol/statistics/query";
import { LOG_KEY, sourceOf } from "../../protocol/test/log/small-log.js";
import { charterOf, MILL, QUARRY, SELF } from "../../node/test/stage.js";
import { NOISY_JSON, STATISTICS } from "../../node/test/sessions/statistic-stage.js";
import { Circle, CHARTER, PARTIES } from "./question-circle.js";

const OPEN = { name: "town", source: "place", characters: "abcdefghijklmnopqrstuvwxyz -", letters: "lower", lengthMax: 12 };
const LEFT_OPEN = charterOf({
  ...NOISY_JSON, operator: { ...NOISY_JSON.operator, logKey: LOG_KEY }, statistics: { ...STATISTICS, kinds: ["categories", "words"], open: [OPEN] },
  privacy: { ...NOISY_JSON.privacy, budget: { ...NOISY_JSON.privacy.budget, epsilon: 8 } },
});

/** Most live in two towns, written in many ways; each company has a town of its own, and one person with a name of her own. Twelve live in a town that only all together have enough of. */
const townsOf = (company: string): readonly string[] => [
  ...Array.from({ length: 200 }, (_, i) => ["Bern", "  bern", "BERN "][i % 3] ?? ""), ...Array.from({ length: 120 }, () => "Bad Ragaz"),
  ...Array.from({ length: 60 }, () => "Olten"), ...Array.from({ length: 60 }, () => `${company} 1`), ...Array.from({ length: 10 }, () => ""), "Zzyzx Unique",
];
const peopleOf = (party: string) => ["region;visits;days;spend;place", ...townsOf(party).map((town, i) => `${["north", "south", "west"][i % 3]};${i % 60};${i % 90};${i % 200};${town}`)].join("\n");

const FIND: WordsQuery = { kind: "words", cohort: [], dimension: "town", length: 9, nanoRho: 400_000_000 };
const count = (found: WordsAnswer): CategoriesQuery => ({
  kind: "categories", cohort: [], dimension: "town", top: 2, words: found.words.map(({ word }) => word), length: FIND.length, nanoRho: 50_000_000,
});

describe("three companies that have listed no towns", () => {
  const circle = new Circle(peopleOf, LEFT_OPEN);
  const answerOf = async <A>(query: Query, name: string): Promise<A> => {
    const ended = await circle.ask(query, name);
    if (ended.kind !== "done" || ended.result.kind !== "answer") throw new Error(JSON.stringify(ended.kind === "abort" ? ended.fault : ended.kind));
    return ended.result.answer as unknown as A;
  };
  const spent = () => [...circle.nodes.values()].map(({ egress }) => egress.ledger.charges.under(charterDigest(LEFT_OPEN)));
  let found: WordsAnswer | null = null;

  test("find those that many rows of all of them hold, however they are written, and none that one row holds", async () => {
    found = await answerOf<WordsAnswer>(FIND, "towns");
    expect(found.words.map(({ word }) => word).toSorted()).toEqual(["bad ragaz", "bern", "olten"]);
    for (const [word, rows] of [["bern", 600], ["bad ragaz", 360], ["olten", 180]] as const) {
      const cell = found.words.find((one) => one.word === word)?.rows;
      expect(cell !== undefined && isShown(cell) ? Math.abs(cell.value - rows) : Infinity).toBeLessThan(60);
    }
    expect(found).toMatchObject({ kind: "words", dimension: "town", length: 9, firms: 3, noise: true, crowded: false });
    expect(JSON.stringify(found)).not.toMatch(/zzy|mill|quarry/i);
    expect(spent()).toEqual([FIND.nanoRho, FIND.nanoRho, FIND.nanoRho]);
  });

  test("count them in one sum more, and all others together", async () => {
    if (found === null) throw new Error("words were to be found");
    const counted = await answerOf<CategoriesAnswer>(count(found), "count");
    expect(counted.top.map(({ word }) => word)).toEqual(["bern", "bad ragaz"]);
    expect(counted.others?.words).toBe(2);
    expect(spent()[0]).toBe(FIND.nanoRho + 50_000_000);
  });

  test("pay nothing for the sums that are not taken, where nothing long enough is left to spell", async () => {
    const before = spent()[0] ?? 0;
    const short = await answerOf<WordsAnswer>({ ...FIND, cohort: [{ dimension: "region", words: ["north"] }], nanoRho: 12_000, length: 12 }, "poor");
    expect(short.words).toEqual([]);
    expect((spent()[0] ?? 0) - before).toBe(1_000);
  });

  test("have kept what the log alone says was spent, and the log verifies: each question follows from the sums before it", () => {
    const report = audit(sourceOf(circle.files()), { logKey: LOG_KEY, rounds: sessionAuditor() });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ verified: true, privacy: [{ chargedNanoRho: spent()[0], answers: 3 }] });
  });

  test("say no word in their own logs", () => {
    expect([...circle.nodes.values()].map(({ logger }) => JSON.stringify(logger.lines)).join("")).not.toMatch(/bern|ragaz|olten|zzy/i);
  });

  test("read the column for no other question, and answer that as if nothing had been left open", async () => {
    const listed: Query = { kind: "categories", cohort: [], dimension: "region", top: 3, nanoRho: 1_000_000 };
    const closed = new Circle((party) => peopleOf(party).split("\n").map((line) => line.slice(0, line.lastIndexOf(";"))).join("\n"), LEFT_OPEN);
    expect(await closed.ask(listed, "listed")).toMatchObject({ kind: "done" });
    expect(await closed.ask(FIND, "open")).toMatchObject({ kind: "abort", fault: { detail: { refusal: "DATA_REFUSED" } } });
  });
});

test("a charter that leaves nothing open is asked for no words", async () => {
  await expect(new Circle(peopleOf).ask(FIND, "closed")).rejects.toThrow("the charter allows no question of the kind \"words\"");
  expect(CHARTER.statistics?.open).toBeUndefined();
  expect(PARTIES).toEqual([SELF, MILL, QUARRY]);
});
