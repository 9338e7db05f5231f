import initialize, { type MainModule, type SEALContext } from "node-seal";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { concat } from "../../src/bytes.js";
import { addKeyShare, commonReference, keyShare } from "../../src/he/key-share.js";
import {
  DATA_PRIMES, DEGREE, deviationMax, ENCRYPTED_PARTIES_MAX, ERROR_MAX, HALF_BYTES, KEY_BYTES, KEY_PRIMES, noiseMax, PLAIN_MODULUS, PRIMES, RESIDUE_BYTES, SMUDGE_MAX,
} from "../../src/he/parameters.js";
import { decodeHalf, transform, untransform } from "../../src/he/ring.js";
import { addHalf, NOISE_BYTES, openedSum, partialDecryption } from "../../src/he/threshold.js";
import { addWordsInto } from "../../src/masking.js";
import { Secret } from "../../src/secret.js";
import { wordsFromBytes, zeroWords, type Words } from "../../src/words.js";
import { added, coefficientsOf, consortium, of, sealed, someNoise, summed, sumOfHalves, type Consortium } from "./consortium.js";
import { bytesOf, Q, someBytes, wordsOf } from "./reference.js";

const plainSum = (vectors: readonly Words[]): Words => {
  const sum = zeroWords(vectors[0]!.BYTES_PER_ELEMENT === 4 ? 32 : 64, vectors[0]!.length);
  vectors.forEach((vector) => addWordsInto(sum, vector));
  return sum;
};

/** Small coefficients, transformed, for each of SEAL's primes. */
const residuesOf = (small: readonly number[]) => KEY_PRIMES.map((prime) => {
  const bytes = bytesOf(BigUint64Array.from(small, (c) => (BigInt(c) + PRIMES[prime].q) % PRIMES[prime].q));
  transform(bytes, prime);
  return bytes;
});

describe("a key share", () => {
  const reference = commonReference(new Uint8Array(32).fill(3));
  const share = keyShare(reference, new Uint8Array(32).fill(4));
  const s = coefficientsOf(share.secret);

  test("has a ternary secret, each value about as often as the others", () => {
    const counts = [-1, 0, 1].map((value) => s.filter((c) => c === value).length);
    expect(counts.reduce((a, b) => a + b)).toBe(DEGREE);
    // Chi-square with two degrees of freedom: above 27.6 once in a million.
    expect(counts.reduce((sum, count) => sum + (count - DEGREE / 3) ** 2 / (DEGREE / 3), 0)).toBeLessThan(27.6);
  });

  test("hides it behind an error that is a centred binomial of 42 coins", () => {
    // e = -b - a·s, by the definitions.
    const { q } = PRIMES[0];
    const [a, b] = [reference, share.shown].map((bytes) => wordsOf(bytes.slice(0, RESIDUE_BYTES)));
    const ntt = wordsOf(residuesOf(s)[0]!);
    const bytes = bytesOf(a!.map((word, i) => (2n * q - b![i]! - word * ntt[i]! % q) % q));
    untransform(bytes, 0);
    const e = Array.from(wordsOf(bytes), (word) => Number(word > q / 2n ? word - q : word));
    expect(e.every((c) => Math.abs(c) <= ERROR_MAX)).toBe(true);
    const [mean, square] = [e.reduce((x, y) => x + y) / DEGREE, e.reduce((x, y) => x + y * y, 0) / DEGREE];
    // The deviation of the mean is 0.036, that of the square 0.16; five of them.
    expect(Math.abs(mean)).toBeLessThan(0.18);
    expect(Math.abs(square - 10.5)).toBeLessThan(0.85);
  });

  test("is the same for the same entropy, and another for another", () => {
    expect(keyShare(reference, new Uint8Array(32).fill(4)).shown).toEqual(share.shown);
    expect(keyShare(reference, new Uint8Array(32).fill(5)).shown).not.toEqual(share.shown);
  });

  test("under a reference that is uniform modulo every prime, and follows from the seed", () => {
    expect(commonReference(new Uint8Array(32).fill(3))).toEqual(reference);
    for (const prime of KEY_PRIMES) {
      const words = wordsOf(reference.slice(prime * RESIDUE_BYTES, (prime + 1) * RESIDUE_BYTES));
      const bins = new Array<number>(64).fill(0);
      words.forEach((word) => { bins[Number(word * 64n / PRIMES[prime].q)]!++; });
      // Chi-square with 63 degrees of freedom: above 131 once in a million.
      expect(bins.reduce((sum, count) => sum + (count - 128) ** 2 / 128, 0)).toBeLessThan(131);
      expect(words.every((word) => word < PRIMES[prime].q)).toBe(true);
    }
  });

  test("of another length, or with a word that is not below its prime, is none", () => {
    const bad = share.shown.slice();
    new DataView(bad.buffer).setBigUint64(KEY_BYTES - 8, PRIMES[3].q, true);
    for (const bytes of [bad, share.shown.slice(8), new Uint8Array(), concat(share.shown, new Uint8Array(8))]) expect(addKeyShare(new Uint8Array(KEY_BYTES), bytes)).toBe(false);
    expect(addKeyShare(new Uint8Array(KEY_BYTES), share.shown)).toBe(true);
  });
});

