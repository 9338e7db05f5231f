import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { epsilonAt, epsilonOfRho, orderWithin } from "@cohortium/protocol/budget/concentrated";
import { rhoOfSampled } from "@cohortium/protocol/budget/sampled-charge";
import { budgetOf } from "@cohortium/protocol/charter/privacy-budget";
import { charterDigest } from "@cohortium/protocol/charter/digest";
import type { Charter } from "@cohortium/protocol/charter/charter";
import type { RouteRequest } from "@cohortium/protocol/host/http-route";
import { budgetRoutes, budgetsOf, forecastsOf, spentElsewhere, type BudgetDesk } from "../../src/desks/budget-desk.js";
import type { Charge } from "../../src/store/charges.js";
import { Ledger } from "../../src/store/ledger.js";
import { NO_SETTINGS, type PrivacySettings } from "../../src/budget/limits.js";
import { paceOf } from "../../src/budget/pace.js";
import { questionsOf } from "../../src/budget/paid-questions.js";
import { openNodeDatabase } from "../../src/database.js";
import { EXACT, NOISY, NOISY_JSON } from "../sessions/statistic-stage.js";
import { charterOf, NOW_MS } from "../stage.js";

const DAY_MS = 86_400_000;
const DIGEST = charterDigest(NOISY);
const WHOLE = budgetOf(NOISY)?.nanoRho ?? 0;
const RENEWED = charterOf({ ...NOISY_JSON, name: "renewed" });

const desk = (charges: readonly Partial<Charge>[], { charters = [NOISY], settings = NO_SETTINGS, nowMs = NOW_MS }: { readonly charters?: readonly Charter[]; readonly settings?: PrivacySettings; readonly nowMs?: number } = {}): BudgetDesk => {
  const ledger = new Ledger(openNodeDatabase(":memory:"));
  charges.forEach((charge, i) => ledger.charges.keep({ atMs: NOW_MS, charter: DIGEST, session: `s${i}`, round: 1, query: "q", kind: "profile", nanoRho: 1_000, rowSet: "r", ...charge }));
  const known = new Map(charters.map((charter) => [charterDigest(charter) as string, charter]));
  return {
    party: "harbour", ledger, settings, nowMs: () => nowMs,
    charters: {
      views: () => [...known].map(([digest, { name, expires }]) => ({ digest, name, expires, state: "in-force", words: [], reason: "" })),
      text: (digest) => known.get(digest)!,
    },
  };
};
/** What an exact training leaves: releases, and no line among the charges. */
const withExact = (of: BudgetDesk, sums: number): BudgetDesk => {
  for (let round = 1; round <= sums; round++) of.ledger.keepRelease({ session: "exact", round, charter: charterDigest(EXACT), question: "moments", model: "m", root: "r", words: 1, bytes: 8, path: "p" });
  return of;
};
const accountIn = (of: BudgetDesk) => budgetsOf(of).charters[0]?.privacy ?? null;

