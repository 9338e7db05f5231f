import type { LocalRows } from "../data/local-rows.js";
import { numericsOf, type CategoricalFeature, type Feature, type NumericFeature } from "@cohortium/protocol/charter/features";
import { MISSING_WORD } from "@cohortium/protocol/charter/missing-word";
import { activeColumns, type LogisticModel } from "@cohortium/protocol/training/logistic/model";

/**
 * The design matrix of one model over some rows, made block by block and never whole.
 *
 * A row has few non-zero entries: the intercept and the numerics always (`dense`), and one at most per feature that has categories or whose
 * values may be absent (`slots`). Columns are renumbered so that the dense ones come first; `renumbered[i]` is the new number of active column
 * `i`. An absent number enters as the mean, which is 0 here, and fills its slot.
 */
export interface Design {
  readonly columns: number;
  readonly renumbered: Int32Array;
  readonly dense: number;
  readonly slots: number;
  /** Coefficients in the new numbering. */
  readonly weights: Float64Array;
  /** Fills a block with `count` rows from `first` on. */
  fill(block: Block, first: number, count: number): void;
}

/** `z` holds `dense` numbers per row; `hot` one column number per slot, or -1 for the reference, a dropped category, or a number that is there. */
export interface Block {
  readonly z: Float64Array;
  readonly hot: Int32Array;
}

/** A thousand rows of fifty columns stay in the first-level cache while they are used. */
export const BLOCK_ROWS = 1024;

/** Memory for one block, to be used again and again. */
export function blockFor({ dense, slots }: Design): Block {
  return { z: new Float64Array(BLOCK_ROWS * dense), hot: new Int32Array(BLOCK_ROWS * slots) };
}

export function designOf(rows: LocalRows, features: readonly Feature[], model: LogisticModel): Design {
  const active = activeColumns(features, model);
  const isDense = ({ column }: (typeof active)[number]) => column.kind === "intercept" || column.kind === "numeric";
  const denseFirst = [...active.filter(isDense), ...active.filter((column) => !isDense(column))];
  const numberOf = new Map(denseFirst.map(({ column }, i) => [column.name, i]));
  const numerics = numericsOf(features).flatMap(({ name, missing }, source) => {
    const number = numberOf.get(name);
    const found = number === undefined ? undefined : denseFirst[number];
    // NaN where the charter allows no absence stays NaN, which no answer may hold.
    return found === undefined ? [] : [{ source, mean: found.mean, scale: 1 / found.deviation, absent: missing === "indicate" ? 0 : Number.NaN }];
  });
  const slots = slotsOf(rows, features, numberOf);
  const dense = 1 + numerics.length;
  return {
    columns: active.length,
    renumbered: Int32Array.from(active, ({ column }) => numberOf.get(column.name) ?? -1),
    dense,
    slots: slots.length,
    weights: Float64Array.from(denseFirst, ({ coefficient }) => coefficient),
    fill: ({ z, hot }, first, count) => {
      for (let row = 0; row < count; row++) z[row * dense] = 1;
      numerics.forEach(({ source, mean, scale, absent }, k) => {
        const from = source * rows.rows + first;
        for (let row = 0; row < count; row++) {
          const value = rows.x[from + row] ?? Number.NaN;
          z[row * dense + 1 + k] = Number.isNaN(value) ? absent : (value - mean) * scale;
        }
      });
      slots.forEach((fillSlot, k) => fillSlot(hot.subarray(k), slots.length, { first, count }));
    },
  };
}

/** Writes every `stride`th number: which column, if any, a row fills. Slots are in charter order, so that later ones have higher columns. */
type Slot = (hot: Int32Array, stride: number, rows: { readonly first: number; readonly count: number }) => void;

function slotsOf(rows: LocalRows, features: readonly Feature[], numberOf: ReadonlyMap<string, number>): readonly Slot[] {
  let [numerics, categoricals] = [0, 0];
  return features.flatMap((feature): readonly Slot[] => {
    switch (feature.kind) {
      case "numeric": return absenceSlot(rows, feature, numerics++, numberOf);
      case "categorical": return [categorySlot(rows, feature, categoricals++, numberOf)];
    }
  });
}

function absenceSlot({ rows, x }: LocalRows, { name, missing }: NumericFeature, source: number, numberOf: ReadonlyMap<string, number>): readonly Slot[] {
  if (missing !== "indicate") return [];
  const column = numberOf.get(`${name}=${MISSING_WORD}`) ?? -1;
  return [(hot, stride, { first, count }) => {
    for (let row = 0; row < count; row++) hot[row * stride] = Number.isNaN(x[source * rows + first + row]) ? column : -1;
  }];
}

function categorySlot(rows: LocalRows, { name, categories }: CategoricalFeature, source: number, numberOf: ReadonlyMap<string, number>): Slot {
  const columnOf = Int32Array.from(categories, (word, i) => (i === 0 ? -1 : numberOf.get(`${name}=${word}`) ?? -1));
  const words = rows.categories[source] ?? new Int32Array();
  return (hot, stride, { first, count }) => {
    for (let row = 0; row < count; row++) hot[row * stride] = columnOf[words[first + row] ?? 0] ?? -1;
  };
}

/** The logit of each row of a filled block. */
export function blockLogits({ dense, slots, weights }: Design, { z, hot }: Block, count: number, out: Float64Array): void {
  for (let row = 0; row < count; row++) {
    let logit = 0;
    for (let i = 0; i < dense; i++) logit += (weights[i] ?? 0) * (z[row * dense + i] ?? 0);
    for (let k = 0; k < slots; k++) {
      const column = hot[row * slots + k] ?? -1;
      if (column >= 0) logit += weights[column] ?? 0;
    }
    out[row] = logit;
  }
}
