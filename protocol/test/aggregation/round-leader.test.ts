import { describe, expect, test } from "@jest/globals";
import { roundLeader, roundWaitsFor, sumOwed, type RoundLeading } from "../../src/aggregation/round-leader.js";
import type { Agreed, Declined, Unmasked, Uploaded } from "../../src/aggregation/messages.js";
import type { PartyId } from "../../src/session/ids.js";
import type { Step } from "../../src/session/machine.js";
import { ADA, after, BOB, CENTRE, CLEO, deadline, done, DOT, EVE, FIVE, NOW_MS, ofFive, only, playedFive, playedWithoutEve, QUESTION, restated, Round, TERMS, waiting } from "./stage.js";

const fault = (step: Step<RoundLeading>) => (step.kind === "abort" ? step.fault : step.kind);
const declined = (from: PartyId): Declined => ({ kind: "declined", from, code: "DATA_CHANGED", clause: "the rows changed", atMs: NOW_MS });
const equivocated = (from: PartyId) => ({ code: "AGGREGATION_EQUIVOCATION", detail: { from } });

const full = playedFive();
const opening = full.round.opening;
const uploads = [...full.members.values()].map(({ message }) => message);
const agreed = [...full.agreed.values()].map(({ message }) => message);
const unmasked = [...full.unmasked.values()];
const uploadOfAda = uploads[0] as Uploaded;
const agreedByAda = agreed[0] as Agreed;
const unmaskedByAda = unmasked[0] as Unmasked;
const of = <M extends { from: PartyId }>(messages: readonly M[], ...names: readonly PartyId[]) => messages.filter(({ from }) => names.includes(from));

describe("an offer", () => {
  test("binds the question, its model and plan, and the parties, and goes to all of them", () => {
    expect(full.round.offer.statement).toMatchObject({ type: "round.offer", actor: CENTRE, round: 1, body: { ...QUESTION, parties: FIVE } });
    expect(only(opening.send, "round").map(({ to }) => to)).toEqual(FIVE);
    expect(opening.log).toEqual([full.round.offer]);
  });
});

describe("while uploads come in", () => {
  test("it waits for all that are ready, but not for those who left", () => {
    expect(roundWaitsFor(waiting(after(roundLeader, opening, [...of(uploads, BOB), declined(DOT)])).state)).toEqual({ parties: [ADA, CLEO, EVE], what: "no masked update" });
  });

  test.each([
    ["that its party did not sign", (m: Uploaded) => ({ ...m, upload: restated(m.upload, BOB, {}) })],
    ["for another offer", (m: Uploaded) => ({ ...m, upload: restated(m.upload, ADA, { body: { offer: "00".repeat(32) } }) })],
    ["of another length", (m: Uploaded) => ({ ...m, upload: restated(m.upload, ADA, { body: { words: 5 } }) })],
    ["under a root that is none", (m: Uploaded) => ({ ...m, upload: restated(m.upload, ADA, { body: { root: "" } }) })],
    ["that is another statement", (m: Uploaded) => ({ ...m, upload: agreedByAda.agree })],
    ["of another round", (m: Uploaded) => ({ ...m, upload: restated(m.upload, ADA, { statement: { round: 2 } }) })],
    ["of a party that is not in the round", (m: Uploaded) => ({ ...m, from: "zed" as PartyId })],
  ])("an upload %s ends the round with the sender's name, and is not logged", (_, bend) => {
    const bent = bend(uploadOfAda);
    expect(roundLeader.step(waiting(opening).state, bent)).toEqual({ kind: "abort", fault: equivocated(bent.from), log: [], send: [] });
  });

  test("the same upload again changes nothing; another ends the round, and both stand in the log", () => {
    const once = roundLeader.step(waiting(opening).state, uploadOfAda);
    expect(once.log).toEqual([uploadOfAda.upload]);
    expect(roundLeader.step(waiting(once).state, uploadOfAda)).toEqual({ ...waiting(once), log: [] });
    const other = { ...uploadOfAda, upload: restated(uploadOfAda.upload, ADA, { body: { root: "00".repeat(32) } }) };
    expect(roundLeader.step(waiting(once).state, other)).toEqual({ kind: "abort", fault: equivocated(ADA), log: [other.upload], send: [] });
  });

  test("agreements, unmaskings, sums and early deadlines have no place yet, and change nothing", () => {
    const sum = full.round.summed(after(roundLeader, full.unmasking, unmasked));
    for (const event of [agreedByAda, unmaskedByAda, sum, deadline(29_999)]) {
      expect(roundLeader.step(waiting(opening).state, event)).toEqual({ ...waiting(opening), log: [], send: [] });
    }
  });

  test("with all of them there, the list of survivors is fixed, logged and sent to exactly them", () => {
    const [list] = only(full.agreeing.send, "survivors");
    expect(full.agreeing.log.at(-1)).toBe(list?.survivors);
    expect(list?.survivors.statement.body).toEqual({ offer: full.round.offer.id, uploads: Object.fromEntries(uploads.map(({ from, upload }) => [from, upload.id])) });
  });

  test("when time is up, those who uploaded and did not leave survive", () => {
    const step = after(roundLeader, opening, [...of(uploads, ADA, BOB, CLEO, DOT, EVE).slice(0, 4), deadline(30_000)]);
    expect(only(step.send, "survivors").map(({ to }) => to)).toEqual([ADA, BOB, CLEO, DOT]);
    const left = after(roundLeader, opening, [...of(uploads, ADA, BOB, CLEO, DOT), declined(DOT), ...of(uploads, EVE)]);
    expect(only(left.send, "survivors").map(({ to }) => to)).toEqual([ADA, BOB, CLEO, EVE]);
  });

  test("fewer than the threshold end the round", () => {
    expect(fault(after(roundLeader, opening, [...of(uploads, ADA, BOB, CLEO), deadline(30_000)]))).toEqual({ code: "AGGREGATION_TOO_FEW", detail: { round: 1, heard: 3, needed: 4, missing: "dot and eve" } });
    expect(fault(after(roundLeader, opening, [...of(uploads, ADA, BOB, CLEO), declined(DOT), declined(EVE)])))
      .toEqual({ code: "NODE_REFUSED", detail: { round: 1, heard: 3, needed: 4, party: DOT, refusal: "DATA_CHANGED", clause: "the rows changed" } });
  });
});

