import { type Cell, type CountedWord, type DriftAnswer } from "./answer.js";
import { equalCells } from "./cells.js";
import { at, betweenSides, counted, mayBeAbsent, placesFrom, rowsAndShare, wordsSide, type AnswerTerms, type Draft } from "./draft.js";
import { added, NOT_NEGATIVE, NOTHING } from "./estimate.js";
import { intervalsOf } from "../charter/recipe-lowering.js";
import { MISSING_WORD } from "../charter/missing-word.js";
import { dimensionOf, measureOf } from "./parts.js";
import type { StatisticPlan } from "./plan.js";
import type { DriftQuery } from "./query.js";
import { EVERYBODY, type Region } from "./region.js";
import type { Released } from "./released.js";

/** How all rows spread over a column, absence included. Each node compares its own rows with it, at home (`stability-index.ts`). */
export function driftDraft(released: Released, query: DriftQuery, plan: StatisticPlan, { cellRows, survivors }: AnswerTerms): Draft {
  const numbers = released.numbers(`counts of ${query.column}`);
  const { words, unit, isComplete } = driftColumn(query, plan);
  // Where the charter lets no value be absent, the last number is noise and nothing else.
  const counts = isComplete ? [...numbers.slice(0, -1), NOTHING] : numbers;
  const whole = { count: added(counts), place: 0 };
  const missing = { count: at(counts, words.length), place: 1 + words.length };
  return {
    cells: driftRegions(query, plan).map((region, place) => counted(region, at([whole.count, ...counts], place))),
    groups: [{ whole: 0, parts: placesFrom(1, words.length + (isComplete ? 0 : 1)) }],
    everybody: whole.count,
    answer: (screen): DriftAnswer => ({
      kind: "drift", rows: screen.cell(whole.count, [0], NOT_NEGATIVE), firms: survivors, cellRows, noise: plan.noise !== null,
      column: query.column, unit,
      cells: words.map((word, i): CountedWord => {
        const count = at(counts, i);
        return { word, ...rowsAndShare(screen, { count, place: 1 + i }, whole, count.variance) };
      }),
      missing: rowsAndShare(screen, missing, whole, missing.count.variance),
    }),
  };
}

/** All rows, those in each cell, and, where there can be any, those without a value. */
export function driftRegions(query: DriftQuery, plan: Pick<StatisticPlan, "features">): readonly Region[] {
  const { column } = query;
  const { words, edges, isComplete } = driftColumn(query, plan);
  const cells = edges === null ? words.map((word) => wordsSide(plan, column, [word])) : betweenSides(plan, column, edges);
  const absent = isComplete ? [] : [edges === null ? wordsSide(plan, column, [MISSING_WORD]) : { kind: "absent", axis: column } as const];
  return [EVERYBODY, ...[...cells, ...absent].map((side) => [side])];
}

export function driftCounts({ rows, cells, missing }: DriftAnswer, query: DriftQuery, plan: Pick<StatisticPlan, "features">): readonly Cell[] {
  return [rows, ...cells.map((cell) => cell.rows), ...(driftColumn(query, plan).isComplete ? [] : [missing.rows])];
}

interface DriftColumn {
  readonly words: readonly string[];
  readonly edges: readonly number[] | null;
  readonly unit: string | null;
  /** Whether the charter lets no value be absent. */
  readonly isComplete: boolean;
}

function driftColumn({ column, bins }: DriftQuery, plan: Pick<StatisticPlan, "features">): DriftColumn {
  if (plan.features.some(({ name, kind }) => name === column && kind === "categorical")) {
    const { categories } = dimensionOf(plan, column);
    return { words: categories.filter((word) => word !== MISSING_WORD), edges: null, unit: null, isComplete: !categories.includes(MISSING_WORD) };
  }
  const measure = measureOf(plan, column);
  const edges = equalCells(measure, bins, "linear");
  return { words: intervalsOf(edges), edges, unit: measure.unit, isComplete: !mayBeAbsent(plan, column) };
}
