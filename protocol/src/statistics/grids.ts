import { headroomFits, SCALE_BITS_MAX, type Segment } from "@cohortium/crypto/fixed-point";
import { NANO } from "../charter/privacy-budget.js";
import { chargeOf, type SumAsked } from "./charge.js";
import { cellCount, measureOf, partsOf, type Featured, type Part } from "./parts.js";
import type { Query } from "./query.js";

/** What decides how a part's numbers are rounded, and how much noise they need. A plan has all of it. */
export interface GridTerms extends Featured {
  readonly query: Query;
  readonly parties: number;
  readonly rowsMaxPerParty: number;
  readonly noise: { readonly honest: number } | null;
}

/** One part as it lies in the ring, and the variance of each party's noise on each of its numbers, in units of the scale. */
export interface Grid {
  readonly part: Part;
  readonly segment: Segment;
  readonly variance: { readonly numerator: bigint; readonly denominator: bigint } | null;
}

export const RING = 64;

/** The grids of a sum's parts, in order. @throws RangeError if there is none for one of them. */
export function gridsOf(question: SumAsked, terms: GridTerms): readonly Grid[] {
  const parts = partsOf(question, terms);
  const share = { nanoRho: BigInt(chargeOf(question, terms)), parts: BigInt(parts.length) };
  return parts.map((part) => {
    const grid = gridOf(part, share, terms);
    if (grid === null) throw new RangeError(`the ${part.name} fits at no scale`);
    return grid;
  });
}

/** One part's share of what a sum costs: `nanoRho / parts`. All parts get the same. */
export interface Share {
  readonly nanoRho: bigint;
  readonly parts: bigint;
}

/** Null where the part can be summed at no scale that is fine enough. @throws RangeError if there is noise to add and nothing to pay for it. */
export function gridOf(part: Part, share: Share, terms: GridTerms): Grid | null {
  return part.factors.length === 0 ? countGrid(part, share, terms) : sumGrid(part, share, terms);
}

/** What one row can change in a part's numbers, in Euclidean norm and in units of its scale: its cell alone, by the largest product of the factors. */
export function sensitivityOf({ factors }: Pick<Part, "factors">, scaleBits: number, terms: Featured): number {
  // Rounding and the products themselves may each add a unit.
  return factors.length === 0 ? 2 ** scaleBits : Math.ceil(largest(factors, terms) * 2 ** scaleBits) + 2;
}

/** The multiple of 2^-scaleBits next to a value. */
export function onGrid(value: number, scaleBits: number): number {
  return Math.round(value * 2 ** scaleBits) * 2 ** -scaleBits;
}

/** A sum of whole units below this many bits is exact in doubles. */
const EXACT_BITS = 53;
/** A party's share of noise lies beyond so many σ with probability 4·10^-33. */
const NOISE_REACH = 12;
/**
 * The sum of discrete Gaussians is not one. What that costs shrinks with e^(−π²σ²) (Kairouz, Liu, Steinke 2021, theorem 1): for σ of 8 units it is
 * below 10^-270, so counts are summed in fractions fine enough for that.
 */
const PART_VARIANCE_MIN = 64n;
/** A value is rounded to this share of its measure's range, or finer. */
const RESOLUTION_BITS = 20;

/** The coarsest scale at which each party's noise is smooth. */
function countGrid(part: Part, share: Share, terms: GridTerms): Grid | null {
  for (let scaleBits = 0; scaleBits <= SCALE_BITS_MAX; scaleBits++) {
    const grid = gridAt(part, scaleBits, share, terms);
    const isSmooth = grid.variance === null || grid.variance.numerator >= PART_VARIANCE_MIN * grid.variance.denominator;
    if (isSmooth) return headroomFits(RING, grid.segment, terms.parties) ? grid : null;
  }
  return null;
}

/** The finest scale at which a node's sums are exact and all parties' sum, with its noise, fits the ring. */
function sumGrid(part: Part, share: Share, terms: GridTerms): Grid | null {
  for (let scaleBits = SCALE_BITS_MAX; isFine(part, scaleBits, terms); scaleBits--) {
    const isExact = terms.rowsMaxPerParty * sensitivityOf(part, scaleBits, terms) <= 2 ** EXACT_BITS;
    const grid = isExact ? gridAt(part, scaleBits, share, terms) : null;
    if (grid !== null && headroomFits(RING, grid.segment, terms.parties)) return grid;
  }
  return null;
}

function isFine({ factors }: Part, scaleBits: number, terms: Featured): boolean {
  const range = factors.map((name) => measureOf(terms, name)).reduce((product, { min, max }) => product * (max - min), 1);
  return scaleBits >= 0 && 2 ** -scaleBits <= range * 2 ** -RESOLUTION_BITS;
}

function gridAt(part: Part, scaleBits: number, share: Share, terms: GridTerms): Grid {
  const sensitivity = sensitivityOf(part, scaleBits, terms);
  const variance = terms.noise === null ? null : varianceFor(sensitivity, share, terms.noise.honest);
  const noise = variance === null ? 0 : Math.ceil(NOISE_REACH * Math.sqrt(Number(variance.numerator) / Number(variance.denominator)));
  const boundAbs = (terms.rowsMaxPerParty * sensitivity + noise) * 2 ** -scaleBits;
  return { part, segment: { name: part.name, length: cellCount(part.cells, terms), boundAbs, scaleBits }, variance };
}

/** v such that `honest` shares of variance v give the part its share of ρ: Δ² / (2 · honest · v) = nanoRho / (10^9 · parts). */
function varianceFor(sensitivity: number, { nanoRho, parts }: Share, honest: number): NonNullable<Grid["variance"]> {
  if (!(nanoRho > 0n)) throw new RangeError("noise for a charge of nothing has no end");
  const numerator = BigInt(sensitivity) * BigInt(sensitivity) * BigInt(NANO) * parts;
  const denominator = 2n * nanoRho * BigInt(honest);
  const common = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / common, denominator: denominator / common };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

function largest(factors: readonly string[], terms: Featured): number {
  return factors.map((name) => measureOf(terms, name)).reduce((product, { min, max }) => product * Math.max(Math.abs(min), Math.abs(max)), 1);
}
