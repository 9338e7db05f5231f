import { expect, test } from "@jest/globals";
import { bytesOfWords, ringOf, wordsFromBytes, zeroWords } from "../src/words.js";

test("words are little-endian on the wire", () => {
  expect(bytesOfWords(Uint32Array.of(0x01020304, 7))).toEqual(Uint8Array.of(4, 3, 2, 1, 7, 0, 0, 0));
  expect(bytesOfWords(BigUint64Array.of(0x0102_0304_0506_0708n))).toEqual(Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1));
});

test.each([32, 64] as const)("bytes of Z_2^%d come back as the words they were, from any alignment", (ring) => {
  const bytes = Uint8Array.from({ length: 49 }, (_, i) => 5 * i + 3).subarray(1);
  const words = wordsFromBytes(ring, bytes);
  expect(ringOf(words)).toBe(ring);
  expect(bytesOfWords(words)).toEqual(bytes);
  expect(words.buffer).not.toBe(bytes.buffer);
});

test("a part of a vector gives its own bytes only", () => {
  expect(bytesOfWords(Uint32Array.of(3, 4, 5).subarray(1, 2))).toEqual(Uint8Array.of(4, 0, 0, 0));
});

test("broken words are refused", () => {
  expect(() => wordsFromBytes(32, new Uint8Array(7))).toThrow(RangeError);
  expect(() => wordsFromBytes(64, new Uint8Array(12))).toThrow(RangeError);
});

test("zero words are zero", () => {
  expect(zeroWords(32, 3)).toEqual(new Uint32Array(3));
  expect(zeroWords(64, 3)).toEqual(new BigUint64Array(3));
});
