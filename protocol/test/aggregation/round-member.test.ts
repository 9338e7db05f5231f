import { describe, expect, test } from "@jest/globals";
import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import { maskKey, pairSeed, selfSeed } from "../../src/aggregation/keys.js";
import { answersOwed, roundMember, type RoundAnswering } from "../../src/aggregation/round-member.js";
import type { SurvivorsListed, Unmasked, UnmaskRequested } from "../../src/aggregation/messages.js";
import { sharesOfRound } from "../../src/aggregation/seed-shares.js";
import type { Entry } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import type { Step } from "../../src/session/machine.js";
import { seedOf } from "../../src/testing/world.js";
import { ADA, BOB, CENTRE, CLEO, DOT, EVE, FIVE, heard, NOW_MS, ofFive, only, playedFive, playedWithoutEve, QUESTION, restated, Round, speaker, TERMS, waiting } from "./stage.js";
import { say } from "../../src/aggregation/context.js";

const full = playedFive();
const opened = roundMember.open(full.round.given(BOB));
const uploaded = full.members.get(BOB)?.step as Step<RoundAnswering>;
const list = only(full.agreeing.send, "survivors").find(({ to }) => to === BOB) as SurvivorsListed;
const considered = roundMember.step(waiting(uploaded).state, heard(list));
const agreed = full.agreed.get(BOB)?.step as Step<RoundAnswering>;
const request = only(full.unmasking.send, "unmask").find(({ to }) => to === BOB) as UnmaskRequested;

const fault = (step: Step<RoundAnswering>) => (step.kind === "abort" ? step.fault : step.kind);
const hears = (at: Step<RoundAnswering>, message: SurvivorsListed | UnmaskRequested) => roundMember.step(waiting(at).state, heard(message));
const nothing = (step: Step<RoundAnswering>, at: Step<RoundAnswering>) => expect(step).toEqual({ ...waiting(at), send: [] });

describe("a contribution", () => {
  test("is asked for under this party's own mask and one per peer, added to those after it and subtracted from those before", () => {
    const [owed] = answersOwed(waiting(opened).state);
    if (owed?.kind !== "contribute") throw new Error("no contribution is asked for");
    const pair = (peer: PartyId) => maskKey(pairSeed(ofFive().parts.get(BOB)?.pairs.get(peer) ?? new Uint8Array(), 1), full.round.offer.id, "pair");
    expect(owed).toMatchObject({ round: 1, offer: full.round.offer.id, question: QUESTION, context: null });
    expect(owed.hide).toEqual({ scheme: "masked", masks: [
      { key: maskKey(selfSeed(seedOf(BOB, "session"), 1), full.round.offer.id, "self"), sign: 1 },
      { key: pair(ADA), sign: -1 }, { key: pair(CLEO), sign: 1 }, { key: pair(DOT), sign: 1 }, { key: pair(EVE), sign: 1 },
    ] });
  });

  test("of another round changes nothing", () => {
    nothing(roundMember.step(waiting(opened).state, { kind: "contributed", round: 2, root: "00".repeat(32), words: 4, atMs: NOW_MS }), opened);
  });

  test("is announced once: with its root, its length and the offer it answers", () => {
    expect(only(uploaded.send, "uploaded")[0]?.upload.statement.body).toMatchObject({ words: 4, offer: full.round.offer.id });
    const again = { kind: "contributed", round: 1, root: "00".repeat(32), words: 4, atMs: NOW_MS } as const;
    nothing(roundMember.step(waiting(uploaded).state, again), uploaded);
    expect(answersOwed(waiting(uploaded).state)).toEqual([]);
  });

  test("without a key for a peer that is said to be ready is a bug of ours, and thrown", () => {
    const given = full.round.given(BOB);
    expect(() => roundMember.open({ ...given, epoch: { ...given.epoch, pairs: new Map() } })).toThrow(RangeError);
  });
});

