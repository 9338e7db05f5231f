import { concat, toHex, utf8 } from "@cohortium/crypto/bytes";
import { hkdfSha256, sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed, type Signer } from "@cohortium/crypto/signing";
import { CROCKFORD_DIGITS, readCrockford, writeCrockford } from "./crockford.js";
import { Refusal } from "./refusal.js";

/**
 * What the operator hands to a new partner, once: who may enrol, and the authority it must find at the coordinator's address.
 *
 * `COH1-` and 13 groups of four: 5 bytes id, 10 bytes secret, the first 16 bytes of SHA-256 of the authority's certificate (DER), and 12
 * bits of SHA-256 over all that against slips of the hand.
 */
export interface JoinCode {
  /** 10 hex digits. Not secret. */
  readonly id: string;
  readonly secret: Uint8Array;
  readonly authorityFingerprint: Uint8Array;
}

export const JOIN_CODE_ID_BYTES = 5;
export const JOIN_CODE_SECRET_BYTES = 10;
export const JOIN_CODE_FINGERPRINT_BYTES = 16;
/** A day: long enough to phone, short enough that a forgotten code is worth nothing. */
export const JOIN_CODE_LIFETIME_MS = 86_400_000;

/**
 * A new code.
 *
 * @param entropy - 32 fresh bytes.
 * @param authorityFingerprint - SHA-256 of the authority's certificate in DER.
 */
export function newJoinCode(entropy: Uint8Array, authorityFingerprint: Uint8Array): JoinCode {
  if (entropy.length !== 32 || authorityFingerprint.length !== 32) throw new RangeError("32 bytes of entropy and a SHA-256 fingerprint expected");
  return {
    id: toHex(entropy.subarray(0, JOIN_CODE_ID_BYTES)),
    secret: entropy.slice(JOIN_CODE_ID_BYTES, JOIN_CODE_ID_BYTES + JOIN_CODE_SECRET_BYTES),
    authorityFingerprint: authorityFingerprint.slice(0, JOIN_CODE_FINGERPRINT_BYTES),
  };
}

export function formatJoinCode({ id, secret, authorityFingerprint }: JoinCode): string {
  const idBytes = Uint8Array.from(id.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const content = concat(idBytes, secret, authorityFingerprint);
  if (content.length !== CONTENT_BYTES) throw new RangeError("not a join code");
  const digits = writeCrockford((toNumber(content) << CHECK_BITS) | checkOf(content), DIGIT_COUNT);
  return `${PREFIX}-${(digits.match(/.{4}/g) ?? []).join("-")}`;
}

/** Reads a code as people type it: any case, spaces and hyphens anywhere, O for 0, I and L for 1. @throws Refusal JOIN_CODE_… saying what is wrong. */
export function parseJoinCode(text: string): JoinCode {
  const compact = text.replace(/[\s-]/g, "").toUpperCase();
  const [, version, digits] = /^C[0O]H(.)(.*)$/.exec(compact) ?? [];
  if (version === undefined || digits === undefined) throw refused("PREFIX", `it does not begin with ${PREFIX}-`);
  if (!"1IL".includes(version)) throw refused("VERSION", `it is of version ${version}, and this program reads version 1`);
  if (digits.length !== DIGIT_COUNT) throw refused("LENGTH", `it has ${digits.length} characters after ${PREFIX} instead of ${DIGIT_COUNT}`);
  const read = readCrockford(digits);
  if (read.kind === "bad-digit") {
    throw refused("CHARACTER", `group ${Math.floor(read.at / 4) + 1} has the character ${digits.charAt(read.at)}, which codes do not use (${CROCKFORD_DIGITS})`);
  }
  const content = toBytes(read.value >> CHECK_BITS, CONTENT_BYTES);
  if ((read.value & CHECK_MASK) !== checkOf(content)) throw refused("CHECKSUM", "its checksum does not fit: at least one character is mistyped");
  return {
    id: toHex(content.subarray(0, JOIN_CODE_ID_BYTES)),
    secret: content.slice(JOIN_CODE_ID_BYTES, JOIN_CODE_ID_BYTES + JOIN_CODE_SECRET_BYTES),
    authorityFingerprint: content.slice(JOIN_CODE_ID_BYTES + JOIN_CODE_SECRET_BYTES),
  };
}

/**
 * Proves knowledge of a code's secret by Ed25519 signatures. The coordinator keeps the public key alone, so a copy of its database enrols
 * nobody, which a stored hash or HMAC key would.
 */
export function joinCodeSigner(secret: Uint8Array): Signer {
  if (secret.length !== JOIN_CODE_SECRET_BYTES) throw new RangeError(`a join code's secret is ${JOIN_CODE_SECRET_BYTES} bytes`);
  return signerFromSeed(hkdfSha256(secret, new Uint8Array(), utf8("cohortium/join-code/v1"), 32));
}

const PREFIX = "COH1";
const CONTENT_BYTES = JOIN_CODE_ID_BYTES + JOIN_CODE_SECRET_BYTES + JOIN_CODE_FINGERPRINT_BYTES;
/** 31 bytes and 12 bits are 260 bits: 52 digits of five bits, nothing left over. */
const CHECK_BITS = 12n;
const CHECK_MASK = 0xfffn;
const DIGIT_COUNT = 52;

function checkOf(content: Uint8Array): bigint {
  return toNumber(sha256(concat(utf8(PREFIX), content)).subarray(0, 2)) >> 4n;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function toBytes(number: bigint, lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, i) => Number((number >> BigInt(8 * (lengthBytes - 1 - i))) & 0xffn));
}

function refused(kind: string, detail: string): Refusal {
  return new Refusal({
    code: `JOIN_CODE_${kind}`, title: "this is not a join code", detail, fix: "copy it again from the coordinator's operator, or have it read out group by group",
  });
}
