import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Refusal } from "@cohortium/protocol/host/refusal";
import type { Digest } from "@cohortium/protocol/session/ids";
import type { QuestionSchedules } from "../src/question-schedules.js";
import { ANSWER, categories, Desk, EXACT, NOISY, RESERVED, rfm, WHOLE, WIDE, wide } from "./question-desk.js";

let desk: Desk;
beforeEach(() => { desk = new Desk(); });
const refused = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    const { code, exitCode, detail } = error as Refusal;
    return { code, exitCode, detail };
  }
  return null;
};

describe("a question", () => {
  test("is launched once, and asked again gives the same bytes at no cost", () => {
    const first = desk.ask(categories(1_000));
    expect(first).toMatchObject({ kind: "launched", costs: 1_000, answer: null });
    desk.answer(first.session);
    desk.nowMs += 86_400_000;
    const again = desk.ask(categories(1_000, { cohort: [] }));
    expect(again).toMatchObject({ kind: "kept", session: first.session, costs: 0, answeredAt: "2027-01-04T07:00:00.000Z", answer: ANSWER });
    expect(desk.questions.answerOf(first.session)).toEqual(new TextEncoder().encode('{"kind":"categories","rows":30}'));
    expect(desk.launched).toHaveLength(1);
    expect(desk.questions.budget(NOISY).spent).toBe(1_000);
  });

  test("asked while it runs is joined, not launched twice", () => {
    const { session } = desk.ask(categories(1_000));
    expect(desk.ask(categories(1_000))).toMatchObject({ kind: "running", session, costs: 0 });
    expect(desk.launched).toEqual([session]);
  });

  test("asked with fresh is charged anew; the newest answer is then the one that is kept, and the older stays", () => {
    const { session: older } = desk.ask(categories(1_000));
    desk.answer(older);
    desk.nowMs += 1;
    const { session: newer } = desk.ask(categories(1_000), { fresh: true });
    expect(newer).not.toBe(older);
    desk.answer(newer, { kind: "categories", rows: 31 });
    expect(desk.ask(categories(1_000))).toMatchObject({ kind: "kept", session: newer });
    expect(desk.questions.answerOf(older)).not.toEqual(desk.questions.answerOf(newer));
    expect(desk.questions.budget(NOISY).spent).toBe(2_000);
  });

  test("with another price, cohort or charter is another question", () => {
    for (const [query, charter] of [[categories(1_000), NOISY], [categories(1_001), NOISY], [categories(1_000, { cohort: [{ dimension: "channel", words: ["Web"] }] }), NOISY], [categories(0), EXACT]] as const) {
      desk.answer(desk.ask(query, { charter }).session);
    }
    expect(desk.launched).toHaveLength(4);
  });

  test("under one Idempotency-Key is asked once, also when it is fresh and a crash came between", () => {
    const { session } = desk.ask(categories(1_000), { fresh: true, request: "key-1" });
    desk.restart();
    expect(desk.ask(categories(1_000), { fresh: true, request: "key-1" })).toMatchObject({ session });
    expect(desk.ask(categories(1_000), { fresh: true, request: "key-2" }).session).not.toBe(session);
  });

  test("that was written down when the power went is asked at the next start", () => {
    desk.crashes = true;
    expect(() => desk.ask(categories(1_000))).toThrow("a power cut");
    desk.restart();
    expect(desk.launched).toHaveLength(1);
    expect(desk.questions.views()).toMatchObject([{ state: "running" }]);
    desk.restart();
    expect(desk.launched).toHaveLength(1);
  });

  test("that was written down long ago, or that its charter or budget would not allow any more, is not asked at the next start, and is never tried again", () => {
    const interrupted = (between: () => void) => {
      desk = new Desk();
      desk.crashes = true;
      expect(() => desk.ask(categories(1_000))).toThrow("a power cut");
      between();
      desk.restart();
      expect(desk.launched).toEqual([]);
      const [view] = desk.questions.views();
      desk.expired = false;
      desk.database.prepare("DELETE FROM questions WHERE session = ?").run("f".repeat(32));
      desk.restart();
      expect(desk.launched).toEqual([]);
      expect(desk.questions.budget(NOISY).spent).toBe(0);
      return view;
    };
    expect(interrupted(() => { desk.nowMs += 600_001; })).toMatchObject({ state: "aborted", says: expect.stringContaining("started too late to ask it") });
    expect(interrupted(() => { desk.expired = true; })).toMatchObject({ state: "aborted", says: expect.stringContaining("the charter does not hold today") });
    expect(interrupted(() => desk.paid("f".repeat(32), WHOLE - 999))).toMatchObject({ state: "aborted", says: expect.stringContaining("budget does not cover") });
  });

  test.each<[string, Json, Digest, object]>([
    ["that is none", { kind: "sql", query: "select *" }, NOISY, { code: "REQUEST_QUERY", exitCode: 2 }],
    ["about a word nobody has", categories(1_000, { cohort: [{ dimension: "channel", words: ["Fax"] }] }), NOISY, { code: "CHARTER_QUESTION", exitCode: 4, detail: expect.stringContaining("/cohort/0/words/0") }],
    ["of a kind that is not listed", { kind: "drift", column: "recency", bins: 10, nanoRho: 1_000 }, NOISY, { code: "CHARTER_QUESTION", exitCode: 4 }],
    ["for nothing where noise is due", categories(0), NOISY, { code: "CHARTER_QUESTION", exitCode: 4 }],
    ["for a price where there is none", categories(1_000), EXACT, { code: "CHARTER_QUESTION", exitCode: 4 }],
    ["for more than there ever was", categories(WHOLE + 1), NOISY, { code: "BUDGET_EXCEEDED", exitCode: 5 }],
  ])("%s is refused before anything is launched", (_, query, charter, expected) => {
    expect(refused(() => desk.ask(query, { charter }))).toMatchObject(expected);
    expect(desk.questions.views()).toEqual([]);
  });

  test("whose answer would withhold everything is refused before it is launched, once or by a schedule, and charged nothing", () => {
    const expected = { code: "POLICY_WITHHELD", exitCode: 4, detail: expect.stringContaining("nothing is charged") };
    const schedules = desk.schedules();
    expect(refused(() => desk.ask(wide(150), { charter: WIDE }))).toMatchObject(expected);
    expect(refused(() => schedules.add("s1", { charter: WIDE, query: wide(150), every: 1, unit: "weeks", startMs: null }))).toMatchObject(expected);
    expect([desk.questions.views(), desk.questions.budget(WIDE).spent]).toEqual([[], 0]);
    expect(desk.ask(wide(2), { charter: WIDE })).toMatchObject({ kind: "launched" });
    schedules.close();
  });
});

