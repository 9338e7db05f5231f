import { createCipheriv } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromHex, toHex } from "../src/bytes.js";
import { addWordsInto, applyMasks, subtractWordsInto, type MaskKey } from "../src/masking.js";
import { ctrCipher } from "../src/openssl.js";
import { bytesOfWords, wordsFromBytes, zeroWords, type Ring, type Words } from "../src/words.js";

const RINGS: readonly Ring[] = [32, 64];
const CHUNK_BYTES = 64 * 1024;

const keyOf = (fill: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => fill + 11 * i);
const plus = (fill: number): MaskKey => ({ key: keyOf(fill), sign: 1 });
const minus = (fill: number): MaskKey => ({ key: keyOf(fill), sign: -1 });

/** Words that look like nothing, the same in every run. */
function someWords(ring: Ring, length: number): Words {
  const bytes = createCipheriv("aes-256-ctr", keyOf(99), new Uint8Array(16)).update(new Uint8Array(length * ring / 8));
  return wordsFromBytes(ring, bytes);
}

/** The definition, with big integers and one keystream from the very beginning. */
function masked(words: Words, keys: readonly MaskKey[], byteOffset: number): Words {
  const width = words.BYTES_PER_ELEMENT;
  const modulus = 2n ** BigInt(8 * width);
  const read = (bytes: Uint8Array, at: number) => bytes.subarray(at, at + width).reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n);
  const pads = keys.map(({ key }) => createCipheriv("aes-256-ctr", key, new Uint8Array(16)).update(new Uint8Array(byteOffset + words.byteLength)));
  const sums = Array.from<number | bigint, bigint>(words as ArrayLike<number | bigint>, (word, i) => keys.reduce(
    (sum, { sign }, k) => (sum + BigInt(sign) * read(pads[k] ?? new Uint8Array(), byteOffset + i * width) + modulus) % modulus,
    BigInt(word),
  ));
  return width === 4 ? Uint32Array.from(sums, Number) : BigUint64Array.from(sums);
}

function applied(words: Words, keys: readonly MaskKey[], byteOffset: number): Words {
  const copy = words.slice();
  applyMasks(copy, keys, byteOffset);
  return copy;
}

test("the door's AES-256-CTR gives NIST SP 800-38A F.5.5, and from its second block on by counter", () => {
  const key = fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  const counter = fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const plaintext = fromHex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
  );
  const ciphertext = "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6";
  expect(toHex(ctrCipher(key, counter).update(plaintext))).toBe(ciphertext);
  const second = fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdff00");
  expect(toHex(ctrCipher(key, second).update(plaintext.subarray(16)))).toBe(ciphertext.slice(32));
});

