import { expect, test } from "@jest/globals";
import { allowStatistic, type StatisticRequest, type PrivacyUsage } from "../../src/charter/gate.js";
import type { Digest, PartyId } from "../../src/session/ids.js";
import { budgetOf } from "../../src/charter/privacy-budget.js";
import { bent, EXACT_STATISTICS, sound, STATISTICS } from "./fixture.js";

const CHARTER = sound(STATISTICS);
const EXACT = sound(EXACT_STATISTICS);
const NOW = "2027-01-15T08:30:00Z";
const PLAN = "5a".repeat(32) as Digest;
const [HARBOUR, LANTERN, MEADOW, STRANGER] = ["harbour", "lantern", "meadow", "vale"] as [PartyId, PartyId, PartyId, PartyId];
const BUDGET = budgetOf(CHARTER)!;
const REQUEST: StatisticRequest = { kind: "profile", parties: [HARBOUR, LANTERN, MEADOW], threshold: 3, planDigest: PLAN, ownPlanDigest: PLAN, releases: 2, nanoRho: 1_000_003 };
const USAGE: PrivacyUsage = { releases: 238, chargedNanoRho: BUDGET.nanoRho - 1_000_003 };

const clauseOf = (request: Partial<StatisticRequest>, usage: Partial<PrivacyUsage> = {}, { charter = CHARTER, now = NOW } = {}) => {
  const allowance = allowStatistic(charter, { ...REQUEST, ...request }, now, { ...USAGE, ...usage });
  return allowance.kind === "allow" ? "allow" : allowance.clause;
};

test("a node answers to the last sum and the last nano-rho of the budget", () => expect(clauseOf({})).toBe("allow"));

test("the budget of the example is what ε = 2.7 buys at δ = 10⁻⁶, and the reserve what 3 buys beyond", () => {
  expect(BUDGET).toEqual({ nanoRho: 152_781_242, reserveNanoRho: 32_288_598 });
});

test.each<readonly [what: string, clause: string, request: Partial<StatisticRequest>, usage?: Partial<PrivacyUsage>]>([
  ["a stranger", "request.parties", { parties: [HARBOUR, LANTERN, STRANGER] }],
  ["a threshold below the quorum", "request.quorum", { threshold: 2 }],
  ["another plan", "request.plan", { planDigest: "5b".repeat(32) as Digest }],
  ["more sums than are left", "request.budget", { releases: 3 }],
  ["one nano-rho too many", "request.privacy-budget", { nanoRho: 1_000_004 }],
  ["an answer for nothing", "request.privacy-budget", { nanoRho: 0 }],
  ["a negative charge", "request.privacy-budget", { nanoRho: -7 }],
  ["a charge that is no whole number", "request.privacy-budget", { nanoRho: 2.5 }],
  ["a charge that is no number", "request.privacy-budget", { nanoRho: Number.NaN }],
  ["to go on from a ledger that went below nothing", "request.privacy-budget", {}, { chargedNanoRho: -1_000_003 }],
  ["to go on from a ledger that cannot be read", "request.privacy-budget", {}, { chargedNanoRho: Number.NaN }],
])("a node refuses %s by %s", (_, clause, request, usage = {}) => expect(clauseOf(request, usage)).toBe(clause));

test("a node refuses kinds of questions that the charter does not list, all of them where it has no statistics, and any out of time", () => {
  expect(clauseOf({ kind: "rfm" }, {}, { charter: sound(bent("/statistics/kinds", ["profile"], STATISTICS)) })).toBe("request.statistics");
  expect(clauseOf({}, {}, { charter: sound() })).toBe("request.statistics");
  expect(clauseOf({}, {}, { now: "2028-01-01T00:00:00Z" })).toBe("request.period");
});

test("the reserve is spent only where the node's owner opened it, and ends too", () => {
  const chargedNanoRho = BUDGET.nanoRho + BUDGET.reserveNanoRho - 1_000_003;
  expect(clauseOf({}, { chargedNanoRho })).toBe("request.privacy-budget");
  expect(clauseOf({}, { chargedNanoRho, reserve: "kept" })).toBe("request.privacy-budget");
  expect(clauseOf({}, { chargedNanoRho, reserve: "opened" })).toBe("allow");
  expect(clauseOf({ nanoRho: 1_000_004 }, { chargedNanoRho, reserve: "opened" })).toBe("request.privacy-budget");
});

test("where sums are exact nothing is charged, and a charge is refused", () => {
  expect(clauseOf({ nanoRho: 0 }, { chargedNanoRho: 0 }, { charter: EXACT })).toBe("allow");
  expect(clauseOf({ nanoRho: 5 }, { chargedNanoRho: 0 }, { charter: EXACT })).toBe("request.privacy-budget");
});