describe("after the first round, where dropouts end a training", () => {
  const silentInRound = (round: number, dropouts: "end" | "continue") => {
    const asked = new Round(ofFive(), { round, terms: { ...TERMS, dropouts } });
    return after(roundLeader, asked.opening, [...[ADA, BOB, CLEO, DOT].map((name) => asked.uploaded(name).message), deadline(30_000)]);
  };

  test("all who were asked are needed; before, and where a training may go on, the threshold is enough", () => {
    expect(fault(silentInRound(2, "end"))).toEqual({ code: "AGGREGATION_TOO_FEW", detail: { round: 2, heard: 4, needed: 5, missing: "eve" } });
    for (const step of [silentInRound(1, "end"), silentInRound(2, "continue")]) expect(only(step.send, "survivors")).toHaveLength(4);
  });
});

describe("a round of fewer than were ready", () => {
  const four = new Round(ofFive(), { parties: [ADA, BOB, CLEO, DOT], round: 2 });

  test("asks those, waits for those, and takes an upload of nobody else", () => {
    expect(four.offer.statement.body).toMatchObject({ parties: [ADA, BOB, CLEO, DOT] });
    expect([only(four.opening.send, "round").map(({ to }) => to), roundWaitsFor(waiting(four.opening).state).parties]).toEqual([[ADA, BOB, CLEO, DOT], [ADA, BOB, CLEO, DOT]]);
    expect(fault(roundLeader.step(waiting(four.opening).state, { ...four.uploaded(EVE).message }))).toEqual(equivocated(EVE));
  });

  test("does not wait for those who were silent before, but takes them if they come", () => {
    const quick = roundLeader.open({ ...waiting(four.opening).state, silent: [DOT] });
    expect(roundWaitsFor(waiting(quick).state).parties).toEqual([ADA, BOB, CLEO]);
    const came = after(roundLeader, quick, [four.uploaded(DOT).message, ...[ADA, BOB, CLEO].map((name) => four.uploaded(name).message)]);
    expect(only(came.send, "survivors")).toHaveLength(4);
  });
});

