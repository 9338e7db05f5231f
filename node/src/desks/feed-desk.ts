import type { Digest } from "@cohortium/protocol/session/ids";
import type { Feed, FeedKind } from "../data/feeds/feed.js";
import { addFeed, findFeed, readFeeds, removeFeed } from "../data/feeds/feeds-file.js";
import { sqlName, textsOf, type DigestedFeed, type FeedTable } from "../data/sql/feed-table.js";
import { columnsSeen, type SeenColumn } from "../data/feeds/likeness.js";
import { masked } from "../data/feeds/mask.js";
import { sourceOf, type SourceOptions } from "../data/feeds/source-of.js";
import { columnNames, withFeed } from "../data/feeds/with-feed.js";
import { feedSettings } from "../rows/feed-settings.js";

/** What is in a feed, in counts: no value. */
export interface FeedSeen {
  readonly rows: number;
  readonly digest: Digest;
  readonly columns: readonly SeenColumn[];
}

/** Five rows, every value masked. */
export interface FeedPreview {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a person does with a node's feeds, whether the node runs or not. Relative paths begin at `callerFolder`. */
export interface FeedDesk {
  list(): readonly Feed[];
  /** Reads the source once before it is added, so that a feed that is listed was readable. */
  add(name: string, kind: FeedKind, from: string, options: SourceOptions): Promise<FeedSeen>;
  discover(from: string, options: SourceOptions): Promise<FeedSeen>;
  preview(name: string): Promise<FeedPreview>;
  /** What its columns are called, if it can be opened; looks at no row if its form allows. */
  columns(name: string): Promise<readonly string[]>;
  remove(name: string): void;
}

export interface FeedDeskInput {
  readonly folder: string;
  readonly callerFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const PREVIEW_ROWS = 5;

export function openFeedDesk({ folder, callerFolder, environment }: FeedDeskInput, onProgress: (says: string) => void): FeedDesk {
  const settings = feedSettings(folder, environment, onProgress);
  const feedOf = (name: string, kind: FeedKind, from: string, options: SourceOptions): Feed => {
    return { name, kind, source: sourceOf(from, options, callerFolder), types: {} };
  };
  return {
    list: () => readFeeds(folder),
    add: async (name, kind, from, options) => {
      const feed = feedOf(name, kind, from, options);
      const seen = await withFeed(feed, settings, seenIn);
      addFeed(folder, feed);
      return seen;
    },
    discover: (from, options) => withFeed(feedOf("discovered", "customers", from, options), settings, seenIn),
    preview: (name) => withFeed(findFeed(readFeeds(folder), name), settings, previewOf),
    columns: (name) => columnNames(findFeed(readFeeds(folder), name), settings),
    remove: (name) => removeFeed(folder, name),
  };
}

async function seenIn(table: DigestedFeed): Promise<FeedSeen> {
  return { rows: table.rows, columns: await columnsSeen(table), digest: await table.digest() };
}

async function previewOf(table: FeedTable): Promise<FeedPreview> {
  const texts = table.columns.map(({ name }, i) => `CAST(${sqlName(name)} AS VARCHAR) AS c${i}`);
  const answer = await table.query(`SELECT ${texts.join(", ")} FROM ${table.relation} LIMIT ${PREVIEW_ROWS}`);
  const columns = table.columns.map(({ type }, i) => textsOf(answer, `c${i}`).map((value) => masked(value, type)));
  return { columns: table.columns.map(({ name }) => name), rows: Array.from({ length: answer.rows }, (_, row) => columns.map((column) => column[row] ?? "")) };
}
