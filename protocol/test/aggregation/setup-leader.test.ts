import { describe, expect, test } from "@jest/globals";
import { commitmentsIn, setupLeader, setupWaitsFor, type SetupLeading } from "../../src/aggregation/setup-leader.js";
import type { Declined, Encapsulated, Joined, Shared } from "../../src/aggregation/messages.js";
import type { PartyId } from "../../src/session/ids.js";
import type { Step } from "../../src/session/machine.js";
import { ADA, after, BOB, CLEO, deadline, DOT, EVE, FIVE, leaderGiven, NOW_MS, ofFive, only, restated, setUp, TERMS, THREE, waiting } from "./stage.js";

const open = (names = FIVE, terms = TERMS) => setupLeader.open(leaderGiven(names, terms));
const fault = (step: Step<SetupLeading>) => (step.kind === "abort" ? step.fault : step.kind);
const declined = (from: PartyId): Declined => ({ kind: "declined", from, code: "DATA_REFUSED", clause: "DATA_TYPE", atMs: NOW_MS });
const [joined, encapsulated, shared] = [ofFive().joined, ofFive().encapsulated, ofFive().shared];
const [joining, encapsulating, sharing] = ofFive().leading as [Step<SetupLeading>, Step<SetupLeading>, Step<SetupLeading>];
const of = <M extends { from: PartyId }>(messages: readonly M[], ...names: readonly PartyId[]) => messages.filter(({ from }) => names.includes(from));

test("a charter of two parties is refused before anything is said", () => {
  expect(open([ADA, BOB])).toEqual({ kind: "abort", fault: { code: "AGGREGATION_TWO_PARTIES", detail: { parties: 2 } }, log: [], send: [] });
});

describe("while parties join", () => {
  test("it waits for everybody who has not answered", () => {
    expect(setupWaitsFor(waiting(after(setupLeader, open(), of(joined, ADA, CLEO))).state)).toEqual({ parties: [BOB, DOT, EVE], what: "no answer to the offer" });
    expect(setupWaitsFor(waiting(after(setupLeader, open(), [declined(BOB), ...of(joined, ADA)])).state).parties).toEqual([CLEO, DOT, EVE]);
  });

  test("a bundle goes into the log before the roster that cites it", () => {
    const step = after(setupLeader, open(), joined);
    expect(step.log.map(({ statement }) => statement.type)).toEqual(["bundle", "roster"]);
    expect(only(step.send, "roster").map(({ to }) => to)).toEqual(FIVE);
  });

  test("the same bundle again changes nothing; another one is a contradiction, and stands in the log as evidence", () => {
    const [first] = joined as readonly [Joined];
    const once = after(setupLeader, open(), [first]);
    expect(setupLeader.step(waiting(once).state, first)).toEqual({ ...waiting(once), log: [] });
    const other = { ...first, bundle: restated(first.bundle, first.from, { statement: { at: "2027-01-15T08:00:01.000Z" } }) };
    expect(setupLeader.step(waiting(once).state, other)).toEqual({
      kind: "abort", fault: { code: "AGGREGATION_EQUIVOCATION", detail: { from: first.from } }, log: [other.bundle], send: [],
    });
  });

  test.each([
    ["that its party did not sign", (m: Joined) => ({ ...m, bundle: restated(m.bundle, BOB, {}) })],
    ["of another party", (m: Joined) => ({ ...m, bundle: (joined[1] as Joined).bundle })],
    ["that is another kind of statement", (m: Joined) => ({ ...m, bundle: restated(m.bundle, ADA, { statement: { type: "shares", body: { selfSeeds: [] } } }) })],
    ["of another session", (m: Joined) => ({ ...m, bundle: restated(m.bundle, ADA, { statement: { session: "00".repeat(16) } }) })],
    ["whose key is no key", (m: Joined) => ({ ...m, bundle: restated(m.bundle, ADA, { body: { x25519: "%%%" } }) })],
    ["of nobody in the charter", (m: Joined) => ({ ...m, from: "zed" as PartyId })],
  ])("a bundle %s ends the set-up with the sender's name, and is not logged", (_, bend) => {
    const bent = bend(joined[0] as Joined);
    expect(setupLeader.step(waiting(open()).state, bent)).toEqual({ kind: "abort", fault: { code: "AGGREGATION_BUNDLE", detail: { from: bent.from } }, log: [], send: [] });
  });

  test("when time is up, those who joined are the roster, and the threshold is theirs", () => {
    const step = after(setupLeader, open(), [...of(joined, ADA, BOB, CLEO, DOT), deadline(30_000)]);
    expect(only(step.send, "roster")[0]?.roster.statement.body).toMatchObject({ parties: [ADA, BOB, CLEO, DOT], threshold: 3, minimum: 3 });
  });

  test("a deadline that comes early is none", () => {
    const early = setupLeader.step(waiting(joining).state, deadline(29_999));
    expect(early).toEqual(waiting(open()));
  });

  test("with too few it ends, and says how many it needed, or who refused", () => {
    expect(fault(after(setupLeader, open(), [...of(joined, ADA, BOB), deadline(30_000)]))).toEqual({ code: "AGGREGATION_TOO_FEW", detail: { heard: 2, needed: 3, round: 0, missing: "cleo and dot and eve" } });
    // One that refuses of three leaves too few, whoever else would come: nobody waits for the others.
    expect(fault(after(setupLeader, open(THREE), [declined(BOB)])))
      .toEqual({ code: "NODE_REFUSED", detail: { heard: 2, needed: 3, round: 0, party: BOB, refusal: "DATA_REFUSED", clause: "DATA_TYPE" } });
  });

  test("the charter's own minimum and quorum are needed even where fewer would do", () => {
    expect(fault(after(setupLeader, open(FIVE, { ...TERMS, minimumParties: 5 }), [...of(joined, ADA, BOB, CLEO, DOT), deadline(30_000)]))).toMatchObject({ detail: { heard: 4, needed: 5 } });
    expect(fault(after(setupLeader, open(FIVE, { ...TERMS, quorum: 5 }), [...of(joined, ADA, BOB, CLEO, DOT), deadline(30_000)]))).toMatchObject({ detail: { heard: 4, needed: 5 } });
  });

  test("one that joins and then leaves is not on the roster", () => {
    const step = after(setupLeader, open(), [...of(joined, ADA, BOB, CLEO, DOT), declined(DOT), ...of(joined, EVE)]);
    expect(only(step.send, "roster").map(({ to }) => to)).toEqual([ADA, BOB, CLEO, EVE]);
  });
});

