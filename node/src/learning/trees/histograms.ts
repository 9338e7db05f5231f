import type { SharedMemory, TreeKernels } from "@cohortium/crypto/kernels";
import { BLOCK_LANES, BLOCK_SUMS_BYTES, LANE_BYTES, type Matrix, type Places } from "./matrix.js";

/** Stretches of `order`, one per node, in at most as many nodes as have room; and which blocks of lanes to sum. */
export interface HistogramTask {
  readonly nodes: readonly { readonly from: number; readonly count: number }[];
  readonly blocks: readonly number[];
}

/** Does a task, in one thread or in several; then the sums stand in the matrix's memory. */
export type Summing = (task: HistogramTask) => Promise<void>;

/** Sums the pairs of each node's rows by lane and bin, and leaves them as doubles. */
export function sumHistograms({ nodes, blocks }: HistogramTask, places: Places, memory: SharedMemory, kernels: TreeKernels): void {
  const bytes = new Uint8Array(memory.buffer);
  nodes.forEach(({ from, count }, node) => {
    for (const block of blocks) {
      const at = places.sums + (node * places.blocks + block) * BLOCK_SUMS_BYTES;
      // Only the bins that there are; what adds up elsewhere nobody reads.
      const slots = places.slots.slice(block * BLOCK_LANES, (block + 1) * BLOCK_LANES);
      slots.forEach((count, lane) => bytes.fill(0, at + lane * LANE_BYTES, at + lane * LANE_BYTES + 16 * count));
      kernels.addEight(places.bins + block * places.rows * BLOCK_LANES, places.pairs, places.order + 4 * from, count, at);
      slots.forEach((count, lane) => kernels.toDoubles(at + lane * LANE_BYTES, 2 * count));
    }
  });
}

/** In this thread alone. */
export function summingHere({ places, memory, kernels }: Matrix): Summing {
  return (task) => {
    sumHistograms(task, places, memory, kernels);
    return Promise.resolve();
  };
}
