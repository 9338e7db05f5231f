import { CompactRange, leafHash } from "./merkle.js";

/** Bulk is committed to in chunks of 1 MiB, the last one shorter: one chunk can be fetched, recomputed and proved alone. */
export const CHUNK_SIZE_BYTES = 1024 * 1024;

/** Merkle root over the chunks of `bytes` (RFC 9162 leaf hashes): what a `round.upload` or `round.result` entry holds of a vector. */
export function chunkRoot(bytes: Uint8Array): Uint8Array {
  const range = new CompactRange();
  for (const chunk of chunksOf(bytes)) range.append(leafHash(chunk));
  return range.root();
}

/** Views of `bytes`, `CHUNK_SIZE_BYTES` long each but the last. */
export function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_SIZE_BYTES) yield bytes.subarray(at, at + CHUNK_SIZE_BYTES);
}
