import { describe, expect, test } from "@jest/globals";
import { toBase64, utf8 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { parseBody } from "../../src/log/bodies.js";
import { ENTRY_TYPES, type EntryType } from "../../src/log/entry.js";
import { honestEntries, SESSION } from "./small-log.js";

const DIGEST = "5e".repeat(32);
const KEY = toBase64(utf8("a key of exactly thirty-two byte"));
const problems = (type: EntryType, body: Json) => {
  const parsed = parseBody({ type, body });
  return parsed.ok ? [] : parsed.problems;
};

/** The types the small honest log has no example of. */
const OTHERS: { readonly type: EntryType; readonly body: Json }[] = [
  { type: "revocation", body: { party: "mill", certificate: DIGEST, reason: "lost" } },
  { type: "charter.refusal", body: { digest: DIGEST, reason: "too many rows" } },
  { type: "comparison", body: { model: DIGEST, numbers: { kind: "withheld" } } },
  { type: "session.abort", body: { code: "SESSION_CANCELLED" } },
  { type: "key.commit", body: { share: DIGEST } },
  { type: "round.sealed", body: { c0: DIGEST, c1: DIGEST, words: 7, offer: DIGEST } },
  { type: "round.decryption", body: { survivors: DIGEST, root: DIGEST } },
];
const EXAMPLES = [...honestEntries().map(({ statement }) => statement), ...OTHERS];

test("there is an example of every type, and each is read", () => {
  for (const type of ENTRY_TYPES) {
    const example = EXAMPLES.find((one) => one.type === type);
    expect(example).toBeDefined();
    expect(parseBody(example!)).toMatchObject({ ok: true, body: { kind: type } });
  }
});

test("a body that is no object, or has nothing in it, is never taken for one", () => {
  for (const type of ENTRY_TYPES) {
    for (const body of [null, 7, "text", [], [{}], {}]) expect(problems(type, body)).not.toEqual([]);
  }
});

test("taking any one member away, or making it something else, is noticed and named", () => {
  for (const { type, body } of EXAMPLES) {
    for (const member of Object.keys(body as object)) {
      const without = Object.fromEntries(Object.entries(body as object).filter(([name]) => name !== member));
      // A node may unmask without a self key, when it only stands in for others.
      if (type === "round.unmask" && member === "self") continue;
      expect(problems(type, without).join()).toContain(member);
      expect(problems(type, { ...without, [member]: false }).join()).toContain(member);
    }
  }
});

test("every problem is reported at once, by its path, and once", () => {
  expect(problems("round.offer", { kind: "moments", model: "X", ring: 33, words: -1, parties: ["mill", "mill"] })).toEqual([
    "model is not 64 hex digits", "plan is not 64 hex digits", "ring is not 32 or 64", "words is not a count", "parties is not a list of different names",
  ]);
  expect(problems("charter", { digest: DIGEST, charter: { operator: {}, parties: [{ name: "mill", signingKey: KEY }, { name: "" }] } })).toEqual([
    "charter.aggregation is not an object", "charter.parties[1].name is not a text", "charter.parties[1].signingKey is not base64 of 32 bytes",
    "charter.operator.name is not a text", "charter.operator.signingKey is not base64 of 32 bytes", "charter.operator.logKey is not a text",
    "charter.aggregation.scheme is not a text", "charter.quorum is not a count", "charter.minimumParties is not a count", "charter.aggregation.dropouts is not a text",
  ]);
});

describe("a member is not accepted when it is", () => {
  test.each([
    { what: "a digest in capitals", type: "session.close", body: { model: DIGEST.toUpperCase(), evaluation: DIGEST } },
    { what: "a session id for a digest", type: "session.close", body: { model: SESSION, evaluation: DIGEST } },
    { what: "a fraction for a count", type: "model", body: { kind: "newton", hash: DIGEST, iteration: 0.5 } },
    { what: "a count beyond 2^53", type: "model", body: { kind: "newton", hash: DIGEST, iteration: 2 ** 53 } },
    { what: "an empty text", type: "session.abort", body: { code: "" } },
    { what: "base64 with stray bits", type: "bundle", body: { mlkem: DIGEST, x25519: KEY.replace(/.=$/, "V=") } },
    { what: "a key of 33 bytes", type: "bundle", body: { mlkem: DIGEST, x25519: toBase64(new Uint8Array(33)) } },
    { what: "a list where names are keys", type: "round.survivors", body: { offer: DIGEST, uploads: [DIGEST] } },
    { what: "a key where a digest belongs", type: "round.survivors", body: { offer: DIGEST, uploads: { mill: KEY } } },
    { what: "a name that is a number", type: "ready", body: { parties: ["mill", 7] } },
    { what: "inherited", type: "session.abort", body: JSON.parse(`{"__proto__": {"code": "X"}}`) },
  ] as const)("$what", ({ type, body }) => expect(problems(type, body as Json)).not.toEqual([]));
});

test("members we do not know are passed over", () => {
  expect(problems("session.abort", { code: "SESSION_CANCELLED", detail: { heard: 3 } })).toEqual([]);
});

test("an unmasking may leave the own key out, or say null", () => {
  for (const self of [{}, { self: null }]) {
    expect(parseBody({ type: "round.unmask", body: { survivors: DIGEST, orphans: {}, ...self } })).toMatchObject({ ok: true, body: { self: null } });
  }
});
