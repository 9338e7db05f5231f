import { describe, expect, test } from "@jest/globals";
import { canonicalBytes } from "@cohortium/crypto/canonical-json";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { Frame } from "../../src/gen/cohortium/v1/frame.js";
import { Payload } from "../../src/gen/cohortium/v1/payload.js";
import type { PartyBytes } from "../../src/gen/cohortium/v1/party_bytes.js";
import { signEntry } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import { parseFrame } from "../../src/wire/frame.js";
import { parseFromNode } from "../../src/wire/from-node.js";
import { parseToNode } from "../../src/wire/to-node.js";
import * as limits from "../../src/wire/limits.js";

const MILL = "mill" as PartyId;
const SESSION = "0123456789abcdef0123456789abcdef";
const signer = signerFromSeed(new Uint8Array(32).fill(5));
const entryOf = (padding: number) =>
  signEntry({ v: 1, type: "bundle", actor: MILL, at: "2026-11-22T10:00:00.000Z", charter: "-", session: "-", round: 2, body: "x".repeat(padding) }, signer).bytes;
const ENTRY = entryOf(3);
const bytes = (length: number) => new Uint8Array(length).fill(9);
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const parties = (count: number, length: number): PartyBytes[] => times(count, (i) => ({ party: `p${String(i).padStart(3, "0")}`, value: bytes(length) }));

const fromNode = (message: NonNullable<Payload["message"]>) => parseFromNode(Payload.encode({ message }).finish(), MILL, 5);
const toNode = (message: NonNullable<Payload["message"]>) => parseToNode(Payload.encode({ message }).finish(), MILL);
const frame = (value: NonNullable<Frame["frame"]>) => parseFrame(Frame.encode({ frame: value }).finish());
const evidence = (items: number, proof: number) =>
  frame({ $case: "letter", value: { envelope: bytes(9), evidence: { checkpoint: "c", items: times(items, (index) => ({ index, proof: times(proof, () => bytes(32)) })), consistency: [] } } });
const chunk = (total: number, length: number) => frame({ $case: "chunk", value: { session: SESSION, round: 2, index: total - 1, total, bytes: bytes(length) } });
const shared = (sealed: PartyBytes[], boxes: Uint8Array[]) => fromNode({ $case: "shared", value: { shares: ENTRY, sealed, boxes } });

