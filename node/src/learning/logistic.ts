import type { LocalRows } from "../data/local-rows.js";
import { categoricalsOf, numericsOf, type Feature } from "@cohortium/protocol/charter/features";
import { ROW_LOSS_MAX } from "@cohortium/protocol/training/log-loss";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { packMoments, unitOf } from "@cohortium/protocol/training/moments";
import { packNewton } from "@cohortium/protocol/training/logistic/newton";
import { wordCounts } from "./word-counts.js";
import { BLOCK_ROWS, blockFor, blockLogits, designOf, type Block, type Design } from "./design.js";

/** This party's answer to a `moments` round. */
export function momentsOf(rows: LocalRows, features: readonly Feature[]): Float64Array {
  const numerics = numericsOf(features);
  const [sums, squares, missing] = [new Float64Array(numerics.length), new Float64Array(numerics.length), new Float64Array(numerics.length)];
  numerics.forEach((feature, k) => {
    for (const value of rows.x.subarray(k * rows.rows, (k + 1) * rows.rows)) {
      const absent = feature.missing === "indicate" && Number.isNaN(value);
      const unit = absent ? 0 : unitOf(feature, value);
      sums[k] = (sums[k] ?? 0) + unit;
      squares[k] = (squares[k] ?? 0) + unit * unit;
      missing[k] = (missing[k] ?? 0) + (absent ? 1 : 0);
    }
  });
  const counts = categoricalsOf(features).flatMap(({ categories }, k) => wordCounts(rows.categories[k] ?? new Int32Array(), categories.length));
  return packMoments({
    rows: rows.rows, positives: rows.y.reduce((sum, y) => sum + y, 0), sums, squares,
    missing: missing.filter((_, k) => numerics[k]?.missing === "indicate"), counts: Float64Array.from(counts),
  });
}

/** This party's answer to a `newton` round: log-loss, gradient and Hessian at `model`, over the active columns. */
export function newtonOf(rows: LocalRows, features: readonly Feature[], model: LogisticModel): Float64Array {
  const design = designOf(rows, features, model);
  const block = blockFor(design);
  const logits = new Float64Array(BLOCK_ROWS);
  const sums: Sums = { gradient: new Float64Array(design.columns), hessian: new Float64Array(design.columns * design.columns) };
  let loss = 0;
  for (let first = 0; first < rows.rows; first += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rows.rows - first);
    design.fill(block, first, count);
    blockLogits(design, block, count, logits);
    loss += addBlock(design, block, { logits: logits.subarray(0, count), labels: rows.y.subarray(first, first + count) }, sums);
  }
  const gradient = Float64Array.from(design.renumbered, (column) => sums.gradient[column] ?? 0);
  return packNewton({ rows: rows.rows, loss, gradient, hessian: triangleOf(design, sums.hessian) });
}

/** The logit of every row under `model`. */
export function logitsOf(rows: LocalRows, features: readonly Feature[], model: LogisticModel): Float64Array {
  const design = designOf(rows, features, model);
  const block = blockFor(design);
  const logits = new Float64Array(rows.rows);
  for (let first = 0; first < rows.rows; first += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rows.rows - first);
    design.fill(block, first, count);
    blockLogits(design, block, count, logits.subarray(first, first + count));
  }
  return logits;
}

/** Sums in the design's numbering; of the Hessian only entries with row ≤ column are written. */
interface Sums {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

interface Scored {
  readonly logits: Float64Array;
  readonly labels: Uint8Array;
}

/** Adds a block's derivatives to `sums`. @returns the block's clipped log-loss. */
function addBlock(design: Design, { z, hot }: Block, { logits, labels }: Scored, sums: Sums): number {
  const { dense, slots } = design;
  let loss = 0;
  logits.forEach((logit, row) => {
    // e^-|logit| cannot overflow, and gives probability, variance and loss without losing digits at either end.
    const t = Math.exp(-Math.abs(logit));
    const label = labels[row] ?? 0;
    loss += Math.min(ROW_LOSS_MAX, Math.log1p(t) + Math.max(0, label === 1 ? -logit : logit));
    const probability = logit >= 0 ? 1 / (1 + t) : t / (1 + t);
    addRow(design.columns, sums, {
      z: z.subarray(row * dense, (row + 1) * dense), hot: hot.subarray(row * slots, (row + 1) * slots),
      error: probability - label, variance: t / ((1 + t) * (1 + t)),
    });
  });
  return loss;
}

interface Row {
  readonly z: Float64Array;
  readonly hot: Int32Array;
  readonly error: number;
  readonly variance: number;
}

/** Adds only where the row is not zero: some 200 products where the full triangle has 1,500. */
function addRow(columns: number, { gradient, hessian }: Sums, { z, hot, error, variance }: Row): void {
  for (let i = 0; i < z.length; i++) {
    const value = z[i] ?? 0;
    const weighted = variance * value;
    const line = i * columns;
    gradient[i] = (gradient[i] ?? 0) + error * value;
    for (let j = i; j < z.length; j++) hessian[line + j] = (hessian[line + j] ?? 0) + weighted * (z[j] ?? 0);
    for (const column of hot) if (column >= 0) hessian[line + column] = (hessian[line + column] ?? 0) + weighted;
  }
  for (let k = 0; k < hot.length; k++) {
    const row = hot[k] ?? -1;
    if (row < 0) continue;
    gradient[row] = (gradient[row] ?? 0) + error;
    // Later features have higher column numbers, so this stays in the upper triangle.
    for (let m = k; m < hot.length; m++) {
      const column = hot[m] ?? -1;
      if (column >= 0) hessian[row * columns + column] = (hessian[row * columns + column] ?? 0) + variance;
    }
  }
}

/** The upper triangle in the order of the active columns. */
export function triangleOf({ columns, renumbered }: Design, hessian: Float64Array): Float64Array {
  const upper = new Float64Array((columns * (columns + 1)) / 2);
  let next = 0;
  for (let i = 0; i < columns; i++) {
    for (let j = i; j < columns; j++) {
      const [a, b] = [renumbered[i] ?? 0, renumbered[j] ?? 0];
      upper[next++] = hessian[Math.min(a, b) * columns + Math.max(a, b)] ?? 0;
    }
  }
  return upper;
}