describe("while the list is agreed", () => {
  test("it waits for the survivors", () => {
    expect(roundWaitsFor(waiting(after(roundLeader, full.agreeing, of(agreed, EVE))).state)).toEqual({ parties: [ADA, BOB, CLEO, DOT], what: "no agreement to the survivors" });
  });

  test("a late upload has no place any more, and is not logged", () => {
    const partial = playedWithoutEve();
    const late = partial.round.uploaded(EVE).message;
    const step = roundLeader.step(waiting(partial.agreeing).state, late);
    expect(step).toEqual({ ...waiting(partial.agreeing), log: [], send: [] });
  });

  test.each([
    ["to another list", (m: Agreed) => ({ ...m, agree: restated(m.agree, ADA, { body: { survivors: "00".repeat(32) } }) })],
    ["that its party did not sign", (m: Agreed) => ({ ...m, agree: restated(m.agree, BOB, {}) })],
    ["of a party in nobody's charter", (m: Agreed) => ({ ...m, from: "zed" as PartyId })],
  ])("an agreement %s ends the round with the sender's name", (_, bend) => {
    const bent = bend(agreedByAda);
    expect(fault(roundLeader.step(waiting(full.agreeing).state, bent))).toEqual(equivocated(bent.from));
  });

  test("an agreement of somebody who is not on the list ends the round: it was not asked", () => {
    const partial = playedWithoutEve();
    const [one] = [...partial.agreed.values()];
    const byEve = { ...(one?.message as Agreed), from: EVE, agree: restated(one?.message.agree as Agreed["agree"], EVE, { statement: { actor: EVE } }) };
    expect(fault(roundLeader.step(waiting(partial.agreeing).state, byEve))).toEqual(equivocated(EVE));
  });

  test("the same agreement again changes nothing, one said anew is a contradiction", () => {
    const once = roundLeader.step(waiting(full.agreeing).state, agreedByAda);
    expect(roundLeader.step(waiting(once).state, agreedByAda)).toEqual({ ...waiting(once), log: [] });
    const anew = { ...agreedByAda, agree: restated(agreedByAda.agree, ADA, { statement: { at: "2027-01-15T09:00:00.000Z" } }) };
    expect(roundLeader.step(waiting(once).state, anew)).toMatchObject({ kind: "abort", fault: equivocated(ADA), log: [anew.agree] });
  });

  test("when time is up, the threshold's agreements are enough to ask everybody on the list", () => {
    const step = after(roundLeader, full.agreeing, [...of(agreed, ADA, BOB, CLEO, DOT), deadline(60_000)]);
    expect(only(step.send, "unmask").map(({ to, agreements }) => [to, agreements.length])).toEqual(FIVE.map((name) => [name, 4]));
  });

  test("fewer end the round", () => {
    expect(fault(after(roundLeader, full.agreeing, [...of(agreed, ADA, BOB, CLEO), deadline(60_000)]))).toEqual({ code: "AGGREGATION_TOO_FEW", detail: { round: 1, heard: 3, needed: 4, missing: "dot and eve" } });
  });
});

