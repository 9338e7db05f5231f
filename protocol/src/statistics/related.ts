import type { Region } from "./region.js";

/** What earlier answers on the same charter showed, and what they withheld. */
export interface Earlier {
  readonly shown: readonly { readonly region: Region; readonly count: number }[];
  readonly withheld: readonly Region[];
}

/**
 * The earlier counts that can add up to something with these regions. Counts over columns that have nothing to do with each other, not even through
 * others that name both, have one thing in common, the number of all rows; once that is known, nothing of one follows from the other: functions of
 * some columns and functions of the rest are, but for constants, linearly independent. Until it is known, all are related.
 */
export function relatedOf(regions: readonly Region[], earlier: Earlier): Earlier {
  if (!earlier.shown.some(({ region }) => region.length === 0)) return earlier;
  const axes = relatedAxes(regions, [...earlier.shown.map(({ region }) => region), ...earlier.withheld]);
  // All rows lie in every region's columns, and so they stay.
  const isRelated = (region: Region) => region.every(({ axis }) => axes.has(axis));
  return { shown: earlier.shown.filter(({ region }) => isRelated(region)), withheld: earlier.withheld.filter(isRelated) };
}

/** The columns that the regions name, those that some earlier region names beside one of them, and so on. */
function relatedAxes(regions: readonly Region[], earlier: readonly Region[]): ReadonlySet<string> {
  const axes = new Set(regions.flatMap((region) => region.map(({ axis }) => axis)));
  let linked = earlier;
  for (;;) {
    const isNext = linked.map((region) => region.some(({ axis }) => axes.has(axis)));
    if (!isNext.includes(true)) return axes;
    for (const { axis } of linked.filter((_, i) => isNext[i]).flat()) axes.add(axis);
    linked = linked.filter((_, i) => !isNext[i]);
  }
}