/** Something foreign of size n, for every limit on sizes. `ENVELOPE_SIZE_MAX_BYTES` and `JSON_DEPTH_MAX` are tried beside their messages. */
const AT_MOST: Readonly<Record<string, readonly [limit: number, offer: (n: number) => unknown]>> = {
  FRAME_SIZE_MAX_BYTES: [limits.FRAME_SIZE_MAX_BYTES, (n) => {
    const head = Frame.encode({ frame: { $case: "ack", value: { seq: 7 } } }).finish();
    // Frames skip unknown fields, so field 15 can fill one up to any length; its header is 5 bytes here.
    const filler = n - head.length - 5;
    return parseFrame(Uint8Array.from([...head, 0x7a, (filler & 127) | 128, ((filler >> 7) & 127) | 128, ((filler >> 14) & 127) | 128, filler >> 21, ...bytes(filler)]));
  }],
  CHUNK_MAX_BYTES: [limits.CHUNK_MAX_BYTES, (n) => chunk(3, n)],
  CHUNKS_MAX: [limits.CHUNKS_MAX, (n) => chunk(n, 5)],
  PER_PARTY_MAX: [limits.PER_PARTY_MAX, (n) => fromNode({ $case: "encapsulated", value: { ciphertexts: parties(n, limits.ML_KEM_CIPHERTEXT_BYTES) } })],
  "PER_PARTY_MAX entries": [limits.PER_PARTY_MAX, (n) => toNode({ $case: "unmaskRequested", value: { agreements: times(n, () => ENTRY) } })],
  "PER_PARTY_MAX names": [limits.PER_PARTY_MAX, (n) => toNode({ $case: "ciphertextsRelayed", value: { ciphertexts: [], present: times(n, (i) => `p${i}`) } })],
  ENTRY_MAX_BYTES: [limits.ENTRY_MAX_BYTES, (n) => fromNode({ $case: "agreed", value: { agree: entryOf(n - entryOf(0).length) } })],
  ML_KEM_KEY_BYTES: [limits.ML_KEM_KEY_BYTES, (n) => fromNode({ $case: "joined", value: { bundle: ENTRY, mlKemKey: bytes(n) } })],
  ML_KEM_CIPHERTEXT_BYTES: [limits.ML_KEM_CIPHERTEXT_BYTES, (n) => fromNode({ $case: "encapsulated", value: { ciphertexts: parties(2, n) } })],
  SEALED_MAX_BYTES: [limits.SEALED_MAX_BYTES, (n) => shared(parties(2, n), [])],
  BOXES_MAX: [limits.BOXES_MAX, (n) => shared([], times(n, () => bytes(60)))],
  BOX_MAX_BYTES: [limits.BOX_MAX_BYTES, (n) => shared([], [bytes(n)])],
  SHARE_BYTES: [limits.SHARE_BYTES, (n) => fromNode({ $case: "unmasked", value: { unmask: ENTRY, selfShares: parties(2, n), boxShares: [] } })],
  JSON_MAX_BYTES: [limits.JSON_MAX_BYTES, (n) => toNode({ $case: "roundOffered", value: { offer: ENTRY, contextJson: canonicalBytes("x".repeat(n - 2)) } })],
  CLAUSE_LENGTH_MAX: [limits.CLAUSE_LENGTH_MAX, (n) => fromNode({ $case: "declined", value: { code: "DATA_REFUSED", clause: "c".repeat(n) } })],
  CHECKPOINT_LENGTH_MAX: [limits.CHECKPOINT_LENGTH_MAX, (n) => frame({ $case: "letter", value: { envelope: bytes(9), evidence: { checkpoint: "c".repeat(n), items: [], consistency: [] } } })],
  EVIDENCE_ITEMS_MAX: [limits.EVIDENCE_ITEMS_MAX, (n) => evidence(n, 2)],
  PROOF_LENGTH_MAX: [limits.PROOF_LENGTH_MAX, (n) => evidence(2, n)],
  HASH_BYTES: [limits.HASH_BYTES, (n) => frame({ $case: "letter", value: { envelope: bytes(9), evidence: { checkpoint: "c", items: [], consistency: [bytes(n)] } } })],
  COSIGNATURE_LENGTH_MAX: [limits.COSIGNATURE_LENGTH_MAX, (n) => frame({ $case: "cosignature", value: { line: "c".repeat(n) } })],
  REFUSAL_DETAIL_LENGTH_MAX: [limits.REFUSAL_DETAIL_LENGTH_MAX, (n) => frame({ $case: "refusal", value: { code: "WIRE_LENGTH", detail: "d".repeat(n) } })],
};

describe.each(Object.entries(AT_MOST))("%s", (_, [limit, offer]) => {
  test("is reached", () => expect(() => offer(limit)).not.toThrow());
  test("is not passed", () => expect(() => offer(limit + 1)).toThrow("WIRE_LENGTH"));
});

test.each(["ML_KEM_KEY_BYTES", "ML_KEM_CIPHERTEXT_BYTES", "SHARE_BYTES", "HASH_BYTES"])("%s is exact: one byte less is refused", (name) => {
  const [limit, offer] = AT_MOST[name] ?? [0, () => undefined];
  expect(() => offer(limit - 1)).toThrow("WIRE_LENGTH");
});

test("every limit is tried here or beside its message", () => {
  const elsewhere = ["PROTOCOL_VERSION", "ENVELOPE_SIZE_MAX_BYTES", "JSON_DEPTH_MAX"];
  expect(new Set([...elsewhere, ...Object.keys(AT_MOST).map((name) => name.split(" ")[0])])).toEqual(new Set(Object.keys(limits)));
});
