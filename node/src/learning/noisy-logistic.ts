import type { LogisticPrivacy } from "@cohortium/protocol/charter/model-clauses";
import { categoricalsOf, numericsOf, type Feature } from "@cohortium/protocol/charter/features";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { packNoisyMoments } from "@cohortium/protocol/training/noisy-moments";
import { packSlopes } from "@cohortium/protocol/training/logistic/noisy-step";
import { unitOf } from "@cohortium/protocol/training/moments";
import type { LocalRows } from "../data/local-rows.js";
import { BLOCK_ROWS, blockFor, blockLogits, designOf, type Block, type Design } from "./design.js";
import { triangleOf } from "./logistic.js";
import { wordCounts } from "./word-counts.js";

/**
 * This party's answer to a noisy `moments` round, before noise. What each row adds is rounded to the scale first: a row more or less then moves the sums by
 * what their layout says, whatever the order of the rows.
 */
export function noisyMomentsOf(rows: LocalRows, features: readonly Feature[], scaleBits: number): Float64Array {
  const numerics = numericsOf(features);
  const [sums, squares, missing] = [new Float64Array(numerics.length), new Float64Array(numerics.length), new Float64Array(numerics.length)];
  const scale = 2 ** scaleBits;
  numerics.forEach((feature, k) => {
    for (const value of rows.x.subarray(k * rows.rows, (k + 1) * rows.rows)) {
      const absent = feature.missing === "indicate" && Number.isNaN(value);
      // A value within its bounds can leave [−1, 1] by a rounding.
      const unit = absent ? 0 : Math.min(1, Math.max(-1, unitOf(feature, value)));
      sums[k] = (sums[k] ?? 0) + Math.round(unit * scale);
      squares[k] = (squares[k] ?? 0) + Math.round(unit * unit * scale);
      missing[k] = (missing[k] ?? 0) + (absent ? 1 : 0);
    }
  });
  const counts = categoricalsOf(features).flatMap(({ categories }, k) => wordCounts(rows.categories[k] ?? new Int32Array(), categories.length));
  const positives = rows.y.reduce((sum, y) => sum + y, 0);
  return packNoisyMoments({
    negatives: rows.rows - positives, positives, sums: sums.map((sum) => sum / scale), squares: squares.map((sum) => sum / scale),
    missing: missing.filter((_, k) => numerics[k]?.missing === "indicate"), counts: Float64Array.from(counts),
  });
}

/**
 * This party's answer to a noisy `newton` round, before noise: gradient and curvature at `model` over rows that were scaled down to `rowNormMax`, each
 * row's share rounded to the scale.
 */
export function noisyNewtonOf(rows: LocalRows, features: readonly Feature[], model: LogisticModel, { rowNormMax, scaleBits }: Pick<LogisticPrivacy, "rowNormMax"> & { readonly scaleBits: number }): Float64Array {
  const design = designOf(rows, features, model);
  const block = blockFor(design);
  const logits = new Float64Array(BLOCK_ROWS);
  const sums: Sums = { scale: 2 ** scaleBits, gradient: new Float64Array(design.columns), curvature: new Float64Array(design.columns * design.columns) };
  for (let first = 0; first < rows.rows; first += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rows.rows - first);
    design.fill(block, first, count);
    blockLogits(design, block, count, logits);
    for (let row = 0; row < count; row++) {
      const one = rowOf(design, block, row);
      const share = Math.min(1, rowNormMax / normOf(one));
      addRow(design.columns, sums, scaledDown(one, share), slopesAt((logits[row] ?? Number.NaN) * share, rows.y[first + row] ?? 0));
    }
  }
  const gradient = Float64Array.from(design.renumbered, (column) => (sums.gradient[column] ?? 0) / sums.scale);
  return packSlopes({ gradient, curvature: triangleOf(design, sums.curvature).map((sum) => sum / sums.scale) });
}

/** In whole units of the scale, in the design's numbering; of the curvature only entries with row ≤ column are written. */
interface Sums {
  readonly scale: number;
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
}

/** Where a row is not zero, and what it is there: its dense columns, then its hot ones. */
interface SparseRow {
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

function rowOf({ dense, slots }: Design, { z, hot }: Block, row: number): SparseRow {
  const [columns, values]: [number[], number[]] = [[], []];
  for (let i = 0; i < dense; i++) {
    columns.push(i);
    values.push(z[row * dense + i] ?? Number.NaN);
  }
  // Later slots have higher columns, so that the columns ascend.
  for (const column of hot.subarray(row * slots, (row + 1) * slots)) {
    if (column < 0) continue;
    columns.push(column);
    values.push(1);
  }
  return { columns, values };
}

/** Never 0: the intercept is in every row. */
function normOf({ values }: SparseRow): number {
  return Math.sqrt(values.reduce((squares, value) => squares + value * value, 0));
}

function scaledDown({ columns, values }: SparseRow, share: number): SparseRow {
  return share < 1 ? { columns, values: values.map((value) => value * share) } : { columns, values };
}

/** How the loss of one row changes with its logit: p − y, and p(1 − p). */
function slopesAt(logit: number, label: number): { readonly error: number; readonly variance: number } {
  const t = Math.exp(-Math.abs(logit));
  const probability = logit >= 0 ? 1 / (1 + t) : t / (1 + t);
  return { error: probability - label, variance: t / ((1 + t) * (1 + t)) };
}

function addRow(columns: number, { scale, gradient, curvature }: Sums, row: SparseRow, { error, variance }: ReturnType<typeof slopesAt>): void {
  row.columns.forEach((i, a) => {
    const value = row.values[a] ?? Number.NaN;
    const weighted = variance * value * scale;
    gradient[i] = (gradient[i] ?? 0) + Math.round(error * value * scale);
    const line = i * columns;
    for (let b = a; b < row.columns.length; b++) {
      const at = line + (row.columns[b] ?? 0);
      curvature[at] = (curvature[at] ?? 0) + Math.round(weighted * (row.values[b] ?? Number.NaN));
    }
  });
}
