import { beforeAll, describe, expect, test } from "@jest/globals";
import { concat } from "../../src/bytes.js";
import { HALF_BYTES, PRIMES } from "../../src/he/parameters.js";
import { addPart, decryptPart, encryptVector, openVector, partBytes } from "../../src/he/vector.js";
import { addWordsInto } from "../../src/masking.js";
import { zeroWords, type Ring } from "../../src/words.js";
import { added, consortium, of, someCoins, someNoise, type Consortium } from "./consortium.js";

let three: Consortium;
beforeAll(async () => { three = await consortium(3); });

test.each([[32, 1, 1], [32, 8_192, 1], [32, 8_193, 2], [64, 4_096, 1], [64, 4_097, 2]] as const)("parts of vectors over Z_2^%i of %i words are %i halves long", (ring, words, halves) => {
  expect(partBytes({ ring, words })).toBe(halves * HALF_BYTES);
});

describe.each([[32, 8_200], [64, 4_100]] as const)("vectors over Z_2^%i of %i words", (ring: Ring, words) => {
  const vectors = [1, 2, 3].map((seed) => of(ring, seed, words));

  test("are opened as their sum, and as nothing where a part is another's", () => {
    const parts = vectors.map((vector) => encryptVector(vector, three.sealer, someCoins));
    const length = partBytes({ ring, words });
    const c1 = added(length, addPart, parts.map((own) => own.c1));
    const decryptions = three.shares.map(({ secret }, party) => decryptPart(c1, secret, (index) => someNoise(party, index)));
    const v = added(length, addPart, [...parts.map(({ c0 }) => c0), ...decryptions]);
    const sum = zeroWords(ring, words);
    vectors.forEach((vector) => addWordsInto(sum, vector));
    expect(openVector(v, { ring, words }, 3)).toEqual(sum);
    // The second ciphertext's opening in place of the first's.
    const swapped = concat(v.subarray(HALF_BYTES), v.subarray(0, HALF_BYTES));
    expect(openVector(swapped, { ring, words }, 3)).not.toEqual(sum);
    const mixed = added(length, addPart, [...parts.map(({ c0 }) => c0), ...decryptions.slice(1), parts[0]!.c1]);
    expect(openVector(mixed, { ring, words }, 3)).toBeNull();
  });
});

test.each([
  ["shorter", (part: Uint8Array) => part.slice(8)], ["longer", (part: Uint8Array) => concat(part, new Uint8Array(8))],
  ["with a word as large as its prime in the last half", (part: Uint8Array) => {
    const bad = part.slice();
    new DataView(bad.buffer).setBigUint64(bad.length - 8, PRIMES[2].q, true);
    return bad;
  }],
])("a part that is %s is none", (_, bend) => {
  const { c0 } = encryptVector(new BigUint64Array(7_000), three.sealer, someCoins);
  expect(addPart(new Uint8Array(c0.length), c0)).toBe(true);
  expect(addPart(new Uint8Array(c0.length), bend(c0))).toBe(false);
});
