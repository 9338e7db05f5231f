import type { SharedMemory, TreeKernels } from "@cohortium/crypto/kernels";
import { BLOCK_SUMS_BYTES, type Places } from "./matrix.js";

/** Stretches of `order`, one per node, in at most as many nodes as have room; and which blocks of lanes to sum. */
export interface HistogramTask {
  readonly nodes: readonly { readonly from: number; readonly count: number }[];
  readonly blocksFrom: number;
  readonly blocksTo: number;
}

/** Sums the pairs of each node's rows by lane and bin, and leaves them as doubles. A thread for itself; several take different blocks. */
export function sumHistograms({ nodes, blocksFrom, blocksTo }: HistogramTask, places: Places, memory: SharedMemory, kernels: TreeKernels): void {
  const bytes = new Uint8Array(memory.buffer);
  nodes.forEach(({ from, count }, node) => {
    const sums = places.sums + node * places.blocks * BLOCK_SUMS_BYTES;
    bytes.fill(0, sums + blocksFrom * BLOCK_SUMS_BYTES, sums + blocksTo * BLOCK_SUMS_BYTES);
    for (let block = blocksFrom; block < blocksTo; block++) {
      const at = sums + block * BLOCK_SUMS_BYTES;
      kernels.addEight(places.bins + block * places.rows * 8, places.pairs, places.order + 4 * from, count, at);
      kernels.toDoubles(at, BLOCK_SUMS_BYTES / 8);
    }
  });
}
