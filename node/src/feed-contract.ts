import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { NodeConfig } from "./config.js";
import { contractPath } from "./schema-desk.js";

/**
 * The contract a feed is held to: the one its settings name, or else the one `schema map` writes, if it is there.
 *
 * One that the settings name must be there: a gate that falls back to its defaults in silence is none.
 */
export function contractOfFeed(folder: string, { rows }: NodeConfig, feed: string): string | null {
  const named = feed === ROWS_FEED ? rows?.contract : undefined;
  if (named !== undefined) return isAbsolute(named) ? named : join(folder, named);
  return existsSync(contractPath(folder, feed)) ? contractPath(folder, feed) : null;
}

/** The one feed there is, by the name of its settings. */
export const ROWS_FEED = "rows";