describe("the budget", () => {
  test("covers what costs exactly the rest, and not a coin more", () => {
    desk.answer(desk.ask(categories(WHOLE - 500)).session);
    expect(refused(() => desk.ask(categories(501)))).toMatchObject({ code: "BUDGET_SPENT", exitCode: 5, detail: expect.stringContaining("nothing was computed") });
    expect(desk.ask(categories(500))).toMatchObject({ kind: "launched" });
    expect(desk.questions.budget(NOISY)).toEqual({ limit: WHOLE, reserve: 0, spent: WHOLE });
    // What is kept stays free.
    expect(desk.ask(categories(WHOLE - 500))).toMatchObject({ kind: "kept", costs: 0 });
  });

  test("counts what is under way, so that two cannot overspend together", () => {
    desk.ask(categories(WHOLE - 500));
    expect(refused(() => desk.ask(categories(501)))).toMatchObject({ exitCode: 5 });
  });

  test("is not touched by a session in which nobody sent anything, and keeps what one has cost that ended in the middle", () => {
    const { session: early } = desk.ask(categories(1_000));
    desk.abort(early);
    expect(desk.questions.budget(NOISY).spent).toBe(0);
    const { session: late } = desk.ask(rfm(1_001));
    desk.uploaded(late, 1);
    desk.abort(late);
    expect(desk.questions.budget(NOISY).spent).toBe(500);
    desk.uploaded(late, 2);
    expect(desk.questions.budget(NOISY).spent).toBe(1_001);
    expect(desk.questions.views().map(({ nanoRho, charged }) => [nanoRho, charged])).toEqual([[1_000, 0], [1_001, 1_001]]);
  });

  test("of a charter without noise has no end here", () => {
    desk.ask(categories(0), { charter: EXACT });
    expect(desk.questions.budget(EXACT)).toEqual({ limit: null, reserve: 0, spent: 0 });
  });

  test("with a reserve lets the nodes decide whether that is spent, and refuses only beyond both", () => {
    const { limit, reserve } = desk.questions.budget(RESERVED);
    expect([limit, reserve]).toEqual([expect.any(Number), WHOLE - (limit ?? 0)]);
    expect(reserve).toBeGreaterThan(WHOLE / 4);
    const ask = (nanoRho: number) => desk.ask(categories(nanoRho), { charter: RESERVED });
    desk.answer(ask(limit ?? 0).session);
    expect(ask(reserve - 7)).toMatchObject({ kind: "launched" });
    expect(refused(() => ask(8))).toMatchObject({ code: "BUDGET_SPENT", detail: expect.stringMatching(/of which 0 % is left, and less than 0\.01 % more in reserve;/) });
    expect(ask(7)).toMatchObject({ kind: "launched" });
  });
});

