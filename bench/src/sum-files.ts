import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { CHUNK_SIZE_BYTES } from "@cohortium/crypto/chunk-root";
import type { MaskKey } from "@cohortium/crypto/masking";
import { bytesOfWords, zeroWords, type Ring, type Words } from "@cohortium/crypto/words";
import { sumStretch } from "@cohortium/protocol/aggregation/sum";

/** A vector's ring, and its length in words. */
export interface VectorShape {
  readonly ring: Ring;
  readonly words: number;
}

export type SumFromFiles = (paths: readonly string[], shape: VectorShape, remove: readonly MaskKey[], outPath: string) => void;

/**
 * Adds vectors that lie in files and takes the masks away, 1 MiB at a time: memory holds two stretches, however many files and however long.
 *
 * @throws Error if a file is shorter than the shape says.
 */
export const sumFromFiles: SumFromFiles = (paths, shape, remove, outPath) => {
  const files = paths.map((path) => openSync(path, "r"));
  const out = openSync(outPath, "w");
  const wordBytes = shape.ring / 8;
  const stretchWords = CHUNK_SIZE_BYTES / wordBytes;
  const scratch = zeroWords(shape.ring, Math.min(stretchWords, shape.words));
  for (let at = 0; at < shape.words; at += stretchWords) {
    const words = Math.min(stretchWords, shape.words - at);
    const byteOffset = at * wordBytes;
    const stretches = stretchesAt(files, scratch.subarray(0, words), byteOffset);
    const sum = sumStretch(stretches, { ring: shape.ring, words }, remove, byteOffset);
    writeSync(out, bytesOfWords(sum), 0, sum.byteLength, byteOffset);
  }
  for (const file of [...files, out]) closeSync(file);
};

/** The same stretch of every file, each in the same memory: valid until the next one is asked for. */
function* stretchesAt(files: readonly number[], scratch: Words, byteOffset: number): Generator<Words> {
  for (const file of files) {
    const read = readSync(file, bytesOfWords(scratch), 0, scratch.byteLength, byteOffset);
    if (read !== scratch.byteLength) throw new Error("a vector's file is too short");
    yield scratch;
  }
}
