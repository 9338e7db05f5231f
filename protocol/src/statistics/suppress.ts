import { Knowledge } from "./determined.js";
import { axesOf, within, type Axes, type Elements, type Region, type RegionVector } from "./region.js";

/**
 * Which counts of an answer are withheld, so that none over fewer than k rows is shown or follows from what is.
 *
 * Claims:   no withheld count is a combination of shown ones, of this answer and the earlier ones given, whatever the weights; where shown parts
 *           of a shown whole leave some out, these have k rows or more together; of two shown counts, one within the other, the difference
 *           has k rows or more.
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

/** What earlier answers on the same charter showed, and what they withheld. */
export interface Earlier {
  readonly shown: readonly { readonly region: Region; readonly count: number }[];
  readonly withheld: readonly Region[];
}

export const NO_EARLIER: Earlier = { shown: [], withheld: [] };

/** So many cells of earlier answers can be taken into account; with more of them nothing is shown any more, until the charter is signed anew. */
export const EARLIER_CELLS_MAX = 4_000;

/** Places among the cells. */
export function withheldCells(question: Suppression): ReadonlySet<number> {
  const { cells, earlier } = question;
  const everything = new Set(cells.keys());
  if (earlier.shown.length + earlier.withheld.length > EARLIER_CELLS_MAX) return everything;
  const axes = axesOf([...cells, ...earlier.shown].map(({ region }) => region).concat(earlier.withheld));
  const measured = cells.map((cell, place) => measuredCell(cell, place, axes));
  let forced: ReadonlySet<number> = new Set();
  // Each turn forces one cell more, so there are at most as many turns as cells.
  for (;;) {
    const withheld = oneTurn(question, { measured, axes, forced });
    const next = smallestOfBareGroup(question, withheld);
    if (next === null) return withheld;
    forced = new Set([...forced, next]);
  }
}

interface Measured extends CountedRegion {
  readonly place: number;
  readonly elements: Elements;
  readonly vector: RegionVector;
}

interface Turn {
  readonly measured: readonly Measured[];
  readonly axes: Axes;
  readonly forced: ReadonlySet<number>;
}

/** Shows one cell after the other, the largest first, unless something would follow from it. What is left out stays a secret. */
function oneTurn({ earlier, cellRows }: Suppression, { measured, axes, forced }: Turn): ReadonlySet<number> {
  const knowledge = new Knowledge();
  for (const { region } of earlier.shown) knowledge.learn(axes.vector(region));
  for (const region of earlier.withheld) knowledge.keep(axes.vector(region));
  const isSmall = ({ count, place }: Measured) => !(count >= cellRows) || forced.has(place);
  for (const cell of measured.filter(isSmall)) knowledge.keep(cell.vector);
  const shown = earlier.shown.map(({ region, count }) => ({ elements: axes.elements(region), count }));
  const withheld = new Set(measured.filter((cell) => isSmall(cell) || !cell.listed).map(({ place }) => place));
  for (const cell of measured.toSorted((a, b) => b.count - a.count || a.place - b.place)) {
    if (withheld.has(cell.place)) continue;
    if (shown.some((other) => tellsFew(cell, other, cellRows))) {
      knowledge.keep(cell.vector);
      withheld.add(cell.place);
    } else if (knowledge.learnUnlessTelling(cell.vector)) shown.push(cell);
    else withheld.add(cell.place);
  }
  return withheld;
}

interface Counted {
  readonly elements: Elements;
  readonly count: number;
}

/** Whether one lies within the other and all but few of its rows. */
function tellsFew(a: Counted, b: Counted, cellRows: number): boolean {
  const [inside, outside] = [within(a.elements, b.elements), within(b.elements, a.elements)];
  if (inside === outside) return false;
  return !((inside ? b.count - a.count : a.count - b.count) >= cellRows);
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

function measuredCell(cell: CountedRegion, place: number, axes: Axes): Measured {
  return { ...cell, place, elements: axes.elements(cell.region), vector: axes.vector(cell.region) };
}
