import { describe, expect, test } from "@jest/globals";
import { concat } from "../../src/bytes.js";
import { DATA_PRIMES, DEGREE, deviationMax, noiseMax, PLAIN_MODULUS, PRIMES, RESIDUE_BYTES, SMUDGE_MAX } from "../../src/he/parameters.js";
import { decodeHalf, transform, untransform } from "../../src/he/ring.js";
import { NOISE_BYTES, openedSum, partialDecryption } from "../../src/he/threshold.js";
import { coefficientsOf, consortium, of, sealed, someNoise, sumOfHalves } from "./consortium.js";
import { bytesOf, joined, power, Q, wordsOf } from "./reference.js";

describe("what noise is for", () => {
  const NONE = (() => {
    // 2^95 in every place, which is the zero of [-2^95, 2^95).
    const zero = new Uint8Array(NOISE_BYTES);
    for (let at = 11; at < NOISE_BYTES; at += 12) zero[at] = 0x80;
    return zero;
  })();

  /** c_1^-1 · d_i in the transformed domain, brought back: the secret itself, if nothing was added to d_i. */
  function divided(d: Uint8Array, c1: Uint8Array): readonly bigint[] {
    const { q } = PRIMES[0];
    const [above, below] = [d, c1].map((half) => {
      const residue = half.slice(0, RESIDUE_BYTES);
      transform(residue, 0);
      return wordsOf(residue);
    });
    const bytes = bytesOf(above!.map((word, i) => word * power(below![i]!, q - 2n, q) % q));
    untransform(bytes, 0);
    return Array.from(wordsOf(bytes), (word) => (word > q / 2n ? word - q : word));
  }

  test("control: without it one partial decryption is the secret, by one division", async () => {
    const three = await consortium(3);
    const c1 = sumOfHalves([1, 2, 3].map((seed) => sealed(three, of(64, seed, 10))[0]!.c1));
    const [share] = three.shares;
    expect(divided(partialDecryption(c1, share!.secret, NONE), c1).map(Number)).toEqual(coefficientsOf(share!.secret));
    const other = divided(partialDecryption(c1, share!.secret, someNoise(1, 0)), c1);
    expect(other.filter((c) => c >= -1n && c <= 1n).length).toBeLessThan(3);
  });

  test("control: without it what is left under the sum tells the noise of the ciphertexts; with it, it is uniform over the range", async () => {
    const three = await consortium(3);
    const ciphertexts = [1, 2, 3].map((seed) => sealed(three, of(64, seed, 4_096))[0]!);
    const [c0, c1] = [sumOfHalves(ciphertexts.map((own) => own.c0)), sumOfHalves(ciphertexts.map((own) => own.c1))];
    const left = (noise: (party: number) => Uint8Array) => {
      const v = sumOfHalves([c0, ...three.shares.map(({ secret }, i) => partialDecryption(c1, secret, noise(i)))]);
      const { coefficients } = decodeHalf(v);
      const q = PRIMES[0].q * PRIMES[1].q;
      // The sum's noise is below 2^97: two primes suffice to see it.
      const residues = [0, 1].map((i) => wordsOf(v.slice(i * RESIDUE_BYTES, (i + 1) * RESIDUE_BYTES)));
      return Array.from(coefficients, (m, i) => {
        const [a, b] = residues.map((residue) => residue[i]!);
        const value = (a! * PRIMES[1].q * power(PRIMES[1].q % PRIMES[0].q, PRIMES[0].q - 2n, PRIMES[0].q) + b! * PRIMES[0].q * power(PRIMES[0].q, PRIMES[1].q - 2n, PRIMES[1].q)) % q;
        const noiseOnly = ((value - (m * Q + PLAIN_MODULUS / 2n) / PLAIN_MODULUS) % q + q) % q;
        return noiseOnly > q / 2n ? noiseOnly - q : noiseOnly;
      });
    };
    const bare = left(() => NONE);
    expect(bare.every((c) => (c < 0n ? -c : c) <= noiseMax(3))).toBe(true);
    // One party's noise alone, so that the distribution is the uniform one: 64 bins, 63 degrees of freedom, above 131 once in a million.
    const bins = new Array<number>(64).fill(0);
    left((party) => (party === 0 ? someNoise(5, 0) : NONE)).forEach((c) => { bins[Number((c + SMUDGE_MAX) * 64n / (2n * SMUDGE_MAX))]!++; });
    expect(bins.reduce((sum, count) => sum + (count - 128) ** 2 / 128, 0)).toBeLessThan(131);
    // And nothing of the bare noise shows in it: the correlation of 8192 pairs has a deviation of 0.011.
    const hidden = left((party) => (party === 0 ? someNoise(5, 0) : NONE)).map((c) => Number(c) / 2 ** 95);
    const plain = bare.map(Number);
    const norm = (xs: readonly number[]) => Math.sqrt(xs.reduce((sum, x) => sum + x * x, 0));
    expect(Math.abs(hidden.reduce((sum, x, i) => sum + x * plain[i]!, 0) / norm(hidden) / norm(plain))).toBeLessThan(0.055);
  });
});

test("what is not withstood: a ciphertext that is none brings out the joint secret. That somebody sent one shows, when it is too late", async () => {
  const three = await consortium(3);
  const honest = [1, 2].map((seed) => sealed(three, of(64, seed, 100))[0]!);
  // c_0 = 0 and c_1 = 2^98 in place of an encryption: 2^98 · s is added to what lies under the sum.
  const scale = 2n ** 98n;
  const malformed = concat(...DATA_PRIMES.map((i) => bytesOf(new BigUint64Array(DEGREE).fill(scale % PRIMES[i].q, 0, 1))));
  const [c0, c1] = [sumOfHalves(honest.map((own) => own.c0)), sumOfHalves([...honest.map((own) => own.c1), malformed])];
  const v = sumOfHalves([c0, ...three.shares.map(({ secret }, i) => partialDecryption(c1, secret, someNoise(i, 0)))]);
  // The sum itself is still right, but for how far it lies from whole numbers.
  expect(openedSum(v, 3)).toBeNull();
  const { coefficients, deviation } = decodeHalf(v);
  expect(deviation).toBeGreaterThan(deviationMax(3));
  const residues = DATA_PRIMES.map((i) => wordsOf(v.slice(i * RESIDUE_BYTES, (i + 1) * RESIDUE_BYTES)));
  const left = Array.from(coefficients, (m, at) => {
    const rest = ((joined(residues.map((residue) => residue[at]!)) - (m * Q + PLAIN_MODULUS / 2n) / PLAIN_MODULUS) % Q + Q) % Q;
    // Rounded; 8 · scale is added and taken away again, because a quotient of big integers is cut off towards zero.
    return Number((2n * (rest > Q / 2n ? rest - Q : rest) + 17n * scale) / (2n * scale)) - 8;
  });
  const secrets = three.shares.map(({ secret }) => coefficientsOf(secret));
  const joint = secrets[0]!.map((c, i) => c + secrets[1]![i]! + secrets[2]![i]!);
  expect(left).toEqual(joint);
});
