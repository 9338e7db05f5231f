import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { open, seal } from "../src/aead.js";
import { fromHex, toHex, utf8 } from "../src/bytes.js";
import { gcmOpen, gcmSeal } from "../src/openssl.js";

const KEY = new Uint8Array(32).fill(0x33);
const FOR_BOB = utf8("ada to bob, round 7");

// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13, 14 and 16 (256-bit keys).
test("all-zero key, nonce and plaintext give the tags of GCM test cases 13 and 14", () => {
  const zeroKey = new Uint8Array(32);
  expect(toHex(seal(zeroKey, new Uint8Array(), new Uint8Array()))).toBe("530f8afbc74536b9a963b4f1c4cb738b");
  expect(toHex(seal(zeroKey, new Uint8Array(16), new Uint8Array()))).toBe("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
});

test("the door gives GCM test case 16, with nonce and associated data, and opens it", () => {
  const key = fromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const nonce = fromHex("cafebabefacedbaddecaf888");
  const plaintext = fromHex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
  );
  const associatedData = fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const sealed = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    + "76fc6ece0f4e1768cddf8853bb2d551b";
  expect(toHex(gcmSeal(key, nonce, plaintext, associatedData))).toBe(sealed);
  expect(gcmOpen(key, nonce, fromHex(sealed), associatedData)).toEqual(plaintext);
});

test("what was sealed opens again, 16 bytes shorter", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array(), (plaintext, associatedData) => {
    const sealed = seal(KEY, plaintext, associatedData);
    expect(sealed.length).toBe(plaintext.length + 16);
    expect(open(KEY, sealed, associatedData)).toEqual(plaintext);
  }));
});

test("a changed byte anywhere, another key, other associated data or a cut do not open", () => {
  const sealed = seal(KEY, utf8("two shares"), FOR_BOB);
  for (let i = 0; i < sealed.length; i++) expect(open(KEY, sealed.map((byte, at) => at === i ? byte ^ 4 : byte), FOR_BOB)).toBeNull();
  expect(open(new Uint8Array(32).fill(0x34), sealed, FOR_BOB)).toBeNull();
  expect(open(KEY, sealed, utf8("ada to cy, round 7"))).toBeNull();
  for (let length = 0; length < sealed.length; length++) expect(open(KEY, sealed.subarray(0, length), FOR_BOB)).toBeNull();
  expect(open(KEY, sealed, FOR_BOB)).toEqual(utf8("two shares"));
});

test("a key is 32 bytes", () => {
  for (const length of [16, 31, 33]) {
    expect(() => seal(new Uint8Array(length), KEY, KEY)).toThrow(RangeError);
    expect(() => open(new Uint8Array(length), KEY, KEY)).toThrow(RangeError);
  }
});