describe("while masks are revealed", () => {
  test("it waits for the survivors", () => {
    expect(roundWaitsFor(waiting(after(roundLeader, full.unmasking, of(unmasked, BOB))).state)).toEqual({ parties: [ADA, CLEO, DOT, EVE], what: "no mask keys" });
  });

  test.each([
    ["for another list", (m: Unmasked) => ({ ...m, unmask: restated(m.unmask, ADA, { body: { survivors: "00".repeat(32) } }) })],
    ["that its party did not sign", (m: Unmasked) => ({ ...m, unmask: restated(m.unmask, BOB, {}) })],
    ["with a key that is no key", (m: Unmasked) => ({ ...m, unmask: restated(m.unmask, ADA, { body: { self: "%%%" } }) })],
    ["with orphans that are no list of keys", (m: Unmasked) => ({ ...m, unmask: restated(m.unmask, ADA, { body: { orphans: null } }) })],
    ["that lays a survivor open", (m: Unmasked) => ({ ...m, unmask: restated(m.unmask, ADA, { body: { orphans: { [BOB]: `${"A".repeat(43)}=` } } }) })],
    ["of a party in nobody's charter", (m: Unmasked) => ({ ...m, from: "zed" as PartyId })],
  ])("an answer %s ends the round with the sender's name, and is not logged", (_, bend) => {
    const bent = bend(unmaskedByAda);
    expect(roundLeader.step(waiting(full.unmasking).state, bent)).toEqual({ kind: "abort", fault: equivocated(bent.from), log: [], send: [] });
  });

  test("the same answer again changes nothing, another is a contradiction", () => {
    const once = roundLeader.step(waiting(full.unmasking).state, unmaskedByAda);
    expect(roundLeader.step(waiting(once).state, unmaskedByAda)).toEqual({ ...waiting(once), log: [] });
    const other = { ...unmaskedByAda, unmask: restated(unmaskedByAda.unmask, ADA, { body: { self: `${"A".repeat(43)}=` } }) };
    expect(roundLeader.step(waiting(once).state, other)).toMatchObject({ kind: "abort", fault: equivocated(ADA), log: [other.unmask] });
  });

  test("agreements that come late change nothing", () => {
    expect(roundLeader.step(waiting(full.unmasking).state, agreedByAda)).toEqual({ ...waiting(full.unmasking), log: [], send: [] });
  });

  test("fewer answers than the threshold end the round", () => {
    expect(fault(after(roundLeader, full.unmasking, [...of(unmasked, ADA, BOB, CLEO), deadline(90_000)]))).toEqual({ code: "AGGREGATION_TOO_FEW", detail: { round: 1, heard: 3, needed: 4, missing: "dot and eve" } });
  });

  test("shares that do not fit end the round without a sum", () => {
    const bent = of(unmasked, ADA, BOB, CLEO, DOT).map((answer) => (answer.from === ADA ? { ...answer, selfShares: { [EVE]: new Uint8Array(32) } } : answer));
    expect(fault(after(roundLeader, full.unmasking, [...bent, deadline(90_000)]))).toEqual({ code: "AGGREGATION_SHARES", detail: { round: 1 } });
  });

  test("an answer without a key of its own ends the round without a sum", () => {
    const bare = { ...unmaskedByAda, unmask: restated(unmaskedByAda.unmask, ADA, { body: { self: null } }) };
    expect(fault(after(roundLeader, full.unmasking, [bare, ...of(unmasked, BOB, CLEO, DOT, EVE)]))).toEqual({ code: "AGGREGATION_SHARES", detail: { round: 1 } });
  });
});

describe("the sum", () => {
  const plain = (names: readonly PartyId[]) => [names.length, names.reduce((sum, name) => sum + FIVE.indexOf(name), 0), 10 * names.length, 100 * names.length].map(BigInt);

  test.each([["of everybody", playedFive, FIVE], ["of the survivors, when one dropped before", playedWithoutEve, FIVE.slice(0, 4)]] as const)("%s is the plain sum", (_, play, names) => {
    const { round, unmasking, unmasked: answers } = play();
    const summing = after(roundLeader, unmasking, [...answers.values()]);
    const sum = roundLeader.step(waiting(summing).state, round.summed(summing));
    expect([...done(sum).words]).toEqual(plain(names));
    expect(done(sum).survivors).toEqual(names);
    expect(sum.log[0]?.statement).toMatchObject({ type: "round.result", body: { words: 4, root: done(sum).root, recovered: { self: {}, orphans: {} } } });
  });

  test("of everybody, when one fell silent at the unmasking, is the plain sum, and the log shows the rebuilt key", () => {
    const summing = after(roundLeader, full.unmasking, [...of(unmasked, ADA, BOB, CLEO, DOT), deadline(90_000)]);
    const sum = roundLeader.step(waiting(summing).state, full.round.summed(summing));
    expect([...done(sum).words]).toEqual(plain(FIVE));
    expect(sum.log[0]?.statement.body).toMatchObject({ recovered: { self: { [EVE]: expect.any(String) }, orphans: {} } });
  });

  test("is asked for at every step until it is there, waits for nobody, and knows no deadline", () => {
    const summing = waiting(after(roundLeader, full.unmasking, unmasked));
    expect(sumOwed(summing.state)).toHaveLength(1);
    expect(roundWaitsFor(summing.state)).toEqual({ parties: [], what: "adding the masked updates" });
    expect(summing.untilMs).toBe(Number.MAX_SAFE_INTEGER);
    for (const event of [deadline(9e9), declined(BOB), { ...full.round.summed(summing), round: 2 } as RoundLeading["event"]]) {
      expect(waiting(roundLeader.step(summing.state, event)).state.phase).toBe("summing");
    }
    expect(sumOwed(waiting(full.agreeing).state)).toEqual([]);
  });
});
