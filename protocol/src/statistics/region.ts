import { Effort } from "./effort.js";

/**
 * The rows that a number counts, as a product of sides: rows that hold one of these words in this column, and lie between those cuts in that one.
 * Of several regions together, what adds up to what is linear algebra; this file makes vectors of them.
 */
export type Region = readonly Side[];

export type Side =
  | { readonly kind: "words"; readonly axis: string; readonly all: readonly string[]; readonly words: readonly string[] }
  /** `mayBeAbsent` says that the column also has rows without a value, which lie in no range. */
  | { readonly kind: "range"; readonly axis: string; readonly from: Cut | null; readonly to: Cut | null; readonly mayBeAbsent: boolean }
  | { readonly kind: "absent"; readonly axis: string };

/** A place between two values: just above `at`, or just below it. Null stands for the end of what the column may hold. */
export interface Cut {
  readonly at: number;
  readonly above: boolean;
}

/** Every row. */
export const EVERYBODY: Region = [];

/** Coefficients by term. Two regions are the same rows if and only if their vectors are equal. */
export type RegionVector = ReadonlyMap<string, bigint>;

/** Which elements of each axis a region takes; an axis that does not occur is taken whole. */
export type Elements = ReadonlyMap<string, ReadonlySet<number>>;

/** Axes cut as finely as the regions together cut them. */
export interface Axes {
  elements(region: Region): Elements;
  /** @throws RangeError if all those asked for have too many terms together. */
  vector(region: Region): RegionVector;
}

/**
 * Each axis is a list of elements: classes of words, or the intervals between all cuts that occur, and absence. The indicator of a set of elements is written
 * in the basis "all, first, second, …, last but one", so that a column which a region does not mention adds no terms.
 */
export function axesOf(regions: readonly Region[]): Axes {
  const sides = new Map<string, Side[]>();
  for (const side of regions.flat()) sides.set(side.axis, [...(sides.get(side.axis) ?? []), side]);
  const axes = new Map([...sides].map(([name, own]) => [name, axisOf(name, own)]));
  const elements = (region: Region): Elements => {
    const taken = new Map<string, ReadonlySet<number>>();
    for (const side of region) {
      const own = elementsOf(axisNamed(axes, side.axis), side);
      const before = taken.get(side.axis);
      taken.set(side.axis, before === undefined ? own : new Set([...own].filter((element) => before.has(element))));
    }
    return new Map([...taken].filter(([name, set]) => set.size < sizeOf(axisNamed(axes, name))).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const terms = new Effort(TERMS_MAX);
  return { elements, vector: (region) => vectorOf(elements(region), (name) => sizeOf(axisNamed(axes, name)), terms) };
}

/** Whether by its own description no row lies in it. */
export function isEmpty(elements: Elements): boolean {
  return [...elements.values()].some((set) => set.size === 0);
}

/** Whether every row of `inner` is one of `outer` too. */
export function within(inner: Elements, outer: Elements): boolean {
  for (const [axis, set] of outer) {
    const own = inner.get(axis);
    if (own === undefined || own.size > set.size) return false;
    for (const element of own) if (!set.has(element)) return false;
  }
  return true;
}

/** The rows of one region that are not in another, which lies within it. */
export function difference(outer: RegionVector, inner: RegionVector): RegionVector {
  const rest = new Map(outer);
  for (const [term, coefficient] of inner) {
    const left = (rest.get(term) ?? 0n) - coefficient;
    if (left === 0n) rest.delete(term);
    else rest.set(term, left);
  }
  return rest;
}

type Axis = { readonly kind: "words"; readonly classOf: ReadonlyMap<string, number>; readonly classes: number } | { readonly kind: "range"; readonly cuts: readonly Cut[]; readonly mayBeAbsent: boolean };

function axisOf(name: string, sides: readonly Side[]): Axis {
  const words = sides.filter((side) => side.kind === "words");
  if (words.length === sides.length) return wordClasses(words);
  if (words.length > 0) throw new RangeError(`${name} is a measure and a dimension`);
  const cuts = sides.flatMap((side) => (side.kind === "range" ? [side.from, side.to] : [])).filter((cut) => cut !== null).sort(byPlace);
  return {
    kind: "range", cuts: cuts.filter((cut, i) => i === 0 || byPlace(cut, cuts[i - 1] ?? cut) !== 0),
    mayBeAbsent: sides.some((side) => side.kind === "absent" || (side.kind === "range" && side.mayBeAbsent)),
  };
}

/** Words that no side tells apart are one element; those that no side takes come last, so that a side of many words has few terms. */
function wordClasses(sides: readonly Extract<Side, { readonly kind: "words" }>[]): Axis {
  const distinct = new Map(sides.map((side) => [side.words.join("\n"), side.words]));
  const signs = new Map<string, number[]>(sides.flatMap(({ all }) => all).map((word) => [word, []]));
  [...distinct.values()].forEach((words, i) => { for (const word of words) signs.get(word)?.push(i); });
  const keys = [...new Set([...signs.values()].map((sign) => sign.join()))].sort((a, b) => Number(a === "") - Number(b === ""));
  const placeOfKey = new Map(keys.map((key, i) => [key, i]));
  return { kind: "words", classes: keys.length, classOf: new Map([...signs].map(([word, sign]) => [word, placeOfKey.get(sign.join()) ?? 0])) };
}

function byPlace(a: Cut, b: Cut): number {
  return a.at - b.at || Number(a.above) - Number(b.above);
}

function elementsOf(axis: Axis, side: Side): ReadonlySet<number> {
  switch (side.kind) {
    case "words": return new Set(axis.kind === "words" ? side.words.flatMap((word) => axis.classOf.get(word) ?? []) : []);
    case "range": {
      const cuts = axis.kind === "range" ? axis.cuts : [];
      const [first, end] = [side.from === null ? 0 : 1 + placeOf(cuts, side.from), side.to === null ? cuts.length + 1 : 1 + placeOf(cuts, side.to)];
      return new Set(Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i));
    }
    case "absent": return new Set([sizeOf(axis) - 1]);
  }
}

function placeOf(cuts: readonly Cut[], cut: Cut): number {
  return cuts.findIndex((one) => byPlace(one, cut) === 0);
}

function sizeOf(axis: Axis): number {
  switch (axis.kind) {
    case "words": return axis.classes;
    case "range": return axis.cuts.length + 1 + (axis.mayBeAbsent ? 1 : 0);
  }
}

function axisNamed(axes: ReadonlyMap<string, Axis>, name: string): Axis {
  const axis = axes.get(name);
  if (axis === undefined) throw new RangeError(`no region was given with a side on ${name}`);
  return axis;
}

/** The product of its sides, multiplied out. */
function vectorOf(elements: Elements, sizeOfAxis: (name: string) => number, effort: Effort): RegionVector {
  let terms: readonly (readonly [string, bigint])[] = [["", 1n]];
  for (const [name, set] of elements) {
    const last = sizeOfAxis(name) - 1;
    const side: (readonly [string, bigint])[] = set.has(last)
      ? [["", 1n], ...range(last).filter((element) => !set.has(element)).map((element) => [`${JSON.stringify(name)}${element};`, -1n] as const)]
      : [...set].map((element) => [`${JSON.stringify(name)}${element};`, 1n] as const);
    effort.spend(terms.length * side.length);
    terms = terms.flatMap(([key, coefficient]) => side.map(([more, sign]) => [key + more, coefficient * sign] as const));
  }
  return new Map(terms);
}

/** All regions together. One of 200 words in one column and 500 in another has 100,000 terms; so many take some 200 MB. */
const TERMS_MAX = 2_000_000;

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, i) => i);
}
