import { Frame as Raw } from "../gen/cohortium/v1/frame.js";
import type { Evidence } from "../log/proof.js";
import { parseSessionId, type SessionId } from "../session/ids.js";
import { exactly, parseBytes, parseList, parseText, reading, upTo } from "./fields.js";
import {
  CHECKPOINT_LENGTH_MAX, CHUNK_MAX_BYTES, CHUNKS_MAX, COSIGNATURE_LENGTH_MAX, ENVELOPE_SIZE_MAX_BYTES, EVIDENCE_ITEMS_MAX,
  FRAME_SIZE_MAX_BYTES, HASH_BYTES, PROOF_LENGTH_MAX, REFUSAL_DETAIL_LENGTH_MAX,
} from "./limits.js";
import { WireError } from "./wire-error.js";

/** One mebibyte of a bulk, the last one shorter. `index` counts from 0 to `total` - 1. */
export interface Chunk {
  readonly session: SessionId;
  readonly round: number;
  readonly index: number;
  readonly total: number;
  readonly bytes: Uint8Array;
}

/** What travels on a stream between a node and the coordinator, in either direction; each side begins with a `hello`. */
export type Frame =
  | { readonly kind: "hello"; readonly protocolVersion: number; readonly lastSeqReceived: number; readonly logSize: number }
  | { readonly kind: "letter"; readonly envelope: Uint8Array; readonly evidence: Evidence | null }
  | { readonly kind: "ack"; readonly seq: number }
  | ({ readonly kind: "chunk" } & Chunk)
  | { readonly kind: "cosignature"; readonly line: string }
  | { readonly kind: "refusal"; readonly code: string; readonly detail: string };

export function encodeFrame(frame: Frame): Uint8Array {
  return Raw.encode({ frame: rawOf(frame) }).finish();
}

/**
 * Reads one frame. Unlike payloads, frames are not signed, so unknown fields are skipped: a newer peer may say more in its Hello.
 *
 * @throws WireError WIRE_MALFORMED or WIRE_LENGTH.
 */
export function parseFrame(bytes: Uint8Array): Frame {
  if (!(bytes.length <= FRAME_SIZE_MAX_BYTES)) throw new WireError("WIRE_LENGTH", { gotBytes: bytes.length, maxBytes: FRAME_SIZE_MAX_BYTES });
  const { frame } = reading("frame", () => Raw.decode(bytes));
  if (frame === undefined) throw new WireError("WIRE_MALFORMED", { field: "frame" });
  switch (frame.$case) {
    case "hello": return { kind: "hello", ...frame.value };
    case "letter": return {
      kind: "letter",
      envelope: parseBytes("envelope", frame.value.envelope, upTo(ENVELOPE_SIZE_MAX_BYTES)),
      evidence: frame.value.evidence === undefined ? null : parseEvidence(frame.value.evidence),
    };
    case "ack": return { kind: "ack", seq: frame.value.seq };
    case "chunk": return parseChunk(frame.value);
    case "cosignature": return { kind: "cosignature", line: parseText("line", frame.value.line, COSIGNATURE_LENGTH_MAX) };
    case "refusal": return parseRefusal(frame.value);
  }
}

type RawFrame = NonNullable<Raw["frame"]>;
type RawValue<Case extends RawFrame["$case"]> = Extract<RawFrame, { $case: Case }>["value"];

function rawOf(frame: Frame): RawFrame {
  switch (frame.kind) {
    case "hello": return { $case: "hello", value: frame };
    case "letter": return { $case: "letter", value: { envelope: frame.envelope, evidence: frame.evidence ?? undefined } };
    case "ack": return { $case: "ack", value: frame };
    case "chunk": return { $case: "chunk", value: frame };
    case "cosignature": return { $case: "cosignature", value: frame };
    case "refusal": return { $case: "refusal", value: frame };
  }
}

function parseEvidence({ checkpoint, items, consistency }: NonNullable<RawValue<"letter">["evidence"]>): Evidence {
  return {
    checkpoint: parseText("checkpoint", checkpoint, CHECKPOINT_LENGTH_MAX),
    items: parseList("items", items, EVIDENCE_ITEMS_MAX).map(({ index, proof }) => ({ index, proof: parseProof(proof) })),
    consistency: parseProof(consistency),
  };
}

function parseProof(hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  return parseList("proof", hashes, PROOF_LENGTH_MAX).map((hash) => parseBytes("proof", hash, exactly(HASH_BYTES)));
}

function parseChunk({ session, round, index, total, bytes }: RawValue<"chunk">): Frame {
  if (!(total >= 1 && total <= CHUNKS_MAX)) throw new WireError("WIRE_LENGTH", { field: "total", gotItems: total, maxItems: CHUNKS_MAX });
  if (!(index < total)) throw new WireError("WIRE_MALFORMED", { field: "index" });
  // Only the last chunk may be short: where a chunk lies in the bulk follows from its index.
  const sizes = index < total - 1 ? exactly(CHUNK_MAX_BYTES) : upTo(CHUNK_MAX_BYTES);
  return { kind: "chunk", session: reading("session", () => parseSessionId(session)), round, index, total, bytes: parseBytes("bytes", bytes, sizes) };
}

function parseRefusal({ code, detail }: RawValue<"refusal">): Frame {
  // Goes to logs and terminals, so nothing but letters may pass.
  if (!/^[A-Z][A-Z_]{2,39}$/.test(code)) throw new WireError("WIRE_MALFORMED", { field: "code" });
  return { kind: "refusal", code, detail: parseText("detail", detail, REFUSAL_DETAIL_LENGTH_MAX).replaceAll(/[^ -~]/g, "?") };
}
