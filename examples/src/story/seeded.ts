/**
 * Uniform numbers in [0, 1) that follow from the seed alone (SplitMix32): for making up and shuffling example rows, so that everybody
 * runs the same example. Not for anything secret.
 */
export function seededUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A copy in random order. */
export function shuffled<T>(items: readonly T[], uniform: () => number): readonly T[] {
  const keyed = items.map((item) => ({ item, key: uniform() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
