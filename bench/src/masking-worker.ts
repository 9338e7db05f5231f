/** A thread that masks its part of a shared vector whenever it is told to. Started by `masking-threads.ts`. */
import { workerData } from "node:worker_threads";
import { applyMasks, type MaskKey } from "@cohortium/crypto/masking";

/** @property signal - Word 0: the turn asked for; word 1: the turn done. A turn below 0 ends the thread. */
export interface Part {
  readonly shared: SharedArrayBuffer;
  readonly signal: SharedArrayBuffer;
  /** In words. */
  readonly from: number;
  readonly to: number;
  readonly masks: readonly MaskKey[];
}

const { shared, signal, from, to, masks } = parsePart(workerData);
const turns = new Int32Array(signal);
const words = new Uint32Array(shared, from * 4, to - from);
for (let done = 0; ;) {
  Atomics.wait(turns, 0, done);
  const turn = Atomics.load(turns, 0);
  if (turn < 0) break;
  applyMasks(words, masks, from * 4);
  done = turn;
  Atomics.store(turns, 1, done);
  Atomics.notify(turns, 1);
}

/** What `masking-threads.ts` put there. */
function parsePart(data: unknown): Part {
  return data as Part;
}
