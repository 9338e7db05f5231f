import { describe, expect, test } from "@jest/globals";
import { epsilonOfRho } from "@cohortium/protocol/budget/concentrated";
import { NANO } from "@cohortium/protocol/charter/privacy-budget";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Route } from "@cohortium/protocol/host/http-route";
import { SOUND } from "../../../protocol/test/charter/fixture.js";
import { emptyStage, folderWith, get, openStage, play, post } from "../stage.js";
import { ANSWER, charterRoutes, deskOf, events, EXACT, KIND, NOISE, NOISY, REPLY, SESSION, TRAINING, TRAINING_ONLY, VIEW } from "./desk.js";

describe("question ask", () => {
  test("launches, follows, and shows the answer with its intervals, what is withheld and what it rests on", async () => {
    const { folder, asked } = await openStage("coordinator", [...deskOf(NOISY, TRAINING_ONLY), post("/v1/questions", { kind: "launched", ...REPLY }), events(TRAINING), get("/v1/questions/:session", VIEW)]);
    const { code, out, err } = await play(["question", "ask", ...KIND, "--epsilon", "0.1", "--yes"], { folder });
    expect(asked).toEqual([{ path: "/v1/questions", body: { charter: NOISY, query: { ...VIEW.query, nanoRho: expect.any(Number) }, fresh: false } }]);
    const { query: { nanoRho } } = asked[0]?.body as { query: { nanoRho: number } };
    expect(epsilonOfRho(nanoRho / NANO, NOISE.budget.delta)).toBeCloseTo(0.1, 5);
    expect(err).toContain(`asked ${SESSION} under noisy`);
    expect(out).toContain([
      "channel                  rows                      share", "Web             60 (58 to 62)  60.0 % (50.0 % to 70.0 %)  ##############################", "all others  withheld (k = 25)          withheld (k = 25)", "",
    ].join("\n"));
    expect(out).toContain("Based on about 100 (98 to 102) people in 3 firms;");
    expect(out).toContain("Asking the same again is free: the same bytes, at no charge.");
    expect(code).toBe(0);
  });

  test("shows what is kept at once, says when it was answered, and that it costs nothing", async () => {
    const { folder } = await openStage("coordinator", [...deskOf(NOISY), post("/v1/questions", { kind: "kept", ...REPLY, costs: 0, answeredAt: "2026-11-20T08:00:00.000Z", answer: ANSWER })]);
    const { code, out } = await play(["question", "ask", ...KIND, "--epsilon", "0.1", "--yes"], { folder });
    expect(out).toContain("Kept: answered on 2026-11-20 08:00:00 UTC in 5e5e5e5e5e5e; this costs nothing. To ask the companies anew and pay for it: --fresh");
    expect(code).toBe(0);
  });

  test("with --fresh, --detach and a file asks so, and does not wait", async () => {
    const { folder, asked } = await openStage("coordinator", [...deskOf(NOISY, EXACT), post("/v1/questions", { kind: "launched", ...REPLY })]);
    const file = `${folderWith([["ask.yaml", "kind: profile\nby: [channel]\nmeasures: [spend]\ncohort: { channel: [Web] }\n"]])}/ask.yaml`;
    const { code, out } = await play(["question", "ask", "--file", file, "--charter", "plain", "--fresh", "--detach"], { folder });
    expect(asked).toEqual([{ path: "/v1/questions", body: { charter: EXACT, fresh: true, query: { kind: "profile", cohort: [{ dimension: "channel", words: ["Web"] }], by: ["channel"], measures: ["spend"], nanoRho: 0 } } }]);
    expect(out).toContain("To see the answer: cohortium question result 5e5e5e5e5e5e");
    expect(code).toBe(0);
  });

  test.each<[string, readonly string[], number, string, string]>([
    ["no price where noise is due", [...KIND, "--charter", "noisy"], 2, "--epsilon: it is missing; the charter's budget is ε = 1 for all answers together", "give --epsilon"],
    ["a price where there is none", [...KIND, "--charter", "plain", "--epsilon", "0.1"], 2, "--epsilon: this charter adds no noise", "leave it out"],
    ["more than the whole budget", [...KIND, "--charter", "noisy", "--epsilon", "3"], 5, "--epsilon: the charter's budget is ε = 1 for all answers together, and ε = 1 of it is left", "ask for less, such as --epsilon 0.1"],
    ["less than anything costs", [...KIND, "--charter", "noisy", "--epsilon", "1e-9"], 2, "--epsilon: the least that an answer of one sum can cost is ε = 0.0000", "give --epsilon 0.0000"],
    ["a word nobody has", ["profile", "--by", "channel", "--cohort", "channel=Webb", "--charter", "plain"], 2, '--cohort: "channel" has no word "Webb"', "Web"],
    ["a dimension nobody has", ["profile", "--by", "chanel", "--charter", "plain"], 2, "--by: ", "channel"],
    ["a kind that is not allowed", ["drift", "--column", "channel", "--charter", "plain"], 4, "the kind of question: ", "ask one of: categories, profile"],
    ["bins beyond any limit", ["drift", "--column", "channel", "--bins", "5000", "--charter", "plain"], 2, "--bins: it is more than 1024\n", "see what it takes"],
    ["two charters to choose from", KIND, 2, "there is more than one charter in force that allows statistics", "name one"],
    ["a charter without statistics", [...KIND, "--charter", "models"], 4, "models (b7b7b7b7b7b7) has no clause named statistics", "name another charter"],
    ["a file and a flag", ["--file", "x.yaml", "--dimension", "channel"], 2, "--dimension: the question stands in x.yaml already", "write it there"],
    ["a file that is not there", ["--file", "/nowhere/x.yaml"], 2, "/nowhere/x.yaml", "name the YAML or JSON file"],
  ])("with %s is refused with cause and remedy, and nothing is asked", async (_, args, exit, cause, fix) => {
    const { folder, asked } = await openStage("coordinator", [...deskOf(NOISY, EXACT, TRAINING_ONLY), post("/v1/questions", { kind: "launched", ...REPLY })]);
    const { code, err } = await play(["question", "ask", ...args], { folder });
    expect(err).toContain(cause);
    expect(err).toContain(fix);
    expect({ code, asked }).toEqual({ code: exit, asked: [] });
  });

  test("hands on the coordinator's refusal, with exit code 5 for a budget that is spent", async () => {
    const spent: Route = { method: "POST", path: "/v1/questions", handle: () => { throw new Refusal({ code: "BUDGET_SPENT", title: "the charter's privacy budget does not cover this question", detail: "it costs 4 % of the budget, and 1 % is left" }); } };
    const { folder } = await openStage("coordinator", [...deskOf(NOISY), spent]);
    expect(await play(["question", "ask", ...KIND, "--epsilon", "0.1", "--yes"], { folder })).toMatchObject({ code: 5, err: expect.stringContaining("it costs 4 % of the budget") });
  });

  test("ends with the exit code of the node that refused", async () => {
    const fault = { code: "NODE_REFUSED", cause: "BUDGET_SPENT", says: "meadow refused", fix: "ask for less", side: "operator" };
    const aborted = { ...VIEW, state: "aborted", answeredAt: null, answer: null, answerDigest: null, says: "meadow refused", fault };
    const { folder } = await openStage("coordinator", [...deskOf(NOISY), post("/v1/questions", { kind: "running", ...REPLY, costs: 0 }), events({ ...TRAINING, state: "aborted", fault }), get("/v1/questions/:session", aborted)]);
    const { code, out, err } = await play(["question", "ask", ...KIND, "--epsilon", "0.1", "--yes"], { folder });
    expect(err).toContain(`somebody asks the same already: ${SESSION}`);
    expect(out).toContain("aborted: meadow refused\n  code   NODE_REFUSED\n");
    expect(code).toBe(5);
  });
});

