/**
 * `verify` of `../signing.ts` without Node. A test holds the two to the same answers, on adversarial signatures too.
 *
 * Claims:   accepts exactly what `../signing.ts` accepts.
 * Assumes:  as `../signing.ts`.
 * Strength: as `../signing.ts`.
 * Not for:  signing: keys stay with the node.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { concat, equalBytes } from "../bytes.js";
import { isEd25519Key } from "../ed25519-key.js";
import { sha512 } from "./hash.js";

export const SIGNATURE_BYTES = 64;

/** Whether `signature` is by `publicKey` over `message`. False, never an exception, for keys and signatures that are none. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || !isEd25519Key(publicKey)) return false;
  const s = littleEndian(signature.subarray(32));
  // RFC 8032 §5.1.7: S >= L would give every signature a second spelling.
  if (s >= ed25519.Point.Fn.ORDER) return false;
  const a = decodePoint(publicKey);
  if (a === null) return false;

  const r = signature.subarray(0, 32);
  const k = ed25519.Point.Fn.create(littleEndian(sha512(concat(r, publicKey, message))));
  // Without cofactor, comparing encodings, as OpenSSL does. noble's own verify multiplies by the cofactor, and a signer who wanted Node
  // and browser to disagree about an entry could then have it.
  return equalBytes(ed25519.Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes(), r);
}

function decodePoint(bytes: Uint8Array): InstanceType<typeof ed25519.Point> | null {
  try {
    return ed25519.Point.fromBytes(bytes);
  } catch {
    // noble's way of saying that no point has this encoding.
    return null;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
