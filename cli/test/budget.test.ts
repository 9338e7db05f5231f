import { describe, expect, test } from "@jest/globals";
import { json, type Route } from "@cohortium/protocol/host/http-route";
import { NOW_MS, openStage, play } from "./stage.js";

const [CHARTER, OTHER] = ["ab".repeat(32), "cd".repeat(32)];
const PRIVACY = {
  epsilon: 1, delta: 1e-6, epsilonSpent: 0.412, limit: 10_000_000, spent: 4_000_000, left: 6_000_000, reserve: 5_000_000, reserveShare: 0.2, isReserveOpen: false,
  questions: [{ kind: "profile", nanoRho: 270_000, more: 22 }], pace: { nanoRhoPerDay: 1e5, runsOutAtMs: NOW_MS + 60 * 86_400_000 },
  elsewhere: { nanoRho: 2_000_000, charters: 2, exactSums: 0, epsilon: 0.3 },
};
const NOISY = { charter: CHARTER, name: "answers", expires: "2027-06-30T12:00:00Z", releases: { made: 12, max: 400 }, privacy: PRIVACY };
const EXACT = { charter: OTHER, name: "models", expires: "2027-06-30T12:00:00Z", releases: { made: 3, max: 40 }, privacy: null };
const FORECAST = { charter: CHARTER, name: "answers", expires: NOISY.expires, left: 6_000_000, price: 270_000, more: 22, pace: PRIVACY.pace };
const CHARGE = { atMs: NOW_MS, charter: CHARTER, session: "5e".repeat(16), round: 1, query: "9a".repeat(32), kind: "profile", nanoRho: 270_000, rowSet: "77".repeat(32) };

/** A node that answers so; what it was asked is kept. */
const node = async (answers: Readonly<Record<`/${string}`, unknown>>) => {
  const queries: Record<string, unknown>[] = [];
  const routes = Object.entries(answers).map(([path, body]): Route => ({ method: "GET", path: path as `/${string}`, handle: ({ query }) => (queries.push({ path, ...query }), json(body)) }));
  const { folder } = await openStage("node", routes);
  return { queries, run: (...args: readonly string[]) => play(["--folder", folder, ...args]) };
};

describe("budget show", () => {
  test("says in plain words how much is used, and about how many more questions there are", async () => {
    const { run } = await node({ "/v1/budget": { party: "harbour", own: null, charters: [NOISY, EXACT] } });
    const { out, code } = await run("budget", "show");
    expect(out).toContain("Privacy budget used 40 %, about 22 more questions of kind profile as the last one: ε 0.41 at δ 1e-6 of ε 1; 12 of 400 sums asked. The last 20 % of ε are in reserve, another 50 % beside the budget: it is spent only at a node whose owner writes privacy: { openReserve: true } into its node.yaml.");
    expect(out).toContain("Percentages are shares of the charter's budget in ρ, without its reserve.");
    expect(out).toContain("Sums are exact here, and have no price: 3 of 40 sums asked.");
    expect(out).toContain("bear ε 0.30 at δ 1e-6 already, under 2 other charters");
    expect([code, out.split("\n")[1]?.split(/ {2,}/)]).toEqual([0, ["abababababab", "answers", "40 %", "4,000,000", "6,000,000", "5,000,000", "2027-06-30"]]);
  });

  test("says that nothing is left, that a reserve is open, and what this node's own ceiling has left", async () => {
    const own = { epsilonMax: 2, delta: 1e-6, epsilonSpent: 1.5, limit: 100, spent: 75, left: 25 };
    const spent = { ...NOISY, privacy: { ...PRIVACY, left: 0, limit: 15_000_000, spent: 15_000_000, isReserveOpen: true, questions: [] } };
    const { out } = await (await node({ "/v1/budget": { party: "harbour", own, charters: [spent] } })).run("budget", "show");
    // Of the budget without the reserve, as elsewhere: with it, more than all can be spent.
    expect(out).toContain("used 150 %");
    expect(out).toContain("another 50 % beside the budget: this node has opened it.");
    expect(out).toContain("Nothing is left: a question that costs anything is refused.");
    expect(out).toContain("This node's own ceiling over all charters: 75 % used, ε 1.50 at δ 1e-6 of ε 2.");
  });

  test("says how many exact sums left beside, which neither an ε nor this node's own ceiling covers", async () => {
    const own = { epsilonMax: 2, delta: 1e-6, epsilonSpent: 1.5, limit: 100, spent: 75, left: 25, exactSums: 12 };
    const of = (elsewhere: object) => ({ ...NOISY, privacy: { ...PRIVACY, elsewhere } });
    const charters = [of({ ...PRIVACY.elsewhere, exactSums: 12 }), of({ nanoRho: 0, charters: 0, exactSums: 1_200, epsilon: 0 })];
    const { out } = await (await node({ "/v1/budget": { party: "harbour", own, charters } })).run("budget", "show");
    expect(out).toContain("already, under 2 other charters, and 12 exact sums, which no ε covers; this one is no new budget for them, it adds up.");
    expect(out).toContain("This node's rows have gone into 1,200 exact sums, which no ε covers, under other charters;");
    expect(out).toContain("ε 1.50 at δ 1e-6 of ε 2. It does not count 12 exact sums, which no ε covers: they left this node beside it.");
  });

  test("is one document for programs", async () => {
    const own = { epsilonMax: 2, delta: 1e-6, epsilonSpent: 1.5, limit: 100, spent: 75, left: 25, exactSums: 12 };
    const body = { party: "harbour", own, charters: [{ ...NOISY, privacy: { ...PRIVACY, elsewhere: { ...PRIVACY.elsewhere, exactSums: 12 } } }] };
    expect(JSON.parse((await (await node({ "/v1/budget": body })).run("--json", "budget", "show")).out)).toEqual(body);
  });
});

