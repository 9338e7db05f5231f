import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll } from "@jest/globals";
import { DuckDBInstance } from "@duckdb/node-api";
import { scratchFolder } from "../../../../protocol/test/host/scratch-folder.js";
import type { CsvReading, Feed, Source } from "../../../src/data/feeds/feed.js";
import type { FeedSettings } from "../../../src/data/feeds/with-feed.js";

export const SETTINGS: FeedSettings = { scratch: join(scratchFolder(), "scratch"), memoryMaxMiB: 1_024, threads: 2, environment: {}, onProgress: () => undefined };

export const CSV: CsvReading = { format: "csv", delimiter: ",", quote: "\"", encoding: "utf-8", nulls: [] };
export const files = (path: string, reading: Extract<Source, { kind: "files" }>["reading"] = CSV): Source => ({ kind: "files", path, reading });
export const feed = (source: Source, types: Feed["types"] = {}): Feed => ({ name: "orders", kind: "customers", source, types });

/** A folder with files of these contents; bytes are written as they are. */
export function place(contents: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = scratchFolder();
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export const gzip = (text: string): Uint8Array => gzipSync(text);

const opened: { closeSync(): void }[] = [];
afterAll(() => opened.forEach((one) => one.closeSync()));

/** Runs SQL in an engine of the test's own, to write Parquet and JSON as others would. */
export async function written(...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  opened.push(connection, instance);
  for (const sql of statements) await connection.run(sql);
}
