/** Timing on a machine that is never quiet: what is compared takes turns, so that a slow moment hits both sides of a ratio. */

/** Of several runs. The extremes are kept because a median alone hides how quiet the machine was. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export interface Turns {
  /** Rounds of turns that are thrown away: the first meet cold caches and code that is not compiled yet. */
  readonly warmUps: number;
  readonly runs: number;
  /** Calls within one turn, so that a turn is long against the clock's resolution. */
  readonly calls: number;
}

/**
 * Lets the subjects take turns, A B A B …
 *
 * @returns one list per subject, in the order given: milliseconds per call, turn by turn.
 */
export function interleave(subjects: readonly (() => void)[], turns: Turns, clockMs: () => number = nowMs): readonly (readonly number[])[] {
  const samples: number[][] = subjects.map(() => []);
  for (let turn = -turns.warmUps; turn < turns.runs; turn++) {
    subjects.forEach((subject, index) => {
      collectGarbage();
      const startMs = clockMs();
      for (let call = 0; call < turns.calls; call++) subject();
      const tookMs = clockMs() - startMs;
      if (turn >= 0) samples[index]?.push(tookMs / turns.calls);
    });
  }
  return samples;
}

/** @throws RangeError without samples. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const [upper, lower] = [sorted[Math.floor(sorted.length / 2)], sorted[Math.ceil(sorted.length / 2) - 1]];
  if (upper === undefined || lower === undefined) throw new RangeError("no samples, no median");
  return { median: (lower + upper) / 2, min: Math.min(...sorted), max: Math.max(...sorted), runs: sorted.length };
}

/**
 * Spread of the quotients of neighbouring turns, which a machine that slows down half-way leaves alone.
 *
 * @throws RangeError unless both were sampled equally often.
 */
export function pairedRatio(over: readonly number[], under: readonly number[]): Spread {
  if (over.length !== under.length) throw new RangeError("a ratio pairs the turns of two subjects");
  return spreadOf(over.map((sample, turn) => sample / (under[turn] ?? Number.NaN)));
}

/** The p of y ~ x^p through two points: 1 is linear growth, 0 is none. */
export function growthExponent(from: Point, to: Point): number {
  return Math.log(to.y / from.y) / Math.log(to.x / from.x);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Monotonic, with a fraction. */
export function nowMs(): number {
  return performance.now();
}

/** Between turns, where it costs nobody. Does nothing unless Node runs with --expose-gc. */
export function collectGarbage(): void {
  globalThis.gc?.();
}
