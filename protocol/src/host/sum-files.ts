import { open, type FileHandle } from "node:fs/promises";
import { CHUNK_SIZE_BYTES } from "@cohortium/crypto/chunk-root";
import { addWordsInto, applyMasks, type MaskKey } from "@cohortium/crypto/masking";
import { bytesOfWords, zeroWords, type Ring, type Words } from "@cohortium/crypto/words";

/** A vector's ring, and its length in words. */
export interface VectorShape {
  readonly ring: Ring;
  readonly words: number;
}

/**
 * Adds vectors that lie in files and takes the masks away, 1 MiB at a time: memory holds two stretches, however many files and however long.
 * Other work gets its turn between stretches.
 *
 * @param remove - Keys with the sign that cancels them.
 * @param take - Gets each stretch of the sum, in order; valid until it returns.
 * @throws Error if a file is shorter than the shape says.
 */
export async function sumFiles(paths: readonly string[], shape: VectorShape, remove: readonly MaskKey[],
  take: (stretch: Words, byteOffset: number) => void | Promise<void>): Promise<void> {
  const files: FileHandle[] = [];
  try {
    for (const path of paths) files.push(await open(path, "r"));
    const wordBytes = shape.ring / 8;
    const stretchWords = Math.min(CHUNK_SIZE_BYTES / wordBytes, shape.words);
    const [sum, part] = [zeroWords(shape.ring, stretchWords), zeroWords(shape.ring, stretchWords)];
    for (let at = 0; at < shape.words; at += stretchWords) {
      const words = Math.min(stretchWords, shape.words - at);
      const stretch = sum.subarray(0, words);
      bytesOfWords(stretch).fill(0);
      for (const file of files) addWordsInto(stretch, await readInto(part.subarray(0, words), file, at * wordBytes));
      applyMasks(stretch, remove, at * wordBytes);
      await take(stretch, at * wordBytes);
    }
  } finally {
    for (const file of files) await file.close();
  }
}

async function readInto(words: Words, file: FileHandle, byteOffset: number): Promise<Words> {
  const { bytesRead } = await file.read(bytesOfWords(words), 0, words.byteLength, byteOffset);
  if (bytesRead !== words.byteLength) throw new Error("a vector's file is too short");
  return words;
}
