/** Vectors over Z_2^32 and Z_2^64, the groups that masks are drawn from, and their bytes (little-endian, as in memory). */

export type Ring = 32 | 64;
/** One word per coordinate: 32-bit words are over Z_2^32, 64-bit words over Z_2^64. */
export type Words = Uint32Array | BigUint64Array;

export function ringOf(words: Words): Ring {
  return words.BYTES_PER_ELEMENT === 4 ? 32 : 64;
}

/** `length` words, all zero. */
export function zeroWords(ring: Ring, length: number): Words {
  return ring === 32 ? new Uint32Array(length) : new BigUint64Array(length);
}

/** The same memory, as bytes. Every machine Node and our kernels run on is little-endian in practice, and so is the wire. */
export function bytesOfWords(words: Words): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** A copy, which is also aligned. @throws RangeError unless the bytes are whole words. */
export function wordsFromBytes(ring: Ring, bytes: Uint8Array): Words {
  if (bytes.length % (ring / 8) !== 0) throw new RangeError(`${bytes.length} bytes are no whole number of ${ring}-bit words`);
  const words = zeroWords(ring, bytes.length / (ring / 8));
  bytesOfWords(words).set(bytes);
  return words;
}