describe("three parties", () => {
  let three: Consortium;
  beforeAll(async () => { three = await consortium(3); });

  test.each([[32, 1], [32, 20_000], [64, 1], [64, 7_000]] as const)("open the sum of vectors over Z_2^%i of %i words, bit for bit", (ring, words) => {
    const vectors = [1, 2, 3].map((seed) => of(ring, seed + words % 97, words));
    expect(summed(three, vectors)).toEqual(plainSum(vectors));
  });

  test("open the sum of any words that layouts leave room for", () => {
    fc.assert(fc.property(fc.array(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), { minLength: 9, maxLength: 9 }), (words) => {
      const vectors = [0, 3, 6].map((at) => BigUint64Array.from(words.slice(at, at + 3), (number) => BigInt.asUintN(64, number)));
      expect(summed(three, vectors)).toEqual(plainSum(vectors));
    }), { numRuns: 5 });
  });

  test("need all three: with two, or with one that opens another sum, what comes out is noise and is told from a sum", () => {
    const vectors = [4, 5, 6].map((seed) => of(64, seed, 100));
    const ciphertexts = vectors.map((vector) => sealed(three, vector)[0]!);
    const c0 = sumOfHalves(ciphertexts.map((own) => own.c0));
    const c1 = sumOfHalves(ciphertexts.map((own) => own.c1));
    const shares = three.shares.map(({ secret }, i) => partialDecryption(c1, secret, someNoise(i, 0)));
    expect(openedSum(sumOfHalves([c0, ...shares]), 3)).not.toBeNull();
    expect(openedSum(sumOfHalves([c0, ...shares.slice(1)]), 3)).toBeNull();
    const other = partialDecryption(ciphertexts[0]!.c1, three.shares[0]!.secret, someNoise(0, 0));
    expect(openedSum(sumOfHalves([c0, other, ...shares.slice(1)]), 3)).toBeNull();
  });

  test("a half of another length, or with a word that is not below its prime, is none", () => {
    const { c0 } = sealed(three, of(64, 9, 1))[0]!;
    const bad = c0.slice();
    new DataView(bad.buffer).setBigUint64(RESIDUE_BYTES, PRIMES[1].q, true);
    for (const bytes of [bad, c0.slice(8), new Uint8Array(), concat(c0, new Uint8Array(8))]) expect(addHalf(new Uint8Array(HALF_BYTES), bytes)).toBe(false);
    expect(addHalf(new Uint8Array(HALF_BYTES), c0)).toBe(true);
  });

  test("of random bytes, none is a half or a key share", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 255 }), (seed) => {
      expect(addHalf(new Uint8Array(HALF_BYTES), someBytes(seed, HALF_BYTES))).toBe(false);
      expect(addKeyShare(new Uint8Array(KEY_BYTES), someBytes(seed, KEY_BYTES))).toBe(false);
    }), { numRuns: 20 });
  });
});

test("64 parties with the largest words, and noise at either end of its range, still open their sum", async () => {
  const all = await consortium(ENCRYPTED_PARTIES_MAX);
  const vectors = all.shares.map(() => wordsFromBytes(64, new Uint8Array(6_144 * 8).fill(255)));
  for (const fill of [0, 255]) expect(summed(all, vectors, () => new Uint8Array(NOISE_BYTES).fill(fill))).toEqual(plainSum(vectors));
});

describe("the bounds", () => {
  test("leave a factor of four for 64 parties", () => {
    const underTheSum = noiseMax(ENCRYPTED_PARTIES_MAX) + BigInt(ENCRYPTED_PARTIES_MAX) * SMUDGE_MAX;
    expect(noiseMax(ENCRYPTED_PARTIES_MAX)).toBeLessThan(2n ** 25n);
    expect(Q / (2n * PLAIN_MODULUS) / underTheSum).toBe(3n);
    expect(deviationMax(ENCRYPTED_PARTIES_MAX)).toBeGreaterThan(1 / 8);
    expect(deviationMax(ENCRYPTED_PARTIES_MAX)).toBeLessThan(1 / 8 + 1e-9);
  });

  test("of a deviation are reached by noise at the end of its range, and not passed", async () => {
    const three = await consortium(3);
    const ciphertexts = [7, 8, 9].map((seed) => sealed(three, of(64, seed, 6_144))[0]!);
    const c1 = sumOfHalves(ciphertexts.map((own) => own.c1));
    const most = three.shares.map(({ secret }) => partialDecryption(c1, secret, new Uint8Array(NOISE_BYTES)));
    const { deviation } = decodeHalf(sumOfHalves([...ciphertexts.map((own) => own.c0), ...most]));
    expect(deviation).toBeLessThanOrEqual(deviationMax(3));
    expect(deviation).toBeGreaterThan(deviationMax(3) * (1 - 1e-6));
  });
});