describe("an account", () => {
  test("says what was spent, what is left, and how many more questions of the last one's price that is", () => {
    const tenth = Math.floor(WHOLE / 10);
    const privacy = accountIn(desk([{ nanoRho: 2 * tenth }, { nanoRho: tenth, kind: "drift" }]));
    expect(privacy).toMatchObject({ epsilon: 1, delta: 1e-6, limit: WHOLE, spent: 3 * tenth, left: WHOLE - 3 * tenth, isReserveOpen: false, elsewhere: { nanoRho: 0, charters: 0 } });
    expect(privacy?.questions).toEqual([{ kind: "drift", nanoRho: tenth, more: 7 }, { kind: "profile", nanoRho: 2 * tenth, more: 3 }]);
    expect(privacy?.epsilonSpent).toBeCloseTo(epsilonOfRho((3 * tenth) / 1e9, 1e-6), 12);
    expect(privacy?.reserve).toBeGreaterThan(0);
  });

  test("of a whole budget is below the charter's ε by its reserve, and reaches it with the reserve", () => {
    expect(accountIn(desk([{ nanoRho: WHOLE }]))?.epsilonSpent).toBeCloseTo(0.8, 4);
    const opened = desk([{ nanoRho: WHOLE + (budgetOf(NOISY)?.reserveNanoRho ?? 0) }], { settings: { ...NO_SETTINGS, opensReserve: true } });
    expect(accountIn(opened)).toMatchObject({ left: 0, isReserveOpen: true });
    expect(accountIn(opened)?.epsilonSpent).toBeCloseTo(1, 4);
  });

  test("counts both sums of one question as one", () => {
    expect(questionsOf([{ session: "a", round: 1, nanoRho: 30 }, { session: "b", round: 1, nanoRho: 5 }, { session: "a", round: 2, nanoRho: 31 }].map((one, i) => ({ atMs: i, charter: DIGEST, query: "q", kind: "rfm", rowSet: "r", ...one }))))
      .toEqual([{ kind: "rfm", atMs: 0, nanoRho: 61, sums: 2 }, { kind: "rfm", atMs: 1, nanoRho: 5, sums: 1 }]);
  });

  test("leaves no more than this node's own ceiling, which holds over all charters", () => {
    const settings = { ...NO_SETTINGS, ceiling: { epsilon: 0.5, delta: 1e-6 } };
    const of = desk([{ charter: charterDigest(RENEWED), nanoRho: 1_000_000 }], { settings, charters: [NOISY, RENEWED] });
    const { own, charters } = budgetsOf(of);
    expect(own).toMatchObject({ epsilonMax: 0.5, spent: 1_000_000, left: (own?.limit ?? 0) - 1_000_000 });
    expect(charters[0]?.privacy).toMatchObject({ spent: 0, left: own?.left });
  });

  test("reads ε off what steps on samples cost at the order it is read off at, never more than the charter's; control: ρ alone would say less than is true", () => {
    const [q, unsampled] = [0.01, 31_250_000];
    const step = Math.ceil(1e9 * rhoOfSampled({ q, rho: unsampled / 1e9 }, orderWithin(1, 1e-6)));
    const count = 200;
    const of = (steps: number) => desk(Array.from({ length: steps }, () => ({ nanoRho: step, kind: "training", sample: { rate: q, nanoRho: unsampled } })), { charters: [NOISY, RENEWED], settings: { ...NO_SETTINGS, ceiling: { epsilon: 1, delta: 1e-6 } } });
    const { own, charters } = budgetsOf(of(count));
    const least = Math.min(...Array.from({ length: 80 }, (_, i) => 2 * i + 2).map((order) => epsilonAt(count * rhoOfSampled({ q, rho: unsampled / 1e9 }, order), 1e-6, order)));
    const said = charters[0]?.privacy?.epsilonSpent ?? 0;
    expect(said).toBeGreaterThan(epsilonOfRho((count * step) / 1e9, 1e-6));
    expect(said).toBeGreaterThanOrEqual(0.999 * least);
    expect(said).toBeLessThan(1.05 * least);
    expect([own?.epsilonSpent, charters[1]?.privacy?.elsewhere.epsilon, spentElsewhere(of(count), charterDigest(RENEWED))?.epsilon].every((epsilon) => (epsilon ?? 0) >= 0.999 * said)).toBe(true);
    expect(accountIn(of(Math.floor(WHOLE / step)))?.epsilonSpent).toBeLessThanOrEqual(1);
  });

  test("names the sums, and no price, where a charter's sums are exact", () => {
    expect(budgetsOf(desk([], { charters: [EXACT] })).charters).toEqual([expect.objectContaining({ name: "exact", releases: { made: 0, max: 40 }, privacy: null })]);
  });

  test("tells who is about to sign a charter what the same people bear already under others", () => {
    const of = desk([{ nanoRho: 9_000_000 }], { charters: [NOISY, RENEWED, EXACT] });
    expect(spentElsewhere(of, charterDigest(RENEWED))).toMatchObject({ nanoRho: 9_000_000, charters: 1, delta: 1e-6, epsilon: epsilonOfRho(0.009, 1e-6) });
    expect([spentElsewhere(of, DIGEST), spentElsewhere(of, charterDigest(EXACT))]).toEqual([null, null]);
  });

  test("tells of exact sums that left before: they cost nothing, and no ε covers them", () => {
    const charters = [NOISY, RENEWED, EXACT];
    expect(spentElsewhere(withExact(desk([], { charters }), 3), DIGEST)).toMatchObject({ nanoRho: 0, exactSums: 3, epsilon: 0 });
    const of = withExact(desk([{ nanoRho: 9_000_000 }], { charters }), 3);
    expect(spentElsewhere(of, charterDigest(RENEWED))).toMatchObject({ nanoRho: 9_000_000, charters: 1, exactSums: 3 });
    expect(budgetsOf(of).charters[0]?.privacy?.elsewhere).toMatchObject({ nanoRho: 0, exactSums: 3 });
    // Who signs for exact sums promises no ε.
    expect(spentElsewhere(of, charterDigest(EXACT))).toBeNull();
  });

  test("says beside this node's own ceiling how many exact sums it does not count", () => {
    const settings = { ...NO_SETTINGS, ceiling: { epsilon: 0.5, delta: 1e-6 } };
    expect(budgetsOf(withExact(desk([{ nanoRho: 5 }], { settings }), 3)).own).toMatchObject({ spent: 5, exactSums: 3 });
    expect(budgetsOf(desk([{ nanoRho: 5 }], { settings })).own).toMatchObject({ spent: 5, exactSums: 0 });
  });
});

