// One more thread that sums histograms: it shares the matrix's memory, and is told only which nodes and which blocks.
import { parentPort, workerData } from "node:worker_threads";
import { treeKernels } from "@cohortium/crypto/kernels";
import { sumHistograms, type HistogramTask } from "./histograms.js";
import type { Matrix } from "./matrix.js";

const { memory, places } = parseMatrix(workerData);
const kernels = treeKernels(memory);

parentPort?.on("message", (message: unknown) => {
  sumHistograms(parseTask(message), places, memory, kernels);
  parentPort?.postMessage(null);
});

/** What the thread that started this one has given it. */
function parseMatrix(data: unknown): Pick<Matrix, "memory" | "places"> {
  return data as Pick<Matrix, "memory" | "places">;
}

function parseTask(message: unknown): HistogramTask {
  return message as HistogramTask;
}
