import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromHex, toHex, utf8 } from "../src/bytes.js";
import * as inBrowser from "../src/browser/hash.js";
import * as inNode from "../src/hash.js";

const range = (from: number, to: number) => Uint8Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** RFC 5869 appendix A, the cases for SHA-256. */
const RFC_5869 = [
  {
    name: "A.1", ikm: new Uint8Array(22).fill(0x0b), salt: range(0x00, 0x0c), info: range(0xf0, 0xf9),
    okm: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
    name: "A.2", ikm: range(0x00, 0x4f), salt: range(0x60, 0xaf), info: range(0xb0, 0xff),
    okm: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
      + "cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
    name: "A.3", ikm: new Uint8Array(22).fill(0x0b), salt: new Uint8Array(), info: new Uint8Array(),
    okm: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
];

describe.each([["Node", inNode], ["a browser", inBrowser]])("in %s", (_, { sha256, sha512, hmacSha256, hkdfSha256 }) => {
  test.each(RFC_5869)("HKDF-SHA-256 gives what RFC 5869 $name lists", ({ ikm, salt, info, okm }) => {
    expect(toHex(hkdfSha256(ikm, salt, info, okm.length / 2))).toBe(okm);
  });

  test("SHA-2 gives the FIPS 180 examples", () => {
    expect(toHex(sha256(utf8("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(toHex(sha256(new Uint8Array()))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(toHex(sha512(utf8("abc")))).toBe(
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
  });

  test("HMAC-SHA-256 gives RFC 4231 cases 2 and 6, a short key and one longer than a block", () => {
    expect(toHex(hmacSha256(utf8("Jefe"), utf8("what do ya want for nothing?")))).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    expect(toHex(hmacSha256(new Uint8Array(131).fill(0xaa), utf8("Test Using Larger Than Block-Size Key - Hash Key First")))).toBe(
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
  });

  test("HKDF gives at most 8160 bytes", () => {
    const give = (lengthBytes: number) => hkdfSha256(fromHex("0b0b"), new Uint8Array(), new Uint8Array(), lengthBytes).length;
    expect(give(8160)).toBe(8160);
    for (const lengthBytes of [8161, 0, -1, 1.5, Number.NaN]) expect(() => give(lengthBytes)).toThrow(RangeError);
  });
});

test("Node and browser hash everything alike", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(fc.property(bytes, bytes, bytes, fc.integer({ min: 1, max: 200 }), (a, b, c, lengthBytes) => {
    expect(inBrowser.sha256(a)).toEqual(inNode.sha256(a));
    expect(inBrowser.sha512(a)).toEqual(inNode.sha512(a));
    expect(inBrowser.hmacSha256(a, b)).toEqual(inNode.hmacSha256(a, b));
    expect(inBrowser.hkdfSha256(a, b, c, lengthBytes)).toEqual(inNode.hkdfSha256(a, b, c, lengthBytes));
  }));
});