describe("the catalogue", () => {
  test("says what each kind answers, and which the charter allows", async () => {
    const { folder } = await openStage("coordinator", charterRoutes(EXACT));
    const { out, code } = await play(["question", "ls"], { folder });
    expect(out).toMatch(/^question +allowed +answers +needs$/m);
    expect(out).toMatch(/^profile +yes +how a cohort differs/m);
    expect(out).toMatch(/^rfm +no +how recently/m);
    expect(out).toContain("Under plain: dimensions channel; measures spend.");
    expect(code).toBe(0);
  });

  test("can be read before there is a charter, or a process", async () => {
    expect(await play(["question", "ls"])).toMatchObject({ code: 0, out: expect.stringContaining("What a charter allows of it was not asked: no process of ours lives in this folder.") });
    const { folder } = await openStage("coordinator", charterRoutes(TRAINING_ONLY));
    expect(await play(["question", "ls"], { folder })).toMatchObject({ code: 0, out: expect.stringContaining("No charter in force here allows statistics.") });
    expect(await play(["question", "ls", "--charter", "plain"])).toMatchObject({ code: 2 });
  });

  test("of a process that does not answer says that, and not that there is no charter", async () => {
    const folder = emptyStage("coordinator");
    for (const line of [["ls"], ["show", "rfm"]]) expect(await play(["question", ...line], { folder })).toMatchObject({ code: 7, out: "", err: expect.stringContaining("NETWORK_UNREACHABLE") });
  });

  test("of one kind declares inputs, sensitivity, bounds, threshold, mechanism and output", async () => {
    const { folder } = await openStage("node", charterRoutes(NOISY));
    const { out } = await play(["question", "show", "experiment"], { folder });
    for (const part of [/^--control +needed/m, /^--covariate +a measure taken before/m, /^sensitivity +one arm's count by 1/m, /^bounds +/m, /^threshold +cells over fewer than 25 rows/m, /^mechanism +discrete Gaussian noise/m, /^output +/m]) expect(out).toMatch(part);
    expect(await play(["question", "show", "experimnt"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining("did you mean experiment?") });
    expect(JSON.parse((await play(["question", "show", "rfm", "--json"], { folder })).out)).toMatchObject({ kind: "rfm", inputs: expect.arrayContaining([expect.objectContaining({ flag: "--edges", needed: false })]) });
  });
});

describe("what was asked", () => {
  test("is listed, and one is shown by the beginning of its name", async () => {
    const running = { ...VIEW, session: "5f".repeat(16), state: "running", answeredAt: null, answer: null, answerDigest: null, says: "waiting for meadow", schedule: "0a1b2c3d" };
    const { folder } = await openStage("coordinator", [get("/v1/questions", { questions: [VIEW, running] }), get("/v1/questions/:session", VIEW)]);
    expect((await play(["question", "status"], { folder })).out).toBe([
      "session       question    charter       state    asked                answered             by                 says",
      "5e5e5e5e5e5e  categories  a1a1a1a1a1a1  done     2026-11-22 10:00:00  2026-11-22 10:00:05                     answered",
      "5f5f5f5f5f5f  categories  a1a1a1a1a1a1  running  2026-11-22 10:00:00                       schedule 0a1b2c3d  waiting for meadow", "",
    ].join("\n"));
    expect((await play(["question", "result", "5e"], { folder })).out).toContain("question  the 2 most frequent words of channel, among all rows\n");
    expect(await play(["question", "result", "77"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining('there is no question "77"') });
    expect(JSON.parse((await play(["question", "result", "5e", "--json"], { folder })).out)).toEqual(VIEW);
  });

  test("is shown by a node too, from what it keeps", async () => {
    const own = { ...VIEW, askedAtMs: null };
    const { folder } = await openStage("node", [get("/v1/questions", { questions: [own] }), get("/v1/questions/:session", own)]);
    expect((await play(["question", "status"], { folder })).out).toContain("5e5e5e5e5e5e  categories  a1a1a1a1a1a1  done   not noted  2026-11-22 10:00:05  answered");
    expect((await play(["question", "result", "5e"], { folder })).out).toContain("Based on about 100 (98 to 102) people in 3 firms;");
  });

  test.each<[number | null, string]>([
    [0.034, "own drift  0.034 (population stability index; below 0.1: your own rows lie as everybody's do). It was computed here and stays here\n"],
    [0.2, "between 0.1 and 0.25: your own rows lie somewhat differently"], [1.7, "above 0.25: your own rows are another population"], [null, "own drift  cannot be told: too much is withheld, or the rows have changed since\n"],
  ])("of drift a node shows its own index, as %s", async (ownDrift, says) => {
    const own = { ...VIEW, ownDrift };
    const { folder } = await openStage("node", [get("/v1/questions", { questions: [own] }), get("/v1/questions/:session", own)]);
    expect((await play(["question", "result", "5e"], { folder })).out).toContain(says);
  });
});

describe("question plan", () => {
  const BUDGET = { limit: 33_000_000, reserve: 7_000_000, spent: 3_300_000 };
  const PROFILE = ["profile", "--by", "channel", "--measure", "spend", "--cohort", "channel=Web", "--charter"];

  test("tells price, error and what is likely withheld before anything is asked", async () => {
    const { folder, asked } = await openStage("coordinator", [...charterRoutes(NOISY), get("/v1/charters/:digest/budget", BUDGET)]);
    const { code, out } = await play(["question", "plan", ...PROFILE, "noisy", "--epsilon", "0.1", "--rows", "1000"], { folder });
    expect(out).toMatch(/^price +costs 0\.97 % of the budget \(ε 0\.1 by itself\), of which 90 % is left: about 91 more of this kind; another 21 % is in reserve$/m);
    expect(out).toMatch(/^part +cells +error to expect +95 % interval +likely withheld$/m);
    expect(out).toMatch(/^counts of channel \(all\) +2 +\d+(\.\d+)? +± \d+(\.\d+)? +none$/m);
    expect(out).toMatch(/^sum of spend \(cohort\) +1 +[\d,.]+ +± [\d,.]+$/m);
    expect(out).toContain("Reckoned with 1,000 rows that lie evenly in the cells, and the noise of all companies. Cells over fewer than 25 rows are withheld. Nothing was asked.");
    expect(out).toContain("Percentages are shares of the charter's budget in ρ, without its reserve.");
    expect(out).toContain("privacy: { openReserve: true }");
    expect({ code, asked }).toEqual({ code: 0, asked: [] });
  });

  test("expects an error that falls as the price rises, and that is that of the noise", async () => {
    const { folder } = await openStage("coordinator", [...charterRoutes(NOISY), get("/v1/charters/:digest/budget", BUDGET)]);
    const errorAt = async (epsilon: string) => {
      const { price } = JSON.parse((await play(["question", "plan", ...KIND, "--epsilon", epsilon, "--json"], { folder })).out) as { price: { nanoRho: number; parts: { errorAbs: number }[] } };
      return { error: price.parts[0]?.errorAbs ?? NaN, rho: price.nanoRho / NANO };
    };
    const [small, large] = [await errorAt("0.05"), await errorAt("0.5")];
    expect(small.error).toBeGreaterThan(5 * large.error);
    // Three of the four companies' noise is enough for ρ; all four add theirs.
    for (const { error, rho } of [small, large]) expect(error / (Math.sqrt((4 / 3) / (2 * rho)) * Math.sqrt(2 / Math.PI))).toBeCloseTo(1, 2);
  });

  test("says when the budget would not cover it, and that a charter without noise asks for nothing", async () => {
    const { folder } = await openStage("coordinator", [...charterRoutes(NOISY, EXACT), get("/v1/charters/:digest/budget", { ...BUDGET, spent: 32_990_000 })]);
    expect((await play(["question", "plan", ...PROFILE, "noisy", "--epsilon", "0.1"], { folder })).out).toContain("only 0.03 % is left, so it would be refused; another 21 % is in reserve");
    const exact = await openStage("coordinator", [...charterRoutes(EXACT), get("/v1/charters/:digest/budget", { limit: null, reserve: 0, spent: 0 })]);
    const { out } = await play(["question", "plan", ...PROFILE, "plain", "--rows", "40"], exact);
    expect(out).toMatch(/^price +nothing: this charter's sums are exact$/m);
    expect(out).toMatch(/^counts of channel \(cohort\) +2 +2 of 2$/m);
    expect(await play(["question", "plan", ...PROFILE, "plain", "--rows", "few"], exact)).toMatchObject({ code: 2 });
  });

  describe("at a node", () => {
    const PRIVACY = {
      epsilon: 1, delta: 1e-6, epsilonSpent: 0.9, limit: 33_000_000, spent: 29_700_000, left: 3_300_000, reserve: 7_000_000, reserveShare: 0.1, isReserveOpen: false,
      questions: [], pace: null, elsewhere: { nanoRho: 0, charters: 0, epsilon: 0 },
    };
    const account = (charter: string, privacy: object | null) => ({ charter, name: "noisy", expires: SOUND.expires, releases: { made: 1, max: 100 }, privacy });
    const nodeWith = (...accounts: readonly object[]) => openStage("node", [...charterRoutes(NOISY, EXACT), get("/v1/budget", { party: "harbour", own: null, charters: [account(EXACT, null), ...accounts] })]);
    const plan = [...PROFILE, "noisy", "--epsilon", "0.1"];

    test("reckons with what is left in that node's own account", async () => {
      const { folder } = await nodeWith(account(NOISY, PRIVACY));
      const { out } = await play(["question", "plan", ...plan], { folder });
      expect(out).toMatch(/^price +costs 0\.97 % of the budget \(ε 0\.1 by itself\), of which 10 % is left: about 9 more of this kind; another 21 % is in reserve$/m);
      expect(out).toContain("What is left is by this node's own account");
      const { budget, cost } = JSON.parse((await play(["question", "plan", ...plan, "--json"], { folder })).out) as { budget: object; cost: object };
      expect(budget).toEqual({ limit: 33_000_000, reserve: 7_000_000, spent: 29_700_000, left: 3_300_000 });
      expect(cost).toMatchObject({ left: 0.1, more: 9 });
    });

    test("reckons with a ceiling that leaves less, and with a reserve that is open", async () => {
      const capped = await nodeWith(account(NOISY, { ...PRIVACY, left: 9_900 }));
      expect((await play(["question", "plan", ...plan], capped)).out).toContain("only 0.03 % is left, so it would be refused; another 21 % is in reserve");
      const open = await nodeWith(account(NOISY, { ...PRIVACY, limit: 40_000_000, left: 10_300_000, isReserveOpen: true }));
      expect((await play(["question", "plan", ...plan], open)).out).toMatch(/of which 31 % is left: about 31 more of this kind$/m);
    });

    test("says what is left of ε there to whoever would spend more than the charter has", async () => {
      const { folder } = await nodeWith(account(NOISY, { ...PRIVACY, left: 0 }));
      expect(await play(["question", "plan", ...PROFILE, "noisy", "--epsilon", "3"], { folder })).toMatchObject({ code: 5, err: expect.stringContaining("and ε = 0 of it is left") });
    });

    test("asks for nothing where sums are exact, and does not guess where there is no account", async () => {
      const { folder } = await nodeWith();
      expect((await play(["question", "plan", ...PROFILE, "plain"], { folder })).out).toMatch(/^price +nothing: this charter's sums are exact$/m);
      expect(await play(["question", "plan", ...plan], { folder })).toMatchObject({ code: 4, out: "", err: expect.stringContaining("this node has no account under this charter") });
    });
  });
});