describe("while keys are encapsulated", () => {
  test("it waits for the roster", () => {
    expect(setupWaitsFor(waiting(after(setupLeader, encapsulating, of(encapsulated, ADA))).state)).toEqual({ parties: [BOB, CLEO, DOT, EVE], what: "no key encapsulation" });
  });

  test("each party gets the ciphertexts made for it, by those who are present", () => {
    const relayed = only(after(setupLeader, encapsulating, [...of(encapsulated, ADA, BOB, DOT, EVE), deadline(60_000)]).send, "ciphertexts");
    expect(relayed.map(({ to }) => to)).toEqual([ADA, BOB, DOT, EVE]);
    expect(relayed.map(({ present }) => present)).toEqual(Array(4).fill([ADA, BOB, DOT, EVE]));
    // Whoever comes first in the order encapsulates; cleo, who is not there, did for dot and eve.
    expect(relayed.map(({ ciphertexts }) => Object.keys(ciphertexts))).toEqual([[], [ADA], [ADA, BOB], [ADA, BOB, DOT]]);
    expect(relayed[1]?.ciphertexts[ADA]).toBe((encapsulated[0] as Encapsulated).ciphertexts[BOB]);
  });

  test("late joiners and messages of other phases change nothing", () => {
    for (const event of [joined[0] as Joined, shared[0] as Shared]) expect(setupLeader.step(waiting(encapsulating).state, event)).toEqual({ ...waiting(encapsulating), log: [], send: [] });
  });

  test("with too few it ends", () => {
    expect(fault(after(setupLeader, encapsulating, [...of(encapsulated, ADA, BOB, CLEO), deadline(60_000)]))).toEqual({ code: "AGGREGATION_TOO_FEW", detail: { heard: 3, needed: 4, round: 0, missing: "dot and eve" } });
  });
});

