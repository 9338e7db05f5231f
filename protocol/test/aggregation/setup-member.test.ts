import { describe, expect, test } from "@jest/globals";
import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { setupMember, type SetupJoining, type SetupMessage } from "../../src/aggregation/setup-member.js";
import type { CiphertextsRelayed, RosterListed, SharesRelayed } from "../../src/aggregation/messages.js";
import type { PartyId } from "../../src/session/ids.js";
import type { Step } from "../../src/session/machine.js";
import { ADA, BOB, CENTRE, CLEO, DOT, EVE, FIVE, joiningGiven, memberOf, NOW_MS, ofFive, only, restated, TERMS, waiting } from "./stage.js";

// cleo stands in the middle: it encapsulates to dot and eve, and decapsulates what ada and bob made for it.
const [joined, encapsulated, shared] = ofFive().joining.get(CLEO) as [Step<SetupJoining>, Step<SetupJoining>, Step<SetupJoining>];
const letterTo = <K extends SetupMessage["kind"]>(to: PartyId, kind: K) =>
  ofFive().leading.flatMap((step) => only(step.send as readonly SetupMessage[], kind)).find((message) => message.to === to) as SetupMessage & { kind: K };
const [roster, ciphertexts, shares] = [letterTo(CLEO, "roster"), letterTo(CLEO, "ciphertexts"), letterTo(CLEO, "shares")];

const hear = (at: Step<SetupJoining>, message: SetupMessage) => setupMember.step(waiting(at).state, { message, atMs: NOW_MS + 1 });
const fault = (step: Step<SetupJoining>) => (step.kind === "abort" ? step.fault : step.kind);
const BAD_LIST = { code: "AGGREGATION_BUNDLE", detail: { from: CENTRE } };

test("it begins with fresh public keys, signed, and the same ones after a crash", () => {
  const [message] = joined.send;
  expect(message).toMatchObject({ kind: "joined", from: CLEO });
  expect(setupMember.open(joiningGiven(CLEO, FIVE))).toEqual(joined);
  expect(setupMember.open({ ...joiningGiven(CLEO, FIVE), entropy: new Uint8Array(32) }).send).not.toEqual(joined.send);
});

