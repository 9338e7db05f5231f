import { concat, toHex, u32be, u64be, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { SIGNATURE_BYTES, verify, type Signer } from "@cohortium/crypto/signing";
import { Envelope as Sealed } from "../gen/cohortium/v1/envelope.js";
import { parseDigest, parsePartyId, parseSessionId, type Digest, type PartyId, type SessionId } from "../session/ids.js";
import { parseMessage, reading } from "./fields.js";
import { ENVELOPE_SIZE_MAX_BYTES, PROTOCOL_VERSION } from "./limits.js";
import { WireError, type WireCode, type WireDetail } from "./wire-error.js";

/**
 * What one party says to another at one place in their correspondence. `-` stands where there is no session or no charter yet.
 *
 * Reveals: all of it, to whoever carries it; TLS keeps it from others.
 */
export interface Envelope {
  readonly from: PartyId;
  readonly to: PartyId;
  readonly session: SessionId | "-";
  readonly charter: Digest | "-";
  /** Counts from 1 per (from, to), without gaps. */
  readonly seq: number;
  /** From `encodeToNode` or `encodeFromNode`. */
  readonly payload: Uint8Array;
}

export type Opened =
  /** `digest` is the SHA-256 of the sealed bytes: a repeat has the same, a contradiction another. */
  | { readonly kind: "ok"; readonly envelope: Envelope; readonly digest: Digest }
  | { readonly kind: "refused"; readonly code: WireCode; readonly detail: WireDetail };

/**
 * Signs and encodes. Deterministic, so a letter made again after a crash is the same letter.
 *
 * @throws WireError WIRE_LENGTH above `ENVELOPE_SIZE_MAX_BYTES`.
 */
export function sealEnvelope(envelope: Envelope, signer: Signer): Uint8Array {
  const signature = signer.sign(signedBytes(envelope));
  const bytes = Sealed.encode({ version: PROTOCOL_VERSION, ...envelope, signature }).finish();
  refuseLong(bytes);
  return bytes;
}

/** Whether these bytes are a letter from `from` to `to` signed with the key of `publicKey`. The rest of the envelope is then what `from` said. */
export function openEnvelope(
  bytes: Uint8Array,
  expect: { readonly from: PartyId; readonly to: PartyId; readonly publicKey: Uint8Array },
): Opened {
  try {
    const { envelope, signature } = parseEnvelope(bytes);
    if (envelope.from !== expect.from || envelope.to !== expect.to) return refused("WIRE_SENDER", { from: expect.from, to: expect.to });
    if (!verify(expect.publicKey, signedBytes(envelope), signature)) return refused("WIRE_SIGNATURE", { from: expect.from });
    return { kind: "ok", envelope, digest: parseDigest(toHex(sha256(bytes))) };
  } catch (error) {
    if (error instanceof WireError) return refused(error.code, error.detail);
    throw error;
  }
}

function parseEnvelope(bytes: Uint8Array): { readonly envelope: Envelope; readonly signature: Uint8Array } {
  refuseLong(bytes);
  const { version, signature, ...fields } = parseMessage(Sealed, bytes);
  if (version !== PROTOCOL_VERSION) throw new WireError("WIRE_VERSION", { got: version, expected: PROTOCOL_VERSION });
  if (signature.length !== SIGNATURE_BYTES) throw new WireError("WIRE_LENGTH", { field: "signature", gotBytes: signature.length });
  if (!(fields.seq >= 1)) throw new WireError("WIRE_MALFORMED", { field: "seq" });
  const envelope: Envelope = {
    from: reading("from", () => parsePartyId(fields.from)),
    to: reading("to", () => parsePartyId(fields.to)),
    session: fields.session === "-" ? "-" : reading("session", () => parseSessionId(fields.session)),
    charter: fields.charter === "-" ? "-" : reading("charter", () => parseDigest(fields.charter)),
    seq: fields.seq,
    payload: fields.payload,
  };
  return { envelope, signature };
}

const DOMAIN = utf8("cohortium/envelope/v1\n");

// Every field of variable length is preceded by its length, so no two envelopes share their signed bytes.
function signedBytes({ from, to, session, charter, seq, payload }: Envelope): Uint8Array {
  const texts = [from, to, session, charter].flatMap((text) => framed(utf8(text)));
  return concat(DOMAIN, u32be(PROTOCOL_VERSION), ...texts, u64be(seq), ...framed(payload));
}

function framed(bytes: Uint8Array): readonly Uint8Array[] {
  return [u32be(bytes.length), bytes];
}

function refuseLong(bytes: Uint8Array): void {
  if (bytes.length <= ENVELOPE_SIZE_MAX_BYTES) return;
  throw new WireError("WIRE_LENGTH", { field: "envelope", gotBytes: bytes.length, maxBytes: ENVELOPE_SIZE_MAX_BYTES });
}

function refused(code: WireCode, detail: WireDetail): Opened {
  return { kind: "refused", code, detail };
}
