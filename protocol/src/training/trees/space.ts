import type { Feature, NumericFeature } from "../../charter/features.js";
import { countUpTo } from "./cells.js";
import { isFloat, parseAscending, parseRecord } from "./parse.js";

/**
 * Where one feature may be split. A number's thresholds ascend from the lower end of its range; a value's bin is how many of them it
 * reaches, and missing values have a bin of their own if any row has one. A category can be told from all others if it is `kept`: rarer ones cannot.
 */
export type Space =
  | { readonly kind: "numeric"; readonly thresholds: readonly number[]; readonly missing: boolean }
  | { readonly kind: "categorical"; readonly kept: readonly number[] };

/** What the first sums found, before any tree: the same at every party. Spaces run over the charter's features. */
export interface Start {
  /** The logit every row starts from, a 32-bit float. */
  readonly base: number;
  readonly spaces: readonly Space[];
}

/** One feature's bins within the histogram of a node: `slots` of them from `first` on. */
export interface Column {
  readonly feature: number;
  readonly space: Space;
  readonly first: number;
  readonly slots: number;
}

/** Whether the charter lets rows have no value here. */
export function mayMiss({ missing }: NumericFeature): boolean {
  return missing === "indicate";
}

/** Bins for values, beside the one for missing values. */
export function valueBins(feature: NumericFeature, bins: number): number {
  return mayMiss(feature) ? bins - 1 : bins;
}

/** The bins of a feature. */
export function slotsOf(space: Space): number {
  switch (space.kind) {
    case "numeric": return space.thresholds.length + (space.missing ? 1 : 0);
    case "categorical": return space.kept.length;
  }
}

/** The features that can be split at all: a constant column cannot, nor one whose categories are all rare. */
export function splittable({ spaces }: Start): readonly number[] {
  return spaces.flatMap((space, feature) => (slotsOf(space) >= (space.kind === "numeric" ? 2 : 1) ? [feature] : []));
}

/** How a node's histogram is laid out over these features. */
export function columnsFor({ spaces }: Start, features: readonly number[]): readonly Column[] {
  let first = 0;
  return features.flatMap((feature) => {
    const space = spaces[feature];
    if (space === undefined) throw new RangeError(`no feature ${feature}`);
    const slots = slotsOf(space);
    first += slots;
    return [{ feature, space, first: first - slots, slots }];
  });
}

/** All bins of some columns. */
export function totalSlots(columns: readonly Column[]): number {
  return columns.reduce((sum, { slots }) => sum + slots, 0);
}

/** The bin of a number. @param thresholds - As a typed array where it is asked often. */
export function binOfNumber(thresholds: ArrayLike<number>, value: number): number {
  return Number.isNaN(value) ? thresholds.length : countUpTo(thresholds, Math.fround(value)) - 1;
}

/** Reads what claims to be a start over these features. @throws RangeError if it is not one. */
export function parseStart(raw: unknown, features: readonly Feature[], binsMax: number): Start {
  const { base, spaces } = parseRecord(raw, ["base", "spaces"]);
  if (!isFloat(base)) throw new RangeError("a start's base is a 32-bit float");
  if (!Array.isArray(spaces) || spaces.length !== features.length) throw new RangeError("a start has one space per feature");
  return { base, spaces: features.map((feature, i) => parseSpace(spaces[i], feature, binsMax)) };
}

function parseSpace(raw: unknown, feature: Feature, binsMax: number): Space {
  switch (feature.kind) {
    case "numeric": return parseNumericSpace(raw, feature, binsMax);
    case "categorical": {
      const { kind, kept } = parseRecord(raw, ["kind", "kept"]);
      if (kind !== "categorical") throw new RangeError("a column of words has no thresholds");
      return { kind, kept: parseAscending(kept, feature.categories.length) };
    }
  }
}

function parseNumericSpace(raw: unknown, feature: NumericFeature, binsMax: number): Space {
  const { kind, missing, thresholds } = parseRecord(raw, ["kind", "missing", "thresholds"]);
  if (kind !== "numeric" || typeof missing !== "boolean" || (missing && !mayMiss(feature))) throw new RangeError("not a space of this column");
  if (!Array.isArray(thresholds) || thresholds.length > valueBins(feature, binsMax) || thresholds[0] !== Math.fround(feature.min)) {
    throw new RangeError("thresholds begin at the lower end of the range and are no more than the charter's bins");
  }
  const isAscending = thresholds.every((threshold, i) =>
    isFloat(threshold) && threshold <= Math.fround(feature.max) && (i === 0 || threshold > thresholds[i - 1]));
  if (!isAscending) throw new RangeError("thresholds ascend within the range");
  return { kind, missing, thresholds };
}