describe("budget forecast", () => {
  test("says how many more there are and until when at the pace so far, or that the charter expires first", async () => {
    const { run } = await node({ "/v1/budget/forecast": { forecasts: [FORECAST, { ...FORECAST, name: "short", expires: "2026-12-01T00:00:00Z" }, { ...FORECAST, name: "new", price: null, more: null, pace: null }] } });
    const lines = (await run("budget", "forecast")).out.trim().split("\n");
    expect(lines).toEqual([
      "answers (abababababab): About 22 more questions at 270,000 each. At the pace so far nothing is left after 2027-01-21 10:00:00.",
      "short (abababababab): About 22 more questions at 270,000 each. At the pace so far the charter expires first, on 2026-12-01.",
      "new (abababababab): No question has been paid for yet; name a price with --price. There is no pace yet: that takes two questions.",
    ]);
  });

  test.each([["4%", { share: "0.04" }], ["0.5 %", { share: "0.005" }], ["100%", { share: "1" }], ["270000", { price: "270000" }]])("asks for the price %s", async (price, query) => {
    const { run, queries } = await node({ "/v1/budget/forecast": { forecasts: [] } });
    expect((await run("budget", "forecast", "--price", price)).code).toBe(0);
    expect(queries).toEqual([expect.objectContaining(query)]);
  });

  test.each(["0", "0%", "101%", "NaN", "-5", "1e3", "a lot", ""])("takes no price of %j", async (price) => {
    const { run, queries } = await node({ "/v1/budget/forecast": { forecasts: [] } });
    expect(await run("budget", "forecast", `--price=${price}`)).toMatchObject({ code: 2, err: expect.stringContaining("--price is a share of the budget") });
    expect(queries).toEqual([]);
  });
});

describe("budget ledger", () => {
  test("lists every charge, of one charter if it is named", async () => {
    const { run, queries } = await node({ "/v1/budget/ledger": { party: "harbour", charges: [CHARGE, { ...CHARGE, round: 2 }] }, "/v1/charters": { charters: [{ digest: CHARTER, name: "answers", state: "in-force" }] } });
    const { out } = await run("budget", "ledger", "--charter", "abab");
    expect(out.split("\n")[1]).toMatch(/^2026-11-22 10:00:00 {2}abababababab {2}5e5e5e5e5e5e +1 {2}profile {2}270,000 {2}9a9a9a9a9a9a {2}777777777777$/);
    expect(out).toContain("540,000 in 2 charges");
    expect(queries.at(-1)).toMatchObject({ charter: CHARTER });
  });

  test("says that nothing has been spent", async () => {
    expect((await (await node({ "/v1/budget/ledger": { party: "harbour", charges: [] } })).run("budget", "ledger")).out).toBe("Nothing has been spent.\n");
  });
});
