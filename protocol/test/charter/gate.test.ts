import { describe, expect, test } from "@jest/globals";
import { allowTraining, type PrivacyUsage, type TrainingRequest } from "../../src/charter/gate.js";
import { CLAUSES } from "../../src/charter/clauses.js";
import type { Digest, PartyId } from "../../src/session/ids.js";
import { releasesOfTraining } from "../../src/charter/release-count.js";
import { budgetOf } from "../../src/charter/privacy-budget.js";
import { bent, NOISY, sound, SOUND } from "./fixture.js";

const CHARTER = sound();
const NOW = "2027-01-15T08:30:00.123Z";
const PLAN = "5a".repeat(32) as Digest;
const [HARBOUR, LANTERN, MEADOW, TOWER, STRANGER] = ["harbour", "lantern", "meadow", "tower", "vale"] as [PartyId, PartyId, PartyId, PartyId, PartyId];
const REQUEST: TrainingRequest = {
  question: "propensity.train", parties: [HARBOUR, LANTERN, MEADOW, TOWER], threshold: 3, planDigest: PLAN, ownPlanDigest: PLAN, releases: 23, nanoRho: 0, without: null,
};
const WITHOUT_TOWER = { parties: [HARBOUR, LANTERN, MEADOW], without: TOWER };
const LEAVING_OUT = sound(bent("/questions/0/evaluation", { ...SOUND.questions[0]?.evaluation, holdout: "common", holdoutDigest: "ab".repeat(32), leaveOneOut: "allowed" }));
const USAGE: PrivacyUsage = { releases: 217, chargedNanoRho: 0 };

const clauseOf = (request: Partial<TrainingRequest>, nowIso = NOW, usage = USAGE, charter = CHARTER) => {
  const allowance = allowTraining(charter, { ...REQUEST, ...request }, nowIso, usage);
  return allowance.kind === "allow" ? "allow" : allowance.clause;
};

test.each([
  ["all four parties, to the last sum of the budget", {}],
  ["three of the four", { parties: [TOWER, HARBOUR, MEADOW] }],
  ["a higher threshold", { threshold: 4 }],
])("a node answers %s", (_, request) => {
  expect(clauseOf(request)).toBe("allow");
});

const REFUSED: readonly (readonly [what: string, clause: string, request: Partial<TrainingRequest>])[] = [
  ["a question that is not listed", "request.question", { question: "propensity.score" }],
  ["a stranger", "request.parties", { parties: [HARBOUR, LANTERN, STRANGER] }],
  ["a party counted twice", "request.parties", { parties: [HARBOUR, LANTERN, LANTERN] }],
  ["fewer than the minimum", "request.parties", { parties: [HARBOUR, LANTERN], threshold: 2 }],
  ["a threshold below the quorum", "request.quorum", { threshold: 2 }],
  ["a threshold above those taking part", "request.quorum", { parties: [HARBOUR, LANTERN, MEADOW], threshold: 4 }],
  ["a broken threshold", "request.quorum", { threshold: 3.5 }],
  ["a threshold that is no number", "request.quorum", { threshold: NaN }],
  ["a training without one company, which the charter does not mention", "request.leave-one-out", WITHOUT_TOWER],
  ["another plan", "request.plan", { planDigest: "5b".repeat(32) as Digest }],
  ["more sums than are left", "request.budget", { releases: 24 }],
  ["a negative price", "request.budget", { releases: -5 }],
  ["no price", "request.budget", { releases: 0 }],
  ["a price that is no number", "request.budget", { releases: NaN }],
];

test.each(REFUSED)("a node refuses %s by %s", (_, clause, request) => {
  expect(clauseOf(request)).toBe(clause);
});

test.each([
  ["2026-11-30T23:59:59.999Z", "request.period"],
  ["2026-12-01T00:00:00Z", "allow"],
  ["2026-12-01T00:00:00.000Z", "allow"],
  ["2027-06-30T11:59:59.999999999Z", "allow"],
  ["2027-06-30T12:00:00Z", "request.period"],
  ["2027-06-30T12:00:00.000Z", "request.period"],
  ["2028-01-01T00:00:00Z", "request.period"],
  ["2027-01-15T08:30:00", "request.period"],
  ["2027-01-15T08:30:00+02:00", "request.period"],
  ["Invalid Date", "request.period"],
  ["", "request.period"],
])("at %j the answer is %s", (nowIso, answer) => {
  expect(clauseOf({}, nowIso)).toBe(answer);
});

