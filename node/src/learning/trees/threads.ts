import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { sumHistograms, summingHere, type HistogramTask, type Summing } from "./histograms.js";
import { BLOCK_LANES, type Matrix } from "./matrix.js";

/** Threads that sum a matrix's histograms together with the one that asks. */
export interface Threads {
  readonly sum: Summing;
  close(): void;
}

/** Below so many bytes of binned rows, handing out the work should take longer than doing it. A guess, which nobody has measured yet. */
export const WORTHWHILE_BYTES = 8e6;
/** More threads than this wait for memory rather than for each other. */
const THREADS_MAX = 8;

/** As many threads as pay for this matrix, on this machine. */
export function threadsFor(matrix: Matrix): Threads {
  const { rows, blocks } = matrix.places;
  const threads = rows * blocks * BLOCK_LANES >= WORTHWHILE_BYTES ? Math.min(THREADS_MAX, availableParallelism(), blocks) : 1;
  return threads > 1 ? openThreads(matrix, threads - 1) : { sum: summingHere(matrix), close: () => undefined };
}

/** This thread and so many others. @param program - Of the others. */
export function openThreads({ memory, places, kernels }: Matrix, others: number, program = new URL("./histogram-worker.js", import.meta.url)): Threads {
  const workers = Array.from({ length: others }, () => {
    const worker = new Worker(program, { workerData: { memory, places } });
    // A node that ends does not wait for its threads; and a thread that fails also exits, which whoever waits for it hears.
    worker.on("error", () => undefined).unref();
    return worker;
  });
  return {
    sum: async ({ nodes, blocks }) => {
      // Block by block in turn, so that each has its share whichever blocks are wanted.
      const share = (thread: number): HistogramTask => ({ nodes, blocks: blocks.filter((_, i) => i % (others + 1) === thread) });
      const elsewhere = workers.map((worker, i) => done(worker, share(i + 1)));
      sumHistograms(share(0), places, memory, kernels);
      await Promise.all(elsewhere);
    },
    close: () => workers.forEach((worker) => void worker.terminate()),
  };
}

/** The number of a thread that is no more. */
const ENDED = -1;

/** Resolves when the worker has done it. @throws Error if it fails or ends instead. */
function done(worker: Worker, task: HistogramTask): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = () => reject(new Error("a thread that sums histograms has ended"));
    if (worker.threadId === ENDED) return failed();
    worker.once("exit", failed);
    worker.once("message", () => {
      worker.off("exit", failed).unref();
      resolve();
    });
    worker.ref();
    worker.postMessage(task);
  });
}
