import type { TreesClause } from "../charter/model-clauses.js";
import { categoricalsOf, numericsOf, type Feature } from "../charter/features.js";
import { packBins } from "../training/trees/bins.js";
import { cellOf } from "../training/trees/cells.js";
import { packLevel } from "../training/trees/level.js";
import { packNoisyLevel, WEIGHT_PER_H } from "../training/trees/noisy-level.js";
import { packNoisyStart } from "../training/trees/noisy-start.js";
import type { TreesContributor } from "../training/trees/pooled.js";
import { gradientUnits, hessianUnits, lossUnits, probabilityUnits, UNITS } from "../training/trees/quantise.js";
import { drawKey, isDrawn, rowKeyer, VALIDATION } from "../training/trees/sample.js";
import type { BinsScene, LevelScene } from "../training/trees/script.js";
import { binOfNumber, type Column } from "../training/trees/space.js";
import { LEAF, leftChildren, type Tree } from "../training/trees/tree.js";

/** A row in the open: a value per feature in charter order, a number (NaN where missing) or the place of a category, and the label. */
export interface PlainRow {
  readonly values: readonly number[];
  readonly label: number;
}

/** Some rows and what is known of them. */
interface Table {
  readonly rows: readonly PlainRow[];
  readonly features: readonly Feature[];
  readonly clause: TreesClause;
}

/** A node's arithmetic about trees in its plainest form: row by row, nothing kept. What the fast one is held to. */
export function plainContributor(rows: readonly PlainRow[], features: readonly Feature[], clause: TreesClause): TreesContributor {
  const table = { rows, features, clause };
  return {
    answer: (scene) => {
      switch (scene.stage) {
        case "bins": return countsOf(table, scene);
        case "level": return levelOf(table, scene);
        case "evaluation": throw new RangeError("held-out rows are not these");
      }
    },
  };
}

/** The same under noise, which is not on it yet. */
export function plainNoisyAnswer(rows: readonly PlainRow[], features: readonly Feature[], scene: BinsScene | LevelScene): Float64Array {
  switch (scene.stage) {
    case "bins": {
      const positives = rows.filter(({ label }) => label === 1).length;
      const words = categoricalsOf(features).flatMap((feature) => tally(columnOf(rows, features.indexOf(feature)), feature.categories.length));
      return packNoisyStart({ negatives: rows.length - positives, positives, words: Float64Array.from(words) });
    }
    case "level": return noisyLevelOf(rows, features, scene);
  }
}

/** The logit of a row, added up in 32-bit floats, by its raw values alone. */
export function plainLogit({ values }: PlainRow, features: readonly Feature[], base: number, trees: readonly Tree[]): number {
  return trees.reduce((sum, tree) => Math.fround(sum + at(tree.value, nodeOf(values, features, tree))), base);
}

/** The node of a tree that a row falls into, walked down from the root. */
export function nodeOf(values: readonly number[], features: readonly Feature[], tree: Tree): number {
  const left = leftChildren(tree.feature);
  let node = 0;
  while (tree.feature[node] !== LEAF) {
    const feature = at(tree.feature, node);
    const value = at(values, feature);
    const isRight = features[feature]?.kind === "categorical" ? value === tree.value[node]
      : Number.isNaN(value) ? tree.missing.includes(node) : Math.fround(value) >= at(tree.value, node);
    node = at(left, node) + (isRight ? 1 : 0);
  }
  return node;
}

function countsOf({ rows, features }: Table, { question }: BinsScene): Float64Array {
  const isFirst = question.round === 0;
  const numerics = numericsOf(features).map((feature) => columnOf(rows, features.indexOf(feature)));
  const words = categoricalsOf(features).map((feature) => columnOf(rows, features.indexOf(feature)));
  return packBins({
    rows: rows.length,
    positives: isFirst ? rows.filter(({ label }) => label === 1).length : 0,
    missing: Float64Array.from(isFirst ? numerics.map((column) => column.filter(Number.isNaN).length) : []),
    words: Float64Array.from(isFirst ? categoricalsOf(features).flatMap(({ categories }, i) => tally(words[i] ?? [], categories.length)) : []),
    cells: Float64Array.from(question.cells.flatMap((cells, i) => tally((numerics[i] ?? []).map((value) => cellOf(cells, value)), cells.lows.length))),
  });
}

