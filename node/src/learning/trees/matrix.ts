import { sharedMemory, treeKernels, type SharedMemory, type TreeKernels } from "@cohortium/crypto/kernels";
import type { Start } from "@cohortium/protocol/training/trees/space";
import type { LocalRows } from "../../data/local-rows.js";
import { fillLane, lanesOf, type Lane } from "./lanes.js";

/** Lanes stand in blocks of eight, so that a row's eight bytes are one load. */
export const BLOCK_LANES = 8;
/** 256 pairs of 64-bit sums. */
export const LANE_BYTES = 256 * 16;
export const BLOCK_SUMS_BYTES = BLOCK_LANES * LANE_BYTES;
/** Sums are made of so many bytes of histograms at a time, or of one node's. */
const SUMS_BYTES_MAX = 2 ** 24;

/** Where what lies in a matrix's memory. Numbers of rows are `Uint32`, margins `Float32`, pairs `Int32`, sums 64 bits. */
export interface Places {
  readonly rows: number;
  readonly blocks: number;
  /** How many bins each lane tells apart. */
  readonly slots: readonly number[];
  readonly bins: number;
  readonly pairs: number;
  readonly margins: number;
  readonly labels: number;
  readonly order: number;
  readonly sums: number;
  /** How many nodes have room for their sums at a time. */
  readonly nodes: number;
}

/** One party's training rows as trees see them: a byte per lane, a margin, a label, and room to sum. It stays at the node. */
export interface Matrix {
  readonly memory: SharedMemory;
  readonly places: Places;
  readonly kernels: TreeKernels;
  readonly lanes: readonly Lane[];
  readonly margins: Float32Array;
  /** The rows that the tree looks at, node by node; behind them all others. */
  readonly order: Uint32Array;
}

/** Bins the rows. Takes eight bytes a row for each eight lanes, and 21 more. @throws RangeError if that is more than one memory holds. */
export function matrixOf(rows: LocalRows, start: Start, nodesMax: number): Matrix {
  const lanes = lanesOf(start);
  const { places, bytes } = placed(rows.rows, lanes, nodesMax);
  const memory = sharedMemory(bytes);
  const bytesOf = new Uint8Array(memory.buffer);
  lanes.forEach((lane, i) => {
    const at = cellAt(places, i);
    fillLane(rows, start, lane, (row, byte) => { bytesOf[at + row * BLOCK_LANES] = byte; });
  });
  bytesOf.set(rows.y, places.labels);
  return {
    memory, places, lanes, kernels: treeKernels(memory),
    margins: new Float32Array(memory.buffer, places.margins, rows.rows).fill(start.base),
    order: new Uint32Array(memory.buffer, places.order, rows.rows),
  };
}

/** The byte of row 0 in a lane; those of the next rows stand eight further each. */
export function cellAt({ bins, rows }: Places, lane: number): number {
  return bins + Math.floor(lane / BLOCK_LANES) * rows * BLOCK_LANES + (lane % BLOCK_LANES);
}

/** Everything 64 bytes apart, so that the lines of the cache are whole; margins, labels and pairs with room for one row more. */
function placed(rows: number, lanes: readonly Lane[], nodesMax: number): { readonly places: Places; readonly bytes: number } {
  const blocks = Math.ceil(lanes.length / BLOCK_LANES);
  let bytes = 0;
  const take = (count: number) => {
    const at = bytes;
    bytes = Math.ceil((at + count) / 64) * 64;
    return at;
  };
  const nodes = Math.max(1, Math.min(nodesMax, Math.floor(SUMS_BYTES_MAX / Math.max(1, blocks * BLOCK_SUMS_BYTES))));
  const places = {
    rows, blocks, nodes, slots: lanes.map(({ slots }) => slots),
    bins: take(rows * blocks * BLOCK_LANES), pairs: take((rows + 1) * 8), margins: take((rows + 1) * 4), labels: take(rows + 1), order: take(rows * 4),
    sums: take(nodes * blocks * BLOCK_SUMS_BYTES),
  };
  return { places, bytes };
}