describe("a roster", () => {
  test("is answered with ciphertexts for those who come later, and only for them", () => {
    expect(only(encapsulated.send, "encapsulated").map((message) => Object.keys(message.ciphertexts))).toEqual([[DOT, EVE]]);
  });

  const listing = (body: object, by = CENTRE): RosterListed => ({ ...roster, roster: restated(roster.roster, by, { body }) });
  test.each([
    ["that the coordinator did not sign", listing({}, BOB)],
    ["of another session", { ...roster, roster: restated(roster.roster, CENTRE, { statement: { session: "00".repeat(16) } }) }],
    ["of another round", { ...roster, roster: restated(roster.roster, CENTRE, { statement: { round: 1 } }) }],
    ["that is a list of the ready", { ...roster, roster: restated(roster.roster, CENTRE, { statement: { type: "ready" } }) }],
    ["without this node", listing({ parties: [ADA, BOB, DOT, EVE], threshold: 3 })],
    ["with a stranger", listing({ parties: [...FIVE, "zed"], threshold: 5 })],
    ["with a party twice", listing({ parties: [ADA, BOB, CLEO, CLEO, DOT], threshold: 4 })],
    ["that is no list", listing({ parties: "ada, bob, cleo" })],
    ["of two", listing({ parties: [ADA, CLEO], threshold: 2 })],
    ["with a smaller threshold than the paper's", listing({ threshold: 3 })],
    ["with a larger threshold than there should be", listing({ threshold: 5 })],
  ])("%s is refused", (_, message) => expect(fault(hear(joined, message))).toEqual(BAD_LIST));

  test("below the charter's minimum is refused", () => {
    const strict = setupMember.open(joiningGiven(CLEO, FIVE, { ...TERMS, minimumParties: 5 }));
    const four = listing({ parties: [ADA, BOB, CLEO, DOT], threshold: 3, minimum: 3 });
    expect(fault(hear(strict, four))).toEqual(BAD_LIST);
    expect(fault(hear(joined, { ...four }))).not.toEqual(BAD_LIST);
  });

  const bundleOf = (name: PartyId) => roster.bundles.find(({ statement }) => statement.actor === name) as RosterListed["bundles"][number];
  const swapped = (name: PartyId, bundle: RosterListed["bundles"][number]): RosterListed => ({
    ...roster, bundles: roster.bundles.map((entry) => (entry.statement.actor === name ? bundle : entry)),
    roster: restated(roster.roster, CENTRE, { body: { bundles: { ...(roster.roster.statement.body as { bundles: object }).bundles, [name]: bundle.id } } }),
  });
  test.each([
    ["without its bundle", { ...roster, bundles: roster.bundles.filter(({ statement }) => statement.actor !== ADA) }],
    ["with a bundle by another key", swapped(ADA, restated(bundleOf(ADA), BOB, {}))],
    ["with a bundle of another session", swapped(ADA, restated(bundleOf(ADA), ADA, { statement: { session: "00".repeat(16) } }))],
    ["with a bundle under another charter", swapped(ADA, restated(bundleOf(ADA), ADA, { statement: { charter: "00".repeat(32) } }))],
    ["with a key that is no key", swapped(ADA, restated(bundleOf(ADA), ADA, { body: { x25519: "%%%" } }))],
    ["with a bundle that the roster does not list", { ...roster, roster: restated(roster.roster, CENTRE, { body: { bundles: {} } }) }],
    ["with a roster that lists no bundles", { ...roster, roster: restated(roster.roster, CENTRE, { body: { bundles: null } }) }],
    ["without an ML-KEM key", { ...roster, mlKemKeys: {} }],
    ["with another ML-KEM key than it signed", { ...roster, mlKemKeys: { ...roster.mlKemKeys, [ADA]: roster.mlKemKeys[BOB] ?? new Uint8Array() } }],
  ])("of a party %s is refused", (_, message) => expect(fault(hear(joined, message))).toMatchObject({ code: "AGGREGATION_BUNDLE" }));

  test("of a party whose ML-KEM key is signed, but no key of FIPS 203, is refused by whoever would encapsulate to it", () => {
    const bad = new Uint8Array(1184).fill(255);
    const signed = swapped(DOT, restated(bundleOf(DOT), DOT, { body: { mlkem: toHex(sha256(bad)) } }));
    expect(fault(hear(joined, { ...signed, mlKemKeys: { ...roster.mlKemKeys, [DOT]: bad } }))).toEqual({ code: "AGGREGATION_BUNDLE", detail: { from: DOT } });
  });
});

describe("relayed ciphertexts", () => {
  test("are answered with shares for everybody present, and a box for every round", () => {
    const [message] = only(shared.send, "shared");
    expect(Object.keys(message?.sealed ?? {})).toEqual([ADA, BOB, DOT, EVE]);
    expect(message?.boxes).toHaveLength(3);
  });

  test("of fewer parties give shares for fewer", () => {
    const step = hear(encapsulated, { ...ciphertexts, present: [ADA, CLEO, EVE] });
    expect(Object.keys(only(step.send, "shared")[0]?.sealed ?? {})).toEqual([ADA, EVE]);
  });

  test.each([
    ["a ciphertext is missing", { ...ciphertexts, ciphertexts: {} }, ADA],
    ["a ciphertext is none", { ...ciphertexts, ciphertexts: { ...ciphertexts.ciphertexts, [BOB]: new Uint8Array(5) } }, BOB],
    ["a stranger is said to be present", { ...ciphertexts, present: [...FIVE, "zed" as PartyId] }, "zed"],
  ])("where %s are refused with that party's name", (_, message: CiphertextsRelayed, from) => {
    expect(fault(hear(encapsulated, message))).toEqual({ code: "AGGREGATION_SHARES", detail: { from } });
  });

  test("of a peer whose signed key is of low order are refused", () => {
    const bundles = roster.bundles.map((entry) => (entry.statement.actor === ADA ? restated(entry, ADA, { body: { x25519: `${"A".repeat(43)}=` } }) : entry));
    const ids = Object.fromEntries(bundles.map((entry) => [entry.statement.actor, entry.id]));
    const step = hear(joined, { ...roster, bundles, roster: restated(roster.roster, CENTRE, { body: { bundles: ids } }) });
    expect(fault(hear(step, ciphertexts))).toEqual({ code: "AGGREGATION_SHARES", detail: { from: ADA } });
  });
});

