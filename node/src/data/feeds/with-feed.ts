import { rmSync } from "node:fs";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { ScanFailed, withSqlEngine, type SqlEngine } from "../sql/duckdb.js";
import type { Readable } from "./feed.js";
import { sqlName, type DigestedFeed, type RowPlaces } from "../sql/feed-table.js";
import { leaveOut, type Deletions } from "./left-out.js";
import { columnsOfDatabase, readDatabase } from "./read-database.js";
import { columnsOfFiles, readFiles } from "./read-files.js";
import { readPlain } from "./read-plain.js";
import { rowHashesSql, tableDigest } from "./row-digest.js";
import { ownScratch } from "./scratch.js";
import { typedTable } from "./typed-table.js";

/** What opening a feed may take, and whom it tells. */
export interface FeedSettings {
  /** A folder of its own is made in here for what does not fit into memory, readable by us alone, and removed at the end. Absolute. */
  readonly scratch: string;
  /** Of the engine; what goes beyond lies in `scratch`. */
  readonly memoryMaxMiB: number;
  readonly threads: number;
  /** Where passwords of databases may stand. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who was removed at the node; absent where a person looks at feeds of her own. */
  readonly deletions?: Deletions;
  /** Says what is being done, as in "reads orders.csv: 1,200,000 rows". */
  onProgress(says: string): void;
}

/**
 * Opens a feed, lends it to `use`, and closes it whatever happens.
 *
 * @throws Refusal DATA_… (the rows), CONFIG_… (the settings) or NETWORK_… (the database): cause, whose side, what to do; never a value.
 *   DATA_CHANGED if the source changed while it was read.
 */
export async function withFeed<T>(feed: Readable, settings: FeedSettings, use: (table: DigestedFeed) => Promise<T>): Promise<T> {
  return withFeeds([feed], settings, async (tables) => {
    const [table] = tables;
    if (table === undefined) throw new Error("unreachable: one feed gives one table");
    return use(table);
  });
}

/** The same for several feeds whose relations can then be joined, in the order given. */
export async function withFeeds<T>(feeds: readonly Readable[], settings: FeedSettings, use: (tables: readonly DigestedFeed[]) => Promise<T>): Promise<T> {
  return withScratch(settings, (scratch) => withSqlEngine({ ...settings, scratch }, async (engine) => {
    await engine.run("SET TimeZone = 'UTC'");
    const tables: DigestedFeed[] = [];
    for (const [i, feed] of feeds.entries()) tables.push(await opened(feed, { engine, relation: `feed_${i}`, scratch }, settings).catch(asUnanswered(feed.name)));
    // Everything is read: what comes now can only ask about it.
    await engine.lock();
    return use(tables);
  }));
}

/**
 * What a feed's columns are called: with its rows unread where its form says so before them, which JSON does not. Names alone, so a type that does not fit is
 * told when the rows are read.
 *
 * @throws Refusal as `withFeed`, if the feed cannot be opened.
 */
export async function columnNames(feed: Readable, settings: FeedSettings): Promise<readonly string[]> {
  const { source } = feed;
  // No row of it is looked at, so nobody needs to be left out.
  const whole: Readable = { ...feed, subjects: { kind: "common" } };
  const inFull = () => withFeed(whole, settings, ({ columns }) => Promise.resolve(columns.map(({ name }) => name)));
  switch (source.kind) {
    case "plain": return inFull();
    case "postgres": case "mysql": return columnsOfDatabase(source, settings.environment);
    case "files": return await withScratch(settings, (scratch) => withSqlEngine({ ...settings, scratch }, (engine) => columnsOfFiles(source, { engine, scratch }))) ?? inFull();
  }
}

async function withScratch<T>({ scratch: parent }: FeedSettings, use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = ownScratch(parent);
  try {
    return await use(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Place {
  readonly engine: SqlEngine;
  readonly relation: string;
  readonly scratch: string;
}

async function opened(feed: Readable, { engine, relation, scratch }: Place, settings: FeedSettings): Promise<DigestedFeed> {
  const { name, source, types } = feed;
  const onProgress = (says: string) => settings.onProgress(`${name}: ${says}`);
  const to = { engine, relation: source.kind === "plain" ? relation : `raw_${relation}`, scratch, onProgress };
  switch (source.kind) {
    case "plain": return remaining(engine, feed, { name, relation, ...await readPlain(source, to) }, settings);
    case "files": case "postgres": case "mysql": {
      const raw = source.kind === "files" ? await readFiles(source, to) : await readDatabase(source, settings.environment, to);
      onProgress("gives values their types …");
      const typed = await typedTable(engine, raw, { feed: { name, types }, relation });
      return remaining(engine, feed, { name, relation: sqlName(relation), ...typed, places: UNPLACED }, settings);
    }
  }
}

const UNPLACED: RowPlaces = { order: "canonical", malformedLines: [] };

type Read = Pick<DigestedFeed, "name" | "relation" | "columns" | "rows" | "places">;

/** The table without the rows that take no part: whatever is asked, counted or hashed from here on is of the others. */
async function remaining(engine: SqlEngine, { subjects }: Readable, table: Read, { deletions }: FeedSettings): Promise<DigestedFeed> {
  const { rows, leftOut, places } = await leaveOut(engine, { ...table, feed: table.name }, subjects, deletions);
  return tableOver(engine, { ...table, rows, leftOut, places: places.length === 0 ? table.places : { ...table.places, leftOutPlaces: places } });
}

function tableOver(engine: SqlEngine, table: Read & Pick<DigestedFeed, "leftOut">): DigestedFeed {
  const { relation, columns } = table;
  const asked = <T>(answer: Promise<T>): Promise<T> => answer.catch(asUnanswered(table.name));
  let digest: ReturnType<DigestedFeed["digest"]> | null = null;
  return {
    ...table,
    query: (sql) => asked(engine.query(sql)),
    stream: (sql, onChunk) => asked(engine.stream(sql, onChunk)),
    digest: () => (digest ??= asked(tableDigest(engine, rowHashesSql(relation, columns), columns))),
  };
}

/** Nothing of the engine escapes: whoever waits for the rows hears a refusal. */
function asUnanswered(feed: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof ScanFailed ? unanswered(feed) : error;
  };
}

function unanswered(feed: string): Refusal {
  return new Refusal({ code: "DATA_QUERY", title: "the database engine could not count over the rows", detail: feed, fix: "check the patterns in the contract, and the room on the disk" });
}