describe("under noise", () => {
  const noisy = sound(NOISY);
  const { nanoRho = 0 } = budgetOf(noisy) ?? {};
  const asked = (price: number, chargedNanoRho: number, reserve?: "opened") =>
    clauseOf({ releases: 7, nanoRho: price }, NOW, { releases: 0, chargedNanoRho, ...(reserve === undefined ? {} : { reserve }) }, noisy);

  test("a node answers while the whole training's price is left, and refuses before it has answered anything when it is not", () => {
    expect([asked(17_000_000, nanoRho - 17_000_000), asked(17_000_000, nanoRho - 16_999_999), asked(17_000_000, nanoRho - 16_999_999, "opened")]).toEqual(["allow", "request.privacy-budget", "allow"]);
  });

  test.each([[0, 0], [-1, 0], [0.5, 0], [NaN, 0], [17_000_000, NaN], [17_000_000, -1]])("a price of %p after %p is refused", (price, spent) => {
    expect(asked(price, spent)).toBe("request.privacy-budget");
  });

  test("control: a price where sums are exact is refused, too", () => {
    expect([clauseOf({ nanoRho: 1 }), clauseOf({ nanoRho: 0 })]).toEqual(["request.privacy-budget", "allow"]);
  });
});

test.each([NaN, -1, 0.5, Infinity, 218])("with %p sums counted so far a node refuses", (releases) => {
  expect(clauseOf({}, NOW, { ...USAGE, releases })).toBe("request.budget");
});

test("five of six in a session need a threshold of four, whatever a lower quorum would allow", () => {
  const lenient = { ...CHARTER, quorum: 3, parties: [...CHARTER.parties, ...sound(renamed()).parties].slice(0, 6) };
  const parties = lenient.parties.slice(0, 5).map(({ name }) => name);
  expect(clauseOf({ parties, threshold: 3 }, NOW, USAGE, lenient)).toBe("request.quorum");
  expect(clauseOf({ parties, threshold: 4 }, NOW, USAGE, lenient)).toBe("allow");
});

describe("where the charter allows a training without one company, a node", () => {
  test.each([
    ["answers one with all the others", WITHOUT_TOWER, "allow"],
    ["answers one with all", {}, "allow"],
    ["refuses one without two", { parties: [HARBOUR, LANTERN], without: TOWER, threshold: 2 }, "request.parties"],
    ["refuses one that names whom it leaves out and asks it all the same", { parties: [HARBOUR, LANTERN, TOWER], without: TOWER }, "request.leave-one-out"],
    ["refuses one that leaves out a stranger", { parties: [HARBOUR, LANTERN, MEADOW], without: STRANGER }, "request.leave-one-out"],
    ["refuses one that leaves out more than it says", { parties: [HARBOUR, LANTERN, MEADOW, TOWER], without: TOWER }, "request.leave-one-out"],
  ] as const)("%s", (_, request, answer) => {
    expect(clauseOf(request as Partial<TrainingRequest>, NOW, USAGE, LEAVING_OUT)).toBe(answer);
  });
});

test("a training without one company is none without two", () => {
  const six = { ...LEAVING_OUT, quorum: 3, parties: [...LEAVING_OUT.parties, ...sound(renamed()).parties].slice(0, 6) };
  const [first, ...others] = six.parties.map(({ name }) => name);
  expect(clauseOf({ parties: others, without: first ?? null, threshold: 4 }, NOW, USAGE, six)).toBe("allow");
  expect(clauseOf({ parties: others.slice(1), without: first ?? null, threshold: 4 }, NOW, USAGE, six)).toBe("request.leave-one-out");
});

/** `charter-gate-statistics.test.ts` has them. */
const OF_STATISTICS = ["request.statistics", "request.privacy-budget"];

describe("a refusal", () => {
  test("says what stands in the charter and what would pass", () => {
    expect(allowTraining(CHARTER, REQUEST, "2027-07-01T00:00:00Z", USAGE)).toEqual({
      kind: "refuse", clause: "request.period",
      says: "the charter holds from 2026-12-01T00:00:00Z to 2027-06-30T12:00:00Z", fix: "sign a new charter, or check this node's clock",
    });
    expect(allowTraining(CHARTER, { ...REQUEST, releases: 24 }, NOW, USAGE)).toMatchObject({
      says: "217 of 240 sums are released, and this one may release 24", fix: "sign a new charter with a larger budget",
    });
  });

  test("exists for every clause on requests", () => {
    const provoked = new Set([...REFUSED.map(([, clause]) => clause), clauseOf({}, "2028-01-01T00:00:00Z")]);
    expect([...provoked].sort()).toEqual(Object.keys(CLAUSES).filter((clause) => clause.startsWith("request.") && !OF_STATISTICS.includes(clause)).sort());
  });
});

test("a training of twenty steps may release twenty-three sums", () => {
  expect(releasesOfTraining({ kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 20 })).toBe(23);
});

function renamed() {
  return ["harbour2", "lantern2", "meadow2", "tower2"].reduce<object>((from, name, i) => bent(`/parties/${i}/name`, name, from) as object, bent("/version", 1) as object) as never;
}