describe.each(RINGS)("over Z_2^%d", (ring) => {
  const width = ring / 8;

  test("masking adds and subtracts exactly the AES-256-CTR keystream of each key", () => {
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 90 }), fc.array(fc.record({ fill: fc.integer({ min: 2, max: 200 }), sign: fc.constantFrom(1 as const, -1 as const) }), { maxLength: 4 }),
      fc.integer({ min: 0, max: 40 }),
      (length, chosen, offsetWords) => {
        const keys = chosen.map(({ fill, sign }) => ({ key: keyOf(fill), sign }));
        const words = someWords(ring, length);
        expect(applied(words, keys, offsetWords * width)).toEqual(masked(words, keys, offsetWords * width));
      },
    ));
  });

  test.each([-1, 0, 1, 17])("it does so across the chunks of 64 KiB, %d words past the second", (extra) => {
    const words = someWords(ring, 2 * CHUNK_BYTES / width + extra);
    const keys = [plus(3), minus(4), plus(5)];
    expect(applied(words, keys, 8)).toEqual(masked(words, keys, 8));
  });

  test("a vector masked in two parts, cut anywhere, is the vector masked at once", () => {
    const words = someWords(ring, CHUNK_BYTES / width + 50);
    const keys = [plus(3), minus(4)];
    const whole = bytesOfWords(applied(words, keys, 0));
    for (const cut of [1, 2, 3, 4, 5, 31, CHUNK_BYTES / width - 1, CHUNK_BYTES / width, CHUNK_BYTES / width + 1]) {
      const parts = words.slice();
      applyMasks(parts.subarray(0, cut), keys, 0);
      applyMasks(parts.subarray(cut), keys, cut * width);
      expect(Buffer.compare(bytesOfWords(parts), whole)).toBe(0);
    }
  });

  test("any part can be recomputed alone, far into the vector", () => {
    const farBytes = 2 ** 36 + 8 * width;
    const counter = fromHex((BigInt(farBytes) / 16n).toString(16).padStart(32, "0"));
    const pad = createCipheriv("aes-256-ctr", keyOf(3), counter).update(new Uint8Array(64 + farBytes % 16)).subarray(farBytes % 16);
    expect(Buffer.compare(bytesOfWords(applied(zeroWords(ring, 64 / width), [plus(3)], farBytes)), pad)).toBe(0);
  });

  test("what one party adds and the other subtracts is gone from the sum", () => {
    const all = someWords(ring, 9_000);
    const [ada, bob, cy] = [all.slice(0, 3_000), all.slice(3_000, 6_000), all.slice(6_000)];
    const plain = zeroWords(ring, 3_000);
    for (const words of [ada, bob, cy]) addWordsInto(plain, words);
    const sum = zeroWords(ring, 3_000);
    addWordsInto(sum, applied(ada, [plus(12), plus(13)], 0));
    addWordsInto(sum, applied(bob, [minus(12), plus(23)], 0));
    expect(sum).not.toEqual(plain);
    addWordsInto(sum, applied(cy, [minus(13), minus(23)], 0));
    expect(sum).toEqual(plain);
  });

  test("sums and differences wrap around", () => {
    const top = ring === 32 ? Uint32Array.of(2 ** 32 - 1, 3) : BigUint64Array.of(2n ** 64n - 1n, 3n);
    const three = ring === 32 ? Uint32Array.of(3, 5) : BigUint64Array.of(3n, 5n);
    const sum = top.slice();
    addWordsInto(sum, three);
    expect(Array.from(sum, Number)).toEqual([2, 8]);
    subtractWordsInto(sum, three);
    expect(sum).toEqual(top);
    const difference = three.slice();
    subtractWordsInto(difference, top);
    expect(Array.from(difference, Number)).toEqual([4, 2]);
  });

  test("adding and subtracting leave the source and what stands around the target alone", () => {
    const around = someWords(ring, 40);
    const before = around.slice();
    const source = someWords(ring, 21);
    addWordsInto(around.subarray(7, 28), source);
    expect(source).toEqual(someWords(ring, 21));
    expect(around.slice(0, 7)).toEqual(before.slice(0, 7));
    expect(around.slice(28)).toEqual(before.slice(28));
    subtractWordsInto(around.subarray(7, 28), source);
    expect(around).toEqual(before);
  });

  test("words of another number or ring are not combined", () => {
    for (const combine of [addWordsInto, subtractWordsInto]) {
      expect(() => combine(zeroWords(ring, 5), zeroWords(ring, 6))).toThrow(RangeError);
      expect(() => combine(zeroWords(ring, 6), zeroWords(ring === 32 ? 64 : 32, 6))).toThrow(RangeError);
    }
  });

  test("keys are 32 bytes and offsets whole words", () => {
    for (const length of [0, 16, 31, 33]) expect(() => applied(zeroWords(ring, 5), [{ key: new Uint8Array(length), sign: 1 }], 0)).toThrow(RangeError);
    for (const offset of [-width, width + 1, width / 8, Number.NaN, 2 ** 53]) expect(() => applied(zeroWords(ring, 5), [plus(3)], offset)).toThrow(RangeError);
  });
});

describe("seen by somebody without the key", () => {
  const CONSTANT = new Uint32Array(65_536).fill(0x01020304);

  // 255 degrees of freedom: mean 255, standard deviation 22.6. Keys are fixed, so the test cannot be flaky.
  test.each([21, 22, 23])("masked constants have uniform bytes, in each of the four places (key %d)", (fill) => {
    for (const place of [0, 1, 2, 3]) {
      const statistic = chiSquare(applied(CONSTANT, [plus(fill)], 0), place);
      expect(statistic).toBeGreaterThan(255 - 5 * 22.6);
      expect(statistic).toBeLessThan(255 + 5 * 22.6);
    }
  });

  test("the same measure catches the constants themselves, and a mask that never draws one value of the top byte", () => {
    expect(chiSquare(CONSTANT, 0)).toBeGreaterThan(255 + 5 * 22.6);
    const skewed = (applied(CONSTANT, [plus(21)], 0) as Uint32Array).map((word) => (word >>> 24 === 0xff ? word & 0x7fff_ffff : word));
    expect(chiSquare(skewed, 3)).toBeGreaterThan(255 + 5 * 22.6);
  });
});

function chiSquare(words: Words, place: number): number {
  const counts = new Float64Array(256);
  const bytes = bytesOfWords(words);
  for (let at = place; at < bytes.length; at += words.BYTES_PER_ELEMENT) {
    const value = bytes[at] ?? 0;
    counts[value] = (counts[value] ?? 0) + 1;
  }
  const expected = words.length / 256;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