describe("while shares are sealed", () => {
  test("it waits for those who are present", () => {
    expect(setupWaitsFor(waiting(after(setupLeader, sharing, of(shared, EVE))).state)).toEqual({ parties: [ADA, BOB, CLEO, DOT], what: "no sealed shares" });
  });

  test("at the end it keeps boxes and commitments of the ready, and relays to each what is sealed for it", () => {
    const step = after(setupLeader, sharing, [...of(shared, ADA, BOB, CLEO, DOT), deadline(90_000)]);
    if (step.kind !== "done") throw new Error("not done");
    expect(step.result.ready).toEqual([ADA, BOB, CLEO, DOT]);
    expect(step.result.roster).toEqual(FIVE);
    expect(Object.keys(step.result.boxes)).toEqual([ADA, BOB, CLEO, DOT]);
    expect(step.result.commitments[ADA]).toHaveLength(3);
    expect(only(step.send, "shares").map(({ to, sealed }) => [to, Object.keys(sealed)])).toEqual([
      [ADA, [BOB, CLEO, DOT]], [BOB, [ADA, CLEO, DOT]], [CLEO, [ADA, BOB, DOT]], [DOT, [ADA, BOB, CLEO]],
    ]);
    expect(step.log.map(({ statement }) => statement.type)).toEqual(["ready"]);
  });

  test("a repeat changes nothing, a second commitment is a contradiction", () => {
    const [first] = shared as readonly [Shared];
    const once = after(setupLeader, sharing, [first]);
    expect(setupLeader.step(waiting(once).state, first)).toEqual({ ...waiting(once), log: [] });
    const other = { ...first, shares: restated(first.shares, first.from, { body: { selfSeeds: ["00".repeat(32)] } }) };
    expect(setupLeader.step(waiting(once).state, other)).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_EQUIVOCATION", detail: { from: first.from } }, log: [other.shares] });
  });

  test.each([
    ["that its party did not sign", (m: Shared) => ({ ...m, shares: restated(m.shares, BOB, {}) })],
    ["that say nothing an auditor can read", (m: Shared) => ({ ...m, shares: restated(m.shares, ADA, { body: { selfSeeds: [7] } }) })],
    ["of a party that is not present", (m: Shared) => ({ ...m, from: "zed" as PartyId })],
  ])("shares %s end the set-up with the sender's name", (_, bend) => {
    const bent = bend(shared[0] as Shared);
    expect(fault(setupLeader.step(waiting(sharing).state, bent))).toEqual({ code: "AGGREGATION_BUNDLE", detail: { from: bent.from } });
  });

  test("shares of a roster member that gave no ciphertexts are not taken", () => {
    const absent = after(setupLeader, encapsulating, [...of(encapsulated, ADA, BOB, CLEO, DOT), deadline(60_000)]);
    expect(fault(setupLeader.step(waiting(absent).state, of(shared, EVE)[0] as Shared))).toEqual({ code: "AGGREGATION_BUNDLE", detail: { from: EVE } });
  });

  test("with too few it ends", () => {
    expect(fault(after(setupLeader, sharing, [...of(shared, ADA, BOB, CLEO), declined(DOT), deadline(90_000)]))).toMatchObject({ code: "NODE_REFUSED", detail: { heard: 3, needed: 4, party: DOT } });
  });

  test("ciphertexts that come again change nothing", () => {
    expect(setupLeader.step(waiting(sharing).state, encapsulated[0] as Encapsulated)).toEqual({ ...waiting(sharing), log: [], send: [] });
  });
});

test("commitments that are none read as none, against which nothing can be rebuilt", () => {
  const [first] = shared as readonly [Shared];
  expect(commitmentsIn(first.shares)).toHaveLength(3);
  expect(commitmentsIn(undefined)).toEqual([]);
  for (const body of [null, {}, { selfSeeds: "x" }]) expect(commitmentsIn({ ...first.shares, statement: { ...first.shares.statement, body } })).toEqual([]);
  expect(commitmentsIn({ ...first.shares, statement: { ...first.shares.statement, body: { selfSeeds: [1, "a"] } } })).toEqual(["a"]);
});

test("the order in which parties answer changes nothing about the outcome", () => {
  const reversed = setUp([...FIVE].reverse());
  expect(reversed.epoch).toEqual(ofFive().epoch);
});
