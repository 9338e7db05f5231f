import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { concat } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { Payload } from "../../src/gen/cohortium/v1/payload.js";
import { signEntry, type EntryType } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import type { MembershipFromNode, MembershipToNode } from "../../src/session/membership.js";
import type { FromNode, ToNode } from "../../src/conduct/messages.js";
import { encodeFromNode, parseFromNode } from "../../src/wire/from-node.js";
import { encodeToNode, parseToNode } from "../../src/wire/to-node.js";

const [HARBOUR, MILL, ORCHARD] = ["harbour", "mill", "orchard"] as [PartyId, PartyId, PartyId];
const AT_MS = 1_700;
const signer = signerFromSeed(new Uint8Array(32).fill(5));
const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

function entry(type: EntryType, body: Json = {}) {
  return signEntry({ v: 1, type, actor: MILL, at: "2026-11-22T10:00:00.000Z", charter: "ab".repeat(32), session: "0".repeat(32), round: 2, body }, signer);
}

const TO_NODE: readonly (ToNode | MembershipToNode)[] = [
  { kind: "charter-proposed", to: MILL, proposal: entry("charter", { purpose: "a joint model" }) },
  { kind: "charter-in-force", to: MILL, proposal: entry("charter"), signatures: [entry("charter.signature"), entry("charter.signature", { a: 2 })] },
  { kind: "offer", to: MILL, offer: entry("session.offer") },
  {
    kind: "roster", to: MILL, roster: entry("roster"), bundles: [entry("bundle"), entry("bundle", { a: 2 })],
    mlKemKeys: { [HARBOUR]: filled(1_184, 7), [ORCHARD]: filled(1_184, 8) },
  },
  { kind: "ciphertexts", to: MILL, present: [ORCHARD, HARBOUR], ciphertexts: { [HARBOUR]: filled(1_088, 9) } },
  { kind: "shares", to: MILL, ready: entry("ready"), sealed: { [HARBOUR]: filled(80, 2), [ORCHARD]: filled(80, 3) } },
  { kind: "round", to: MILL, offer: entry("round.offer"), context: { coefficients: [0.25, -1e-9], step: 3 } },
  { kind: "survivors", to: MILL, survivors: entry("round.survivors"), uploads: [entry("round.upload")] },
  { kind: "unmask", to: MILL, agreements: [entry("round.agree"), entry("round.agree", { a: 2 })] },
  { kind: "commitments", to: MILL, roster: entry("roster"), commitments: [entry("key.commit"), entry("key.commit", { a: 2 })] },
  { kind: "relayed", to: MILL, entry: entry("round.sealed"), part: "c1" },
  { kind: "relayed", to: MILL, entry: entry("key.commit"), part: "share" },
  { kind: "keys-ready", to: MILL, ready: entry("ready") },
  { kind: "decrypt", to: MILL, agreements: [entry("round.agree")] },
  { kind: "closed", to: MILL, close: entry("session.close"), released: { kind: "model", model: { w: [1.5] }, evaluation: { auc: 0.75, notes: null } } },
  { kind: "closed", to: MILL, close: entry("session.close"), released: { kind: "answer", answer: { cells: [12, null] } } },
  { kind: "comparison-published", to: MILL, comparison: entry("comparison") },
  { kind: "aborted", to: MILL, abort: entry("session.abort"), code: "AGGREGATION_TOO_FEW" },
];

