import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import * as inBrowser from "../src/browser/signing.js";
import { concat, fromHex, toHex, utf8 } from "../src/bytes.js";
import { sha512 } from "../src/hash.js";
import * as inNode from "../src/signing.js";

const { signerFromSeed } = inNode;
const SEED = new Uint8Array(32).fill(0x5a);

/** RFC 8032 §7.1 */
const RFC_8032 = [
  {
    name: "TEST 1", message: "",
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    name: "TEST 2", message: "72",
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    name: "TEST 3", message: "af82",
    seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
  {
    name: "TEST SHA(abc)", message: toHex(sha512(utf8("abc"))),
    seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    publicKey: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    signature: "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  },
];

test.each(RFC_8032)("the signature of RFC 8032 $name comes out", ({ seed, publicKey, message, signature }) => {
  const signer = signerFromSeed(fromHex(seed));
  expect(toHex(signer.publicKey)).toBe(publicKey);
  expect(toHex(signer.sign(fromHex(message)))).toBe(signature);
});

describe.each([["Node", inNode], ["a browser", inBrowser]])("in %s", (_, { verify }) => {
  test.each(RFC_8032)("RFC 8032 $name verifies", ({ publicKey, message, signature }) => {
    expect(verify(fromHex(publicKey), fromHex(message), fromHex(signature))).toBe(true);
  });

  test("any flipped bit of key, message or signature is noticed", () => {
    const { publicKey, sign } = bound(signerFromSeed(SEED));
    const message = utf8("nine rows");
    const signature = sign(message);
    const flip = (bytes: Uint8Array, bit: number) => bytes.map((byte, i) => i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte);
    for (let bit = 3; bit < 512; bit += 37) {
      expect(verify(publicKey, message, flip(signature, bit))).toBe(false);
      expect(verify(flip(publicKey, bit % 256), message, signature)).toBe(false);
      expect(verify(publicKey, flip(message, bit % 72), signature)).toBe(false);
    }
    expect(verify(publicKey, message, signature)).toBe(true);
  });

  test("S + L, the second spelling of a signature, is refused", () => {
    const signer = signerFromSeed(SEED);
    const signature = signer.sign(utf8("m"));
    const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + ed25519.Point.Fn.ORDER;
    const second = concat(signature.subarray(0, 32), fromHex(s.toString(16).padStart(64, "0")).reverse());
    expect(verify(signer.publicKey, utf8("m"), second)).toBe(false);
  });

  test("malformed keys and signatures are false, not exceptions", () => {
    const signer = signerFromSeed(SEED);
    const signature = signer.sign(SEED);
    for (const length of [0, 31, 33, 64]) expect(verify(new Uint8Array(length).fill(7), SEED, signature)).toBe(false);
    for (const length of [0, 63, 65]) expect(verify(signer.publicKey, SEED, new Uint8Array(length))).toBe(false);
    // y = 2 is on no point.
    expect(verify(Uint8Array.of(2, ...new Uint8Array(31)), SEED, signature)).toBe(false);
  });

  test("a key of small order, under which R = S = 0 would fit every message, is refused in all its spellings", () => {
    const eighth = smallOrderPoint();
    for (let i = 0n; i < 8n; i++) {
      const key = eighth.multiplyUnsafe(i).toBytes();
      for (let j = 0n; j < 8n; j++) expect(verify(key, utf8("m"), concat(eighth.multiplyUnsafe(j).toBytes(), new Uint8Array(32)))).toBe(false);
    }
    // p + 1 is y = 1 again; with p it is y = 0.
    for (const [low, top] of [[0xed, 0x7f], [0xee, 0x7f], [0xee, 0xff]] as const) {
      const key = Uint8Array.of(low, ...new Uint8Array(30).fill(0xff), top);
      expect(verify(key, utf8("m"), concat(Uint8Array.of(1), new Uint8Array(63)))).toBe(false);
    }
  });
});

test("Node and browser give one answer even where the signer mixes small-order points into key and signature", () => {
  const answers = new Set<boolean>();
  for (let i = 0n; i < 8n; i++) {
    for (let j = 0n; j < 8n; j++) {
      const { publicKey, message, signature } = mixedOrderSignature(i, j);
      const answer = inNode.verify(publicKey, message, signature);
      expect(inBrowser.verify(publicKey, message, signature)).toBe(answer);
      answers.add(answer);
    }
  }
  expect(answers).toEqual(new Set([true, false]));
});

test("Node signs what the browser verifies", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array(), (seed, message) => {
    const signer = signerFromSeed(seed);
    return inBrowser.verify(signer.publicKey, message, signer.sign(message));
  }), { numRuns: 20 });
});

test("a seed is 32 bytes", () => {
  for (const length of [0, 31, 33, 64]) expect(() => signerFromSeed(new Uint8Array(length))).toThrow(RangeError);
});

test("a signer does not print its seed", () => {
  const signer = signerFromSeed(SEED);
  expect(Object.keys(signer)).toEqual(["publicKey"]);
  for (const printed of [inspect(signer, { depth: 9, showHidden: true }), JSON.stringify(signer), `${signer.toString()}`]) {
    expect(printed).not.toMatch(/5a5a|90, 90|WlpaW/i);
  }
});

function bound(signer: inNode.Signer) {
  return { publicKey: signer.publicKey, sign: (message: Uint8Array) => signer.sign(message) };
}

/** A point of order exactly eight, found as L times a point outside the prime-order subgroup. */
function smallOrderPoint() {
  return ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
}

/** A signature that satisfies the equation up to points of small order: i times an eighth-order point in the key, j times in R. */
function mixedOrderSignature(i: bigint, j: bigint) {
  const { BASE, Fn } = ed25519.Point;
  const [a, r] = [123_456_789n, 987_654_321n];
  const publicKey = BASE.multiply(a).add(smallOrderPoint().multiplyUnsafe(i)).toBytes();
  const rBytes = BASE.multiply(r).add(smallOrderPoint().multiplyUnsafe(j)).toBytes();
  const message = utf8("mixed");
  const k = Fn.create(BigInt(`0x${toHex(sha512(concat(rBytes, publicKey, message)).reverse())}`));
  const s = fromHex(Fn.create(r + k * a).toString(16).padStart(64, "0")).reverse();
  return { publicKey, message, signature: concat(rBytes, s) };
}
