import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import { packLevel } from "@cohortium/protocol/training/trees/level";
import { packNoisyLevel, WEIGHT_PER_H } from "@cohortium/protocol/training/trees/noisy-level";
import { lossUnits, UNITS } from "@cohortium/protocol/training/trees/quantise";
import { drawKey, isDrawn, rowKeyer, VALIDATION } from "@cohortium/protocol/training/trees/sample";
import type { LevelScene } from "@cohortium/protocol/training/trees/script";
import type { Start } from "@cohortium/protocol/training/trees/space";
import { leavesOf, type Tree } from "@cohortium/protocol/training/trees/tree";
import type { LocalRows } from "../../data/local-rows.js";
import { Groups, type Group } from "./groups.js";
import { gather, LANE_NUMBERS } from "./lanes.js";
import { BLOCK_LANES, BLOCK_SUMS_BYTES, matrixOf, type Matrix } from "./matrix.js";
import { threadsFor, type Threads } from "./threads.js";

/** The threads that sum over a matrix. */
export type ThreadsOf = (matrix: Matrix) => Threads;

/**
 * One party's rows under a growing ensemble. It keeps what the trees so far have made of each row, and finds it again from any scene: a process
 * that starts in the middle of a training applies all trees shown, and answers with the same bytes.
 */
export class Grower {
  readonly #rows: LocalRows;
  readonly #clause: TreesClause;
  readonly #start: Start;
  readonly #matrix: Matrix;
  readonly #threads: Threads;
  /** What decides about a row's samples; empty where nothing is sampled. */
  readonly #keys: Int32Array;
  readonly #apart: Uint8Array;
  /** How many trees the margins hold. */
  #grown = 0;
  #groups: { readonly looked: Groups; readonly others: Groups } | null = null;

  constructor(rows: LocalRows, clause: TreesClause, start: Start, threadsOf: ThreadsOf = threadsFor) {
    this.#rows = rows;
    this.#clause = clause;
    this.#start = start;
    // Of two children one is asked about, so the deepest level asks about half its nodes.
    this.#matrix = matrixOf(rows, start, Math.ceil(2 ** (clause.depth - 2)));
    this.#threads = threadsOf(this.#matrix);
    this.#keys = clause.rowSample < 1 || clause.earlyStopping !== undefined ? keysOf(rows) : new Int32Array();
    this.#apart = apartOf(this.#keys, rows.rows, clause);
  }

  /** This party's answer to a `level` round. @param scene - Of the same training, never of fewer trees than the one before. */
  async answer(scene: LevelScene): Promise<Float64Array> {
    const { question, trees, tree, asked } = scene;
    for (let t = this.#grown; t < trees.length; t++) this.#finish(trees[t] ?? tree);
    if (question.nodes > 0) this.#groupsNow().looked.divide(tree);
    if (question.columns !== undefined) return this.#beforeNoise(scene);
    const root = question.root ? this.#groupsNow().looked.group(0) : { from: 0, count: 0 };
    return packLevel(question, {
      rows: this.#rows.rows,
      ...this.#validation(question.validated),
      ...this.#rootSums(root),
      histograms: await this.#histograms(scene, asked.map((node) => this.#groupsNow().looked.group(node))),
    });
  }

  /** What a noisy sum of a level adds up: whole multiples of 2^-20, exactly. */
  async #beforeNoise(scene: LevelScene): Promise<Float64Array> {
    const { asked, columns, question: { slots } } = scene;
    const groups = asked.map((node) => this.#groupsNow().looked.group(node));
    const histograms = columns.length === 0 ? new Float64Array() : await this.#histograms(scene, groups);
    const [slopes, weights] = [new Float64Array(groups.length * (1 + slots)), new Float64Array(groups.length * (1 + slots))];
    groups.forEach((group, node) => {
      const { rootG, rootH } = this.#rootSums(group);
      const at = node * (1 + slots);
      [slopes[at], weights[at]] = [rootG, rootH];
      for (let slot = 0; slot < slots; slot++) {
        slopes[at + 1 + slot] = histograms[2 * (node * slots + slot)] ?? Number.NaN;
        weights[at + 1 + slot] = histograms[2 * (node * slots + slot) + 1] ?? Number.NaN;
      }
    });
    return packNoisyLevel({ slopes: slopes.map((sum) => sum / UNITS), weights: weights.map((sum) => (WEIGHT_PER_H * sum) / UNITS) });
  }

  /** Ends its threads. */
  close(): void {
    this.#threads.close();
  }

  async #histograms({ question, columns }: LevelScene, groups: readonly Group[]): Promise<Float64Array> {
    const { lanes, places, memory } = this.#matrix;
    const wanted = new Set(columns.map(({ feature }) => feature));
    const blocks = [...new Set(lanes.flatMap(({ feature }, lane) => (wanted.has(feature) ? [Math.floor(lane / BLOCK_LANES)] : [])))];
    const histograms = new Float64Array(2 * question.nodes * question.slots);
    for (let first = 0; first < groups.length; first += places.nodes) {
      const nodes = groups.slice(first, first + places.nodes);
      await this.#threads.sum({ nodes, blocks });
      nodes.forEach((_, i) => {
        const sums = new Float64Array(memory.buffer, places.sums + i * places.blocks * BLOCK_SUMS_BYTES, places.blocks * BLOCK_LANES * LANE_NUMBERS);
        gather(lanes, columns, sums, histograms.subarray(2 * (first + i) * question.slots));
      });
    }
    return histograms;
  }

