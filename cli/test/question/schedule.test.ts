import { describe, expect, test } from "@jest/globals";
import { SOUND } from "../../../protocol/test/charter/fixture.js";
import { get, openStage, play, post } from "../stage.js";
import { BOTH, charterRoutes, deskOf, EXACT, KIND, NOISY, TRAINING, VIEW } from "./desk.js";

describe("question schedule", () => {
  const SCHEDULE = { id: "0a1b2c3d", charter: EXACT, query: { kind: "categories" }, every: 2, unit: "weeks", start: "2027-01-04T07:00:00.000Z", next: "2027-01-18T07:00:00.000Z", runs: 1, state: "on", because: "" };

  test("adds, lists and removes", async () => {
    const { folder, asked } = await openStage("coordinator", [
      ...deskOf(EXACT), post("/v1/question-schedules", SCHEDULE), get("/v1/question-schedules", { schedules: [SCHEDULE] }), post("/v1/question-schedules/:id/remove", { ...SCHEDULE, state: "removed", next: null }),
    ]);
    const added = await play(["question", "schedule", "add", ...KIND, "--every", "2weeks", "--start", "2027-01-04T08:00:00+01:00"], { folder });
    expect(added).toMatchObject({ code: 0, out: expect.stringContaining(`at the latest with its charter, on ${SOUND.expires.slice(0, 10)}`) });
    expect(added.out).not.toContain("The start has passed");
    expect((await play(["question", "schedule", "ls"], { folder })).out).toBe([
      "schedule  question    charter       every    next (UTC)           runs  state  because",
      "0a1b2c3d  categories  e0e0e0e0e0e0  2 weeks  2027-01-18 07:00:00     1  on", "",
    ].join("\n"));
    expect(await play(["question", "schedule", "rm", "0a"], { folder, answers: ["y"] })).toMatchObject({ code: 0 });
    expect(asked).toEqual([
      { path: "/v1/question-schedules", body: { charter: EXACT, query: { ...VIEW.query, nanoRho: 0 }, every: 2, unit: "weeks", start: "2027-01-04T08:00:00+01:00" } },
      { path: "/v1/question-schedules/0a1b2c3d/remove", body: {} },
    ]);
  });

  describe("under noise", () => {
    const ADD = ["question", "schedule", "add", ...KIND, "--epsilon", "0.1", "--every", "2weeks"];
    const hub = (spent: number, trainings: readonly unknown[] = [], digest = NOISY) => openStage("coordinator", [
      ...charterRoutes(digest), get("/v1/charters/:digest/budget", { limit: 33_000_000, reserve: 7_000_000, spent }), get("/v1/trainings", { trainings }), post("/v1/question-schedules", { ...SCHEDULE, charter: digest }),
    ]);
    const PRICE = "Each run costs 0.97 % of the budget (ε 0.1 by itself), of which 90 % is left: enough for 92 runs; another 21 % is in reserve.\n";

    test("says what each run costs and how many there are, and at a terminal waits for a yes", async () => {
      const { folder, asked } = await hub(3_300_000);
      const no = await play(ADD, { folder, isTerminal: true, answers: ["n"] });
      expect(no.err).toContain(`${PRICE}Ask it at once, and again every 2 weeks, each time for 0.97 % of the budget of noisy? [y/N] `);
      expect([no.code, asked]).toEqual([2, []]);
      expect((await play(ADD, { folder, isTerminal: true, answers: ["y"] })).code).toBe(0);
      expect(asked).toHaveLength(1);
    });

    test("waits for it also where the first is to come, as nobody is asked then", async () => {
      const { folder, asked } = await hub(3_300_000);
      const no = await play([...ADD, "--start", "2027-01-04T07:00:00Z"], { folder, isTerminal: true, answers: ["n"] });
      expect(no.err).toContain(`${PRICE}Ask it every 2 weeks from 2027-01-04T07:00:00Z on, each time for 0.97 % of the budget of noisy? [y/N] `);
      expect([no.code, asked]).toEqual([2, []]);
    });

    test.each([true, false])("with --yes tells the price and goes on unasked (at a terminal: %s)", async (isTerminal) => {
      const { folder, asked } = await hub(3_300_000);
      const { code, err } = await play([...ADD, "--yes"], { folder, isTerminal });
      expect({ code, posts: asked.length, told: err.includes(PRICE), isAsked: err.includes("[y/N]") }).toEqual({ code: 0, posts: 1, told: true, isAsked: false });
    });

    test.each([["the first at once", []], ["the first to come", ["--start", "2027-01-04T07:00:00Z"]]])("without --yes where no terminal is plans nothing and says what each run would take: %s", async (_, flags) => {
      const { folder, asked } = await hub(3_300_000);
      const { code, err } = await play([...ADD, ...flags], { folder });
      expect({ code, asked, isAsked: err.includes("[y/N]") }).toEqual({ code: 2, asked: [], isAsked: false });
      expect(err).toContain(`refused: nobody is there to confirm this\n  ${PRICE}  Ask it `);
      expect(err).toContain("run the same command with --yes");
    });

    test("tells of one run, and of none where only the reserve is left", async () => {
      expect((await play([...ADD, "--yes"], await hub(32_600_000))).err).toContain("enough for 1 run; another");
      expect((await play([...ADD, "--yes"], await hub(32_990_000))).err).toContain("enough for none; another 21 % is in reserve.");
    });

    test("counts what trainings under the same charter took", async () => {
      const both = await hub(0, [{ ...TRAINING, charter: BOTH, state: "done" }], BOTH);
      // 33,000,000 - 17,000,000 of the training.
      expect((await play([...ADD, "--yes"], both)).err).toContain("of which 48 % is left: enough for 49 runs");
    });

    test("leaves what is not covered to the coordinator, which refuses it, and asks nothing about it", async () => {
      const { folder } = await hub(40_000_000);
      expect((await play(ADD, { folder, isTerminal: true })).err).not.toContain("Each run costs");
    });
  });

  test("that starts in the past says when it is asked first", async () => {
    const { folder } = await openStage("coordinator", [...deskOf(EXACT), post("/v1/question-schedules", { ...SCHEDULE, runs: 0 })]);
    const { out } = await play(["question", "schedule", "add", ...KIND, "--every", "2weeks", "--start", "2026-01-04T07:00:00Z"], { folder });
    expect(out).toContain("The start has passed; the first time it is asked is 2027-01-18 07:00:00 UTC.");
  });

  test.each([
    [["ad"], "did you mean add?"], [["add", ...KIND], "--every: it is missing"], [["add", ...KIND, "--every", "often"], '--every: "often" is no rhythm'], [["add", ...KIND, "--every", "0days"], "is no rhythm"],
    [["add", ...KIND, "--every", "1day", "--start", "2027-01-04T08:00:00"], "is no RFC 3339 time with an offset"], [["add", ...KIND, "--every", "1day", "--start", "tomorrow"], "is no RFC 3339 time"], [["rm"], "none is named"],
  ])("%j is refused in words", async (args, cause) => {
    const { folder, asked } = await openStage("coordinator", charterRoutes(EXACT));
    expect(await play(["question", "schedule", ...args], { folder })).toMatchObject({ code: 2, err: expect.stringContaining(cause) });
    expect(asked).toEqual([]);
  });
});
