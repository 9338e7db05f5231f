import type { Spread } from "../contract/spread.js";

/** What changed since the run accepted last. */
export interface Drift {
  /** Population stability index. */
  readonly index: number;
  /** What the index could be by chance if nothing had changed. */
  readonly chance: number;
}

/**
 * The population stability index of two spreads over the same words: Σ (p − q) ln (p / q), with half a row added to each cell so that an empty
 * one has a logarithm. If nothing changed, it is about (1/n + 1/m) times a χ² with one degree of freedom per word less one (Yurdakul, "Statistical
 * properties of population stability index", 2018); `chance` is that distribution's mean and three deviations.
 */
export function driftBetween(before: Spread, now: Spread, words: readonly string[]): Drift {
  const cells = [...words.map((word) => [before.counts.get(word) ?? 0, now.counts.get(word) ?? 0] as const), [before.otherRows, now.otherRows] as const];
  const [m, n] = [0, 1].map((side) => cells.reduce((sum, cell) => sum + (cell[side] ?? 0) + 0.5, 0));
  if (m === undefined || n === undefined) throw new Error("unreachable: two sides");
  const index = cells.reduce((sum, [old, fresh]) => {
    const [q, p] = [(old + 0.5) / m, (fresh + 0.5) / n];
    return sum + (p - q) * Math.log(p / q);
  }, 0);
  const freedom = cells.length - 1;
  return { index, chance: (1 / n + 1 / m) * (freedom + 3 * Math.sqrt(2 * freedom)) };
}

/** Listed words that have rows now and had none then, and how many rows they have. */
export function unseenIn(before: Spread, now: Spread, words: readonly string[]): { readonly words: readonly string[]; readonly rows: number } {
  const fresh = words.filter((word) => (before.counts.get(word) ?? 0) === 0 && (now.counts.get(word) ?? 0) > 0);
  return { words: fresh, rows: fresh.reduce((sum, word) => sum + (now.counts.get(word) ?? 0), 0) };
}