describe("relayed shares", () => {
  test("end the set-up with a key and shares of every ready peer", () => {
    const part = ofFive().parts.get(CLEO);
    expect([...(part?.pairs.keys() ?? [])]).toEqual([ADA, BOB, DOT, EVE]);
    expect([...(part?.held.values() ?? [])].map(({ length }) => length)).toEqual([192, 192, 192, 192]);
    expect(part?.ready).toEqual(FIVE);
  });

  test("two ends of a pair hold the same key, and no two pairs do", () => {
    const keyOf = (a: PartyId, b: PartyId) => ofFive().parts.get(a)?.pairs.get(b)?.join();
    const keys = FIVE.flatMap((a) => FIVE.filter((b) => a < b).map((b) => {
      expect(keyOf(a, b)).toBe(keyOf(b, a));
      return keyOf(a, b);
    }));
    expect(new Set(keys).size).toBe(10);
  });

  const ready = (body: object, by = CENTRE): SharesRelayed => ({ ...shares, ready: restated(shares.ready, by, { body }) });
  test.each([
    ["that the coordinator did not sign", ready({}, BOB)],
    ["without this node", ready({ parties: [ADA, BOB, DOT, EVE] })],
    ["below the threshold", ready({ parties: [ADA, BOB, CLEO] })],
    ["with a stranger", ready({ parties: [...FIVE, "zed"] })],
  ])("with a list %s are refused", (_, message) => expect(fault(hear(shared, message))).toEqual(BAD_LIST));

  test("with a list that names somebody who was not present are refused", () => {
    const fewer = hear(encapsulated, { ...ciphertexts, present: [ADA, BOB, CLEO, DOT] });
    expect(fault(hear(fewer, shares))).toEqual(BAD_LIST);
  });

  test.each([
    ["missing", {}],
    ["altered", Object.fromEntries(Object.entries(shares.sealed).map(([name, bytes]) => [name, bytes.map((byte, i) => (i === 50 && name === BOB ? byte ^ 1 : byte))]))],
    ["another's", { ...shares.sealed, [BOB]: shares.sealed[ADA] ?? new Uint8Array() }],
  ])("that are %s are refused, because without them nobody could stand in for that party", (_, sealed) => {
    expect(fault(hear(shared, { ...shares, sealed }))).toMatchObject({ code: "AGGREGATION_SHARES" });
  });
});

describe("a message of another phase", () => {
  test.each([
    ["joined", joined, ciphertexts], ["joined", joined, shares], ["encapsulated", encapsulated, roster], ["encapsulated", encapsulated, shares],
    ["shared", shared, roster], ["shared", shared, ciphertexts],
  ])("ends the set-up when %s", (phase, at, message) => {
    expect(fault(hear(at, message))).toEqual({ code: "TRAINING_ORDER", detail: { phase } });
  });
});

test("a forged pinned key gives another pair key: shares sealed under it do not open", () => {
  const given = joiningGiven(CLEO, FIVE);
  const members = given.members.map((one) => (one.name === BOB ? { ...one, agreementKey: memberOf(DOT).agreementKey } : one));
  const misled = [roster, ciphertexts].reduce<Step<SetupJoining>>(hear, setupMember.open({ ...given, members }));
  expect(fault(hear(misled, shares))).toEqual({ code: "AGGREGATION_SHARES", detail: { from: BOB } });
});
