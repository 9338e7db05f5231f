import { fromHex, utf8 } from "@cohortium/crypto/bytes";
import { hkdfSha256 } from "@cohortium/crypto/hash";

/**
 * The AES-256-CTR key of one mask. `context` is the id of the logged round offer, hence of model and configuration: parties that were shown
 * different ones derive different masks, and the sum is noise (Pasquini et al. 2022, model inconsistency).
 */
export function maskKey(seed: Uint8Array, context: string, use: "self" | "pair"): Uint8Array {
  return hkdfSha256(seed, fromHex(context), utf8(`cohortium/mask/v1/${use}`), MASK_KEY_BYTES);
}

const MASK_KEY_BYTES = 32;
