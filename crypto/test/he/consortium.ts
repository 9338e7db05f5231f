import { addKeyShare, commonReference, keyShare, type KeyShare } from "../../src/he/key-share.js";
import { HALF_BYTES, KEY_BYTES, PRIMES, RESIDUE_BYTES } from "../../src/he/parameters.js";
import { ciphertextsFor, pack, PACKING_BYTES, unpack } from "../../src/he/packing.js";
import { addHalf, NOISE_BYTES, openedSum, partialDecryption } from "../../src/he/threshold.js";
import { untransform } from "../../src/he/ring.js";
import { openSeal, type Ciphertext, type Sealer } from "../../src/seal.js";
import type { Secret } from "../../src/secret.js";
import { ringOf, wordsFromBytes, type Ring, type Words } from "../../src/words.js";
import { bytesOf, power, someBytes, wordsOf } from "./reference.js";

/** Parties that follow the protocol, all in one hand. */
export interface Consortium {
  readonly reference: Uint8Array;
  readonly shares: readonly KeyShare[];
  readonly joint: Uint8Array;
  readonly sealer: Sealer;
}

export async function consortium(parties: number, seed = 50): Promise<Consortium> {
  const reference = commonReference(new Uint8Array(32).fill(seed));
  const shares = Array.from({ length: parties }, (_, i) => keyShare(reference, someBytes(seed + i, 32)));
  const joint = added(KEY_BYTES, addKeyShare, shares.map(({ shown }) => shown));
  return { reference, shares, joint, sealer: (await openSeal()).under({ b: joint, a: reference }) };
}

export function added(length: number, add: (sum: Uint8Array, part: Uint8Array) => boolean, parts: readonly Uint8Array[]): Uint8Array {
  const sum = new Uint8Array(length);
  if (!parts.every((part) => add(sum, part))) throw new RangeError("a word is not below its prime");
  return sum;
}

export const sumOfHalves = (halves: readonly Uint8Array[]): Uint8Array => added(HALF_BYTES, addHalf, halves);

export function sealed({ sealer }: Consortium, words: Words): readonly Ciphertext[] {
  return Array.from({ length: ciphertextsFor(ringOf(words), words.length) }, (_, i) => sealer.encrypt(pack(words, i, someCoins(i))));
}

export const someCoins = (index: number): Uint8Array => someBytes(200 + index, PACKING_BYTES);
export const someNoise = (party: number, index: number): Uint8Array => someBytes(1 + party + 64 * index, NOISE_BYTES);

/** The sum of the parties' vectors, by way of ciphertexts; null if it does not open. */
export function summed(all: Consortium, vectors: readonly Words[], noise: (party: number, index: number) => Uint8Array = someNoise): Words | null {
  const ciphertexts = vectors.map((words) => sealed(all, words));
  const opened = (ciphertexts[0] ?? []).map((_, index) => {
    const c1 = sumOfHalves(ciphertexts.map((own) => own[index]!.c1));
    const decryptions = all.shares.map(({ secret }, party) => partialDecryption(c1, secret, noise(party, index)));
    return openedSum(sumOfHalves([...ciphertexts.map((own) => own[index]!.c0), ...decryptions]), all.shares.length);
  });
  const plaintexts = opened.filter((plaintext) => plaintext !== null);
  const [first] = vectors;
  return first === undefined || plaintexts.length < opened.length ? null : unpack(plaintexts, { ring: ringOf(first), words: first.length });
}

/** So many words of this seed. Those of 64 bits are signed numbers of 56, so that 64 of them add up within the headroom of layouts. */
export function of(ring: Ring, seed: number, words: number): Words {
  const drawn = wordsFromBytes(ring, someBytes(seed, words * ring / 8));
  return drawn instanceof Uint32Array ? drawn : drawn.map((word) => BigInt.asUintN(64, BigInt.asIntN(56, word)));
}

/** s_i as coefficients. */
export function coefficientsOf(secret: Secret): readonly number[] {
  const { q } = PRIMES[0];
  const residue = secret.lend((bytes) => wordsOf(bytes.slice(0, RESIDUE_BYTES)));
  const back = power(2n ** 64n % q, q - 2n, q);
  const bytes = bytesOf(residue.map((word) => word * back % q));
  untransform(bytes, 0);
  return Array.from(wordsOf(bytes), (word) => Number(word > q / 2n ? word - q : word));
}
