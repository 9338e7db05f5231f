import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Route } from "@cohortium/protocol/host/http-route";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import { queryDigest } from "@cohortium/protocol/statistics/query-schema";
import { SOUND } from "../../../protocol/test/charter/fixture.js";
import { QUESTION } from "../../src/commands/question.js";
import { get, openStage, play, post } from "../stage.js";
import { BOTH, budgetRoute, charterRoutes, CHARTERS, deskOf, events, EXACT, KIND, NOISE, NOISY, REPLY, TRAINING, VIEW, WHOLE } from "./desk.js";

describe("question ask", () => {
  const PRICED = [...KIND, "--epsilon", "0.1"];
  const asks = (...more: readonly Route[]) => openStage("coordinator", [...charterRoutes(NOISY), budgetRoute(WHOLE / 4), ...more, post("/v1/questions", { kind: "launched", ...REPLY }), events(TRAINING), get("/v1/questions/:session", VIEW)]);
  const NONE = get("/v1/questions", { questions: [] });

  test("says the price before and the balance after, and asks at a terminal whether it is meant", async () => {
    const { folder, asked } = await asks(NONE);
    const yes = await play(["question", "ask", ...PRICED], { folder, isTerminal: true, answers: ["y"] });
    expect(yes.err).toContain("This costs 1.3 % of the budget (ε 0.1 by itself); 75 % is left before it, and 74 % after it.");
    expect(yes.err).toContain("Ask it, for 1.3 % of the budget of noisy? [y/N] ");
    expect(yes.err).toContain("less than 0.01 % of the budget was charged; 75 % is left");
    expect([yes.code, asked.length]).toEqual([0, 1]);
    expect(await play(["question", "ask", ...PRICED], { folder, isTerminal: true, answers: ["n"] })).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_DECLINED") });
    expect(asked).toHaveLength(1);
  });

  test.each<[string, boolean]>([["at a terminal", true], ["where no terminal is", false]])("with --yes says the price and asks nobody, %s", async (_, isTerminal) => {
    const { folder, asked } = await asks(NONE);
    const { code, err } = await play(["question", "ask", ...PRICED, "--yes"], { folder, isTerminal });
    expect(err).toContain("This costs 1.3 % of the budget");
    expect(err).not.toContain("[y/N]");
    expect([code, asked.length]).toEqual([0, 1]);
  });

  test.each<[string, readonly string[]]>([["in words", []], ["in words, also when quiet", ["--quiet"]], ["in a document for a program", ["--json"]]])("without --yes where no terminal is asks nothing and says what it would take, %s", async (_, more) => {
    const { folder, asked } = await asks(NONE);
    const { code, out, err } = await play(["question", "ask", ...PRICED, ...more], { folder });
    const takes = ["This costs 1.3 % of the budget (ε 0.1 by itself); 75 % is left before it, and 74 % after it.", "Ask it, for 1.3 % of the budget of noisy?"];
    if (more.includes("--json")) expect(JSON.parse(out)).toMatchObject({ code: "USAGE_CONFIRM", detail: takes.join("\n"), side: "yours: the command, its files or the settings", fix: expect.stringContaining("with --yes") });
    else expect(err).toBe(["refused: nobody is there to confirm this", ...takes.map((line) => `  ${line}`), "  side   yours: the command, its files or the settings", "  to do  read it, then run the same command with --yes", "  code   USAGE_CONFIRM (exit 2)", ""].join("\n"));
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
  });

  test("says so where too little is left and the coordinator does not know it, as it counts no trainings; what it refuses itself it is left to refuse", async () => {
    const trainings = (...under: readonly object[]) => [...charterRoutes(BOTH), NONE, get("/v1/trainings", { trainings: under }), post("/v1/questions", { kind: "launched", ...REPLY })];
    const spent = (nanoRho: number) => get("/v1/charters/:digest/budget", { limit: 17_000_000, reserve: 0, spent: nanoRho });
    const seen = await openStage("coordinator", [...trainings({ ...TRAINING, charter: BOTH }), spent(0)]);
    const { code, err } = await play(["question", "ask", ...PRICED, "--detach"], { ...seen, isTerminal: true, answers: ["n"] });
    expect([code, seen.asked]).toEqual([2, []]);
    expect(err).toContain("This costs 1.9 % of the budget (ε 0.1 by itself); only 0 % is left, so it would be refused.\nAsk it, for 1.9 % of the budget of both? [y/N] ");
    const known = await openStage("coordinator", [...trainings(), spent(16_900_000)]);
    expect((await play(["question", "ask", ...PRICED, "--detach"], { ...known, isTerminal: true })).err).not.toContain("[y/N]");
    expect(known.asked).toHaveLength(1);
  });

  test.each([true, false])("asks nobody where nothing is charged: what is kept or under way, and exact sums; but with --fresh (at a terminal: %s)", async (isTerminal) => {
    const query = { kind: "categories", cohort: [], dimension: "channel", top: 2, nanoRho: nanoRhoFor(0.1, NOISE.budget.delta) } as const;
    const known = get("/v1/questions", { questions: [{ ...VIEW, queryDigest: queryDigest(query) }] });
    const { folder, asked } = await asks(known);
    const kept = await play(["question", "ask", ...PRICED], { folder, isTerminal });
    expect([kept.code, kept.err.includes("This costs"), asked.length]).toEqual([0, false, 1]);
    expect(await play(["question", "ask", ...PRICED, "--fresh"], { folder, isTerminal, answers: ["n"] })).toMatchObject({ code: 2 });
    expect(asked).toHaveLength(1);
    const exact = await openStage("coordinator", [...deskOf(EXACT), post("/v1/questions", { kind: "launched", ...REPLY }), events(TRAINING), get("/v1/questions/:session", VIEW)]);
    expect(await play(["question", "ask", ...KIND], { ...exact, isTerminal })).toMatchObject({ code: 0, err: expect.not.stringContaining("charged") });
  });

  test("leaves the companies answering on Ctrl-C and says where the answer will be", async () => {
    const stop = new AbortController();
    const silent: Route = {
      ...events(TRAINING), handle: ({ signal }) => ({ kind: "events", events: (async function* () {
        yield { event: "progress", data: { ...TRAINING, state: "running", endedAtMs: null } };
        setTimeout(() => stop.abort(), 20);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      })() }),
    };
    const { folder } = await openStage("coordinator", [...deskOf(EXACT), post("/v1/questions", { kind: "launched", ...REPLY }), silent]);
    const { code, out } = await play(["question", "ask", ...KIND], { folder, interrupt: stop.signal });
    expect(out).toBe("Stopped watching. The companies go on answering; to see what comes of it: cohortium question result 5e5e5e5e5e5e\n");
    expect(code).toBe(130);
  });

  test("says of a coordinator that went away that this ends no question", async () => {
    const stage: { folder?: string } = {};
    let streams = 0;
    const stream: Route = { ...events(TRAINING), handle: (request) => {
      if (streams++ > 0) return events(TRAINING).handle(request);
      const path = join(stage.folder ?? "", "admin", "address");
      const address = readFileSync(path, "utf8");
      // What a coordinator leaves behind that has gone: an address where nobody listens.
      writeFileSync(path, "127.0.0.1:1");
      setTimeout(() => writeFileSync(path, address), 1_500);
      return events({ ...TRAINING, state: "running", endedAtMs: null }).handle(request);
    } };
    const { folder } = await openStage("coordinator", [...deskOf(EXACT), post("/v1/questions", { kind: "launched", ...REPLY }), stream, get("/v1/questions/:session", VIEW)]);
    stage.folder = folder;
    const { code, err } = await play(["question", "ask", ...KIND], { folder });
    expect(err).toContain("the coordinator does not answer; that does not end the question. Trying again");
    expect(code).toBe(0);
  });

  test("takes no more words than a dimension has, where nobody said how many; whoever says too many is told", async () => {
    const { folder, asked } = await openStage("coordinator", [...deskOf(EXACT), post("/v1/questions", { kind: "launched", ...REPLY })]);
    expect(await play(["question", "ask", "categories", "--dimension", "channel", "--detach"], { folder })).toMatchObject({ code: 0 });
    expect(asked).toMatchObject([{ body: { query: { top: 2 } } }]);
    expect(await play(["question", "ask", "categories", "--dimension", "channel", "--top", "10", "--detach"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining('--top: "channel" has 2 words') });
  });

  test.each<[string, number, string]>([
    ["before anybody had sent anything", 0, "charged   nothing: no numbers had been sent\n"], ["in the middle", 500, "charged   50 % of its price: numbers had been sent; nothing more is charged for it\n"],
    ["after all had", 1_000, "charged   all of its price: numbers had been sent; nothing more is charged for it\n"],
  ])("that ends with a silent company %s says so once, whose side it is, and what was charged", async (_, charged, says) => {
    const fault = { code: "AGGREGATION_TOO_FEW", says: "AGGREGATION_TOO_FEW: fewer nodes answered in time than the charter asks (missing meadow)", fix: "start the silent nodes, then launch again", side: "peer" };
    const aborted = { ...VIEW, state: "aborted", charged, answeredAt: null, answer: null, answerDigest: null, says: fault.says, fault };
    const { folder } = await openStage("coordinator", [...deskOf(NOISY), post("/v1/questions", { kind: "launched", ...REPLY }), events({ ...TRAINING, state: "aborted", fault }), get("/v1/questions/:session", aborted)]);
    const { code, out } = await play(["question", "ask", ...PRICED, "--yes"], { folder });
    expect(out.split("missing meadow")).toHaveLength(2);
    expect(out).toContain(says);
    expect(out).toContain("  side   a partner or the coordinator, which misbehaved or fell silent\n  to do  start the silent nodes, then launch again\n");
    expect(code).toBe(7);
  });
});

describe("the examples of the help", () => {
  const statistics = {
    kinds: ["categories", "profile"], cellRows: 25,
    features: [
      { kind: "categorical", name: "channel", categories: ["Web", "Phone"] }, { kind: "categorical", name: "region", categories: ["north", "south", "west"] },
      { kind: "numeric", name: "spend", unit: "USD", min: 0, max: 500 },
    ],
  };
  const charter = { ...(CHARTERS.get(NOISY) as object), statistics };

  test.each(QUESTION.commands.filter(({ usage }) => !/^(result|status) /.test(usage)).map(({ example }) => [example]))("run as printed: %s", async (example) => {
    const about = { digest: NOISY, name: "noisy", state: "in-force", expires: SOUND.expires };
    const schedule = { id: "0a1b2c3d", charter: NOISY, query: { kind: "categories" }, every: 1, unit: "months", start: "2027-01-04T07:00:00.000Z", next: "2027-01-04T07:00:00.000Z", runs: 0, state: "on", because: "" };
    const { folder } = await openStage("coordinator", [
      get("/v1/charters", { charters: [about] }), get("/v1/charters/:digest", { ...about, words: [], charter }), budgetRoute(0), get("/v1/questions", { questions: [] }),
      post("/v1/questions", { kind: "launched", ...REPLY }), events(TRAINING), get("/v1/questions/:session", VIEW), post("/v1/question-schedules", schedule),
    ]);
    const { code, err } = await play(example.split(" ").map((word) => (word === "./hub" ? folder : word)), { isTerminal: true, answers: ["y"] });
    expect({ code, refused: /^refused: .*/m.exec(err)?.[0] ?? null }).toEqual({ code: 0, refused: null });
  });
});