describe("a list of survivors", () => {
  test("is agreed to only once the host permits it", () => {
    expect(considered.send).toEqual([]);
    expect(answersOwed(waiting(considered).state)).toEqual([{ kind: "permit", round: 1, question: QUESTION, survivors: FIVE }]);
    expect(only(agreed.send, "agreed")[0]?.agree.statement.body).toEqual({ survivors: list.survivors.id });
    nothing(roundMember.step(waiting(considered).state, { kind: "permitted", round: 2, atMs: NOW_MS }), considered);
    nothing(roundMember.step(waiting(uploaded).state, { kind: "permitted", round: 1, atMs: NOW_MS }), uploaded);
  });

  test("heard again changes nothing", () => {
    nothing(hears(considered, list), considered);
    nothing(hears(agreed, list), agreed);
  });

  test("before this node uploaded anything is out of order", () => {
    expect(fault(hears(opened, list))).toEqual({ code: "TRAINING_ORDER", detail: { round: 1, phase: "contributing" } });
  });

  const uploadOf = (name: PartyId) => list.uploads.find(({ statement }) => statement.actor === name) as Entry;
  const relisted = (uploads: readonly Entry[], by = CENTRE): SurvivorsListed => ({
    ...list, uploads, survivors: restated(list.survivors, by, { body: { uploads: Object.fromEntries(uploads.map((entry) => [entry.statement.actor, entry.id])) } }),
  });
  const bent = (change: Parameters<typeof restated>[2]): SurvivorsListed => ({ ...list, survivors: restated(list.survivors, CENTRE, change) });
  const swapped = (name: PartyId, entry: Entry) => relisted(list.uploads.map((one) => (one.statement.actor === name ? entry : one)));

  test.each([
    ["that the coordinator did not sign", relisted(list.uploads, ADA), "not the coordinator's"],
    ["of another round", bent({ statement: { round: 2 } }), "not the coordinator's"],
    ["of another session", bent({ statement: { session: "00".repeat(16) } }), "not the coordinator's"],
    ["of another kind", bent({ statement: { type: "round.agree", body: { survivors: "00".repeat(32) } } }), "not the coordinator's"],
    ["that is no list", bent({ body: { uploads: [] } }), "not the coordinator's"],
    ["for another offer", bent({ body: { offer: "00".repeat(32) } }), "for another offer"],
    ["with a stranger", bent({ body: { uploads: { ...Object.fromEntries(list.uploads.map((entry) => [entry.statement.actor, entry.id])), zed: "00".repeat(32) } } }), "names a party that was not asked"],
    ["of three, where four are the threshold", relisted([ADA, BOB, CLEO].map(uploadOf)), "below the minimum"],
    ["without this node", relisted([ADA, CLEO, DOT, EVE].map(uploadOf)), "without this node"],
    ["with an upload that its party did not sign", swapped(ADA, restated(uploadOf(ADA), DOT, {})), "the upload of ada is not its own"],
    ["with an upload for another offer", swapped(ADA, restated(uploadOf(ADA), ADA, { body: { offer: "00".repeat(32) } })), "the upload of ada is not its own"],
    ["with an upload of another round", swapped(ADA, restated(uploadOf(ADA), ADA, { statement: { round: 2 } })), "the upload of ada is not its own"],
    ["whose ids are of other uploads", { ...swapped(ADA, restated(uploadOf(ADA), ADA, { body: { root: "00".repeat(32) } })), survivors: list.survivors }, "the upload of ada is not its own"],
    ["whose uploads are not shown", { ...list, uploads: [] }, "the upload of ada is not its own"],
    ["with another upload of this node", swapped(BOB, restated(uploadOf(BOB), BOB, { body: { root: "00".repeat(32) } })), "without this node"],
  ])("%s is refused, and says why", (_, message, why) => {
    expect(fault(hears(uploaded, message))).toEqual({ code: "AGGREGATION_SURVIVORS", detail: { round: 1, why } });
  });

  test.each([["after considering one", considered], ["after agreeing to one", agreed]])("that differs from the first is refused %s", (_, at) => {
    expect(fault(hears(at, relisted([ADA, BOB, CLEO, DOT].map(uploadOf))))).toEqual({ code: "AGGREGATION_SURVIVORS", detail: { round: 1, why: "a second list" } });
  });
});

describe("after the first round, where dropouts end a training", () => {
  const list4 = (dropouts: "end" | "continue", round: number) => {
    const asked = new Round(ofFive(), { round, terms: { ...TERMS, dropouts } });
    const uploads = [ADA, BOB, CLEO, DOT].map((name) => asked.uploaded(name));
    const survivors = say(speaker(CENTRE), { type: "round.survivors", round, atMs: NOW_MS }, { offer: asked.offer.id, uploads: Object.fromEntries(uploads.map(({ message }) => [message.from, message.upload.id])) });
    return hears(uploads[1]?.step as Step<RoundAnswering>, { kind: "survivors", to: BOB, survivors, uploads: uploads.map(({ message }) => message.upload) });
  };

  test("a list without one who was asked is refused: with the sum before, it would show what that one brought", () => {
    expect(fault(list4("end", 2))).toEqual({ code: "AGGREGATION_SURVIVORS", detail: { round: 2, why: "below the minimum" } });
    expect(list4("end", 1).kind).toBe("wait");
    expect(list4("continue", 2).kind).toBe("wait");
  });
});

