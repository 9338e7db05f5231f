import type { Feature } from "@cohortium/protocol/charter/features";
import { localRows, type LocalRows } from "../../src/data/local-rows.js";

/** Numerics and categoricals alternate, so that charter order and the design's own order differ. */
export const FEATURES: readonly Feature[] = [
  { kind: "categorical", name: "job", categories: ["clerk", "farmer", "retired"] },
  { kind: "numeric", name: "age", unit: "years", min: 18, max: 90 },
  { kind: "categorical", name: "loan", categories: ["no", "yes"] },
  { kind: "numeric", name: "rate", unit: "percent", min: -5, max: 5 },
];

/** Rows with a logistic truth; the same rows for the same seed. */
export function madeUpRows(rows: number, seed: number): LocalRows {
  let state = seed;
  const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const x = new Float64Array(2 * rows);
  const [job, loan, y] = [new Int32Array(rows), new Int32Array(rows), new Uint8Array(rows)];
  for (let row = 0; row < rows; row++) {
    x[row] = 18 + 72 * uniform();
    x[rows + row] = -5 + 10 * uniform() * uniform();
    job[row] = Math.floor(3 * uniform());
    loan[row] = uniform() < 0.3 ? 1 : 0;
    const logit = -0.5 + 0.03 * ((x[row] ?? 0) - 50) - 0.4 * (x[rows + row] ?? 0) + 0.9 * (loan[row] ?? 0) - (job[row] === 2 ? 1.2 : 0);
    y[row] = uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
  }
  return localRows(x, [job, loan], y);
}

/** The same features, whose numbers may be absent. */
export const GAPPED: readonly Feature[] = FEATURES.map((feature) => (feature.kind === "numeric" ? { ...feature, missing: "indicate" } : feature));

/** `madeUpRows` with every fifth age and every seventh rate gone. */
export function gappedRows(rows: number, seed: number): LocalRows {
  const { x, categories, y } = madeUpRows(rows, seed);
  return localRows(x.map((value, i) => ((i < rows ? i % 5 === 2 : i % 7 === 3) ? Number.NaN : value)), categories, y);
}
