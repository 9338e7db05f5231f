import type { Feature } from "@cohortium/protocol/charter/features";
import type { TreesModel } from "@cohortium/protocol/training/trees/model";
import { LEAF, leftChildren, type Tree } from "@cohortium/protocol/training/trees/tree";
import type { LocalRows } from "../../data/local-rows.js";

/** The logit of every row under boosted trees, added up tree by tree in 32-bit floats. */
export function treeLogitsOf(rows: LocalRows, features: readonly Feature[], { base, trees }: TreesModel): Float64Array {
  const columns = columnsOf(rows, features);
  const margins = new Float32Array(rows.rows).fill(base);
  for (const tree of trees) {
    const steps = stepsOf(tree, columns);
    margins.forEach((margin, row) => { margins[row] = margin + leafOf(steps, row); });
  }
  return Float64Array.from(margins);
}

/** A node, ready to be walked through: a leaf's value, or a column and which of its values go right. */
type Step =
  | { readonly kind: "leaf"; readonly value: number }
  | { readonly kind: "above"; readonly column: Float32Array; readonly threshold: number; readonly missingRight: boolean; readonly left: number }
  | { readonly kind: "equal"; readonly column: Int32Array; readonly category: number; readonly left: number };

type Column = { readonly kind: "numeric"; readonly column: Float32Array } | { readonly kind: "categorical"; readonly column: Int32Array };

/** Numbers are rounded to 32 bits, as thresholds are. */
function columnsOf(rows: LocalRows, features: readonly Feature[]): readonly Column[] {
  let [numeric, categorical] = [0, 0];
  return features.map(({ kind }): Column => {
    switch (kind) {
      case "numeric": return { kind, column: Float32Array.from(rows.x.subarray(numeric * rows.rows, ++numeric * rows.rows)) };
      case "categorical": return { kind, column: rows.categories[categorical++] ?? new Int32Array() };
    }
  });
}

function stepsOf({ feature, value, missing }: Tree, columns: readonly Column[]): readonly Step[] {
  const left = leftChildren(feature);
  const missingRight = new Set(missing);
  return feature.map((at, node): Step => {
    const column = columns[at];
    const here = value[node] ?? Number.NaN;
    if (at === LEAF || column === undefined) return { kind: "leaf", value: here };
    switch (column.kind) {
      case "numeric": return { kind: "above", column: column.column, threshold: here, missingRight: missingRight.has(node), left: left[node] ?? 0 };
      case "categorical": return { kind: "equal", column: column.column, category: here, left: left[node] ?? 0 };
    }
  });
}

function leafOf(steps: readonly Step[], row: number): number {
  let step = steps[0];
  while (step !== undefined && step.kind !== "leaf") step = steps[step.left + (goesRight(step, row) ? 1 : 0)];
  return step?.value ?? Number.NaN;
}

function goesRight(step: Exclude<Step, { readonly kind: "leaf" }>, row: number): boolean {
  switch (step.kind) {
    case "equal": return step.column[row] === step.category;
    case "above": {
      const value = step.column[row] ?? Number.NaN;
      return Number.isNaN(value) ? step.missingRight : value >= step.threshold;
    }
  }
}
