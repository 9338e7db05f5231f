import { orNull } from "../session/or-null.js";
import { Knowledge } from "./determined.js";
import { Effort } from "./effort.js";
import { axesOf, difference, within, type Axes, type Elements, type Region, type RegionVector } from "./region.js";
import { relatedOf, type Earlier } from "./related.js";

/**
 * Which counts of an answer are withheld, so that none over fewer than k rows is shown or follows from what is.
 *
 * Claims:   no withheld count is a combination of shown ones, of this answer and the earlier ones given, whatever the weights, unless it already
 *           was one of the earlier ones alone. Where shown parts of a shown whole leave some out, these have k rows or more together. Of two
 *           shown counts, one within the other, the difference has k rows or more.
 * Assumes:  a node's row is counted as what it is; that the earlier answers given are all there are.
 * Strength: exact, in whole numbers. A withheld count is not determined; how far it can be narrowed down by knowing that counts are not
 *           negative is measured by the tests, and not bounded here.
 * Not for:  privacy by itself. With noise, what may be learned is bounded by its ρ; this is what may be displayed.
 */
export interface Suppression {
  readonly cells: readonly CountedRegion[];
  readonly groups: readonly Group[];
  readonly cellRows: number;
  readonly earlier: Earlier;
  /** Places of cells that must not be shown nor follow, however many rows they are over. */
  readonly kept?: ReadonlySet<number>;
}

export interface CountedRegion {
  readonly region: Region;
  /** As released: with its noise. */
  readonly count: number;
  /** Whether the answer has a place for it. One that has none is never shown, and must not follow either. */
  readonly listed: boolean;
}

/** Parts that make up a whole, by their places among the cells. */
export interface Group {
  readonly whole: number;
  readonly parts: readonly number[];
}

export const NO_EARLIER: Earlier = { shown: [], withheld: [] };

/** So many cells of earlier answers that are related to an answer can be taken into account; with more of them nothing of it is shown. */
export const EARLIER_CELLS_MAX = 4_000;
/** Terms touched by learning these, and by all turns over the answer's own cells: a few seconds each at the most. */
const LEARNING_STEPS_MAX = 10_000_000;
const DECIDING_STEPS_MAX = 15_000_000;

/**
 * Why nothing of an answer over these regions could be shown, whatever the rows; null where some of it could. It costs less than to find out what.
 */
export function undecidable(regions: readonly Region[], earlier: Earlier): string | null {
  const related = relatedOf(regions, earlier);
  const cells = related.shown.length + related.withheld.length;
  if (cells > EARLIER_CELLS_MAX) return `earlier answers tell ${cells} counts related to it, and ${EARLIER_CELLS_MAX} are the most that can be looked at`;
  const isKnown = orNull(() => {
    const axes = axesOf([...regions, ...related.shown.map(({ region }) => region), ...related.withheld]);
    for (const region of related.withheld) axes.vector(region);
    const knowledge = learned(related.shown.map(({ region }) => axes.vector(region)));
    // As if all of them were shown: secrets, of which rows decide, are not counted in.
    const own = new Knowledge(new Effort(DECIDING_STEPS_MAX / 2), knowledge);
    for (const region of regions) own.learn(axes.vector(region));
    return true;
  }) ?? false;
  return isKnown ? null : "it names too many words of too many columns at once, alone or with earlier answers, to work out what would follow";
}

/** Places among the cells. What by its own description counts nobody, such as the women of a cohort of men, is not withheld: there is nothing to tell. */
export function withheldCells(question: Suppression): ReadonlySet<number> {
  const { cells } = question;
  const earlier = relatedOf(cells.map(({ region }) => region), question.earlier);
  const isMuch = earlier.shown.length + earlier.withheld.length > EARLIER_CELLS_MAX;
  // Too many terms or steps are refused, and nothing is shown where it cannot be decided what.
  return (isMuch ? null : orNull(() => decided({ ...question, earlier }))) ?? new Set(cells.keys());
}

function learned(vectors: readonly RegionVector[]): Knowledge {
  const knowledge = new Knowledge(new Effort(LEARNING_STEPS_MAX));
  for (const vector of vectors) knowledge.learn(vector);
  return knowledge;
}