  #rootSums({ from, count }: Group): { readonly rootG: number; readonly rootH: number } {
    const { memory, places, order } = this.#matrix;
    const pairs = new Int32Array(memory.buffer, places.pairs, 2 * places.rows);
    let [rootG, rootH] = [0, 0];
    for (let i = from; i < from + count; i++) {
      const row = order[i] ?? 0;
      rootG += pairs[2 * row] ?? 0;
      rootH += pairs[2 * row + 1] ?? 0;
    }
    return { rootG, rootH };
  }

  #validation(isAsked: boolean): { readonly validationRows: number; readonly validationLoss: number } {
    let [validationRows, validationLoss] = [0, 0];
    if (isAsked) {
      this.#apart.forEach((isApart, row) => {
        if (isApart === 0) return;
        validationRows += 1;
        validationLoss += lossUnits(this.#matrix.margins[row] ?? Number.NaN, this.#rows.y[row] ?? 0);
      });
    }
    return { validationRows, validationLoss };
  }

  /** The rows of the tree that is growing, grouped by its nodes. */
  #groupsNow(): { readonly looked: Groups; readonly others: Groups } {
    this.#groups ??= this.#begun();
    return this.#groups;
  }

  #begun(): { readonly looked: Groups; readonly others: Groups } {
    const { kernels, places, order } = this.#matrix;
    const { rows } = places;
    kernels.gradients(places.margins, places.labels, places.pairs, rows);
    const key = drawKey(this.#clause.seed, this.#grown);
    let [looked, others] = [0, rows];
    for (let row = 0; row < rows; row++) {
      const isLookedAt = this.#apart[row] === 0 && (this.#clause.rowSample === 1 || isDrawn(this.#keys[row] ?? 0, key, this.#clause.rowSample));
      if (isLookedAt) order[looked++] = row;
      else order[--others] = row;
    }
    const groups = (root: Group) => new Groups(this.#matrix, this.#start, root);
    return { looked: groups({ from: 0, count: looked }), others: groups({ from: looked, count: rows - looked }) };
  }

  /** Adds a grown tree's leaves to the margins of all rows. */
  #finish(tree: Tree): void {
    const { order, margins } = this.#matrix;
    const { looked, others } = this.#groupsNow();
    for (const groups of [looked, others]) {
      groups.divide(tree);
      for (const leaf of leavesOf(tree)) {
        const value = tree.value[leaf] ?? Number.NaN;
        const { from, count } = groups.group(leaf);
        // Storing rounds to 32 bits, as every program does that scores with the model.
        for (let i = from; i < from + count; i++) margins[order[i] ?? 0] = (margins[order[i] ?? 0] ?? Number.NaN) + value;
      }
    }
    this.#grown += 1;
    this.#groups = null;
  }
}

function keysOf({ rows, x, categories, y }: LocalRows): Int32Array {
  const numerics = rows === 0 ? 0 : x.length / rows;
  const keyer = rowKeyer(numerics);
  return Int32Array.from(y, (label, row) => {
    for (let k = 0; k < numerics; k++) keyer.numbers[k] = x[k * rows + row] ?? Number.NaN;
    return keyer.keyOf(categories.map((column) => column[row] ?? 0), label);
  });
}

/** 1 for the rows that are set apart to tell when to stop. */
function apartOf(keys: Int32Array, rows: number, { seed, earlyStopping }: TreesClause): Uint8Array {
  const apart = new Uint8Array(rows);
  if (earlyStopping === undefined) return apart;
  const key = drawKey(seed, VALIDATION);
  return apart.map((_, row) => (isDrawn(keys[row] ?? 0, key, earlyStopping.share) ? 1 : 0));
}
