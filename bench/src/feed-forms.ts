import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withSqlEngine } from "@cohortium/node/data/sql/duckdb";
import { column, megabytes, power, three, times, type Row, type Section } from "./section.js";

/** What it costs a node to open a feed in each form, held against a plain read of its bytes and the engine's own unchecked scan in the same process. */
export async function measureFeedForms(quick: boolean): Promise<Section> {
  const sizes = quick ? [1e5, 1e6] : [1e5, 1e6, 1e7];
  const rows: Row[] = [];
  for (const size of sizes) rows.push(...await formsOf(size));
  return {
    title: "Opening a feed: every value typed over all rows, every line checked",
    notes: [
      "8 columns: key, address, money, measure, truth, date, instant, word. One process per line; two threads.",
      "of scan = opening ÷ DuckDB's own reader of that form into a table, which guesses from a sample; of read = opening ÷ reading the bytes one after the other.",
      `digest of open = the table digest, once ÷ opening. The engine may take ${MEMORY_MIB} MiB and spills the rest; peak is of the whole process until then.`,
      "Every form gives the same digest, or this measurement fails.",
    ],
    columns: [
      column("form", "form"), column("rows", "rows", power), column("bytes", "bytes", megabytes), column("perSecond", "M rows/s", three), column("ofScan", "of scan", times),
      column("ofRead", "of read", times), column("digestOfOpen", "digest of open", times), column("peakBytes", "peak", megabytes),
    ],
    rows,
  };
}

const MEMORY_MIB = 4_096;

const MADE_UP = `i AS id, 'user' || (i * 7919 % 400000) || '@example.com' AS email, ((i * 31 % 1000000) / 100.0)::DOUBLE AS paid, (i * 31 % 997) / 13.0::DOUBLE AS score,
  i % 3 = 0 AS flag, DATE '2020-01-01' + (i % 1000)::INTEGER AS day, TIMESTAMP '2020-01-01' + to_seconds(i % 100000000) AS at, CASE WHEN i % 11 <> 0 THEN 'c' || (i % 50) END AS word`;

const FORMS = [
  { form: "CSV", name: "a.csv", format: "csv", write: "(FORMAT csv, HEADER)", reader: "read_csv" },
  { form: "CSV, packed", name: "a.csv.gz", format: "csv", write: "(FORMAT csv, HEADER, COMPRESSION gzip)", reader: "read_csv" },
  { form: "Parquet", name: "a.parquet", format: "parquet", write: "(FORMAT parquet)", reader: "read_parquet" },
  { form: "JSON lines", name: "a.jsonl", format: "jsonl", write: "(FORMAT json)", reader: "read_json" },
] as const;

/** What the child says on its standard output. Times in milliseconds. */
interface Measured {
  readonly rows: number;
  readonly openMs: number;
  readonly digestMs: number;
  readonly digest: string;
  readonly readMs: number;
  readonly scanMs: number;
  readonly peakBytes: number;
}

async function formsOf(size: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "cohortium-bench-"));
  const scratch = join(folder, "scratch");
  mkdirSync(scratch);
  try {
    const digests = new Set<string>();
    const rows: Row[] = [];
    for (const { form, name, format, write, reader } of FORMS) {
      const path = join(folder, name);
      const made = `COPY (SELECT ${MADE_UP} FROM range(${size}) made(i)) TO '${path}' ${write}`;
      await withSqlEngine({ memoryMaxMiB: MEMORY_MIB, threads: 2, scratch }, (engine) => engine.run(made));
      const found = childOf(path, [format, scratch, String(MEMORY_MIB), `SELECT * FROM ${reader}('${path}')`]);
      digests.add(found.digest);
      rows.push({
        form, rows: found.rows, bytes: statSync(path).size, perSecond: found.rows / found.openMs / 1_000, ofScan: found.openMs / found.scanMs,
        ofRead: found.openMs / found.readMs, digestOfOpen: found.digestMs / found.openMs, peakBytes: found.peakBytes,
      });
      rmSync(path);
    }
    if (digests.size !== 1) throw new Error("the same rows have different digests in different forms");
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function childOf(path: string, args: readonly string[]): Measured {
  const child = fileURLToPath(new URL("./feed-child.js", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [child, path, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw new Error("the process that opens a feed failed");
  return parseMeasured(stdout);
}

function parseMeasured(text: string): Measured {
  return JSON.parse(text) as Measured;
}