function decided(question: Suppression): ReadonlySet<number> {
  const { cells, earlier, cellRows } = question;
  const axes = axesOf([...cells, ...earlier.shown].map(({ region }) => region).concat(earlier.withheld));
  const measured = cells.map((cell, place) => ({ ...measuredCount(cell, axes), place, listed: cell.listed }));
  const before = earlier.shown.map((one) => measuredCount(one, axes));
  const secrets = [
    ...earlier.withheld.map((region) => axes.vector(region)), ...measured.filter(({ count }) => !(count >= cellRows)).map(({ vector }) => vector),
    ...fewBetween(measured.filter(({ listed }) => listed), before, cellRows),
  ];
  const effort = new Effort(DECIDING_STEPS_MAX);
  const start = new Knowledge(effort, learned(before.map(({ vector }) => vector)));
  for (const secret of secrets) start.keep(secret);
  let forced: ReadonlySet<number> = question.kept ?? new Set();
  // Each turn forces one cell more, so there are at most as many turns as cells.
  for (;;) {
    const withheld = oneTurn({ measured, start, effort, forced, cellRows });
    const next = smallestOfBareGroup(question, withheld);
    if (next === null) return withheld;
    forced = new Set([...forced, next]);
  }
}

interface Measured {
  readonly count: number;
  readonly elements: Elements;
  readonly vector: RegionVector;
}

interface Placed extends Measured {
  readonly place: number;
  readonly listed: boolean;
}

interface Turn {
  readonly measured: readonly Placed[];
  /** What was known before, and must not be known after. */
  readonly start: Knowledge;
  readonly effort: Effort;
  readonly forced: ReadonlySet<number>;
  readonly cellRows: number;
}

/** Shows one cell after the other, the largest first, unless a secret would follow from it and those shown so far. */
function oneTurn({ measured, start, effort, forced, cellRows }: Turn): ReadonlySet<number> {
  const knowledge = new Knowledge(effort, start);
  for (const { place, vector } of measured) if (forced.has(place)) knowledge.keep(vector);
  const candidates = measured.filter(({ count, place, listed }) => listed && count >= cellRows && !forced.has(place));
  const shown = candidates.toSorted((a, b) => b.count - a.count || a.place - b.place).filter(({ vector }) => knowledge.learnUnlessTelling(vector));
  const places = new Set(shown.map(({ place }) => place));
  return new Set(measured.filter(({ place, vector }) => !places.has(place) && vector.size > 0).map(({ place }) => place));
}

/** The rows by which one count that may be shown exceeds another within it, where they are fewer than k. */
function fewBetween(own: readonly Measured[], before: readonly Measured[], cellRows: number): readonly RegionVector[] {
  const large = own.filter(({ count }) => count >= cellRows);
  return large.flatMap((one, i) => [...large.slice(i + 1), ...before].flatMap((other) => {
    const [inside, outside] = [within(one.elements, other.elements), within(other.elements, one.elements)];
    if (inside === outside) return [];
    const [inner, outer] = inside ? [one, other] : [other, one];
    return outer.count - inner.count >= cellRows ? [] : [difference(outer.vector, inner.vector)];
  }));
}

/** The smallest shown part of a whole whose parts left out have too few rows together: one more of them hides these. Null where there is none. */
function smallestOfBareGroup({ cells, groups, cellRows }: Suppression, withheld: ReadonlySet<number>): number | null {
  const countOf = (place: number) => cells[place]?.count ?? Number.NaN;
  for (const { whole, parts } of groups) {
    const out = parts.filter((part) => withheld.has(part));
    if (withheld.has(whole) || out.length === 0) continue;
    if (out.reduce((sum, part) => sum + countOf(part), 0) >= cellRows) continue;
    const [smallest] = parts.filter((part) => !withheld.has(part)).toSorted((a, b) => countOf(a) - countOf(b) || a - b);
    return smallest ?? whole;
  }
  return null;
}

function measuredCount({ region, count }: { readonly region: Region; readonly count: number }, axes: Axes): Measured {
  return { count, elements: axes.elements(region), vector: axes.vector(region) };
}
