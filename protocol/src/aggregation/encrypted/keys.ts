import { utf8 } from "@cohortium/crypto/bytes";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { sha256 } from "@cohortium/crypto/hash";
import { commonReference, keyShare, type KeyShare } from "@cohortium/crypto/he/key-share";
import { PACKING_BYTES } from "@cohortium/crypto/he/packing";
import { NOISE_BYTES } from "@cohortium/crypto/he/threshold";
import type { Entry } from "../../log/entry.js";
import { member } from "../round-statements.js";
/** Whose session it is: both are in every logged statement. */
export interface KeySession {
  readonly session: string;
  readonly charter: string;
}

/** `a` of one session. It follows from what is logged through a hash, so that nobody can have chosen it. */
export function referenceOf({ session, charter }: KeySession): Uint8Array {
  return commonReference(sha256(utf8(`cohortium/he/reference/v1\n${charter}\n${session}`)));
}

/** This party's key share in one session. @param entropy - The session's; the same gives the same share. */
export function keyShareIn(session: KeySession, entropy: Uint8Array): KeyShare {
  return keyShare(referenceOf(session), expandEntropy(entropy, "he/share", 32));
}

/**
 * What drowns the secret in this party's partial decryption of one ciphertext of one sum. It follows from the sum, so that the same sum gets
 * the same answer and another gets other noise: the difference of two answers with one noise would be free of it.
 *
 * @param list - The id of the survivors' list, which names every ciphertext in the sum.
 */
export function openingNoise(entropy: Uint8Array, list: string, index: number): Uint8Array {
  return expandEntropy(entropy, `he/opening/${list}/${index}`, NOISE_BYTES);
}

/** What drowns the carries of one ciphertext's words. @param entropy - 32 bytes, secret and of this vector alone. */
export function packingCoins(entropy: Uint8Array, index: number): Uint8Array {
  return expandEntropy(entropy, `he/packing/${index}`, PACKING_BYTES);
}

/**
 * Whether two parties commit to the same bytes, or one to what was committed to `earlier` under the same key. Nobody draws what was drawn
 * before: one has copied a commitment, to show the same bytes when they are shown, and so have that party counted twice.
 */
export function haveRootsInCommon(commitments: readonly Entry[], earlier: readonly string[] = []): boolean {
  const roots = rootsOf(commitments);
  return new Set(roots).size < roots.length || roots.some((root) => earlier.includes(root));
}

/** What these entries commit to. */
export function rootsOf(commitments: readonly Entry[]): readonly string[] {
  return commitments.flatMap((entry) => ["share", "c0", "c1"].map((part) => member(entry, part)).filter((root) => typeof root === "string"));
}
