import { concat, u64be, utf8 } from "@cohortium/crypto/bytes";
import { verify, type Signer } from "@cohortium/crypto/signing";
import {
  formatVerifierKey, parseNote, parseVerifierKey, signatureLine, verifierKey,
  type NoteSignature, type NoteVerifier,
} from "./note.js";

/** c2sp.org/signed-note, "Signature types": a timestamped Ed25519 cosignature. */
export const COSIGNATURE_TYPE = 0x04;

/** Somebody who vouches that a log showed it one growing history. The signature does not cover the name: one key per witness. */
export interface Witness {
  readonly name: string;
  readonly signer: Signer;
}

/** The verifier key under which a witness cosigns. */
export function witnessVerifierKey(name: string, publicKey: Uint8Array): string {
  return formatVerifierKey(verifierKey(name, COSIGNATURE_TYPE, publicKey));
}

/**
 * The line a witness adds under a checkpoint: as of `atSec`, this is the largest tree it saw, and all it saw before is inside.
 * MUST only be called once the witness has checked and durably stored the checkpoint.
 *
 * @param atSec - POSIX time in seconds.
 * @throws RangeError if `checkpoint` is not a signed note.
 */
export function cosign(checkpoint: string, witness: Witness, atSec: number): string {
  const { text } = parseNote(checkpoint);
  const { name, keyId } = verifierKey(witness.name, COSIGNATURE_TYPE, witness.signer.publicKey);
  return signatureLine({ name, keyId, payload: concat(u64be(atSec), witness.signer.sign(signedMessage(text, BigInt(atSec)))) });
}

/** Judges cosignatures of one witness. @throws RangeError unless `vkey` is a verifier key of type 0x04. */
export function cosignatureVerifier(vkey: string): NoteVerifier {
  const { name, keyId, type, publicKey } = parseVerifierKey(vkey);
  if (type !== COSIGNATURE_TYPE || publicKey.length !== 32) throw new RangeError("a cosignature key (type 0x04) expected");
  return { name, keyId, accepts: (text, payload) => accepts(publicKey, text, payload) };
}

/** When a cosignature was made, in POSIX seconds. @throws RangeError if the payload is no cosignature. */
export function cosignatureTime({ payload }: NoteSignature): number {
  if (payload.length !== PAYLOAD_BYTES) throw new RangeError("a cosignature is 8 bytes of time and 64 of signature");
  return Number(timestamp(payload));
}

const PAYLOAD_BYTES = 8 + 64;
// tlog-cosignature, "Format": the timestamp MUST NOT exceed 2^63 - 1.
const TIMESTAMP_MAX = 2n ** 63n - 1n;

function accepts(publicKey: Uint8Array, text: string, payload: Uint8Array): boolean {
  if (payload.length !== PAYLOAD_BYTES || timestamp(payload) > TIMESTAMP_MAX) return false;
  return verify(publicKey, signedMessage(text, timestamp(payload)), payload.slice(8));
}

function timestamp(payload: Uint8Array): bigint {
  return new DataView(payload.buffer, payload.byteOffset).getBigUint64(0);
}

/** tlog-cosignature, "Ed25519 signed message": the header keeps a cosignature from passing for a checkpoint signature. */
function signedMessage(text: string, atSec: bigint): Uint8Array {
  return utf8(`cosignature/v1\ntime ${atSec}\n${text}`);
}
