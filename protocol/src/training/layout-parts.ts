import { scaleBitsFor, type Segment } from "@cohortium/crypto/fixed-point";
import type { ModelClause } from "../charter/model-clauses.js";
import type { Feature } from "../charter/features.js";

/** What the charter says about the size of any answer. */
export interface LayoutTerms {
  readonly features: readonly Feature[];
  readonly model: ModelClause;
  readonly scoreBins: number;
  readonly parties: number;
  readonly rowsMaxPerParty: number;
  /** Absent where sums are exact. */
  readonly noise?: { readonly honest: number; readonly stepNanoRho?: number | undefined } | undefined;
}

/** How one answer lies in the ring: segment after segment, `words` ring elements in all. */
export interface Layout {
  readonly ring: 32 | 64;
  readonly segments: readonly Segment[];
  readonly words: number;
}

/** Every layout begins with the guard, of which each party adds exactly 1, and with the rows. */
export function headSegments(rowsMax: number): readonly Segment[] {
  return [exact("parties", 1, 1), exact("rows", 1, rowsMax)];
}

/** Whole numbers, summed without rounding. */
export function exact(name: string, length: number, boundAbs: number): Segment {
  return { name, length, boundAbs, scaleBits: 0 };
}

/** Real numbers at the finest scale that the sum of all parties of the charter leaves room for. @throws RangeError if there is none. */
export function real(name: string, length: number, bound: number, { parties }: Pick<LayoutTerms, "parties">): Segment {
  const boundAbs = bound * ROUNDING_SLACK;
  return { name, length, boundAbs, scaleBits: scaleBitsFor(64, boundAbs, parties) };
}

/** Segments one after the other; those without coordinates are left out. */
export function laidOut(ring: 32 | 64, segments: readonly Segment[]): Layout {
  const present = segments.filter(({ length }) => length > 0);
  return { ring, segments: present, words: present.reduce((words, { length }) => words + length, 0) };
}

/**
 * Adding n doubles one by one may overshoot their true sum by n · 2^-53 of it: for the 2^28 rows a charter allows at most, by 3e-8, and by as
 * much again for products.
 */
const ROUNDING_SLACK = 1 + 1e-7;
