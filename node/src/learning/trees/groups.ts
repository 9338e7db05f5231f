import { binOfNumber, type Start } from "@cohortium/protocol/training/trees/space";
import { LEAF, leftChildren, type Tree } from "@cohortium/protocol/training/trees/tree";
import { laneOf } from "./lanes.js";
import { BLOCK_LANES, cellAt, type Matrix } from "./matrix.js";

/** A stretch of a matrix's `order`: the rows that fall into one node. */
export interface Group {
  readonly from: number;
  readonly count: number;
}

/**
 * The rows of each node of a growing tree, as stretches of the matrix's `order`, which it rearranges. Within a node rows keep their order, so
 * that memory is read forwards.
 */
export class Groups {
  readonly #matrix: Matrix;
  readonly #start: Start;
  readonly #groups: Group[];
  readonly #aside: Uint32Array;
  readonly #bytes: Uint8Array;

  /** @param root - The stretch that falls into the root. */
  constructor(matrix: Matrix, start: Start, root: Group) {
    this.#matrix = matrix;
    this.#start = start;
    this.#groups = [root];
    this.#aside = new Uint32Array(root.count);
    this.#bytes = new Uint8Array(matrix.memory.buffer);
  }

  /** The rows of a node. @throws RangeError if no tree so far has it. */
  group(node: number): Group {
    const group = this.#groups[node];
    if (group === undefined) throw new RangeError(`no node ${node}`);
    return group;
  }

  /** Divides the rows of every split that is not divided yet. @param tree - The one it was given before, or one grown from it. */
  divide(tree: Tree): void {
    const left = leftChildren(tree.feature);
    const missing = new Set(tree.missing);
    tree.feature.forEach((feature, node) => {
      const child = left[node] ?? LEAF;
      if (feature === LEAF || this.#groups[child] !== undefined) return;
      const { from, count } = this.group(node);
      const goRight = this.#rightOf(feature, tree.value[node] ?? Number.NaN, missing.has(node));
      const lefts = this.#partition({ from, count }, goRight);
      this.#groups[child] = { from, count: lefts };
      this.#groups[child + 1] = { from: from + lefts, count: count - lefts };
    });
  }

  /** For each byte, 1 if a row with it goes right; and where the bytes are. */
  #rightOf(feature: number, value: number, missingRight: boolean): { readonly right: Uint8Array; readonly at: number } {
    const { lanes, places } = this.#matrix;
    const space = this.#start.spaces[feature];
    const right = new Uint8Array(256);
    switch (space?.kind) {
      case "numeric": {
        const bins = space.thresholds.length;
        right.fill(1, binOfNumber(space.thresholds, value), bins);
        if (missingRight) right[bins] = 1;
        return { right, at: cellAt(places, laneOf(lanes, feature, 0)) };
      }
      case "categorical": {
        const slot = space.kept.indexOf(value);
        const lane = laneOf(lanes, feature, slot);
        right[slot - (lanes[lane]?.from ?? 0)] = 1;
        return { right, at: cellAt(places, lane) };
      }
      case undefined: throw new RangeError(`no feature ${feature}`);
    }
  }

  /** Brings the rows that go left to the front, both sides in their order. @returns how many they are. */
  #partition({ from, count }: Group, { right, at }: { readonly right: Uint8Array; readonly at: number }): number {
    const { order } = this.#matrix;
    const [bytes, aside] = [this.#bytes, this.#aside];
    let [lefts, rights] = [from, 0];
    for (let i = from; i < from + count; i++) {
      const row = order[i] ?? 0;
      // Both are written, and only one of the two counts: a branch that is taken half the time costs more.
      const isRight = right[bytes[at + row * BLOCK_LANES] ?? 0] ?? 0;
      order[lefts] = row;
      aside[rights] = row;
      rights += isRight;
      lefts += 1 - isRight;
    }
    order.set(aside.subarray(0, rights), lefts);
    return lefts - from;
  }
}