const FROM_NODE: readonly (FromNode | MembershipFromNode)[] = [
  { kind: "charter-answered", from: MILL, answer: entry("charter.refusal", { because: "too long" }), atMs: AT_MS },
  { kind: "compared", from: MILL, comparison: entry("comparison"), atMs: AT_MS },
  { kind: "joined", from: MILL, bundle: entry("bundle"), mlKemKey: filled(1_184, 4), atMs: AT_MS },
  { kind: "declined", from: MILL, code: "DATA_REFUSED", clause: "columns.age", atMs: AT_MS },
  { kind: "encapsulated", from: MILL, ciphertexts: { [ORCHARD]: filled(1_088, 6) }, atMs: AT_MS },
  { kind: "shared", from: MILL, shares: entry("shares"), sealed: { [HARBOUR]: filled(99, 2) }, boxes: [filled(40, 3), filled(40, 5)], atMs: AT_MS },
  { kind: "uploaded", from: MILL, upload: entry("round.upload"), atMs: AT_MS },
  { kind: "agreed", from: MILL, agree: entry("round.agree"), atMs: AT_MS },
  { kind: "key-committed", from: MILL, commitment: entry("key.commit"), atMs: AT_MS },
  { kind: "shown", from: MILL, entry: entry("key.commit"), part: "share", atMs: AT_MS },
  { kind: "shown", from: MILL, entry: entry("round.sealed"), part: "c0", atMs: AT_MS },
  { kind: "sealed", from: MILL, ciphertext: entry("round.sealed"), atMs: AT_MS },
  { kind: "decrypted", from: MILL, decryption: entry("round.decryption"), atMs: AT_MS },
  { kind: "unmasked", from: MILL, unmask: entry("round.unmask"), selfShares: { [HARBOUR]: filled(32, 2) }, boxShares: { [ORCHARD]: filled(32, 3) }, atMs: AT_MS },
];

test.each(TO_NODE.map((message) => [message.kind, message] as const))("%s reaches the node as it was said", (_, message) => {
  expect(parseToNode(encodeToNode(message), MILL)).toStrictEqual(message);
});

test.each(FROM_NODE.map((message) => [message.kind, message] as const))("%s reaches the coordinator as it was said", (_, message) => {
  expect(parseFromNode(encodeFromNode(message), MILL, AT_MS)).toStrictEqual(message);
});

test("every message the wire knows is tried above", () => {
  const cases = [...TO_NODE.map(encodeToNode), ...FROM_NODE.map(encodeFromNode)].map((bytes) => Payload.decode(bytes).message?.$case);
  expect(new Set(cases).size).toBe(29);
});

test("the order of parties in a record does not change the bytes", () => {
  const sealed = { [ORCHARD]: filled(80, 3), [HARBOUR]: filled(80, 2) };
  expect(encodeToNode({ kind: "shares", to: MILL, ready: entry("ready"), sealed })).toEqual(encodeToNode(TO_NODE[5] as ToNode));
});

test.each(TO_NODE.map((message) => [message.kind, message] as const))("%s from a node is refused", (_, message) => {
  expect(() => parseFromNode(encodeToNode(message), MILL, AT_MS)).toThrow("WIRE_MALFORMED");
});

test.each(FROM_NODE.map((message) => [message.kind, message] as const))("%s to a node is refused", (_, message) => {
  expect(() => parseToNode(encodeFromNode(message), MILL)).toThrow("WIRE_MALFORMED");
});

test("a message with one byte changed is either refused or another message", () => {
  const original = encodeFromNode(FROM_NODE[5] as FromNode);
  fc.assert(fc.property(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
    const bytes = original.slice();
    bytes[at] = (bytes[at] ?? 0) ^ flip;
    try {
      const parsed = parseFromNode(bytes, MILL, AT_MS);
      if (parsed.kind === "charter-answered") throw new Error("no flip of one byte makes one message into that other");
      expect(encodeFromNode(parsed)).toEqual(bytes);
    } catch (error) {
      expect(error).toMatchObject({ name: "WireError", code: expect.stringMatching(/^WIRE_(MALFORMED|LENGTH)$/) });
    }
  }), { numRuns: 300 });
});

