import { existsSync } from "node:fs";
import { pathIn, type NodeConfig } from "../settings/config.js";
import { contractPath } from "../data/contract/contract-file.js";

/**
 * The contract a feed is held to: the one its settings name, or else the one `schema map` writes, if it is there.
 *
 * One that the settings name must be there: a gate that falls back to its defaults in silence is none.
 */
export function contractOfFeed(folder: string, { rows }: NodeConfig, feed: string): string | null {
  const named = feed === ROWS_FEED ? rows?.contract : undefined;
  if (named !== undefined) return pathIn(folder, named);
  return existsSync(contractPath(folder, feed)) ? contractPath(folder, feed) : null;
}

/** What `rows` of the settings means, as a feed among those that were added. */
export const ROWS_FEED = "rows";
