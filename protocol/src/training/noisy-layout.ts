import { headroomFits, type Segment } from "@cohortium/crypto/fixed-point";
import { exact, laidOut, type Layout } from "./layout-parts.js";

/** How many of those who took part are taken to be honest and to have added their share of noise: the quorum less the colluders the charter assumes. */
export interface NoiseTerms {
  readonly honest: number;
  /** Of a network: what one step on a sample of rows adds to the account, in 10^-9 of ρ. */
  readonly stepNanoRho?: number | undefined;
}

/** How far one row, added or removed, can move a part of a sum. */
export type Reach =
  /** So many of its numbers at most, each by at most 1. */
  | { readonly kind: "numbers"; readonly changed: number }
  /** All of them together by at most this, in Euclidean norm. */
  | { readonly kind: "norm"; readonly bound: number };

/** A run of numbers under one noise. Its share of what the sum costs is its `weight` among the weights of all parts. */
export interface NoisyPart {
  readonly name: string;
  readonly length: number;
  readonly reach: Reach;
  readonly weight: number;
}

/** A sum whose parts together cost `nanoRho`, in 10^-9 of ρ (zero-concentrated DP). */
export interface NoisySum {
  readonly parts: readonly NoisyPart[];
  readonly nanoRho: number;
}

/** A positive fraction: the parameter σ² of a discrete Gaussian, in squared units of its segment's scale. */
export interface Variance {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** The noise that each party adds to every number of a segment; null for the guard, which is exact. */
export interface SegmentNoise {
  readonly length: number;
  readonly variance: Variance | null;
}

/** One part in the ring. `sensitivitySquared` is Δ₂², what one row can change, in squared units of the scale. */
export interface NoisyGrid {
  readonly segment: Segment;
  readonly sensitivitySquared: bigint;
  readonly variance: Variance;
}

interface GridTerms {
  readonly noise: NoiseTerms;
  readonly parties: number;
  readonly rowsMaxPerParty: number;
}

/** The smallest coin of a privacy budget is 10^-9 of ρ. */
const NANO = 1_000_000_000n;
/** A 2^-24 of what one row can change is far below any noise; finer units would only cost digits. */
const SCALE_BITS_FINE = 24;
/** Coarser than this, rounding would no longer be small beside what one row can change. */
const SCALE_BITS_COARSE = 8;
/** A sum of whole units below this many bits is exact in doubles. */
const EXACT_BITS = 53;
/** A party's share of noise lies beyond so many σ with probability 4·10^-33. */
const NOISE_REACH = 12;
/**
 * The sum of discrete Gaussians is not one. What that costs shrinks with e^(−π²σ²) (Kairouz, Liu, Steinke 2021, theorem 1): for σ of 8 units it is below
 * 10^-270.
 */
const PART_VARIANCE_MIN = 64n;

/**
 * The exact guard, then the sum's parts. A node rounds what each row adds to the scale before it adds it: then its sums are exact in doubles, and one row
 * moves them by no more than Δ₂, whatever the order of the rows.
 *
 * @throws RangeError where the parts fit at no scale, or each party's noise would be too small to be smooth.
 */
export function noisyLayout(sum: NoisySum, terms: GridTerms): Layout {
  return laidOut(64, [exact("parties", 1, 1), ...noisyGrids(sum, terms).map(({ segment }) => segment)]);
}

/** One party's numbers as `noisyLayout` has them: the guard, to which each party adds 1, then part after part. */
export function behindGuard(...parts: readonly Float64Array[]): Float64Array {
  const packed = new Float64Array(1 + parts.reduce((sum, { length }) => sum + length, 0));
  packed[0] = 1;
  let at = 1;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}

/** The noise of each party, segment by segment of `noisyLayout`. @throws RangeError as that. */
export function noiseOfSum(sum: NoisySum, terms: GridTerms): readonly SegmentNoise[] {
  return [{ length: 1, variance: null }, ...noisyGrids(sum, terms).map(({ segment: { length }, variance }) => ({ length, variance }))];
}

/** The parts as they lie in the ring, all at one scale; parts without numbers are left out. @throws RangeError as `noisyLayout`. */
export function noisyGrids({ parts, nanoRho }: NoisySum, terms: GridTerms): readonly NoisyGrid[] {
  if (!(Number.isSafeInteger(nanoRho) && nanoRho > 0)) throw new RangeError("noise for a charge of nothing has no end");
  const present = parts.filter(({ length }) => length > 0);
  const weights = present.reduce((total, { weight }) => total + weight, 0);
  for (let scaleBits = SCALE_BITS_FINE; scaleBits >= SCALE_BITS_COARSE; scaleBits--) {
    const grids = present.map((part) => gridOf(part, { nanoRho: BigInt(nanoRho) * BigInt(part.weight), weights: BigInt(weights) }, scaleBits, terms));
    if (present.every((part, i) => fits(part, grids[i], scaleBits, terms))) return grids;
  }
  throw new RangeError("with so many rows, or so little noise, a sum of these parts fits at no scale");
}

/** The standard deviation of the noise on each number of a decoded sum, if `survivors` parties added theirs. From × ÷ √ alone. */
export function noiseDeviation({ segment, variance }: NoisyGrid, survivors: number): number {
  return Math.sqrt((survivors * Number(variance.numerator)) / Number(variance.denominator)) / 2 ** segment.scaleBits;
}

function gridOf(part: NoisyPart, cost: Cost, scaleBits: number, { noise, rowsMaxPerParty }: GridTerms): NoisyGrid {
  const sensitivitySquared = sensitivitySquaredOf(part, scaleBits);
  const variance = varianceFor(sensitivitySquared, cost, noise.honest);
  const reached = rowsMaxPerParty * unitsOf(part, scaleBits) + Math.ceil(NOISE_REACH * Math.sqrt(Number(variance.numerator) / Number(variance.denominator)));
  return { segment: { name: part.name, length: part.length, boundAbs: reached * 2 ** -scaleBits, scaleBits }, sensitivitySquared, variance };
}

function fits(part: NoisyPart, grid: NoisyGrid | undefined, scaleBits: number, { parties, rowsMaxPerParty }: GridTerms): boolean {
  if (grid === undefined) return false;
  const { segment, variance: { numerator, denominator } } = grid;
  const isExact = rowsMaxPerParty * unitsOf(part, scaleBits) <= 2 ** EXACT_BITS;
  return isExact && numerator >= PART_VARIANCE_MIN * denominator && headroomFits(64, segment, parties);
}

/** The most units that one row adds to one number. */
function unitsOf({ reach }: NoisyPart, scaleBits: number): number {
  switch (reach.kind) {
    case "numbers": return 2 ** scaleBits;
    case "norm": return Math.ceil(reach.bound * ARITHMETIC_SLACK * 2 ** scaleBits) + 1;
  }
}

/** Δ₂². Numbers of at most 1 stay so when they are rounded; a vector of a bounded norm moves by at most half a unit in each of its numbers. */
function sensitivitySquaredOf({ length, reach }: NoisyPart, scaleBits: number): bigint {
  switch (reach.kind) {
    case "numbers": return BigInt(reach.changed) * 4n ** BigInt(scaleBits);
    case "norm": return BigInt(Math.ceil(reach.bound * ARITHMETIC_SLACK * 2 ** scaleBits) + Math.ceil(Math.sqrt(length) / 2)) ** 2n;
  }
}

/** Scaling a row down to a bound, and multiplying it out, moves a norm by some 1e-15 of itself. */
const ARITHMETIC_SLACK = 1 + 1e-9;

/** A part's share of ρ: `nanoRho / weights` of 10^-9. */
interface Cost {
  readonly nanoRho: bigint;
  readonly weights: bigint;
}

/** v such that `honest` shares of variance v give the part its share of ρ: Δ₂² / (2 · honest · v) = nanoRho / (10^9 · weights). */
function varianceFor(sensitivitySquared: bigint, { nanoRho, weights }: Cost, honest: number): Variance {
  return { numerator: sensitivitySquared * NANO * weights, denominator: 2n * nanoRho * BigInt(honest) };
}
