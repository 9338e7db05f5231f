/**
 * How long the parties' updates were and how well they agreed with the last joint step, as counts of parties per bin: all that can be shown of
 * single updates while only sums are opened.
 *
 * Reveals: over all parties together, how many updates fell into each bin. Not whose, but whoever knows its own bin knows the others' counts
 * without it: of three parties, each learns the bins of the two others as a pair; of colluders, all but one learn the last one's bin.
 */
export interface Strips {
  readonly norms: Float64Array;
  readonly cosines: Float64Array;
}

/** Norms double from bin to bin: the first holds those below 1/64 of the bound, the last those of four times the bound and more. */
export const NORM_BINS = 10;
/** Eight bins of equal width over [-1, 1], and a last one for updates that have no direction to compare. */
export const COSINE_BINS = 9;

/** The bin of an update's norm before it was bounded. NaN has the last. */
export function normBin(norm: number, clip: number): number {
  let bin = 0;
  for (let edge = clip / 2 ** (NORM_BINS - 4); bin < NORM_BINS - 1 && !(norm < edge); edge *= 2) bin += 1;
  return bin;
}

/** Where a norm bin begins, as a share of the bound. */
export function normBinFrom(bin: number): number {
  return bin === 0 ? 0 : 2 ** (bin - NORM_BINS + 3);
}

/** The bin of the cosine between an update and the last joint step; `null` where either is zero or there was no step. */
export function cosineBin(cosine: number | null): number {
  if (cosine === null) return COSINE_BINS - 1;
  const bins = COSINE_BINS - 1;
  return Math.min(bins - 1, Math.max(0, Math.floor(((cosine + 1) / 2) * bins)));
}

/** One party's strips: a 1 in its own bins. */
export function stripsOf(norm: number, cosine: number | null, clip: number): Strips {
  const [norms, cosines] = [new Float64Array(NORM_BINS), new Float64Array(COSINE_BINS)];
  norms[normBin(norm, clip)] = 1;
  cosines[cosineBin(cosine)] = 1;
  return { norms, cosines };
}

/** Whether so many parties can have added these up, each with a 1 in one bin. */
export function stripsAgree({ norms, cosines }: Strips, parties: number): boolean {
  return [norms, cosines].every((counts) => counts.every((count) => count >= 0) && counts.reduce((sum, count) => sum + count, 0) === parties);
}
