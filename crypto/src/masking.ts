/**
 * Masks on vectors over Z_2^32 and Z_2^64: pads that are added, and cancel when the same pad is subtracted elsewhere.
 *
 * Claims:   words under one unknown, fresh key are indistinguishable from uniform words, so a masked vector tells nothing about the values.
 * Assumes:  AES-256 in counter mode is a pseudorandom generator; no key masks two vectors at the same offset; a little-endian machine.
 * Strength: 256-bit key; distinguishable from uniform near 2^64 blocks of 16 bytes, far beyond any vector.
 * Not for:  two vectors under one key: their difference would be the difference of the values.
 *
 * The pad is AES-256-CTR from counter zero, so any part can be made alone by its byte offset. This is the bulk of a round, hence in place:
 * a chunk goes into WebAssembly memory, meets every pad there, and comes back.
 */
import { concat, u64be } from "./bytes.js";
import { wordKernels, type Combine } from "./kernels.js";
import { ctrCipher, type Cipheriv } from "./openssl.js";
import { bytesOfWords, ringOf, type Words } from "./words.js";

export const MASK_KEY_BYTES = 32;

export interface MaskKey {
  readonly key: Uint8Array;
  /** Of two parties who share the key, one adds its pad and the other subtracts it. */
  readonly sign: 1 | -1;
}

/**
 * Adds every pad, or subtracts it, to `words` IN PLACE, reduced modulo 2^32 or 2^64.
 *
 * @param byteOffset - Where `words` begin in the whole vector, in bytes: the pad is taken from there.
 * @throws RangeError unless keys are 32 bytes and the offset is a whole number of words.
 */
export function applyMasks(words: Words, keys: readonly MaskKey[], byteOffset: number): void {
  const sane = Number.isSafeInteger(byteOffset) && byteOffset >= 0 && byteOffset % words.BYTES_PER_ELEMENT === 0;
  if (!sane) throw new RangeError("the offset of a mask is a whole number of words, in bytes");
  const kernels = wordKernels();
  const [add, subtract] = kernelsFor(words);
  const pads = keys.map(({ key, sign }) => ({ cipher: cipherAt(key, byteOffset), combine: sign === 1 ? add : subtract }));

  forEachChunk(words, (chunk) => {
    kernels.memory.set(chunk, WORDS_AT);
    for (const { cipher, combine } of pads) {
      kernels.memory.set(cipher.update(zeros.subarray(0, chunk.length)), PAD_AT);
      combine(WORDS_AT, PAD_AT, chunk.length);
    }
    chunk.set(kernels.memory.subarray(WORDS_AT, WORDS_AT + chunk.length));
  });
  // The scratch still holds a pad, which together with the public masked words is the value.
  kernels.memory.fill(0, WORDS_AT, PAD_AT + Math.min(words.byteLength, CHUNK_BYTES));
}

/** target += source IN PLACE, reduced modulo 2^32 or 2^64. @throws RangeError unless both are equally long and over one ring. */
export function addWordsInto(target: Words, source: Words): void {
  combineInto(target, source, kernelsFor(target)[0]);
}

/** target -= source IN PLACE, reduced modulo 2^32 or 2^64. @throws RangeError unless both are equally long and over one ring. */
export function subtractWordsInto(target: Words, source: Words): void {
  combineInto(target, source, kernelsFor(target)[1]);
}

/** Measured on two AMD cores: from 16 to 256 KiB per cipher call this is the fastest, as both buffers stay in the second-level cache. */
const CHUNK_BYTES = 64 * 1024;
const WORDS_AT = 0;
// A chunk is whole turns of the kernels, so their rounding up stays inside its buffer. The gap keeps the two from competing for cache lines.
const PAD_AT = CHUNK_BYTES + 320;

/** Encrypting zeros yields the pad. Never written to. */
const zeros = new Uint8Array(CHUNK_BYTES);

function kernelsFor(words: Words): readonly [add: Combine, subtract: Combine] {
  const { add32, subtract32, add64, subtract64 } = wordKernels();
  return ringOf(words) === 32 ? [add32, subtract32] : [add64, subtract64];
}

/** The pad's cipher, moved to `byteOffset`: to the block by its counter, and within the block by throwing bytes away. */
function cipherAt(key: Uint8Array, byteOffset: number): Cipheriv {
  if (key.length !== MASK_KEY_BYTES) throw new RangeError(`a mask key is ${MASK_KEY_BYTES} bytes, not ${key.length}`);
  const cipher = ctrCipher(key, concat(new Uint8Array(8), u64be(Math.floor(byteOffset / 16))));
  cipher.update(zeros.subarray(0, byteOffset % 16));
  return cipher;
}

function combineInto(target: Words, source: Words, combine: Combine): void {
  const alike = target.length === source.length && ringOf(target) === ringOf(source);
  if (!alike) throw new RangeError(`cannot combine ${target.length} words of ${ringOf(target)} bits with ${source.length} of ${ringOf(source)}`);
  const { memory } = wordKernels();
  const sourceBytes = bytesOfWords(source);
  forEachChunk(target, (chunk, at) => {
    memory.set(chunk, WORDS_AT);
    memory.set(sourceBytes.subarray(at, at + chunk.length), PAD_AT);
    combine(WORDS_AT, PAD_AT, chunk.length);
    chunk.set(memory.subarray(WORDS_AT, WORDS_AT + chunk.length));
  });
}

function forEachChunk(words: Words, use: (chunk: Uint8Array, at: number) => void): void {
  const bytes = bytesOfWords(words);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) use(bytes.subarray(at, at + CHUNK_BYTES), at);
}
