/** A process of its own that opens one feed and says what it took. Started by `feed-forms.ts`. */
import { createReadStream } from "node:fs";
import { withFeed } from "@cohortium/node/data/feeds/with-feed";
import type { Feed, Reading } from "@cohortium/node/data/feeds/feed";
import { withSqlEngine } from "@cohortium/node/data/sql/duckdb";
import { peakBytes } from "./peak-bytes.js";

const [path = "", format = "", scratch = "", memory = "", scan = ""] = process.argv.slice(2);

/** Bytes one after the other, and nothing done with them. */
async function readThrough(): Promise<number> {
  const startMs = performance.now();
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) bytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
  return bytes > 0 ? performance.now() - startMs : Number.NaN;
}

/** The engine's own reader, which guesses types from a sample and checks nothing. Every column is summed up, so that none is left out. */
async function scanOnly(): Promise<number> {
  return withSqlEngine({ memoryMaxMiB: Number(memory), threads: 2, scratch }, async (engine) => {
    const startMs = performance.now();
    await engine.run(`CREATE TABLE scanned AS ${scan}`);
    return performance.now() - startMs;
  });
}

function reading(): Reading {
  switch (format) {
    case "parquet": case "jsonl": return { format };
    default: return { format: "csv", delimiter: ",", quote: "\"", encoding: "utf-8", nulls: [] };
  }
}

const readMs = await readThrough();
const feed: Feed = { name: "made-up", kind: "customers", source: { kind: "files", path, reading: reading() }, types: {} };
const startMs = performance.now();
const found = await withFeed(feed, { scratch, memoryMaxMiB: Number(memory), threads: 2, environment: {}, onProgress: () => undefined }, async (table) => {
  const openMs = performance.now() - startMs;
  const digest = await table.digest();
  return { rows: table.rows, openMs, digestMs: performance.now() - startMs - openMs, digest };
});
const peak = peakBytes();
process.stdout.write(JSON.stringify({ ...found, readMs, scanMs: await scanOnly(), peakBytes: peak }));
