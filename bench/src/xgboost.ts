import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { binOfNumber, type Start } from "@cohortium/protocol/training/trees/space";
import { CLAUSE, COLUMNS } from "./tree-rows.js";

const ROOT = join(import.meta.dirname, "..", "..");
const PYTHON = join(ROOT, ".cache", "oracles", "venv", "bin", "python");

/** Real XGBoost in a process of its own, with rows it has quantised by our bins. */
export interface XgBoost {
  readonly version: string;
  /** Grows so many trees from the start, in one thread. @returns the milliseconds it took, binning left out. */
  grow(trees: number): Promise<number>;
  close(): void;
}

/** Null where `npm run oracles` has not installed it. */
export async function openXgBoost({ rows, x, y }: LocalRows, { spaces }: Start): Promise<XgBoost | null> {
  if (!existsSync(PYTHON)) return null;
  const folder = mkdtempSync(join(tmpdir(), "cohortium-bench-"));
  const bins = new Float32Array(rows * COLUMNS);
  spaces.forEach((space, column) => {
    const thresholds = Float64Array.from(space.kind === "numeric" ? space.thresholds : []);
    for (let row = 0; row < rows; row++) bins[row * COLUMNS + column] = binOfNumber(thresholds, x[column * rows + row] ?? Number.NaN);
  });
  writeFileSync(join(folder, "bins.f32"), bins);
  writeFileSync(join(folder, "labels.u8"), y);
  writeFileSync(join(folder, "given.json"), JSON.stringify({ ...CLAUSE, columns: COLUMNS }));
  const child = spawn(PYTHON, [join(ROOT, "scripts", "oracles", "trees_time.py"), folder], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("XGBoost's process has ended");
    return parseAnswer(value);
  };
  const { ready } = await answer();
  return {
    version: ready,
    grow: async (trees) => {
      child.stdin.write(`${JSON.stringify({ trees, threads: 1 })}\n`);
      return (await answer()).ms;
    },
    close: () => {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Our own script's words. */
function parseAnswer(line: string): { readonly ready: string; readonly ms: number } {
  return { ready: "", ms: Number.NaN, ...(JSON.parse(line) as object) };
}
