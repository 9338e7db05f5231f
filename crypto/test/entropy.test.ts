import { createCipheriv, createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import { toHex } from "../src/bytes.js";
import { expandEntropy, freshEntropy } from "../src/entropy.js";

const ENTROPY = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 3);

test("the stream is AES-256-CTR from zero under HKDF-SHA-256 of entropy and label, step by step", () => {
  const extracted = createHmac("sha256", new Uint8Array(32)).update(ENTROPY).digest();
  const key = createHmac("sha256", extracted).update("cohortium/entropy/v1/shares").update(Uint8Array.of(1)).digest();
  const stream = createCipheriv("aes-256-ctr", key, new Uint8Array(16)).update(new Uint8Array(10_000));
  expect(toHex(expandEntropy(ENTROPY, "shares", 10_000))).toBe(stream.toString("hex"));
});

test("the same arguments give the same bytes; another label or entropy gives others", () => {
  const stream = toHex(expandEntropy(ENTROPY, "pair/ada/bob", 64));
  expect(toHex(expandEntropy(ENTROPY.slice(), "pair/ada/bob", 64))).toBe(stream);
  const others = [expandEntropy(ENTROPY, "pair/ada/cy", 64), expandEntropy(ENTROPY.map((byte) => byte ^ 0x80), "pair/ada/bob", 64)];
  expect(new Set([stream, ...others.map(toHex)]).size).toBe(3);
});

test("a shorter stream is the beginning of a longer one", () => {
  expect(expandEntropy(ENTROPY, "x", 40)).toEqual(expandEntropy(ENTROPY, "x", 9_000).slice(0, 40));
  expect(expandEntropy(ENTROPY, "x", 0)).toEqual(new Uint8Array());
});

test("entropy is 32 bytes and a length is whole", () => {
  for (const length of [0, 31, 33]) expect(() => expandEntropy(new Uint8Array(length), "x", 8)).toThrow(RangeError);
  for (const lengthBytes of [-1, 1.5, Number.NaN, Infinity]) expect(() => expandEntropy(ENTROPY, "x", lengthBytes)).toThrow(RangeError);
});

test("fresh entropy is 32 bytes, and never the same twice", () => {
  const drawn = Array.from({ length: 9 }, () => freshEntropy());
  expect(drawn.every((bytes) => bytes.length === 32)).toBe(true);
  expect(new Set(drawn.map(toHex)).size).toBe(9);
});
