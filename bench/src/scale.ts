import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withSqlEngine } from "@cohortium/node/data/sql/duckdb";
import { BROKEN, column, HOLDS, megabytes, power, three, times, type Row, type Section } from "./section.js";
import { scaleRowsSql } from "./scale-table.js";

/** What one company's rows cost its node, from the file to the first sums, and whether it stays within a machine's memory. */
export async function measureScale(quick: boolean): Promise<Section> {
  const sizes = quick ? [1e5, 1e6] : [1e6, 1e7];
  const rows: Row[] = [];
  for (const size of sizes) for (const format of ["parquet", "csv"] as const) rows.push(...await phasesOf(size, format));
  return {
    title: "A company's rows, from the file to the first sums of a training",
    notes: [
      "10 numbers, 4 lists of 8 words, a label and a key; written by the engine. One process per table, two threads; phases in the order they run.",
      "of scan = this phase ÷ the engine's own sum and count over the same columns of the same file, in the same process, beforehand.",
      `peak = VmHWM of the process up to the end of the phase; the engine may take ${MEMORY_MIB} MiB of it and spills the rest. Bytes a row = peak ÷ rows.`,
      `within = the whole process stays below ${MEMORY_MAX / 2 ** 30} GiB at 10^7 rows, and below as much at fewer.`,
    ],
    columns: [
      column("format", "form"), column("rows", "rows", power), column("phase", "phase"), column("seconds", "s", three), column("perSecond", "M rows/s", three),
      column("ofScan", "of scan", times), column("peakBytes", "peak", megabytes), column("bytesPerRow", "bytes a row", three), column("invariant", "within"),
    ],
    rows,
  };
}

/** As a node's own settings have it. */
const MEMORY_MIB = 4_096;
const MEMORY_MAX = 8 * 2 ** 30;

interface Phase {
  readonly phase: string;
  readonly tookMs: number;
  readonly peakBytes: number;
}

async function phasesOf(size: number, format: "parquet" | "csv"): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-bench-"));
  const [scratch, path] = [join(folder, "scratch"), join(folder, `rows.${format}`)];
  mkdirSync(scratch);
  try {
    const write = `COPY (${scaleRowsSql(size)}) TO '${path}' (FORMAT ${format}${format === "csv" ? ", HEADER" : ""})`;
    await withSqlEngine({ memoryMaxMiB: MEMORY_MIB, threads: 2, scratch }, (engine) => engine.run(write));
    const phases = childOf([path, format, scratch, String(MEMORY_MIB), String(size)]);
    const scanMs = phases[0]?.tookMs ?? Number.NaN;
    return phases.map(({ phase, tookMs, peakBytes }) => ({
      format: `${format}, ${megabytes(statSync(path).size)}`, rows: size, phase, seconds: tookMs / 1_000, perSecond: size / tookMs / 1_000, ofScan: tookMs / scanMs, peakBytes,
      bytesPerRow: peakBytes / size, invariant: peakBytes <= MEMORY_MAX ? HOLDS : BROKEN,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function childOf(args: readonly string[]): readonly Phase[] {
  const child = fileURLToPath(new URL("./scale-child.js", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [child, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw new Error("the process that takes a table through a node's work failed");
  return parsePhases(stdout);
}

function parsePhases(text: string): readonly Phase[] {
  return JSON.parse(text) as readonly Phase[];
}
