import { describe, expect, test } from "@jest/globals";
import { concat, fromHex, toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { Envelope as Sealed } from "../../src/gen/cohortium/v1/envelope.js";
import { openEnvelope, sealEnvelope, type Envelope } from "../../src/wire/envelope.js";
import { ENVELOPE_SIZE_MAX_BYTES } from "../../src/wire/limits.js";
import type { Digest, PartyId, SessionId } from "../../src/session/ids.js";

const [HARBOUR, MILL, CENTRE] = ["harbour", "mill", "centre"] as [PartyId, PartyId, PartyId];
const signer = signerFromSeed(new Uint8Array(32).fill(5));
const FIELDS: Envelope = {
  from: HARBOUR, to: CENTRE, session: "0123456789abcdef0123456789abcdef" as SessionId, charter: "ab".repeat(32) as Digest, seq: 3, payload: utf8("hello"),
};
const EXPECT = { from: HARBOUR, to: CENTRE, publicKey: signer.publicKey };
const SEALED = sealEnvelope(FIELDS, signer);

/** The same envelope with one raw field changed after signing. */
const altered = (change: Partial<Sealed>) => Sealed.encode({ ...Sealed.decode(SEALED), ...change }).finish();

test("the signature covers the domain, the version and every field with its length", () => {
  const length = (text: string) => fromHex(text.length.toString(16).padStart(8, "0"));
  const texts = [FIELDS.from, FIELDS.to, FIELDS.session, FIELDS.charter].flatMap((text) => [length(text), utf8(text)]);
  const signed = concat(utf8("cohortium/envelope/v1\n"), fromHex("00000001"), ...texts, fromHex("0000000000000003"), length("hello"), utf8("hello"));
  expect(Sealed.decode(SEALED).signature).toEqual(signer.sign(signed));
});

test("what was sealed opens, and its digest is of the sealed bytes", () => {
  expect(openEnvelope(SEALED, EXPECT)).toEqual({ kind: "ok", envelope: FIELDS, digest: toHex(sha256(SEALED)) });
});

test("membership letters have neither session nor charter", () => {
  const opened = openEnvelope(sealEnvelope({ ...FIELDS, session: "-", charter: "-" }, signer), EXPECT);
  expect(opened).toMatchObject({ kind: "ok", envelope: { session: "-", charter: "-" } });
});

test("sealing twice gives the same bytes", () => {
  expect(sealEnvelope({ ...FIELDS }, signer)).toEqual(SEALED);
});

describe("a stranger stops here:", () => {
  test.each<[string, Uint8Array]>([
    ["another sender", altered({ from: MILL })],
    ["another receiver", altered({ to: MILL })],
  ])("%s", (_, bytes) => expect(openEnvelope(bytes, EXPECT)).toMatchObject({ kind: "refused", code: "WIRE_SENDER" }));

  test.each<[string, Uint8Array]>([
    ["another session", altered({ session: "f".repeat(32) })],
    ["another charter", altered({ charter: "-" })],
    ["another number", altered({ seq: 4 })],
    ["another payload", altered({ payload: utf8("hallo") })],
    ["another signature", altered({ signature: signer.sign(utf8("else")) })],
    ["another key", sealEnvelope(FIELDS, signerFromSeed(new Uint8Array(32).fill(6)))],
  ])("%s", (_, bytes) => expect(openEnvelope(bytes, EXPECT)).toMatchObject({ kind: "refused", code: "WIRE_SIGNATURE" }));

  test.each<[string, Uint8Array]>([
    ["not protobuf", utf8("GET / HTTP/1.1")],
    ["no bytes", new Uint8Array()],
    ["a cut", SEALED.subarray(0, -1)],
    ["one byte more", concat(SEALED, Uint8Array.of(0))],
    ["an unknown field", concat(SEALED, Uint8Array.of(0x78, 7))],
    ["a field twice", concat(SEALED, Uint8Array.of(0x30, 3))],
    ["a session that is no session", altered({ session: "latest" })],
    ["a charter that is no digest", altered({ charter: "AB".repeat(32) })],
    ["a name that is no name", altered({ from: "Harbour\n" })],
    ["number zero", altered({ seq: 0 })],
  ])("%s", (_, bytes) => expect(openEnvelope(bytes, EXPECT)).toMatchObject({ kind: "refused", code: expect.stringMatching(/WIRE_MALFORMED|WIRE_VERSION/) }));

  test("another version", () => expect(openEnvelope(altered({ version: 2 }), EXPECT)).toMatchObject({ code: "WIRE_VERSION", detail: { got: 2, expected: 1 } }));
  test("half a signature", () => expect(openEnvelope(altered({ signature: new Uint8Array(63) }), EXPECT)).toMatchObject({ code: "WIRE_LENGTH" }));
});

test("an envelope may be as long as the limit and no longer", () => {
  const overhead = sealEnvelope({ ...FIELDS, payload: new Uint8Array(1024 * 1024) }, signer).length - 1024 * 1024;
  const payload = new Uint8Array(ENVELOPE_SIZE_MAX_BYTES - overhead);
  const fits = sealEnvelope({ ...FIELDS, payload }, signer);
  expect(fits).toHaveLength(ENVELOPE_SIZE_MAX_BYTES);
  expect(openEnvelope(fits, EXPECT).kind).toBe("ok");
  expect(() => sealEnvelope({ ...FIELDS, payload: new Uint8Array(payload.length + 1) }, signer)).toThrow("WIRE_LENGTH");
  expect(openEnvelope(new Uint8Array(ENVELOPE_SIZE_MAX_BYTES + 1), EXPECT)).toMatchObject({ kind: "refused", code: "WIRE_LENGTH" });
});
