import { at } from "./draft.js";

/** Which words may be listed, by their places: `hiding` are all that somebody may hold, `ranked` those of them that may be named. */
export interface Ranking {
  readonly hiding: readonly number[];
  readonly ranked: readonly number[];
  /** At most so many are listed. */
  readonly top: number;
  readonly cellRows: number;
}

/**
 * The places of the words to list, most frequent first and ties by their order: as many as may be, so that the list tells of no word outside it how many
 * rows it has, if that is fewer than k.
 *
 * Claims:   whoever sees the listed counts, how many rows the n other words have together, and knows this rule, finds for each other word
 *           with fewer than k rows two numbers at least that it may have.
 * Why:      the others have 0 < S rows, S ≥ k. If S < n · (k − 1), any numbers below k that add up to S lead to the same list. If S is more,
 *           one of the others has k or more, and may change places with a smaller one: what is listed depends on how many rows the others have, and
 *           not on which has which. If S is exactly that, all might be known to have k − 1, so such a list is made shorter. Where none is listed,
 *           one may have all rows. Ties at the end of a full list are broken by order, which bounds words before it by one row less; above
 *           k that still leaves two numbers to each.
 * Assumes:  exact counts, and no earlier answers: `suppress.ts` looks at these afterwards.
 */
export function mostFrequent(counts: readonly number[], { hiding, ranked, top, cellRows }: Ranking): readonly number[] {
  const count = (place: number) => at(counts, place);
  const order = ranked.filter((place) => count(place) >= cellRows).sort((a, b) => count(b) - count(a) || a - b);
  const full = Math.min(top, order.length);
  let rest: Rest = { words: hiding.length - full, rows: sumOf(hiding, count) - sumOf(order.slice(0, full), count) };
  for (let length = full; length > 0; length--) {
    const least = count(at(order, length - 1));
    const next = order[length];
    const isCut = next === undefined || least > count(next) || (length === top && least > cellRows);
    if (isCut && hides(rest, cellRows)) return order.slice(0, length);
    rest = { words: rest.words + 1, rows: rest.rows + least };
  }
  return [];
}

/** What is not listed. */
interface Rest {
  readonly words: number;
  readonly rows: number;
}

/** Whether of these, known together and as not listed, none below k follows. */
function hides({ words, rows }: Rest, cellRows: number): boolean {
  return words === 0 || (rows >= cellRows && (words === 1 || rows !== words * (cellRows - 1)));
}

/** Exact: counts are whole, and noisy ones are multiples of one power of two. */
function sumOf(places: readonly number[], count: (place: number) => number): number {
  return places.reduce((sum, place) => sum + count(place), 0);
}
