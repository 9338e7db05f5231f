import { describe, expect, test } from "@jest/globals";
import { addKeyShare } from "@cohortium/crypto/he/key-share";
import { DATA_PRIMES, HALF_BYTES, KEY_BYTES, RESIDUE_BYTES } from "@cohortium/crypto/he/parameters";
import { addHalf, openedSum, partialDecryption } from "@cohortium/crypto/he/threshold";
import { openSeal } from "@cohortium/crypto/seal";
import type { Secret } from "@cohortium/crypto/secret";
import { keyShareIn, openingNoise, referenceOf, type KeySession } from "../../../src/aggregation/encrypted/keys.js";

const ONE: KeySession = { session: "5e".repeat(16), charter: "c4".repeat(32) };
const NEXT: KeySession = { ...ONE, session: "5f".repeat(16) };
const AMENDED: KeySession = { ...ONE, charter: "c5".repeat(32) };
const entropy = (fill: number) => new Uint8Array(32).fill(fill);
const residuesOf = (secret: Secret) => secret.lend((bytes) => bytes.slice(0, DATA_PRIMES.length * RESIDUE_BYTES));

/** Every coefficient 41, encrypted under what these shares add up to, and opened by these secrets. */
async function openedBy(session: KeySession, shown: readonly Uint8Array[], secrets: readonly Secret[]): Promise<BigUint64Array | null> {
  const b = new Uint8Array(KEY_BYTES);
  for (const share of shown) expect(addKeyShare(b, share)).toBe(true);
  const { c0, c1 } = (await openSeal()).under({ b, a: referenceOf(session) }).encrypt(new BigUint64Array(8_192).fill(41n));
  const v = new Uint8Array(HALF_BYTES);
  for (const part of [c0, ...secrets.map((secret, i) => partialDecryption(c1, secret, openingNoise(entropy(i), "list", 0)))]) expect(addHalf(v, part)).toBe(true);
  return openedSum(v, shown.length);
}

describe("a key share of one session", () => {
  test("is of no use in another, nor under another charter: its reference is theirs alone", async () => {
    for (const other of [NEXT, AMENDED]) {
      expect(referenceOf(other)).not.toEqual(referenceOf(ONE));
      // Somebody who shows the share of the first session again: what is encrypted under it opens to nobody.
      const old = [1, 2, 3].map((fill) => keyShareIn(ONE, entropy(fill)));
      expect(await openedBy(other, old.map(({ shown }) => shown), old.map(({ secret }) => secret))).toBeNull();
    }
  });

  test("control: in its own session it opens, with those of all others", async () => {
    const shares = [1, 2, 3].map((fill) => keyShareIn(ONE, entropy(fill)));
    expect(await openedBy(ONE, shares.map(({ shown }) => shown), shares.map(({ secret }) => secret))).toEqual(new BigUint64Array(8_192).fill(41n));
    expect(await openedBy(ONE, shares.map(({ shown }) => shown), shares.slice(1).map(({ secret }) => secret))).toBeNull();
  });

  test("has a secret that follows from the session's entropy, which no two sessions share", () => {
    const { secret, shown } = keyShareIn(ONE, entropy(1));
    expect(residuesOf(keyShareIn(ONE, entropy(2)).secret)).not.toEqual(residuesOf(secret));
    expect(keyShareIn(ONE, entropy(1)).shown).toEqual(shown);
  });
});

describe("the noise of a decryption", () => {
  test("is another for every session, list and ciphertext, and the same for the same three", () => {
    const all = [openingNoise(entropy(1), "aa", 0), openingNoise(entropy(1), "aa", 1), openingNoise(entropy(1), "ab", 0), openingNoise(entropy(2), "aa", 0)];
    expect(new Set(all.map((noise) => noise.join())).size).toBe(all.length);
    expect(openingNoise(entropy(1), "aa", 0)).toEqual(all[0]);
  });
});