describe("against SEAL", () => {
  let seal: MainModule;
  let context: SEALContext;
  const none = () => seal.ComprModeType.none;
  beforeAll(async () => {
    seal = await initialize();
    const parameters = new seal.EncryptionParameters(seal.SchemeType.bfv);
    parameters.setPolyModulusDegree(DEGREE);
    parameters.setCoeffModulus(seal.CoeffModulus.Create(DEGREE, Int32Array.from([55, 55, 54, 40])));
    parameters.setPlainModulus(seal.PlainModulus.Batching(DEGREE, 60));
    context = new seal.SEALContext(parameters, true, seal.SecLevelType.tc128);
  });

  test("the primes and the plain modulus are those it makes", () => {
    const made = context.keyContextData().parms();
    expect(KEY_PRIMES.map((i) => made.coeffModulus().get(i)?.value())).toEqual(PRIMES.map(({ q }) => q));
    expect(made.plainModulus().value()).toBe(PLAIN_MODULUS);
  });

  test("its own key is the transform of a ternary polynomial in our arithmetic", () => {
    const saved: Uint8Array = new seal.KeyGenerator(context).secretKey().saveToArray(none());
    const [first, ...others] = KEY_PRIMES.map((i) => saved.slice(88 + i * RESIDUE_BYTES, 88 + (i + 1) * RESIDUE_BYTES));
    const back = first!.slice();
    untransform(back, 0);
    const s = Array.from(wordsOf(back), (word) => Number(word > PRIMES[0].q / 2n ? word - PRIMES[0].q : word));
    expect(new Set(s)).toEqual(new Set([-1, 0, 1]));
    expect(residuesOf(s).slice(1)).toEqual(others);
  });

  test("a sum under the joint key decrypts to the same with the sum of the secrets", async () => {
    const three = await consortium(3);
    const vectors = [1, 2, 3].map((seed) => of(32, seed, 12_288));
    const ciphertexts = vectors.map((vector) => sealed(three, vector)[0]!);
    const [c0, c1] = [sumOfHalves(ciphertexts.map((own) => own.c0)), sumOfHalves(ciphertexts.map((own) => own.c1))];

    const secrets = three.shares.map(({ secret }) => coefficientsOf(secret));
    const joint = secrets[0]!.map((c, i) => c + secrets[1]![i]! + secrets[2]![i]!);
    const generator = new seal.KeyGenerator(context);
    const key = generator.secretKey();
    key.loadFromArray(context, concat((key.saveToArray(none()) as Uint8Array).slice(0, 88), ...residuesOf(joint)));
    const [plaintext, ciphertext] = [new seal.Plaintext(), new seal.Ciphertext()];
    new seal.Encryptor(context, generator.createPublicKey()).encryptZero(ciphertext);
    ciphertext.loadFromArray(context, concat((ciphertext.saveToArray(none()) as Uint8Array).slice(0, 113), c0, c1));
    const decryptor = new seal.Decryptor(context, key);
    decryptor.decrypt(ciphertext, plaintext);
    const decrypted = wordsOf((plaintext.saveToArray(none()) as Uint8Array).slice(88));

    const decryptions = three.shares.map(({ secret }, i) => partialDecryption(c1, secret, someNoise(i, 0)));
    const ours = openedSum(sumOfHalves([c0, ...decryptions]), 3);
    expect(ours?.slice(0, decrypted.length)).toEqual(decrypted);
    // SEAL counts what is left of log2(q/t) - 1 = 103 bits: so much noise has the sum, before ours is added.
    expect(2 ** (103 - decryptor.invariantNoiseBudget(ciphertext))).toBeLessThan(Number(noiseMax(3)));
  });
});

test("a wiped secret opens nothing", () => {
  const secret = new Secret(new Uint8Array(DATA_PRIMES.length * RESIDUE_BYTES));
  secret.wipe();
  expect(() => partialDecryption(new Uint8Array(HALF_BYTES), secret, new Uint8Array(NOISE_BYTES))).toThrow("wiped");
  expect(added(HALF_BYTES, addHalf, [])).toEqual(new Uint8Array(HALF_BYTES));
});
