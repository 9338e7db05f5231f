/**
 * Which rows and columns a tree looks at: seeded draws that are the same at every party and in every process. Not for secrets: anybody who knows
 * the charter can repeat them, and is meant to.
 */

/** Draws for different purposes under one seed differ. Trees count from 0, so these stand far above. */
export const VALIDATION = 0xffff_0000;
const COLUMNS = 0x8000_0000;

/** Which draws: of this seed, for this tree or purpose. */
export function drawKey(seed: number, purpose: number): number {
  return mix(mix(seed + GOLDEN) ^ mix(purpose + 2 * GOLDEN));
}

/** Takes in one row after the other: its numbers go into `numbers`, in charter order, a missing one as `NaN`; `keyOf` reads them there. */
export interface RowKeyer {
  readonly numbers: Float64Array;
  keyOf(words: readonly number[], label: number): number;
}

/**
 * A row's content as 32 bits, so that a row is drawn alike wherever it lies. Two rows that share their bits by chance are drawn alike, which
 * changes nothing of worth.
 */
export function rowKeyer(numerics: number): RowKeyer {
  const numbers = new Float64Array(numerics);
  const bits = new Uint32Array(numbers.buffer);
  return {
    numbers,
    keyOf: (words, label) => {
      let key = label;
      // Of the many ways to write that there is no number, memory may hold any.
      numbers.forEach((value, i) => { if (Number.isNaN(value)) bits.set(NOT_A_NUMBER, 2 * i); });
      for (const half of bits) key = mix(Math.imul(key + GOLDEN, 5) ^ half);
      for (const word of words) key = mix(Math.imul(key + GOLDEN, 5) ^ word);
      return key;
    },
  };
}

/** Whether a row is among the share that is drawn. */
export function isDrawn(rowKey: number, key: number, share: number): boolean {
  return (mix(rowKey ^ key) >>> 0) < share * TWO_32;
}

/** The columns this tree may split on: a share of `columns`, at least one, in their order. */
export function drawColumns(columns: readonly number[], share: number, seed: number, tree: number): readonly number[] {
  const count = Math.max(1, Math.round(columns.length * share));
  if (count >= columns.length) return columns;
  const key = drawKey(seed, COLUMNS + tree);
  const shuffled = [...columns];
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(((mix(key ^ mix(i + 1)) >>> 0) / TWO_32) * (shuffled.length - i));
    [shuffled[i], shuffled[j]] = [shuffled[j] ?? 0, shuffled[i] ?? 0];
  }
  return shuffled.slice(0, count).sort((a, b) => a - b);
}

const TWO_32 = 2 ** 32;
const NOT_A_NUMBER = [0, 0x7ff8_0000];
/** 2^32 ÷ the golden ratio: no draw begins at 0, which `mix` would leave alone. */
const GOLDEN = 0x9e37_79b9;

/** The last step of MurmurHash3 (A. Appleby, in the public domain): every bit of the input moves every bit of the output. */
function mix(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}
