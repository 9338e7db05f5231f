import { Refusal } from "@cohortium/protocol/host/refusal";
import { pathIn, type NodeConfig } from "./config.js";
import { readHeader } from "./data/csv-header.js";
import { ScanFailed, withEngine, type CsvFile } from "./data/duckdb.js";
import { findFeed, readFeeds } from "./data/feeds/feeds-file.js";
import type { FeedTable } from "./data/feeds/feed-table.js";
import { withFeed, type FeedSettings } from "./data/feeds/with-feed.js";
import { DATA_PROBLEMS, HEADER_PROBLEMS, type DataProblemCode } from "./data/problem.js";
import { feedAt } from "./feed-at.js";
import { ROWS_FEED } from "./feed-contract.js";
import type { OpenFeed } from "./schema-desk.js";

/** Opens the node's feeds by name: what `rows` of its settings means, and every feed that was added. */
export function openFeedOf(folder: string, { rows }: NodeConfig, settings: FeedSettings): OpenFeed {
  return (name, use) => {
    if (name === ROWS_FEED && rows?.path !== undefined) {
      const { path, delimiter, quote } = rows;
      return withRows({ path: pathIn(folder, path), delimiter, quote }, name, use);
    }
    const feed = name === ROWS_FEED ? feedAt(folder, "rows", rows ?? {}) : findFeed(readFeeds(folder), name);
    return withFeed(feed, settings, (table) => use({ ...table, name }));
  };
}

/** Opens a CSV file as a feed of that name, lends it to `use`, and closes it whatever happens. @throws Refusal DATA_… if there are no rows to be read. */
export async function withRows<T>(file: CsvFile, name: string, use: (table: FeedTable) => Promise<T>): Promise<T> {
  const header = await readHeader(file);
  if (header.kind !== "names") throw refused(HEADER_PROBLEMS[header.kind], file);
  return withEngine(async (engine) => use({ ...await engine.csv(file, header.names, new Set(header.names)), name })).catch((error: unknown) => {
    if (error instanceof ScanFailed) throw unanswered(file);
    throw error;
  });
}

function unanswered({ path }: CsvFile): Refusal {
  return new Refusal({
    code: "DATA_QUERY", title: "the database engine could not count over the rows", detail: path,
    fix: "check the delimiter and quote in the node's configuration, and the patterns in the contract",
  });
}

function refused(code: DataProblemCode, { path }: CsvFile): Refusal {
  return new Refusal({ code, title: DATA_PROBLEMS[code].means, detail: path, fix: DATA_PROBLEMS[code].fix });
}