describe("refused:", () => {
  const proposal = entry("charter").bytes;
  const raw = (message: NonNullable<Payload["message"]>) => Payload.encode({ message }).finish();
  const party = (name: string, length = 1_088) => ({ party: name, value: filled(length, 6) });
  const round = (contextJson: Uint8Array) => raw({ $case: "roundOffered", value: { offer: entry("round.offer").bytes, contextJson } });
  const deep = (levels: number): Json => (levels === 0 ? 7 : [deep(levels - 1)]);

  test.each<[string, Uint8Array]>([
    ["no message", new Uint8Array()],
    ["two messages", concat(encodeToNode(TO_NODE[0] as ToNode), encodeToNode(TO_NODE[2] as ToNode))],
    ["an entry that is none", raw({ $case: "charterProposed", value: { proposal: canonicalBytes({ v: 1 }) } })],
    ["an entry in another spelling", raw({ $case: "charterProposed", value: { proposal: concat(proposal, Uint8Array.of(0x20)) } })],
    ["an unknown fault", raw({ $case: "sessionAborted", value: { abort: proposal, code: "toString" } })],
    ["JSON in another spelling", round(new TextEncoder().encode(`{"b":2,"a":1}`))],
    ["JSON with a member twice", round(new TextEncoder().encode(`{"a":1,"a":1}`))],
    ["text that is not UTF-8", round(Uint8Array.of(0x22, 0xff, 0x22))],
    ["parties out of order", raw({ $case: "ciphertextsRelayed", value: { present: [], ciphertexts: [party(MILL), party(HARBOUR)] } })],
    ["a party twice", raw({ $case: "ciphertextsRelayed", value: { present: [], ciphertexts: [party(MILL), party(MILL)] } })],
    ["a name that is none", raw({ $case: "ciphertextsRelayed", value: { present: [], ciphertexts: [party("../mill")] } })],
    ["a present party twice", raw({ $case: "ciphertextsRelayed", value: { present: [MILL, MILL], ciphertexts: [] } })],
  ])("%s", (_, bytes) => expect(() => parseToNode(bytes, MILL)).toThrow("WIRE_MALFORMED"));

  test.each<[string, Uint8Array]>([
    ["an empty entry", raw({ $case: "charterProposed", value: { proposal: new Uint8Array() } })],
    ["a short ciphertext", raw({ $case: "ciphertextsRelayed", value: { present: [], ciphertexts: [party(MILL, 1_087)] } })],
    ["a long ciphertext", raw({ $case: "ciphertextsRelayed", value: { present: [], ciphertexts: [party(MILL, 1_089)] } })],
    ["JSON 33 levels deep", round(canonicalBytes(deep(33)))],
  ])("%s", (_, bytes) => expect(() => parseToNode(bytes, MILL)).toThrow("WIRE_LENGTH"));

  test("but JSON 32 levels deep is read", () => {
    expect(parseToNode(round(canonicalBytes(deep(32))), MILL)).toMatchObject({ kind: "round" });
  });

  test("and the refusal names a field, never its content", () => {
    const bytes = raw({ $case: "sessionAborted", value: { abort: proposal, code: "alice@example.org" } });
    try {
      parseToNode(bytes, MILL);
      throw new Error("unreachable");
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain("alice");
      expect(String(error)).not.toContain("alice");
    }
  });
});

test.each(["", "c2", "C0", "toString"])("no part is called %j", (part) => {
  const raw = { entry: entry("key.commit").bytes, part };
  expect(() => parseFromNode(Payload.encode({ message: { $case: "shown", value: raw } }).finish(), MILL, AT_MS)).toThrow("WIRE_MALFORMED");
  expect(() => parseToNode(Payload.encode({ message: { $case: "relayed", value: raw } }).finish(), MILL)).toThrow("WIRE_MALFORMED");
});

test("the half that nobody needs to decrypt is not relayed", () => {
  const raw = { entry: entry("round.sealed").bytes, part: "c0" };
  expect(() => parseToNode(Payload.encode({ message: { $case: "relayed", value: raw } }).finish(), MILL)).toThrow("WIRE_MALFORMED");
});
