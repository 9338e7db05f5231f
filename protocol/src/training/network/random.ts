import { utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";

/**
 * Numbers that follow from a label alone: xoshiro128** 1.1 (Blackman and Vigna 2018), its state the first 16 bytes of
 * SHA-256(domain ‖ label), little-endian. For initial weights and the order of rows, which everybody may know.
 * Not for anything secret: a few outputs give away all others.
 */
export class Repeatable {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param state - Four 32-bit words, not all zero. */
  constructor(state: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  static of(label: string): Repeatable {
    const view = new DataView(sha256(utf8(DOMAIN + label)).buffer);
    return new Repeatable([view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)]);
  }

  /** Uniform over 0 … 2^32 − 1. */
  word(): number {
    const word = Math.imul(rotated(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotated(this.#d, 11);
    return word;
  }

  /** Uniform in [0, 1), in steps of 2^-24: exact as a 32-bit float. */
  unit(): number {
    return (this.word() >>> 8) / 2 ** 24;
  }

  /** Uniform over 0 … below − 1, for `below` of at most 2^32. Words that would favour small numbers are drawn again. */
  below(below: number): number {
    const fair = TWO_32 - (TWO_32 % below);
    for (;;) {
      const word = this.word();
      if (word < fair) return word % below;
    }
  }
}

/** The numbers 0 … length − 1 in an order that follows from the label (Fisher and Yates, from the end). */
export function shuffled(length: number, label: string): Uint32Array {
  const random = Repeatable.of(label);
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const moved = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = moved;
  }
  return order;
}

const DOMAIN = "cohortium/network/v1\n";
const TWO_32 = 2 ** 32;

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
