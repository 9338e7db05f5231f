import { gridsOf, sensitivityOf, type Grid } from "@cohortium/protocol/statistics/grids";
import type { Part } from "@cohortium/protocol/statistics/parts";
import type { StatisticPlan, StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import type { LocalRows } from "../data/local-rows.js";
import { columnOf } from "./column-of.js";
import { Placed } from "./placed.js";

/**
 * One party's numbers of one sum, in the clear and in the order of `statisticLayout`: only `egress` may see them. Each row's share is rounded to the
 * segment's scale before it is added, so a row more or less changes a segment by at most `sensitivityOf`, and the order of rows nothing.
 *
 * A row without a value for one of a part's factors adds nothing to that part.
 *
 * @throws RangeError for a value beyond its measure's bounds, which readers refuse or clip before: the privacy that is claimed rests on them.
 */
export function computeStatistic(rows: LocalRows, question: StatisticQuestion, plan: StatisticPlan): Float64Array {
  const grids = gridsOf(question, plan);
  const placed = new Placed(rows, plan);
  const values = new Float64Array(grids.reduce((words, { segment }) => words + segment.length, 1));
  values[0] = 1;
  let at = 1;
  for (const grid of grids) {
    const to = values.subarray(at, at += grid.segment.length);
    if (grid.part.factors.length === 0) countInto(to, grid.part, placed);
    else sumInto(to, grid, { rows, placed, plan });
  }
  return values;
}

function countInto(to: Float64Array, part: Part, placed: Placed): void {
  const cells = placed.cellsOf(part.cells);
  const takes = placed.cohortOf(part.over);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] ?? -1;
    if (cell >= 0 && takes[row] === 1) to[cell] = (to[cell] ?? 0) + 1;
  }
}

interface Summed {
  readonly rows: LocalRows;
  readonly placed: Placed;
  readonly plan: StatisticPlan;
}

/** In whole units of the scale, which doubles add without rounding. */
function sumInto(to: Float64Array, { part, segment: { scaleBits } }: Grid, { rows, placed, plan }: Summed): void {
  const [first, second] = part.factors.map((name) => columnOf(rows, plan, name));
  if (first === undefined || part.factors.length > 2) throw new Error("a sum is of one column or of two");
  const [cells, takes] = [placed.cellsOf(part.cells), placed.cohortOf(part.over)];
  const [scale, largest] = [2 ** scaleBits, sensitivityOf(part, scaleBits, plan)];
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] ?? -1;
    if (cell < 0 || takes[row] !== 1) continue;
    const value = (first[row] ?? Number.NaN) * (second === undefined ? 1 : second[row] ?? Number.NaN);
    if (Number.isNaN(value)) continue;
    const units = Math.round(value * scale);
    if (!(Math.abs(units) <= largest)) throw new RangeError("a value beyond its measure's bounds");
    to[cell] = (to[cell] ?? 0) + units;
  }
  for (let cell = 0; cell < to.length; cell++) to[cell] = (to[cell] ?? 0) / scale;
}
