import { describe, expect, test } from "@jest/globals";
import type { Route } from "@cohortium/protocol/host/http-route";
import { OPEN_STATISTICS } from "../../../protocol/test/charter/fixture.js";
import { get, NOW_MS, openStage, play, post } from "../stage.js";

const CHARTER = "a1".repeat(32);
const SESSION = "5e".repeat(16);
const DIGEST = "d1".repeat(32);
const shown = (value: number) => ({ value, low: value - 2, high: value + 2 });
const word = (name: string, rows: number) => ({ word: name, rows: shown(rows), share: shown(rows / 100) });
const ANSWER = {
  kind: "words", rows: shown(100), firms: 3, cellRows: 20, noise: true, dimension: "town", length: 8, words: [word("bern", 60), word("san jose", 30)], others: { rows: { withheld: "k = 20" }, share: { withheld: "k = 20" } },
  least: 31.2, sure: 49.9, crowded: false,
};
const view = (answer: object, session = SESSION) => ({
  session, charter: CHARTER, query: { kind: "words", cohort: [], dimension: "town", length: 8, nanoRho: 8_000 }, queryDigest: DIGEST, nanoRho: 8_000, charged: 8_000, schedule: null, state: "done",
  askedAtMs: NOW_MS, answeredAt: "2026-11-22T10:00:05.000Z", says: "answered", round: 8, fault: null, answer, answerDigest: DIGEST,
});
const about = { digest: CHARTER, name: "open", state: "in-force", expires: OPEN_STATISTICS.expires };
const routes = (answer: object = ANSWER): readonly Route[] => [
  get("/v1/charters", { charters: [about] }), get("/v1/charters/:digest", { ...about, words: [], charter: OPEN_STATISTICS }),
  get("/v1/questions", { questions: [view(answer)] }), get("/v1/questions/:session", view(answer)), get("/v1/charters/:digest/budget", { limit: 152_781_242, reserve: 0, spent: 0 }),
  post("/v1/questions", { kind: "launched", session: "7f".repeat(16), charter: CHARTER, queryDigest: DIGEST, costs: 1_000 }),
];
const COUNT = ["question", "ask", "categories", "--detach", "--epsilon", "0.1", "--yes"];

describe("words that nobody has listed", () => {
  test("are shown with their rows, and with from how many rows on one is found", async () => {
    const { folder } = await openStage("coordinator", routes());
    const { out, code } = await play(["question", "result", "5e5e"], { folder });
    expect(out).toMatch(/^bern +60 \(58 to 62\)/m);
    expect(out).toMatch(/^all others +withheld \(k = 20\)/m);
    expect(out).toContain("Beginnings with fewer than 32 rows, noise included, were not followed: a word with 50 rows or more is found with a probability of 95 %");
    expect(code).toBe(0);
  });

  test("cost what is told before: so many sums, and from how many rows on one would be found", async () => {
    const { folder } = await openStage("coordinator", routes());
    const { out, code } = await play(["question", "plan", "words", "--dimension", "town", "--length", "8", "--epsilon", "1"], { folder });
    expect(out).toMatch(/^sums +8$/m);
    expect(out).toMatch(/^counts of the next character +30 /m);
    expect(out).toMatch(/Beginnings with fewer than about 91 rows are not followed; a word with 145 rows or more is found/);
    expect(code).toBe(0);
  });

  test("are counted by the answer that found them: dimension, words and length stand in the query", async () => {
    const { folder, asked } = await openStage("coordinator", routes());
    expect(await play([...COUNT, "--words-from", "5e5e"], { folder })).toMatchObject({ code: 0 });
    expect(asked).toMatchObject([{ body: { query: { kind: "categories", cohort: [], dimension: "town", top: 2, words: ["bern", "san jose"], length: 8 } } }]);
  });

  test("are counted by the calendar, each time those that were found", async () => {
    const schedule = { id: "0a1b2c3d", charter: CHARTER, query: { kind: "categories" }, every: 1, unit: "months", start: "2027-01-04T07:00:00.000Z", next: "2027-01-04T07:00:00.000Z", runs: 0, state: "on", because: "" };
    const { folder, asked } = await openStage("coordinator", [...routes(), post("/v1/question-schedules", schedule)]);
    const { code } = await play(["question", "schedule", "add", "categories", "--words-from", "5e5e", "--epsilon", "0.1", "--every", "1month", "--start", "2027-01-04T07:00:00Z", "--yes"], { folder });
    expect(code).toBe(0);
    expect(asked).toMatchObject([{ path: "/v1/question-schedules", body: { query: { kind: "categories", cohort: [], dimension: "town", top: 2, words: ["bern", "san jose"], length: 8 }, every: 1, unit: "months" } }]);
  });

  test("are counted as they are typed, too", async () => {
    const { folder, asked } = await openStage("coordinator", routes());
    expect(await play([...COUNT, "--dimension", "town", "--words", "bern,san jose", "--length", "8", "--top", "1"], { folder })).toMatchObject({ code: 0 });
    expect(asked).toMatchObject([{ body: { query: { top: 1, words: ["bern", "san jose"], length: 8 } } }]);
  });

  test.each<[string, readonly string[], object, number, string]>([
    ["for another kind", ["question", "ask", "words", "--words-from", "5e"], ANSWER, 2, "--words-from: it completes a question of the kind categories"],
    ["for another kind by the calendar", ["question", "schedule", "add", "words", "--words-from", "5e", "--every", "1month"], ANSWER, 2, "--words-from: it completes a question of the kind categories"],
    ["beside a dimension", [...COUNT, "--words-from", "5e", "--dimension", "town"], ANSWER, 2, "--words-from: --dimension says the same"],
    ["of a session nobody knows", [...COUNT, "--words-from", "77"], ANSWER, 2, "answer of the kind words"],
    ["of an answer without words", [...COUNT, "--words-from", "5e"], { ...ANSWER, words: [] }, 2, "--words-from: that answer found no word"],
    ["without words", [...COUNT, "--dimension", "town"], ANSWER, 2, "--dimension: the words of \"town\" are not listed in the charter"],
    ["with a character that is not listed", [...COUNT, "--dimension", "town", "--words", "Bern", "--length", "8", "--top", "1"], ANSWER, 2, "--words: \"Bern\" holds \"B\""],
    ["spelled further than the charter lets", ["question", "ask", "words", "--dimension", "town", "--epsilon", "0.1"], ANSWER, 2, "--length: the charter lets 8 characters"],
  ])("taken %s are refused, and nothing is asked", async (_, args, answer, exit, cause) => {
    const { folder, asked } = await openStage("coordinator", routes(answer));
    const { code, err } = await play([...args], { folder });
    expect(err).toContain(cause);
    expect({ code, asked }).toEqual({ code: exit, asked: [] });
  });

  test("are a kind of their own, and columns left open are listed", async () => {
    const { folder } = await openStage("coordinator", routes());
    const { out } = await play(["question", "show", "words"], { folder });
    expect(out).toMatch(/^--dimension +needed/m);
    expect(out).toMatch(/^sums +one for each character/m);
    expect((await play(["question", "show", "categories"], { folder })).out).not.toMatch(/^--words +needed/m);
    expect((await play(["question", "ls"], { folder })).out).toContain("words left open in town.");
  });
});
