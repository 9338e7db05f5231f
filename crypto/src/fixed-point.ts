/**
 * Real numbers as words of a ring, so that sums are exact and masks can hide them: v becomes round(v * 2^scaleBits) modulo 2^32 or 2^64,
 * negative numbers in two's complement.
 *
 * Claims:   the decoded sum of encoded values is the sum of the rounded values exactly, in any order, while `headroomFits`.
 * Assumes:  every party keeps to the bound; encoding enforces it for our own values.
 * Strength: exact; each value is rounded once, by at most 2^-(scaleBits + 1), or 2^-scaleBits when stochastic.
 * Not for:  hiding anything by itself.
 */
import { ringOf, zeroWords, type Ring, type Words } from "./words.js";

export type { Ring, Words };

/** A run of coordinates with one bound and one scale. */
export interface Segment {
  readonly name: string;
  readonly length: number;
  /** Largest magnitude of any coordinate of one party. */
  readonly boundAbs: number;
  readonly scaleBits: number;
}

/** A double has 52 bits after its leading one; more would only scale up its own rounding. */
export const SCALE_BITS_MAX = 52;
/** Bytes of randomness per coordinate of `encodeStochastic`. */
export const STOCHASTIC_BYTES_PER_VALUE = 8;

/**
 * The finest scale at which the sum of all parties still fits with one guard bit.
 *
 * @throws RangeError when not even whole numbers fit, or an argument is not positive and finite.
 */
export function scaleBitsFor(ring: Ring, boundAbs: number, parties: number): number {
  for (let scaleBits = SCALE_BITS_MAX; scaleBits >= 0; scaleBits--) {
    if (headroomFits(ring, { boundAbs, scaleBits }, parties)) return scaleBits;
  }
  throw new RangeError(`the sum of ${parties} values of magnitude ${boundAbs} does not fit ${ring} bits`);
}

/** Whether sums over `parties` stay below 2^(ring - 2): one bit for the sign, one to guard. */
export function headroomFits(ring: Ring, segment: Pick<Segment, "boundAbs" | "scaleBits">, parties: number): boolean {
  const { boundAbs, scaleBits } = segment;
  const sane = Number.isFinite(boundAbs) && boundAbs > 0 && Number.isSafeInteger(parties) && parties >= 1
    && Number.isInteger(scaleBits) && scaleBits >= 0 && scaleBits <= SCALE_BITS_MAX;
  if (!sane) return false;
  // Rounding up covers both ways of encoding: neither leaves the two integers around the scaled value.
  const largest = Math.ceil(boundAbs * 2 ** scaleBits);
  return Number.isFinite(largest) && BigInt(parties) * BigInt(largest) < 1n << BigInt(ring - 2);
}

/**
 * Rounds each value to the nearest multiple of 2^-scaleBits, ties upwards.
 *
 * @param segments - Together as long as `values`, in order.
 * @throws RangeError on NaN, infinities, a value beyond its bound, and segments that do not fit the values or the ring.
 */
export function encodeFixed(values: Float64Array, segments: readonly Segment[], ring: Ring): Words {
  return encode(values, segments, ring, (scaled) => Math.round(scaled));
}

/**
 * Rounds each value up or down at random, so that the expected result is the value itself, up to the 2^-53 of the comparison.
 *
 * @param randomBytes - 8 uniform bytes per value, used once.
 * @throws RangeError as `encodeFixed`, and unless there are as many random bytes as that.
 */
export function encodeStochastic(values: Float64Array, segments: readonly Segment[], ring: Ring, randomBytes: Uint8Array): Words {
  if (randomBytes.length !== values.length * STOCHASTIC_BYTES_PER_VALUE) throw new RangeError("8 random bytes per value expected");
  const random = new DataView(randomBytes.buffer, randomBytes.byteOffset, randomBytes.byteLength);
  return encode(values, segments, ring, (scaled, i) => {
    const below = Math.floor(scaled);
    return scaled - below > uniform53(random, i * STOCHASTIC_BYTES_PER_VALUE) ? below + 1 : below;
  });
}

/**
 * The signed numbers behind the words, divided by the scale; exact up to 2^53, correctly rounded beyond.
 *
 * @throws RangeError on another ring or length.
 */
export function decodeFixed(words: Words, segments: readonly Segment[], ring: Ring): Float64Array {
  if (ringOf(words) !== ring) throw new RangeError(`words of ${ringOf(words)} bits where ${ring} were expected`);
  refuseMisfit(words.length, segments, ring);
  const values = new Float64Array(words.length);
  const read = reader(words, ring);
  let at = 0;
  for (const { length, scaleBits } of segments) {
    const unit = 2 ** -scaleBits;
    for (const end = at + length; at < end; at++) values[at] = read(at) * unit;
  }
  return values;
}

function encode(values: Float64Array, segments: readonly Segment[], ring: Ring, round: (scaled: number, i: number) => number): Words {
  refuseMisfit(values.length, segments, ring);
  const words = zeroWords(ring, values.length);
  const halves = new Uint32Array(words.buffer);
  let at = 0;
  for (const { name, length, boundAbs, scaleBits } of segments) {
    const scale = 2 ** scaleBits;
    for (const end = at + length; at < end; at++) {
      const value = values[at] ?? Number.NaN;
      // Written as the condition to pass, so that NaN does not.
      if (!(Math.abs(value) <= boundAbs)) throw new RangeError(`a value of segment ${name} is beyond its bound`);
      write(halves, at, round(value * scale, at), ring);
    }
  }
  return words;
}

/** Splitting a whole double into halves is exact, and some ten times as fast as by way of BigInt. */
function write(halves: Uint32Array, at: number, whole: number, ring: Ring): void {
  if (ring === 32) {
    halves[at] = whole;
    return;
  }
  const high = Math.floor(whole / TWO_32);
  halves[2 * at] = whole - high * TWO_32;
  halves[2 * at + 1] = high;
}

function reader(words: Words, ring: Ring): (at: number) => number {
  const signed = new Int32Array(words.buffer, words.byteOffset, words.byteLength / 4);
  if (ring === 32) return (at) => signed[at] ?? Number.NaN;
  // Both terms are exact, so the sum is rounded once.
  return (at) => (signed[2 * at + 1] ?? Number.NaN) * TWO_32 + ((signed[2 * at] ?? Number.NaN) >>> 0);
}

function refuseMisfit(length: number, segments: readonly Segment[], ring: Ring): void {
  if (segments.reduce((sum, segment) => sum + segment.length, 0) !== length) throw new RangeError("segments do not add up to the vector");
  const unfit = segments.find((segment) => !(Number.isSafeInteger(segment.length) && segment.length >= 0 && headroomFits(ring, segment, 1)));
  if (unfit !== undefined) throw new RangeError(`segment ${unfit.name} does not fit ${ring} bits`);
}

/** Uniform in [0, 1), in steps of 2^-53. */
function uniform53(random: DataView, at: number): number {
  return ((random.getUint32(at) >>> 11) * TWO_32 + random.getUint32(at + 4)) / 2 ** 53;
}

const TWO_32 = 2 ** 32;
