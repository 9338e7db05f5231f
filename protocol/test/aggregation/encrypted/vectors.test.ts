import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { fromHex, toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { commonReference } from "@cohortium/crypto/he/key-share";
import { pack } from "@cohortium/crypto/he/packing";
import { HALF_BYTES } from "@cohortium/crypto/he/parameters";
import { decryptPart } from "@cohortium/crypto/he/vector";
import { sha256 } from "@cohortium/crypto/hash";
import { keyShareIn, openingNoise, referenceOf } from "../../../src/aggregation/encrypted/keys.js";

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
    coefficients: Array.from(pack(BigUint64Array.from(words, BigInt), 0).subarray(0, 4), String),
  };
}

/** Rewrite it with UPDATE_VECTORS=1 when the format changes on purpose, and say so. */
test("the vector of encrypted sums is what the program makes of its inputs", () => {
  const made = { inputs: INPUTS, values: derive(INPUTS) };
  if (process.env["UPDATE_VECTORS"] === "1") writeFileSync(PATH, `${JSON.stringify(made, null, 2)}\n`);
  expect(made).toEqual(JSON.parse(readFileSync(PATH, "utf8")));
});

test("its coefficients are what the page on encrypted sums says: three halves of 32 bits in two coefficients", () => {
  // Halves 1, 0, 0, 1, 2^32 - 1, 2^32 - 1.
  const high = 65_535n << 38n;
  expect(derive(INPUTS).coefficients).toEqual([1n, 0n, 1n + high, 4_294_967_295n + high].map(String));
  expect(commonReference(new Uint8Array(32))).not.toEqual(referenceOf(INPUTS));
});
