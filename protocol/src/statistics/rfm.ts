import { type Cell, type RfmAnswer, type RfmScore, type Shown } from "./answer.js";
import { equalCells } from "./cells.js";
import { at, counted, numbersOver, placesFrom, presentSide, scoreSides, type AnswerTerms, type Draft, type Screen } from "./draft.js";
import { added, NOT_NEGATIVE, type Estimate } from "./estimate.js";
import { measureOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import { mergedCells, quantileOf, type MergedCell, type QuantileRange } from "./quantile-reading.js";
import { RFM_BINS, SCORES } from "./query-limits.js";
import type { RfmEdges, RfmQuery } from "./query.js";
import type { Region } from "./region.js";
import type { Released } from "./released.js";

/** The edges by which an answer scores, and the cells that found ones lie in. */
export type RfmScale = Readonly<Record<Role, readonly Shown[]>>;

type Role = (typeof ROLES)[number];

const ROLES = ["recency", "frequency", "monetary"] as const;

/** Where fifths end. */
const FIFTHS = [0.2, 0.4, 0.6, 0.8] as const;

/**
 * Edges from the three histograms of a first sum, at 20, 40, 60 and 80 %: each the end of a cell that was merged until it had k rows, so that the edges,
 * which the nodes are shown too, and the counts by them tell of no fewer. Null where a fifth of the rows is fewer than k, or nothing was counted but noise.
 */
export function foundScale(released: Released, query: RfmQuery, plan: StatisticPlan, cellRows: number): RfmScale | null {
  const [recency, frequency, monetary] = ROLES.map((role) => {
    const cells = { counts: released.numbers(`counts by ${role}`), edges: equalCells(measureOf(plan, query[role]), RFM_BINS, "log") };
    const merged = mergedCells(cells, cellRows);
    if (!(added(cells.counts).value / SCORES >= cellRows)) return null;
    const found = FIFTHS.map((share) => quantileOf(cells, merged, share)).filter((read) => read !== null);
    return found.length < FIFTHS.length ? null : found.map((read) => endOf(read, merged, role !== "monetary"));
  });
  return recency && frequency && monetary ? { recency, frequency, monetary } : null;
}

/** The end of a quantile's cell; of the last one its start, so that somebody lies beyond. Days and purchases are counted, and so are their edges. */
function endOf({ cell, low, high }: QuantileRange, merged: readonly MergedCell[], isWhole: boolean): Shown {
  const isLast = cell.last === merged.at(-1)?.last;
  const least = merged[0]?.from ?? cell.from;
  const end = isLast && cell.first > 0 ? cell.from : cell.to;
  // A row with the very value of an edge between two cells lies in the one above it.
  const value = isWhole && !(isLast && cell.first === 0) ? Math.max(least, Math.ceil(end) - 1) : end;
  return { value, low: Math.min(value, low), high: Math.max(value, high) };
}

/** The scale that a query brings along. */
export function givenScale({ recency, frequency, monetary }: RfmEdges): RfmScale {
  const exactly = (edges: readonly number[]) => edges.map((value) => ({ value, low: value, high: value }));
  return { recency: exactly(recency), frequency: exactly(frequency), monetary: exactly(monetary) };
}

/** The edges alone: what the second sum asks the nodes by. */
export function edgesOf({ recency, frequency, monetary }: RfmScale): RfmEdges {
  const values = (edges: readonly Shown[]) => edges.map(({ value }) => value);
  return { recency: values(recency), frequency: values(frequency), monetary: values(monetary) };
}

/**
 * Rows and spend by recency and frequency in fifths, 5 the best of each; rows by monetary value. A row without one of the three values is in none.
 * The day that recency counts back from is the charter's.
 */
export function rfmDraft(released: Released, scale: RfmScale, plan: StatisticPlan & { readonly query: RfmQuery }, terms: AnswerTerms): Draft {
  const { query } = plan;
  const regions = rfmRegions(query, edgesOf(scale), plan);
  const cells = regions.slice(1, 1 + SCORES * SCORES);
  const [grid, spend] = [numbersOver(cells, released.numbers("counts of the grid")), numbersOver(cells, released.numbers("spend of the grid"))];
  const rows = added(grid);
  const bySpend = numbersOver(regions.slice(-SCORES), released.numbers("counts by monetary score"));
  const byRecency = SCALE.map((r) => added(SCALE.map((f) => at(grid, cellAt(r, f)))));
  const byFrequency = SCALE.map((f) => added(SCALE.map((r) => at(grid, cellAt(r, f)))));
  const counts = [rows, ...grid, ...byRecency, ...byFrequency, ...bySpend];
  return {
    cells: regions.map((region, place) => counted(region, at(counts, place))),
    groups: rfmGroups(),
    everybody: null,
    answer: (screen): RfmAnswer => ({
      kind: "rfm", rows: screen.cell(rows, [0], NOT_NEGATIVE), firms: terms.survivors, cellRows: terms.cellRows, noise: plan.noise !== null,
      scores: ROLES.map((role, i) => scoreOf(screen, { role, scale, plan, counts: at([byRecency, byFrequency, bySpend], i), first: at(MARGINS, i) })),
      grid: SCALE.map((r) => SCALE.map((f) => ({
        rows: screen.cell(at(grid, cellAt(r, f)), [1 + cellAt(r, f)], NOT_NEGATIVE), spend: screen.cell(at(spend, cellAt(r, f)), [1 + cellAt(r, f)]),
      }))),
      spend: screen.cell(added(spend), [0]),
    }),
  };
}

/** All rows with the three values; the grid, row by row; by recency, frequency and monetary score alone. */
export function rfmRegions(query: RfmQuery, edges: RfmEdges, plan: Pick<StatisticPlan, "features">): readonly Region[] {
  const whole: Region = ROLES.map((role) => presentSide(plan, query[role]));
  const recency = scoreSides(plan, query.recency, edges.recency).toReversed();
  const frequency = scoreSides(plan, query.frequency, edges.frequency);
  const monetary = scoreSides(plan, query.monetary, edges.monetary);
  return [
    whole, ...recency.flatMap((r) => frequency.map((f): Region => [...whole, r, f])),
    ...[recency, frequency, monetary].flatMap((sides) => sides.map((side): Region => [...whole, side])),
  ];
}

export function rfmCounts({ rows, grid, scores }: RfmAnswer): readonly Cell[] {
  return [rows, ...grid.flatMap((row) => row.map((cell) => cell.rows)), ...scores.flatMap((score) => score.rows)];
}

/** Scores from 0 on, here alone. */
const SCALE = placesFrom(0, SCORES);
/** Where the counts by recency, frequency and monetary score begin. */
const MARGINS = [0, 1, 2].map((margin) => 1 + SCORES * SCORES + margin * SCORES);

function cellAt(recency: number, frequency: number): number {
  return recency * SCORES + frequency;
}

function rfmGroups(): Draft["groups"] {
  const [byRecency, byFrequency] = MARGINS.map((first) => placesFrom(first, SCORES));
  return [
    ...MARGINS.map((first) => ({ whole: 0, parts: placesFrom(first, SCORES) })),
    ...SCALE.map((r) => ({ whole: at(byRecency ?? [], r), parts: SCALE.map((f) => 1 + cellAt(r, f)) })),
    ...SCALE.map((f) => ({ whole: at(byFrequency ?? [], f), parts: SCALE.map((r) => 1 + cellAt(r, f)) })),
  ];
}

interface Scored {
  readonly role: Role;
  readonly scale: RfmScale;
  readonly plan: StatisticPlan & { readonly query: RfmQuery };
  readonly counts: readonly Estimate[];
  readonly first: number;
}

function scoreOf(screen: Screen, { role, scale, plan, counts, first }: Scored): RfmScore {
  const column = plan.query[role];
  return {
    of: role, column, unit: measureOf(plan, column).unit, edges: scale[role],
    rows: counts.map((count, i) => screen.cell(count, [first + i], NOT_NEGATIVE)),
  };
}
