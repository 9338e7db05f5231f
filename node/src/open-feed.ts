import { isAbsolute, join } from "node:path";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { NodeConfig } from "./config.js";
import { readHeader } from "./data/csv-header.js";
import { ScanFailed, withEngine, type CsvFile } from "./data/duckdb.js";
import { findFeed, readFeeds } from "./data/feeds/feeds-file.js";
import type { FeedTable } from "./data/feeds/feed-table.js";
import { withFeed, type FeedSettings } from "./data/feeds/with-feed.js";
import { DATA_PROBLEMS } from "./data/problem.js";
import { feedAt } from "./feed-at.js";
import { ROWS_FEED } from "./feed-contract.js";
import type { OpenFeed } from "./schema-desk.js";

/** Opens the node's feeds by name: what `rows` of its settings means, and every feed that was added. */
export function openFeedOf(folder: string, { rows }: NodeConfig, settings: FeedSettings): OpenFeed {
  return (name, use) => {
    if (name === ROWS_FEED && rows?.path !== undefined) return plain(folder, rows)(name, use);
    const feed = name === ROWS_FEED ? feedAt(folder, "rows", rows ?? {}) : findFeed(readFeeds(folder), name);
    return withFeed(feed, settings, (table) => use({ ...table, name }));
  };
}

function plain(folder: string, rows: NonNullable<NodeConfig["rows"]>): OpenFeed {
  const path = rows.path ?? "";
  const file = { path: isAbsolute(path) ? path : join(folder, path), delimiter: rows.delimiter, quote: rows.quote };
  return (name, use) => withRows(file, name, use);
}

/** Opens a CSV file as a feed of that name, lends it to `use`, and closes it whatever happens. @throws Refusal DATA_… if there are no rows to be read. */
export async function withRows<T>(file: CsvFile, name: string, use: (table: FeedTable) => Promise<T>): Promise<T> {
  const header = await readHeader(file);
  switch (header.kind) {
    case "missing": throw refused("DATA_FILE_MISSING", file);
    case "empty": throw refused("DATA_EMPTY", file);
    case "unreadable": throw refused("DATA_MALFORMED", file);
    case "names": return withEngine(async (engine) => use({ ...await engine.csv(file, header.names, new Set(header.names)), name })).catch((error: unknown) => {
      if (error instanceof ScanFailed) throw unanswered(file);
      throw error;
    });
  }
}

function unanswered({ path }: CsvFile): Refusal {
  return new Refusal({
    code: "DATA_QUERY", title: "the database engine could not count over the rows", detail: path,
    fix: "check the delimiter and quote in the node's configuration, and the patterns in the contract",
  });
}

function refused(code: "DATA_FILE_MISSING" | "DATA_EMPTY" | "DATA_MALFORMED", { path }: CsvFile): Refusal {
  return new Refusal({ code, title: DATA_PROBLEMS[code].means, detail: path, fix: DATA_PROBLEMS[code].fix });
}
