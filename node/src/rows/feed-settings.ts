import { join } from "node:path";
import type { FeedSettings } from "../data/feeds/with-feed.js";

/** Half of a small machine's memory; what does not fit is spilled into the node's folder and removed. */
const MEMORY_MAX_MIB = 4_096;

/** How a node opens its feeds. */
export function feedSettings(folder: string, environment: FeedSettings["environment"], onProgress: (says: string) => void): FeedSettings {
  return { scratch: join(folder, "scratch"), memoryMaxMiB: MEMORY_MAX_MIB, threads: 2, environment, onProgress };
}
