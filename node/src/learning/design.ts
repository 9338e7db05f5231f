import type { LocalRows } from "../data/local-rows.js";
import { categoricalsOf, numericsOf, type Feature } from "@cohortium/protocol/training/features";
import { activeColumns, type LogisticModel } from "@cohortium/protocol/training/logistic/model";

/**
 * The design matrix of one model over some rows, made block by block and never whole.
 *
 * A row has few non-zero entries: the intercept and the numerics always (`dense`), and one per categorical feature at most. Columns are
 * renumbered so that the dense ones come first; `renumbered[i]` is the new number of active column `i`.
 */
export interface Design {
  readonly columns: number;
  readonly renumbered: Int32Array;
  readonly dense: number;
  readonly categoricals: number;
  /** Coefficients in the new numbering. */
  readonly weights: Float64Array;
  /** Fills a block with `count` rows from `first` on. */
  fill(block: Block, first: number, count: number): void;
}

/** `z` holds `dense` numbers per row; `hot` one column number per categorical feature, or -1 for the reference or a dropped category. */
export interface Block {
  readonly z: Float64Array;
  readonly hot: Int32Array;
}

/** A thousand rows of fifty columns stay in the first-level cache while they are used. */
export const BLOCK_ROWS = 1024;

/** Memory for one block, to be used again and again. */
export function blockFor({ dense, categoricals }: Design): Block {
  return { z: new Float64Array(BLOCK_ROWS * dense), hot: new Int32Array(BLOCK_ROWS * categoricals) };
}

export function designOf(rows: LocalRows, features: readonly Feature[], model: LogisticModel): Design {
  const active = activeColumns(features, model);
  const denseFirst = [...active.filter(({ column }) => column.kind !== "category"), ...active.filter(({ column }) => column.kind === "category")];
  const numberOf = new Map(denseFirst.map(({ column }, i) => [column.name, i]));
  const numerics = numericsOf(features).flatMap(({ name }, source) => {
    const number = numberOf.get(name);
    const found = number === undefined ? undefined : denseFirst[number];
    return found === undefined ? [] : [{ source, mean: found.mean, scale: 1 / found.deviation }];
  });
  const hotColumns = categoricalsOf(features).map(({ name, categories }) =>
    Int32Array.from(categories, (word, i) => (i === 0 ? -1 : numberOf.get(`${name}=${word}`) ?? -1)));
  const dense = 1 + numerics.length;
  return {
    columns: active.length,
    renumbered: Int32Array.from(active, ({ column }) => numberOf.get(column.name) ?? -1),
    dense,
    categoricals: hotColumns.length,
    weights: Float64Array.from(denseFirst, ({ coefficient }) => coefficient),
    fill: ({ z, hot }, first, count) => {
      for (let row = 0; row < count; row++) z[row * dense] = 1;
      numerics.forEach(({ source, mean, scale }, k) => {
        const from = source * rows.rows + first;
        for (let row = 0; row < count; row++) z[row * dense + 1 + k] = ((rows.x[from + row] ?? Number.NaN) - mean) * scale;
      });
      hotColumns.forEach((columnOf, k) => {
        const words = rows.categories[k] ?? new Int32Array();
        for (let row = 0; row < count; row++) hot[row * hotColumns.length + k] = columnOf[words[first + row] ?? 0] ?? -1;
      });
    },
  };
}

/** The logit of each row of a filled block. */
export function blockLogits({ dense, categoricals, weights }: Design, { z, hot }: Block, count: number, out: Float64Array): void {
  for (let row = 0; row < count; row++) {
    let logit = 0;
    for (let i = 0; i < dense; i++) logit += (weights[i] ?? 0) * (z[row * dense + i] ?? 0);
    for (let k = 0; k < categoricals; k++) {
      const column = hot[row * categoricals + k] ?? -1;
      if (column >= 0) logit += weights[column] ?? 0;
    }
    out[row] = logit;
  }
}