describe("a schedule", () => {
  const DAY_MS = 86_400_000;
  const weekly = (nanoRho: number) => ({ charter: NOISY, query: categories(nanoRho), every: 1, unit: "weeks", startMs: null } as const);
  const due = (schedules: QuestionSchedules) => {
    schedules.recover();
    return schedules.views();
  };

  test("asks at its time, each time anew", () => {
    const schedules = desk.schedules();
    expect(schedules.add("s1", weekly(1_000))).toMatchObject({ runs: 1, next: "2027-01-11T07:00:00.000Z", state: "on" });
    desk.answer(desk.launched[0] ?? "");
    expect(due(schedules)).toMatchObject([{ runs: 1 }]);
    desk.nowMs += 7 * DAY_MS;
    expect(due(schedules)).toMatchObject([{ runs: 2, next: "2027-01-18T07:00:00.000Z" }]);
    expect(new Set(desk.launched).size).toBe(2);
    expect(desk.questions.views()).toMatchObject([{ schedule: "s1", state: "done" }, { schedule: "s1", state: "running" }]);
    schedules.close();
  });

  test("stops when the budget would not cover its next time, and says so", () => {
    const schedules = desk.schedules();
    schedules.add("s1", weekly(Math.floor(WHOLE / 2) - 10));
    desk.answer(desk.launched[0] ?? "");
    desk.nowMs += 7 * DAY_MS;
    expect(due(schedules)).toMatchObject([{ runs: 2, state: "stopped: budget", next: null, because: expect.stringContaining("privacy budget") }]);
    desk.nowMs += 70 * DAY_MS;
    expect(due(schedules)).toMatchObject([{ runs: 2 }]);
    schedules.close();
  });

  test("stops when a node says that its budget is spent", () => {
    const schedules = desk.schedules();
    schedules.add("s1", weekly(1_000));
    desk.abort(desk.launched[0] ?? "", "BUDGET_SPENT");
    desk.nowMs += 7 * DAY_MS;
    expect(due(schedules)).toMatchObject([{ runs: 1, state: "stopped: budget" }]);
    schedules.close();
  });

  test.each([["TRAINING_REPEAT", "stopped: refused"], ["CHARTER_QUESTION", "stopped: charter"], ["TRAINING_SCHEMA", "stopped: refused"], [null, "stopped: refused"]])(
    "stops when a node refuses with %s, which it would again", (cause, state) => {
      const schedules = desk.schedules();
      schedules.add("s1", weekly(1_000));
      desk.abort(desk.launched[0] ?? "", cause);
      desk.nowMs += 7 * DAY_MS;
      expect(due(schedules)).toMatchObject([{ runs: 1, state, next: null, because: "too few" }]);
      schedules.close();
    });

  test("stops after three runs in a row without an answer, and an answer in between counts", () => {
    const schedules = desk.schedules();
    schedules.add("s1", weekly(1_000));
    const ends = [false, false, true, false, false, false];
    const states = ends.map((isAnswered, i) => {
      const session = desk.launched[i] ?? "";
      desk.uploaded(session, 1);
      if (isAnswered) desk.answer(session);
      else desk.abort(session);
      desk.nowMs += 7 * DAY_MS;
      return due(schedules)[0]?.state;
    });
    expect(states).toEqual(["on", "on", "on", "on", "on", "stopped: failing"]);
    expect(schedules.views()).toMatchObject([{ runs: 6, because: expect.stringContaining("3 times in a row without an answer") }]);
    schedules.close();
  });

  test("ends with its charter", () => {
    const schedules = desk.schedules();
    schedules.add("s1", weekly(1_000));
    desk.answer(desk.launched[0] ?? "");
    desk.nowMs += 7 * DAY_MS;
    desk.expired = true;
    expect(due(schedules)).toMatchObject([{ runs: 1, state: "stopped: charter", because: expect.stringContaining("does not hold today") }]);
    schedules.close();
  });

  test("that would begin when its charter has ended is refused, and one that begins just before is not", () => {
    const schedules = desk.schedules();
    const ends = Date.parse(desk.charterEnds(NOISY));
    expect(refused(() => schedules.add("s1", { ...weekly(1_000), startMs: ends }))).toMatchObject({ code: "REQUEST_SCHEDULE", exitCode: 2, detail: expect.stringContaining("the charter holds until") });
    expect(schedules.views()).toEqual([]);
    expect(schedules.add("s2", { ...weekly(1_000), startMs: ends - 1 })).toMatchObject({ state: "on", runs: 0 });
    schedules.close();
  });

  test("survives a restart, and asks once for all the times it missed", () => {
    desk.schedules().add("s1", weekly(1_000));
    desk.answer(desk.launched[0] ?? "");
    desk.nowMs += 30 * DAY_MS;
    desk.restart();
    expect(due(desk.schedules())).toMatchObject([{ runs: 2, next: "2027-02-08T07:00:00.000Z" }]);
    expect(desk.launched).toHaveLength(2);
  });

  test("whose time a crash kept from being noted does not ask it twice", () => {
    const schedules = desk.schedules();
    schedules.add("s1", { ...weekly(1_000), startMs: desk.nowMs + DAY_MS });
    desk.nowMs += DAY_MS;
    expect(due(schedules)).toMatchObject([{ runs: 1 }]);
    desk.answer(desk.launched[0] ?? "");
    // As it was before the run was noted.
    desk.database.prepare("UPDATE question_schedules SET runs = 0, next_ms = ?").run(desk.nowMs);
    expect(due(desk.schedules())).toMatchObject([{ runs: 1, next: "2027-01-12T07:00:00.000Z" }]);
    expect(desk.launched).toHaveLength(1);
  });

  test("lets a question that is still running end before it asks again", () => {
    const schedules = desk.schedules();
    schedules.add("s1", weekly(1_000));
    desk.nowMs += 7 * DAY_MS;
    expect(due(schedules)).toMatchObject([{ runs: 1, next: "2027-01-18T07:00:00.000Z", state: "on" }]);
    schedules.close();
  });

  test("that is removed asks no more, and one that could not be asked now is refused", () => {
    const schedules = desk.schedules();
    schedules.add("s1", weekly(1_000));
    expect(schedules.remove("s1")).toMatchObject({ state: "removed", next: null });
    expect(schedules.remove("s2")).toBeNull();
    expect(refused(() => schedules.add("s3", weekly(WHOLE)))).toMatchObject({ exitCode: 5 });
    expect(schedules.views()).toHaveLength(1);
    schedules.close();
  });
});