describe("a forecast", () => {
  test("of a price says how many the budget covers, and no more are released", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: WHOLE }), fc.integer({ min: 0, max: WHOLE }), (nanoRho, spent) => {
      const of = desk([{ nanoRho: spent }]);
      const more = forecastsOf(of, { nanoRho })[0]?.more ?? 0;
      let asked = 0;
      while (asked < 40 && of.ledger.charges.exceeds({ charter: DIGEST, nanoRho }, { charter: WHOLE, own: null }) === null) {
        of.ledger.charges.keep({ atMs: 1, charter: DIGEST, session: `x${asked++}`, round: 1, query: "q", kind: "profile", nanoRho, rowSet: "r" });
      }
      expect(Math.min(more, 40)).toBe(asked);
    }), { numRuns: 30 });
  });

  test("of a share of the budget is one of its price, and without a price it is the last one's", () => {
    const of = desk([{ nanoRho: 5_000 }]);
    expect(forecastsOf(of, { share: 0.04 })[0]).toMatchObject({ price: Math.floor(WHOLE * 0.04), more: 24 });
    expect(forecastsOf(of, null)[0]).toMatchObject({ price: 5_000 });
    expect(forecastsOf(desk([]), null)[0]).toMatchObject({ price: null, more: null, pace: null });
    expect(forecastsOf(desk([], { charters: [EXACT] }), null)).toEqual([]);
  });

  test("at the pace so far is within a twentieth of what happens, whenever in between one asks", () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 20 }), fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.99, noNaN: true }), (asked, days, into) => {
      const [price, gapMs] = [Math.floor(WHOLE / 60), days * DAY_MS];
      const paid = Array.from({ length: asked }, (_, i) => ({ kind: "profile", atMs: NOW_MS + i * gapMs, nanoRho: price, sums: 1 }));
      const nowMs = NOW_MS + (asked - 1 + into) * gapMs;
      const pace = paceOf(paid, WHOLE - asked * price, nowMs);
      const refusedAtMs = NOW_MS + Math.floor(WHOLE / price) * gapMs;
      expect(Math.abs((pace?.runsOutAtMs ?? 0) - refusedAtMs) / (refusedAtMs - nowMs)).toBeLessThan(0.05);
    }));
  });

  test("slows down once nobody asks for longer than before", () => {
    const paid = [0, 1, 2].map((day) => ({ kind: "profile", atMs: day * DAY_MS, nanoRho: 100, sums: 1 }));
    expect(paceOf(paid, 1_000, 2.5 * DAY_MS)?.nanoRhoPerDay).toBe(100);
    expect(paceOf(paid, 1_000, 10 * DAY_MS)?.nanoRhoPerDay).toBe(20);
    expect([paceOf(paid.slice(0, 1), 1_000, DAY_MS), paceOf([], 1_000, DAY_MS)]).toEqual([null, null]);
  });
});

describe("the routes", () => {
  const ask = (of: BudgetDesk, path: string, query: Record<string, string> = {}) => budgetRoutes(of).find((route) => route.path === path)!.handle({ query, params: {}, body: null } as unknown as RouteRequest);

  test("give accounts, forecasts and lines, of one charter or all", async () => {
    const of = desk([{ nanoRho: 5_000 }, { charter: "ab".repeat(32), nanoRho: 7 }]);
    expect(await ask(of, "/v1/budget")).toMatchObject({ body: { party: "harbour", own: null, charters: [{ charter: DIGEST }] } });
    expect(await ask(of, "/v1/budget/forecast", { price: "1000" })).toMatchObject({ body: { forecasts: [{ price: 1_000, more: 40 }] } });
    expect(await ask(of, "/v1/budget/ledger")).toMatchObject({ body: { charges: [{ nanoRho: 5_000 }, { nanoRho: 7 }] } });
    expect(await ask(of, "/v1/budget/ledger", { charter: DIGEST })).toMatchObject({ body: { charges: [{ nanoRho: 5_000 }] } });
  });

  test.each([[{ price: "0" }], [{ price: "NaN" }], [{ price: "1.5" }], [{ share: "0" }], [{ share: "1.01" }], [{ share: "x" }], [{ price: "5", share: "0.1" }]])("refuse %j", async (query: Record<string, string>) => {
    await expect((async () => ask(desk([]), "/v1/budget/forecast", query))()).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });
});
