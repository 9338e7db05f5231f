import { utf8 } from "@cohortium/crypto/bytes";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { sha256 } from "@cohortium/crypto/hash";
import { commonReference, keyShare, type KeyShare } from "@cohortium/crypto/he/key-share";
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

/**
 * Whether two parties commit to the same bytes. Nobody draws what another has drawn: one has copied the other's commitment, to show the same
 * bytes when they are shown, and so have that party counted twice.
 */
export function haveRootsInCommon(commitments: readonly Entry[]): boolean {
  const roots = commitments.flatMap((entry) => ["share", "c0", "c1"].map((part) => member(entry, part)).filter((root) => root !== undefined));
  return new Set(roots).size < roots.length;
}
