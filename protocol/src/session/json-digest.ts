import { toHex } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { parseDigest, type Digest } from "./ids.js";

/** SHA-256 of the value's RFC 8785 form: equal digests mean equal values, however they were written. */
export function jsonDigest(json: Json): Digest {
  return parseDigest(toHex(sha256(canonicalBytes(json))));
}
