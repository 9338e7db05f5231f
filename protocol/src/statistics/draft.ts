import { shown, withheldBelow, type Answer, type Cell } from "./answer.js";
import { NOT_NEGATIVE, NOTHING, ratio, SHARE, type Estimate, type Range } from "./estimate.js";
import { measureOf, dimensionOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import type { Cohort } from "./query.js";
import { axesOf, isEmpty, type Region, type Side } from "./region.js";
import type { CountedRegion, Group } from "./suppress.js";

/** An answer before it is decided what of it is withheld: the counts it rests on, how they add up, and how it looks without some of them. */
export interface Draft {
  readonly cells: readonly CountedRegion[];
  readonly groups: readonly Group[];
  /** How many rows all companies have; null where the question does not count them. */
  readonly everybody: Estimate | null;
  /** Places of cells that a draft before this one listed, and that were withheld: they stay so. */
  readonly kept?: ReadonlySet<number>;
  /** The draft to take instead where these places are withheld; null, or absent, where this one will do. */
  readonly without?: (withheld: ReadonlySet<number>) => Draft | null;
  answer(screen: Screen): Answer;
}

/** Numbers rest on counts, and are shown if all of these are. Counts are told by their places among the draft's cells. */
export interface Screen {
  cell(estimate: Estimate | null, places: readonly number[], range?: Range): Cell;
  hides(place: number): boolean;
}

/** What all answers of a session have in common. */
export interface AnswerTerms {
  /** A cell over fewer rows is withheld: what the charter asks for, or a company if that is more. */
  readonly cellRows: number;
  /** So many companies' numbers are in the sum. */
  readonly survivors: number;
}

export function screenOf(withheld: ReadonlySet<number>, cellRows: number): Screen {
  const hides = (place: number) => withheld.has(place);
  return {
    hides,
    cell: (estimate, places, range) => (estimate === null || places.some(hides) ? withheldBelow(cellRows) : shown(estimate, range)),
  };
}

/** A count and its share of a whole of which it is an independently noised part, if the two have no `covariance`. */
export function rowsAndShare(screen: Screen, part: Placed, whole: Placed, covariance = 0): { readonly rows: Cell; readonly share: Cell } {
  return {
    rows: screen.cell(part.count, [part.place], NOT_NEGATIVE),
    share: screen.cell(ratio(part.count, whole.count, covariance), [part.place, whole.place], SHARE),
  };
}

export interface Placed {
  readonly count: Estimate;
  readonly place: number;
}

export function counted(region: Region, { value }: Estimate, listed = true): CountedRegion {
  return { region, count: value, listed };
}

/** The numbers, and 0 in place of noise where a region by its own description holds nobody: words that the cohort excludes, scores between equal edges. */
export function numbersOver(regions: readonly Region[], numbers: readonly Estimate[]): readonly Estimate[] {
  const axes = axesOf(regions);
  return numbers.map((number, i) => (isEmpty(axes.elements(at(regions, i))) ? NOTHING : number));
}

export function cohortRegion(cohort: Cohort, plan: Pick<StatisticPlan, "features">): Region {
  return cohort.map(({ dimension, words }) => wordsSide(plan, dimension, words));
}

export function wordsSide(plan: Pick<StatisticPlan, "features">, dimension: string, words: readonly string[]): Side {
  return { kind: "words", axis: dimension, all: dimensionOf(plan, dimension).categories, words };
}

/** Every value of a measure, absence excluded. */
export function presentSide(plan: Pick<StatisticPlan, "features">, measure: string): Side {
  return { kind: "range", axis: measure, from: null, to: null, mayBeAbsent: mayBeAbsent(plan, measure) };
}

/** Cells that start at an edge and end before the next. */
export function betweenSides(plan: Pick<StatisticPlan, "features">, measure: string, edges: readonly number[]): readonly Side[] {
  return edges.slice(1).map((_, i) => ({
    kind: "range", axis: measure, mayBeAbsent: mayBeAbsent(plan, measure),
    from: i === 0 ? null : { at: edges[i] ?? 0, above: false }, to: i === edges.length - 2 ? null : { at: edges[i + 1] ?? 0, above: false },
  }));
}

/** Cells that start just above an edge and end with the next. */
export function scoreSides(plan: Pick<StatisticPlan, "features">, measure: string, edges: readonly number[]): readonly Side[] {
  return [...edges, null].map((edge, i) => ({
    kind: "range", axis: measure, mayBeAbsent: mayBeAbsent(plan, measure),
    from: i === 0 ? null : { at: edges[i - 1] ?? 0, above: true }, to: edge === null ? null : { at: edge, above: true },
  }));
}

export function mayBeAbsent(plan: Pick<StatisticPlan, "features">, measure: string): boolean {
  return measureOf(plan, measure).missing === "indicate";
}

/** `length` places from `first` on. */
export function placesFrom(first: number, length: number): readonly number[] {
  return Array.from({ length }, (_, i) => first + i);
}

/** The number at a place. @throws RangeError if there is none. */
export function at<T>(list: readonly T[], place: number): T {
  const item = list[place];
  if (item === undefined) throw new RangeError(`${list.length} numbers, and none at ${place}`);
  return item;
}
