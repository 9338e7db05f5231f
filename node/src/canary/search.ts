import type { Needle } from "./needles.js";

const PREFIX_BYTES = 4;
/** One bit for each pair of first bytes: most places of a stream are passed after one look. */
const PAIRS = 2 ** 16;

/**
 * Looks for many needles at once: every place of the bytes is compared with those needles that begin as it does. Time grows with the bytes, hardly with
 * the needles.
 */
export class Search {
  readonly #pairs = new Uint8Array(PAIRS);
  readonly #byPrefix = new Map<number, Needle[]>();

  /** @throws RangeError for a needle shorter than four bytes, which would be found anywhere. */
  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      if (needle.bytes.length < PREFIX_BYTES) throw new RangeError("a needle of less than four bytes says nothing");
      const prefix = prefixAt(needle.bytes, 0);
      this.#pairs[prefix >>> 16] = 1;
      const known = this.#byPrefix.get(prefix);
      if (known === undefined) this.#byPrefix.set(prefix, [needle]);
      else known.push(needle);
    }
  }

  /** The needles that stand in these bytes, each once. */
  in(bytes: Uint8Array): readonly Needle[] {
    const found = new Set<Needle>();
    for (let at = 0; at + PREFIX_BYTES <= bytes.length; at++) {
      if (this.#pairs[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] === 0) continue;
      for (const needle of this.#byPrefix.get(prefixAt(bytes, at)) ?? []) if (standsAt(bytes, at, needle.bytes)) found.add(needle);
    }
    return [...found];
  }
}

function prefixAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

function standsAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  if (at + needle.length > bytes.length) return false;
  for (let i = PREFIX_BYTES; i < needle.length; i++) if (bytes[at + i] !== needle[i]) return false;
  return true;
}