function levelOf({ rows, features, clause }: Table, { question, start, trees, tree, columns, asked }: LevelScene): Float64Array {
  const { seed, earlyStopping, rowSample } = clause;
  const keyed = rows.map((row) => ({ row, key: keyOf(row, features), margin: plainLogit(row, features, start.base, trees) }));
  const isApart = (key: number) => earlyStopping !== undefined && isDrawn(key, drawKey(seed, VALIDATION), earlyStopping.share);
  const apart = question.validated ? keyed.filter(({ key }) => isApart(key)) : [];
  const histograms = new Float64Array(2 * question.nodes * question.slots);
  let [rootG, rootH] = [0, 0];
  for (const { row: { values, label }, margin } of keyed.filter(({ key }) => !isApart(key) && isDrawn(key, drawKey(seed, trees.length), rowSample))) {
    const probability = probabilityUnits(margin);
    const [g, h] = [gradientUnits(probability, label), hessianUnits(probability)];
    if (question.root) [rootG, rootH] = [rootG + g, rootH + h];
    const place = asked.indexOf(nodeOf(values, features, tree));
    for (const column of place < 0 ? [] : columns) {
      const slot = slotOf(column, at(values, column.feature));
      const pair = 2 * (place * question.slots + column.first + slot);
      if (slot >= 0) histograms.set([at(histograms, pair) + g, at(histograms, pair + 1) + h], pair);
    }
  }
  const validationLoss = apart.reduce((sum, { row, margin }) => sum + lossUnits(margin, row.label), 0);
  return packLevel(question, { rows: rows.length, validationRows: apart.length, validationLoss, rootG, rootH, histograms });
}

function noisyLevelOf(rows: readonly PlainRow[], features: readonly Feature[], { question, start, trees, tree, columns, asked }: LevelScene): Float64Array {
  const [slopes, weights] = [question.nodes, question.nodes].map((nodes) => new Float64Array(nodes * (1 + question.slots)));
  for (const row of rows) {
    const place = asked.indexOf(nodeOf(row.values, features, tree));
    const slots = columns.flatMap((column) => {
      const slot = slotOf(column, at(row.values, column.feature));
      return slot < 0 ? [] : [1 + column.first + slot];
    });
    const probability = probabilityUnits(plainLogit(row, features, start.base, trees));
    for (const number of place < 0 ? [] : [0, ...slots].map((slot) => place * (1 + question.slots) + slot)) {
      slopes?.set([at(slopes, number) + gradientUnits(probability, row.label) / UNITS], number);
      weights?.set([at(weights, number) + (WEIGHT_PER_H * hessianUnits(probability)) / UNITS], number);
    }
  }
  return packNoisyLevel({ slopes: slopes ?? new Float64Array(), weights: weights ?? new Float64Array() });
}

function slotOf({ space }: Column, value: number): number {
  return space.kind === "numeric" ? binOfNumber(space.thresholds, value) : space.kept.indexOf(value);
}

function keyOf({ values, label }: PlainRow, features: readonly Feature[]): number {
  const keyer = rowKeyer(numericsOf(features).length);
  keyer.numbers.set(values.filter((_, i) => features[i]?.kind === "numeric"));
  return keyer.keyOf(values.filter((_, i) => features[i]?.kind === "categorical"), label);
}

function columnOf(rows: readonly PlainRow[], feature: number): readonly number[] {
  return rows.map(({ values }) => at(values, feature));
}

/** How often each number below `length` occurs. */
function tally(places: readonly number[], length: number): readonly number[] {
  const counts = Array.from({ length }, () => 0);
  for (const place of places) if (place >= 0) counts[place] = at(counts, place) + 1;
  return counts;
}

function at(list: ArrayLike<number>, place: number): number {
  return list[place] ?? Number.NaN;
}
