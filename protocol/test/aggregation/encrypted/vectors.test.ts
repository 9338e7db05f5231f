import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { fromHex, toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { commonReference } from "@cohortium/crypto/he/key-share";
import { pack } from "@cohortium/crypto/he/packing";
import { HALF_BYTES, PLAIN_MODULUS } from "@cohortium/crypto/he/parameters";
import { decryptPart } from "@cohortium/crypto/he/vector";
import { sha256 } from "@cohortium/crypto/hash";
import { keyShareIn, openingNoise, packingCoins, referenceOf } from "../../../src/aggregation/encrypted/keys.js";

const PATH = fileURLToPath(new URL("../../vectors/encrypted-sum.json", import.meta.url));

const INPUTS = { session: "5e551011".repeat(4), charter: "c4a27e12".repeat(8), list: "11".repeat(32), entropy: "a0".repeat(32), words: ["1", "4294967296", "18446744073709551615"] };

const wordsAt = (bytes: Uint8Array) => Array.from(new BigUint64Array(bytes.slice(0, 16).buffer), String);
const rootOf = (bytes: Uint8Array) => toHex(chunkRoot(bytes));

/** Everything that follows from the inputs. Encryption itself is SEAL's, and draws its own randomness: its place is taken by the first three residues of the reference. */
function derive({ session, charter, list, entropy, words }: typeof INPUTS) {
  const own = fromHex(entropy);
  const reference = referenceOf({ session, charter });
  const share = keyShareIn({ session, charter }, own);
  const c1 = reference.slice(0, HALF_BYTES);
  const decryption = decryptPart(c1, share.secret, (index) => openingNoise(own, list, index));
  return {
    reference: { root: rootOf(reference), words: wordsAt(reference) },
    share: { root: rootOf(share.shown), words: wordsAt(share.shown) },
    noise: toHex(sha256(openingNoise(own, list, 0))),
    decryption: { root: rootOf(decryption), words: wordsAt(decryption) },
    coefficients: Array.from(pack(BigUint64Array.from(words, BigInt), 0, packingCoins(own, 0)).subarray(0, 6), String),
  };
}

/** Rewrite it with UPDATE_VECTORS=1 when the format changes on purpose, and say so. */
test("the vector of encrypted sums is what the program makes of its inputs", () => {
  const made = { inputs: INPUTS, values: derive(INPUTS) };
  if (process.env["UPDATE_VECTORS"] === "1") writeFileSync(PATH, `${JSON.stringify(made, null, 2)}\n`);
  expect(made).toEqual(JSON.parse(readFileSync(PATH, "utf8")));
});

test("its coefficients are what the page on encrypted sums says: a number modulo t, then the same modulo 16 under a coin", () => {
  // The numbers 1, 2^32 and -1.
  const coefficients = derive(INPUTS).coefficients.map(BigInt);
  expect([0, 2, 4].map((at) => coefficients[at])).toEqual([1n, 2n ** 32n, PLAIN_MODULUS - 1n]);
  const coins = new DataView(packingCoins(fromHex(INPUTS.entropy), 0).buffer);
  const drawn = (at: number) => (BigInt(coins.getUint16(at, true)) % 2n ** 15n) * 2n ** 32n + BigInt(coins.getUint32(at + 2, true));
  const four = (word: number) => [0, 6, 12, 18].reduce((sum, at) => sum + drawn(24 * word + at), 0n);
  expect([1, 3, 5].map((at) => coefficients[at])).toEqual([1n, 0n, 15n].map((number, i) => number + 16n * four(i)));
  expect(commonReference(new Uint8Array(32))).not.toEqual(referenceOf(INPUTS));
});
