import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { DATA_PRIMES, DEGREE, KEY_PRIMES, PLAIN_MODULUS as T, PRIMES, RESIDUE_BYTES, SMUDGE_MAX } from "../../src/he/parameters.js";
import { addInto, decodeHalf, multiplyInto, negate, smudgeInto, toMontgomery, transform, untransform, wipeRing } from "../../src/he/ring.js";
import { concat } from "../../src/bytes.js";
import { bitReversed, bytesOf, decoded, joined, power, productAt, Q, someBytes, someResidue, valueAt, wordsOf } from "./reference.js";

const some = (seed: number, prime: 0 | 1 | 2 | 3) => bytesOf(someResidue(seed, prime));
const done = (bytes: Uint8Array, work: (copy: Uint8Array) => unknown) => {
  const copy = bytes.slice();
  work(copy);
  return wordsOf(copy);
};

describe.each(KEY_PRIMES)("modulo prime %i", (prime) => {
  const { q, psi } = PRIMES[prime];

  test("a transform holds the values at the odd powers of psi, in bit-reversed order", () => {
    const polynomial = someResidue(prime + 3, prime);
    const values = done(bytesOf(polynomial), (p) => transform(p, prime));
    for (const i of [0, 1, 2, 4095, 5000, 8191]) expect(values[i]).toBe(valueAt(polynomial, power(psi, BigInt(2 * bitReversed(i) + 1), q), q));
    expect(values.every((word) => word < q)).toBe(true);
  });

  test("psi is the smallest root of unity of its order", () => {
    expect(power(psi, BigInt(DEGREE), q)).toBe(q - 1n);
    const square = psi * psi % q;
    let [smallest, root] = [psi, psi];
    for (let i = 0; i < DEGREE; i++) {
      if (root < smallest) smallest = root;
      root = root * square % q;
    }
    expect(smallest).toBe(psi);
  });

  test("sums, negatives and products are those of big integers", () => {
    const [a, b] = [someResidue(5, prime), someResidue(9, prime)];
    expect(done(bytesOf(a), (p) => expect(addInto(p, bytesOf(b), prime)).toBe(true))).toEqual(a.map((word, i) => (word + b[i]!) % q));
    expect(done(bytesOf(a), (p) => negate(p, prime))).toEqual(a.map((word) => (q - word) % q));
    const factor = bytesOf(b);
    toMontgomery(factor, prime);
    expect(done(bytesOf(a), (p) => multiplyInto(p, factor, prime))).toEqual(a.map((word, i) => word * b[i]! % q));
  });

  test("the largest words there are do not overflow", () => {
    const top = new BigUint64Array(DEGREE).fill(q - 1n);
    expect(done(bytesOf(top), (p) => addInto(p, bytesOf(top), prime))).toEqual(top.fill(q - 2n));
    top.fill(q - 1n);
    expect(done(bytesOf(top), (p) => transform(p, prime))[7]).toBe(valueAt(top, power(psi, BigInt(2 * bitReversed(7) + 1), q), q));
    const factor = bytesOf(top);
    toMontgomery(factor, prime);
    expect(done(bytesOf(top), (p) => multiplyInto(p, factor, prime))).toEqual(new BigUint64Array(DEGREE).fill(1n));
    expect(done(new Uint8Array(RESIDUE_BYTES), (p) => negate(p, prime))).toEqual(new BigUint64Array(DEGREE));
  });

  test.each([0, 4000, 8191])("a word that is not below the prime is told from one that is, at place %i", (at) => {
    const words = new BigUint64Array(DEGREE);
    for (const [word, fits] of [[q - 1n, true], [q, false], [q + 1n, false], [2n ** 64n - 1n, false]] as const) {
      words[at] = word;
      expect(addInto(some(4, prime), bytesOf(words), prime)).toBe(fits);
    }
  });

  test.each([0, RESIDUE_BYTES - 8, RESIDUE_BYTES - 1, RESIDUE_BYTES + 1, RESIDUE_BYTES + 8])("%i bytes are no residue", (length) => {
    expect(addInto(some(4, prime), new Uint8Array(length), prime)).toBe(false);
    expect(() => transform(new Uint8Array(length), prime)).toThrow(RangeError);
  });
});

