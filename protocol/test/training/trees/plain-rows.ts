import type { TreesClause } from "../../../src/training/clauses.js";
import { categoricalsOf, numericsOf, type Feature } from "../../../src/training/features.js";
import { packBins } from "../../../src/training/trees/bins.js";
import { packLevel } from "../../../src/training/trees/level.js";
import { cellOf } from "../../../src/training/trees/cells.js";
import type { TreesContributor } from "../../../src/training/trees/pooled.js";
import { gradientUnits, hessianUnits, lossUnits, probabilityUnits } from "../../../src/training/trees/quantise.js";
import { drawKey, isDrawn, rowKeyer, VALIDATION } from "../../../src/training/trees/sample.js";
import type { BinsScene, LevelScene } from "../../../src/training/trees/script.js";
import { binOfNumber, type Column } from "../../../src/training/trees/space.js";
import { LEAF, leftChildren, type Tree } from "../../../src/training/trees/tree.js";

/** A row in the open: a value per feature in charter order, a number (NaN where missing) or the place of a category, and the label. */
export interface PlainRow {
  readonly values: readonly number[];
  readonly label: number;
}

/** A node's arithmetic in its plainest form: one row at a time, nothing kept. What the fast one is held to. */
export function plainContributor(rows: readonly PlainRow[], features: readonly Feature[], clause: TreesClause): TreesContributor {
  const isApart = (row: PlainRow) => clause.earlyStopping !== undefined && isDrawn(keyOf(row, features), drawKey(clause.seed, VALIDATION), clause.earlyStopping.share);
  return {
    answer: (scene) => {
      switch (scene.stage) {
        case "bins": return countsOf(rows, features, scene);
        case "level": return levelOf(rows, features, scene, { clause, isApart });
        case "evaluation": throw new Error("nobody asks for it here");
      }
    },
  };
}

/** The logit of a row, added up in 32-bit floats, by the raw values alone. */
export function plainLogit({ values }: PlainRow, features: readonly Feature[], base: number, trees: readonly Tree[]): number {
  return trees.reduce((sum, tree) => Math.fround(sum + (tree.value[nodeOf(values, features, tree)] ?? NaN)), base);
}

export function nodeOf(values: readonly number[], features: readonly Feature[], tree: Tree): number {
  const left = leftChildren(tree.feature);
  const missing = new Set(tree.missing);
  let node = 0;
  while (tree.feature[node] !== LEAF) {
    const [at, threshold] = [tree.feature[node]!, tree.value[node]!];
    const value = values[at]!;
    const right = features[at]!.kind === "categorical" ? value === threshold : Number.isNaN(value) ? missing.has(node) : !(Math.fround(value) < threshold);
    node = left[node]! + (right ? 1 : 0);
  }
  return node;
}

function keyOf({ values, label }: PlainRow, features: readonly Feature[]): number {
  const keyer = rowKeyer(numericsOf(features).length);
  keyer.numbers.set(values.filter((_, i) => features[i]!.kind === "numeric"));
  return keyer.keyOf(values.filter((_, i) => features[i]!.kind === "categorical"), label);
}

function countsOf(rows: readonly PlainRow[], features: readonly Feature[], { question }: BinsScene): Float64Array {
  const isFirst = question.round === 0;
  const numerics = numericsOf(features).map((feature) => rows.map(({ values }) => values[features.indexOf(feature)]!));
  const words = categoricalsOf(features).map((feature) => rows.map(({ values }) => values[features.indexOf(feature)]!));
  return packBins({
    rows: rows.length,
    positives: isFirst ? rows.filter(({ label }) => label === 1).length : 0,
    missing: Float64Array.from(isFirst ? numerics.map((column) => column.filter(Number.isNaN).length) : []),
    words: Float64Array.from(isFirst ? categoricalsOf(features).flatMap(({ categories }, i) => categories.map((_, word) => words[i]!.filter((one) => one === word).length)) : []),
    cells: Float64Array.from(question.cells.flatMap((cells, i) => {
      const counts = cells.lows.map(() => 0);
      for (const value of numerics[i]!) if (cellOf(cells, value) >= 0) counts[cellOf(cells, value)]! += 1;
      return counts;
    })),
  });
}

function levelOf(rows: readonly PlainRow[], features: readonly Feature[], scene: LevelScene, { clause, isApart }: { clause: TreesClause; isApart(row: PlainRow): boolean }): Float64Array {
  const { question, start, trees, tree, columns, asked } = scene;
  const apart = rows.filter(isApart);
  const sampled = rows.filter((row) => !isApart(row) && isDrawn(keyOf(row, features), drawKey(clause.seed, trees.length), clause.rowSample));
  const histograms = new Float64Array(2 * question.nodes * question.slots);
  let [rootG, rootH] = [0, 0];
  for (const row of sampled) {
    const probability = probabilityUnits(plainLogit(row, features, start.base, trees));
    const [g, h] = [gradientUnits(probability, row.label), hessianUnits(probability)];
    if (question.root) [rootG, rootH] = [rootG + g, rootH + h];
    const place = asked.indexOf(nodeOf(row.values, features, tree));
    if (place < 0) continue;
    for (const column of columns) {
      const slot = slotOf(column, row.values[column.feature]!);
      if (slot < 0) continue;
      const at = 2 * (place * question.slots + column.first + slot);
      histograms[at]! += g;
      histograms[at + 1]! += h;
    }
  }
  return packLevel(question, {
    rows: rows.length,
    validationRows: question.validated ? apart.length : 0,
    validationLoss: question.validated ? apart.reduce((sum, row) => sum + lossUnits(plainLogit(row, features, start.base, trees), row.label), 0) : 0,
    rootG, rootH, histograms,
  });
}

function slotOf({ space }: Column, value: number): number {
  return space.kind === "numeric" ? binOfNumber(space.thresholds, value) : space.kept.indexOf(value);
}
