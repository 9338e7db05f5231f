import type { Feed } from "./feed.js";
import type { FeedTable } from "./feed-table.js";

/** What opening a feed may take, and whom it tells. */
export interface FeedSettings {
  /** A folder of its own is made in here for what does not fit into memory, readable by us alone, and removed at the end. Absolute. */
  readonly scratch: string;
  /** Of the engine; what goes beyond lies in `scratch`. */
  readonly memoryMaxMiB: number;
  readonly threads: number;
  /** Where passwords of databases may stand. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Says what is being done, as in "reads orders.csv: 1,200,000 rows". */
  onProgress(says: string): void;
}

/**
 * Opens a feed, lends it to `use`, and closes it whatever happens.
 *
 * @throws Refusal DATA_… (the rows), CONFIG_… (the settings) or NETWORK_… (the database): cause, whose side, what to do; never a value.
 *   DATA_CHANGED if the source changed while it was read.
 */
export async function withFeed<T>(feed: Feed, settings: FeedSettings, use: (table: FeedTable) => Promise<T>): Promise<T> {
  return withFeeds([feed], settings, async (tables) => {
    const [table] = tables;
    if (table === undefined) throw new Error("unreachable: one feed gives one table");
    return use(table);
  });
}

/** The same for several feeds whose relations can then be joined, in the order given. */
export async function withFeeds<T>(feeds: readonly Feed[], settings: FeedSettings, use: (tables: readonly FeedTable[]) => Promise<T>): Promise<T> {
  throw new Error(`not written yet: ${feeds.length} ${settings.scratch} ${use.name}`);
}
