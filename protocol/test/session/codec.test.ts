import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { utf8 } from "@cohortium/crypto/bytes";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { decodeEvent, encodeEvent } from "../../src/session/codec.js";

const textOf = (value: unknown) => new TextDecoder().decode(encodeEvent(value));

test.each([
  { value: { b: 7, a: "x" }, text: `{"a":"x","b":7}` },
  { value: Uint8Array.of(1, 2, 255), text: `{"$bytes":"AQL/"}` },
  { value: Uint32Array.of(1, 0xffff_fffe), text: `{"$words32":"AQAAAP7///8="}` },
  { value: BigUint64Array.of(258n), text: `{"$words64":"AgEAAAAAAAA="}` },
  { value: Float64Array.of(-1.5), text: `{"$doubles":"AAAAAAAA+L8="}` },
  { value: 12n, text: `{"$bigint":"12"}` },
  { value: [-0, Number.NaN, -Infinity], text: `[{"$number":"-0"},{"$number":"NaN"},{"$number":"-Infinity"}]` },
  { value: { $bytes: "not ours", $$: null }, text: `{"$$$":null,"$$bytes":"not ours"}` },
])("an event is written as $text", ({ value, text }) => {
  expect(textOf(value)).toBe(text);
  expect(decodeEvent(encodeEvent(value))).toStrictEqual(value);
});

test("what comes back is what went in, whatever a peer's JSON holds", () => {
  const anything = fc.anything({
    withBigInt: true, withNullPrototype: false, values: [fc.string(), fc.double(), fc.bigInt(), fc.boolean(), fc.constant(null), fc.uint8Array(), fc.uint32Array(), fc.float64Array()],
    key: fc.oneof(fc.string(), fc.constantFrom("$bytes", "$", "$$", "$number", "__proto__")),
  });
  fc.assert(fc.property(anything, (value) => {
    expect(decodeEvent(encodeEvent(value))).toStrictEqual(value);
  }));
});

test("the order in which members were set does not matter", () => {
  expect(encodeEvent({ kind: "a", atMs: 9, z: { y: 2, x: 3 } })).toEqual(encodeEvent({ z: { x: 3, y: 2 }, atMs: 9, kind: "a" }));
});

test("a view into a larger buffer is written alone, and comes back aligned", () => {
  const words = new Uint32Array(Uint32Array.of(5, 6, 7, 8).buffer, 4, 2);
  expect(decodeEvent(encodeEvent(words))).toStrictEqual(Uint32Array.of(6, 7));
});

describe("a journal refuses", () => {
  class Secret { readonly bytes = Uint8Array.of(3); }
  test.each([
    ["a secret", new Secret()],
    ["a signer", signerFromSeed(new Uint8Array(32).fill(9))],
    ["a function", { sign: () => 5 }],
    ["undefined", { missing: undefined }],
    ["a hole", [4, , 6]],
    ["a map", new Map([["a", 2]])],
    ["a symbol", Symbol("s")],
  ])("%s", (_, value) => {
    expect(() => encodeEvent({ nested: [value] })).toThrow(TypeError);
  });

  test("the refusal does not tell the value", () => {
    expect(() => encodeEvent(new Secret())).toThrow("a journal cannot hold: an instance of Secret");
  });
});

test.each([`{"$bytes":7}`, `{"$unheard":"AA=="}`, `{"$words32":"AQI="}`, `{`, `{"$bytes":"A"}`])("%s is not from a journal", (text) => {
  expect(() => decodeEvent(utf8(text))).toThrow();
});
