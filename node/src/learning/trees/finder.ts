/** How many of some ascending numbers are at most `value`, a 32-bit float or NaN; of NaN, none. */
export type Finder = (value: number) => number;

/**
 * Finds places among ascending numbers for many values: first a stretch of their range by arithmetic, then by halving within it. Values that
 * spread like the numbers do need no halving at all.
 */
export function finderIn(numbers: readonly number[]): Finder {
  const ascending = Float64Array.from(numbers);
  const [low, high] = [ascending[0] ?? 0, ascending.at(-1) ?? 0];
  const stretches = Math.max(1, numbers.length * STRETCHES_PER_NUMBER);
  const scale = stretches / (high - low);
  // Never falls as the value rises, so whatever lies in an earlier stretch is smaller, and in a later one larger.
  const stretchOf = (value: number) => (value >= high ? stretches - 1 : value > low ? Math.min(stretches - 1, Math.floor((value - low) * scale)) : 0);
  const from = new Int32Array(stretches + 1);
  for (const value of ascending) from[stretchOf(value) + 1] = (from[stretchOf(value) + 1] ?? 0) + 1;
  for (let i = 1; i <= stretches; i++) from[i] = (from[i] ?? 0) + (from[i - 1] ?? 0);
  return (value) => {
    const stretch = stretchOf(value);
    let [below, above] = [from[stretch] ?? 0, from[stretch + 1] ?? 0];
    while (below < above) {
      const middle = (below + above) >>> 1;
      if ((ascending[middle] ?? Infinity) <= value) below = middle + 1;
      else above = middle;
    }
    return below;
  };
}

const STRETCHES_PER_NUMBER = 4;