describe("a round of fewer than were ready", () => {
  const four = new Round(ofFive(), { parties: [ADA, BOB, CLEO, DOT], round: 2 });

  test("has masks between those who are asked, and no others", () => {
    const [owed] = answersOwed(waiting(roundMember.open(four.given(BOB))).state);
    expect(owed?.kind === "contribute" && owed.hide.scheme === "masked" && owed.hide.masks.map(({ sign }) => sign)).toEqual([1, -1, 1, 1]);
  });

  test("does not take a list with one who was not asked, though it is ready", () => {
    const uploads = FIVE.map((name) => (name === EVE ? full.members.get(EVE)?.message : four.uploaded(name).message)?.upload as Entry);
    const survivors = say(speaker(CENTRE), { type: "round.survivors", round: 2, atMs: NOW_MS }, { offer: four.offer.id, uploads: Object.fromEntries(uploads.map((entry) => [entry.statement.actor, entry.id])) });
    expect(fault(hears(four.uploaded(BOB).step, { kind: "survivors", to: BOB, survivors, uploads }))).toMatchObject({ detail: { why: "names a party that was not asked" } });
  });
});

describe("a request to unmask", () => {
  test("is not answered by a node that has not agreed", () => {
    for (const at of [opened, uploaded, considered]) nothing(hears(at, request), at);
  });

  const valid = (agreements: readonly Entry[]) => fault(hears(agreed, { ...request, agreements }));
  const agreementOf = (name: PartyId) => request.agreements.find(({ statement }) => statement.actor === name) as Entry;
  test.each([
    ["too few", request.agreements.slice(0, 3)],
    ["one of them twice", [...request.agreements.slice(0, 3), request.agreements[0] as Entry]],
    ["one to another list", [...request.agreements.slice(0, 3), restated(agreementOf(EVE), EVE, { body: { survivors: "00".repeat(32) } })]],
    ["one of another round", [...request.agreements.slice(0, 3), restated(agreementOf(EVE), EVE, { statement: { round: 2 } })]],
    ["one of another session", [...request.agreements.slice(0, 3), restated(agreementOf(EVE), EVE, { statement: { session: "00".repeat(16) } })]],
    ["one that its party did not sign", [...request.agreements.slice(0, 3), restated(agreementOf(EVE), DOT, {})]],
    ["one that is an upload", [...request.agreements.slice(0, 3), full.members.get(EVE)?.message.upload as Entry]],
  ])("with %s of the agreements is refused", (_, agreements) => {
    expect(valid(agreements)).toEqual({ code: "AGGREGATION_SIGNATURES", detail: { round: 1, valid: 3, needed: 4 } });
  });

  test("does not count an agreement of a party that is not on the list", () => {
    const partial = playedWithoutEve();
    const ask = only(partial.unmasking.send, "unmask")[0] as UnmaskRequested;
    const byEve = restated(ask.agreements[0] as Entry, EVE, { statement: { actor: EVE } });
    const at = partial.agreed.get(BOB)?.step as Step<RoundAnswering>;
    expect(fault(hears(at, { ...ask, to: BOB, agreements: [...ask.agreements.slice(0, 3), byEve] }))).toMatchObject({ detail: { valid: 3 } });
  });

  test("with the threshold's agreements is answered, and then the round is over for this node", () => {
    expect(hears(agreed, { ...request, agreements: request.agreements.slice(1) }).kind).toBe("done");
  });
});

describe("the one answer", () => {
  const answerOf = (play: typeof full, name: PartyId) => play.unmasked.get(name) as Unmasked;
  const body = (answer: Unmasked) => answer.unmask.statement.body as { self: string; orphans: Record<string, string> };

  test("where nobody dropped: its own mask, and self shares of all the others", () => {
    const answer = answerOf(full, BOB);
    expect(fromBase64(body(answer).self)).toEqual(maskKey(selfSeed(seedOf(BOB, "session"), 1), full.round.offer.id, "self"));
    expect(body(answer).orphans).toEqual({});
    expect(Object.keys(answer.selfShares)).toEqual([ADA, CLEO, DOT, EVE]);
    expect(answer.boxShares).toEqual({});
    expect(answer.selfShares[ADA]).toEqual(sharesOfRound(ofFive().parts.get(BOB)?.held.get(ADA) ?? new Uint8Array(), 1).self);
  });

  test("where one dropped: of that one the pair mask and a box share, of the others self shares, and of none both", () => {
    const answer = answerOf(playedWithoutEve(), BOB);
    expect(Object.keys(body(answer).orphans)).toEqual([EVE]);
    expect(Object.keys(answer.boxShares)).toEqual([EVE]);
    expect(Object.keys(answer.selfShares)).toEqual([ADA, CLEO, DOT]);
    expect(answer.boxShares[EVE]).toEqual(sharesOfRound(ofFive().parts.get(BOB)?.held.get(EVE) ?? new Uint8Array(), 1).box);
  });

  test("shows mask keys, which are bound to the offer, and never the seeds they come from", () => {
    const { self, orphans } = body(answerOf(playedWithoutEve(), BOB));
    const seeds = [selfSeed(seedOf(BOB, "session"), 1), pairSeed(ofFive().parts.get(BOB)?.pairs.get(EVE) ?? new Uint8Array(), 1)].map(toBase64);
    expect([self, orphans[EVE]].some((key) => seeds.includes(key ?? ""))).toBe(false);
  });
});
