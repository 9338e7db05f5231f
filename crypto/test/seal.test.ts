import { expect, test } from "@jest/globals";
import { DEGREE, HALF_BYTES, KEY_BYTES, PLAIN_MODULUS, PRIMES } from "../src/he/parameters.js";
import { openSeal } from "../src/seal.js";
import { consortium } from "./he/consortium.js";

test("two encryptions of one plaintext are different, and both are pairs of halves", async () => {
  const { sealer } = await consortium(3);
  const coefficients = new BigUint64Array(DEGREE).fill(77n);
  const [first, second] = [sealer.encrypt(coefficients), sealer.encrypt(coefficients)];
  expect(first).not.toEqual(second);
  for (const { c0, c1 } of [first, second]) expect([c0.length, c1.length]).toEqual([HALF_BYTES, HALF_BYTES]);
  sealer.close();
});

test.each([
  ["a coefficient too few", new BigUint64Array(DEGREE - 1)],
  ["a coefficient as large as the plain modulus", new BigUint64Array(DEGREE).fill(PLAIN_MODULUS)],
])("%s is refused", async (_, coefficients) => {
  const { sealer } = await consortium(3);
  expect(() => sealer.encrypt(coefficients)).toThrow(RangeError);
});

test("the largest coefficients are taken", async () => {
  const { sealer } = await consortium(3);
  expect(sealer.encrypt(new BigUint64Array(DEGREE).fill(PLAIN_MODULUS - 1n)).c0).toHaveLength(HALF_BYTES);
});

test("what SEAL throws arrives as an Error without values", async () => {
  const { joint, reference } = await consortium(3);
  const bad = joint.slice();
  new DataView(bad.buffer).setBigUint64(0, PRIMES[0].q, true);
  const seal = await openSeal();
  expect(() => seal.under({ b: bad, a: reference })).toThrow(/^SEAL refuses the public key$/);
  expect(() => seal.under({ b: joint.subarray(8), a: reference })).toThrow(RangeError);
  expect(joint).toHaveLength(KEY_BYTES);
});