describe.each(DATA_PRIMES)("modulo prime %i of ciphertexts", (prime) => {
  const { q } = PRIMES[prime];

  test("the inverse transform undoes the transform", () => {
    const polynomial = someResidue(11, prime);
    expect(done(bytesOf(polynomial), (p) => {
      transform(p, prime);
      untransform(p, prime);
    })).toEqual(polynomial);
  });

  test("a product of transforms is the transform of the negacyclic product", () => {
    const [a, b] = [someResidue(21, prime), someResidue(22, prime)];
    const factor = bytesOf(b);
    transform(factor, prime);
    toMontgomery(factor, prime);
    const product = done(bytesOf(a), (p) => {
      transform(p, prime);
      multiplyInto(p, factor, prime);
      untransform(p, prime);
    });
    for (const k of [0, 1, 4097, 8191]) expect(product[k]).toBe(productAt(a, b, k, q));
  });

  test("noise is added as numbers of 96 bits around zero", () => {
    const noise = someBytes(6, DEGREE * 12);
    // The least, the greatest, and those next to zero.
    const extremes = [0n, 2n ** 96n - 1n, SMUDGE_MAX, SMUDGE_MAX - 1n, SMUDGE_MAX + 1n, 2n ** 64n, 2n ** 64n - 1n];
    const view = new DataView(noise.buffer);
    extremes.forEach((u, i) => {
      view.setBigUint64(12 * i, u & (2n ** 64n - 1n), true);
      view.setUint32(12 * i + 8, Number(u >> 64n), true);
    });
    const before = someResidue(7, prime);
    const after = done(bytesOf(before), (p) => smudgeInto(p, noise, prime));
    before.forEach((word, i) => {
      const u = view.getBigUint64(12 * i, true) + (BigInt(view.getUint32(12 * i + 8, true)) << 64n);
      expect(after[i]).toBe((((word + u - SMUDGE_MAX) % q) + q) % q);
    });
    expect(() => smudgeInto(bytesOf(before), noise.subarray(1), prime)).toThrow(RangeError);
  });
});

describe("decoding", () => {
  const halfOf = (values: readonly bigint[]) => concat(...DATA_PRIMES.map((i) => {
    const residue = new BigUint64Array(DEGREE);
    values.forEach((v, at) => { residue[at] = v % PRIMES[i].q; });
    return bytesOf(residue);
  }));

  test("rounds t/q · v for any v as big integers do", () => {
    const residues = DATA_PRIMES.map((i) => someResidue(31 + i, i));
    const { coefficients, deviation } = decodeHalf(concat(...residues.map(bytesOf)));
    for (let at = 0; at < DEGREE; at++) expect(coefficients[at]).toBe(decoded(joined(residues.map((residue) => residue[at]!))));
    expect(deviation).toBeGreaterThan(0.49);
  });

  test("of the least and the greatest v, and of what lies close to one half on either side", () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: T - 1n }), (m) => {
      // Halfway between two multiples of q/t, and 2^-40 of their distance to each side.
      const half = ((2n * m + 1n) * Q) / (2n * T);
      const values = [0n, Q - 1n, half - Q / T / 2n ** 40n, half + Q / T / 2n ** 40n];
      const { coefficients } = decodeHalf(halfOf(values));
      values.forEach((value, at) => expect(coefficients[at]).toBe(decoded(value)));
      expect([coefficients[2], coefficients[3]]).toEqual([m, (m + 1n) % T]);
    }), { numRuns: 20 });
  });

  test("says how far the worst coefficient lay from a whole number", () => {
    const exact = (12_345_678_901n * Q + T / 2n) / T;
    expect(decodeHalf(halfOf([exact])).deviation).toBeLessThan(1e-15);
    for (const [share, noise] of [[1 / 8, Q / T / 8n], [3 / 8, -3n * Q / T / 8n]] as const) {
      expect(decodeHalf(halfOf([exact + noise])).deviation).toBeCloseTo(share, 12);
      expect(decodeHalf(halfOf([exact + noise])).coefficients[0]).toBe(12_345_678_901n);
    }
    expect(() => decodeHalf(new Uint8Array(8))).toThrow(RangeError);
  });
});

test("wiping leaves the tables and nothing else", () => {
  const before = someResidue(41, 0);
  const once = done(bytesOf(before), (p) => transform(p, 0));
  wipeRing();
  expect(done(bytesOf(before), (p) => transform(p, 0))).toEqual(once);
});
