/**
 * The door to node:crypto. Nothing else in the project imports it, so an audit of what OpenSSL does for us reads this one file.
 *
 * Thin: argument order, raw keys instead of DER, plain `Uint8Array` instead of `Buffer`. Promises and limits live with the callers.
 */
import {
  createCipheriv, createDecipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman, hash, hkdfSync, randomFillSync, sign,
  verify, type Cipheriv, type KeyObject,
} from "node:crypto";

export type { Cipheriv, KeyObject };
export type HashName = "sha256" | "sha512";
export type Curve = "Ed25519" | "X25519";

const GCM_TAG_BYTES = 16;

/** One-shot digest. */
export function digest(name: HashName, bytes: Uint8Array): Uint8Array {
  return plain(hash(name, bytes, "buffer"));
}

/** RFC 2104. */
export function hmac(name: HashName, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return plain(createHmac(name, key).update(bytes).digest());
}

/** RFC 5869 with SHA-256, extract and expand. */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", ikm, salt, info, lengthBytes));
}

/** Bytes from the operating system. */
export function randomBytes(lengthBytes: number): Uint8Array {
  return randomFillSync(new Uint8Array(lengthBytes));
}

/** A private key from the 32 bytes the RFCs call seed (8032) or scalar (7748). */
export function importPrivateKey(curve: Curve, raw: Uint8Array): KeyObject {
  const der = withPrefix(PKCS8_PREFIX[curve], raw);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  return key;
}

/** A public key from its 32 bytes. OpenSSL checks the length, not the point. */
export function importPublicKey(curve: Curve, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: withPrefix(SPKI_PREFIX[curve], raw), format: "der", type: "spki" });
}

/** The 32 bytes of the public half. */
export function exportPublicKey(key: KeyObject): Uint8Array {
  const der = createPublicKey(key).export({ format: "der", type: "spki" });
  return new Uint8Array(der.subarray(der.length - RAW_KEY_BYTES));
}

/** RFC 8032 signature, 64 bytes. */
export function ed25519Sign(key: KeyObject, message: Uint8Array): Uint8Array {
  return plain(sign(null, message, key));
}

/** RFC 8032 verification, without cofactor; false for a signature of another length. */
export function ed25519Verify(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, key, signature);
}

/** RFC 7748 shared secret, or null when it would be all zero. */
export function x25519Agree(privateKey: KeyObject, publicKey: KeyObject): Uint8Array | null {
  try {
    return plain(diffieHellman({ privateKey, publicKey }));
  } catch {
    // Both keys were imported, so nothing else can fail; the error's code differs between OpenSSL versions.
    return null;
  }
}

/** AES-256-GCM: ciphertext, then the 16-byte tag. */
export function gcmSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: GCM_TAG_BYTES }).setAAD(associatedData);
  const body = cipher.update(plaintext);
  cipher.final();
  const sealed = new Uint8Array(body.length + GCM_TAG_BYTES);
  sealed.set(body);
  sealed.set(cipher.getAuthTag(), body.length);
  return sealed;
}

/** The plaintext of what `gcmSeal` returned, or null when the tag does not fit. */
export function gcmOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, associatedData: Uint8Array): Uint8Array | null {
  if (sealed.length < GCM_TAG_BYTES) return null;
  const bodyLength = sealed.length - GCM_TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: GCM_TAG_BYTES }).setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(bodyLength));
  const plaintext = decipher.update(sealed.subarray(0, bodyLength));
  try {
    decipher.final();
  } catch {
    // A tag that does not fit is the only way `final` fails here. What was decrypted without it must not survive.
    plaintext.fill(0);
    return null;
  }
  return plain(plaintext);
}

/** AES-256-CTR from a 16-byte counter block; feeding it zeros yields the keystream. */
export function ctrCipher(key: Uint8Array, counterBlock: Uint8Array): Cipheriv {
  return createCipheriv("aes-256-ctr", key, counterBlock);
}

const RAW_KEY_BYTES = 32;

// RFC 8410: fixed headers for these two algorithms, because both keys are plain 32-byte strings (object identifiers 1.3.101.112 and .110).
const SPKI_PREFIX = {
  Ed25519: Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00),
  X25519: Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00),
} as const satisfies Record<Curve, Uint8Array>;
const PKCS8_PREFIX = {
  Ed25519: Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20),
  X25519: Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20),
} as const satisfies Record<Curve, Uint8Array>;

function withPrefix(prefix: Uint8Array, raw: Uint8Array): Buffer {
  if (raw.length !== RAW_KEY_BYTES) throw new RangeError(`a raw key is ${RAW_KEY_BYTES} bytes, not ${raw.length}`);
  // Not Buffer.concat: its shared pool would keep a copy of a private key.
  const der = Buffer.alloc(prefix.length + raw.length);
  der.set(prefix);
  der.set(raw, prefix.length);
  return der;
}

/** `Buffer.slice` shares memory and `toJSON` prints; past this file nobody should have to know. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
