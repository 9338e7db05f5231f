import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { growthExponent, spreadOf } from "./measure.js";
import { BROKEN, column, HOLDS, megabytes, power, three, times, type Row, type Section } from "./section.js";

/**
 * Peak memory of a process that adds n uploads of d words from files the way a coordinator does (`host/sum-files.ts`), against the same process
 * with next to nothing to add. What a coordinator holds besides is not in it.
 */
export function measureMemory(quick: boolean): readonly Section[] {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-bench-"));
  try {
    const runs = quick ? 1 : 3;
    const base = peakOf(folder, { parties: 3, words: 1e3, runs });
    const { parties, words } = quick ? QUICK : FULL;
    const cases = parties.flatMap((n) => words.map((d) => ({ parties: n, words: d, runs })));
    const rows = cases.map((one) => rowOf(one, peakOf(folder, one), base));
    return [section(rows, { base, runs }), growth(rows)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FULL = { parties: [3, 10, 30], words: [1e5, 1e6, 1e7] };
const QUICK = { parties: [3, 30], words: [1e6, 1e7] };

/** Pads are garbage once they are added, and V8 lets some 64 MiB of such buffers pile up before it collects them; twice that is the goal. */
const ABOVE_BASE_MAX_BYTES = 128 * 2 ** 20;

interface Case {
  readonly parties: number;
  readonly words: number;
  readonly runs: number;
}

/** Every party's file is the same one: it is read as often, and the disk need not hold n of them. */
function peakOf(folder: string, { parties, words, runs }: Case): number {
  const path = join(folder, "upload");
  writeFileSync(path, new Uint8Array(4 * words).fill(0x5a));
  const child = fileURLToPath(new URL("./memory-child.js", import.meta.url));
  return spreadOf(Array.from({ length: runs }, () => {
    const args = [child, path, String(parties), String(words), join(folder, "sum")];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    if (status !== 0) throw new Error("the process that adds files failed");
    return Number(stdout);
  })).median;
}

function rowOf({ parties, words }: Case, peakBytes: number, baseBytes: number): Row {
  const allBytes = parties * words * 4;
  const aboveBytes = peakBytes - baseBytes;
  return {
    parties, words, allBytes, peakBytes, ofBase: peakBytes / baseBytes, aboveBytes, aboveOfAll: aboveBytes / allBytes,
    goal: aboveBytes <= ABOVE_BASE_MAX_BYTES ? "met" : "not met",
  };
}

/**
 * A coordinator that held what it adds would show 0.9 here. Garbage that V8 has not collected yet, the more of it the busier the machine, shows 0.2
 * and then stays: at eight times the largest case below, the peak was no higher.
 */
const EXPONENT_MAX = 0.5;

function growth(rows: readonly Row[]): Section {
  const along = (fixed: "parties" | "words", moving: "parties" | "words"): readonly Row[] => [...new Set(rows.map((row) => Number(row[fixed])))].map((value) => {
    const line = rows.filter((row) => row[fixed] === value).map((row) => ({ x: Number(row[moving]), y: Number(row["peakBytes"]) })).slice(-2);
    const [from = { x: 1, y: 1 }, to = from] = line;
    const exponent = growthExponent(from, to);
    return {
      fixed: `${fixed === "parties" ? "n" : "d"} = ${power(value)}`, span: `${moving === "parties" ? "n" : "d"}: ${power(from.x)} → ${power(to.x)}`,
      times: to.x / from.x, peak: to.y / from.y, exponent, invariant: exponent <= EXPONENT_MAX ? HOLDS : BROKEN,
    };
  });
  return {
    title: "5b. Growth of that peak",
    notes: [
      "p of peak ~ n^p or d^p between the two largest: near 1 where all that is added is held, near 0 where nothing is.",
      `It must stay at or below ${EXPONENT_MAX}; what is left of it is garbage not collected yet, which stops growing.`,
    ],
    columns: [
      column("fixed", "fixed"), column("span", "from → to"), column("times", "n·d grows", times), column("peak", "peak grows", times),
      column("exponent", "p", three), column("invariant", "must hold"),
    ],
    rows: [...along("parties", "words"), ...along("words", "parties")],
  };
}

function section(rows: readonly Row[], { base, runs }: { readonly base: number; readonly runs: number }): Section {
  const span = (key: string) => {
    const values = rows.map((row) => Number(row[key]));
    return Math.max(...values) / Math.min(...values);
  };
  return {
    title: "5. Peak memory of a sum from files, 1 MiB at a time",
    notes: [
      "The coordinator's own sum over files, every self mask taken away, in a process of its own; its services are not in it.",
      `ratio to base = peak ÷ peak of the same process adding 3 vectors of 1000 words (${megabytes(base)}); median of ${runs}.`,
      `Goal: at most ${megabytes(ABOVE_BASE_MAX_BYTES)} above base, whatever n·d is.`,
      `From the smallest to the largest case n·d grows ${times(span("allBytes"))}, the peak ${times(span("peakBytes"))}.`,
    ],
    columns: [
      column("parties", "n"), column("words", "d", power), column("allBytes", "n·d·4", megabytes),
      column("peakBytes", "peak", megabytes), column("ofBase", "ratio to base", times),
      column("aboveBytes", "above base", megabytes), column("aboveOfAll", "above ÷ n·d·4", times), column("goal", "goal"),
    ],
    rows,
  };
}
