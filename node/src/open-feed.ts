import { isAbsolute, join } from "node:path";
import type { NodeConfig } from "./config.js";
import { withFeed } from "./data/feeds/with-feed.js";
import type { Feed } from "./data/feeds/feed.js";
import type { OpenFeed } from "./schema-desk.js";

/** Whom opening a feed tells, and where passwords of databases stand. */
export interface Around {
  readonly environment: Readonly<Record<string, string | undefined>>;
  onProgress(says: string): void;
}

const MEMORY_MAX_MIB = 2_048;

/** Opens the node's feeds by name. */
export function openFeedOf(folder: string, config: NodeConfig, { environment, onProgress }: Around): OpenFeed {
  const settings = { scratch: folder, memoryMaxMiB: MEMORY_MAX_MIB, threads: 2, environment, onProgress };
  return (name, use) => withFeed(feedNamed(folder, config, name), settings, use);
}

function feedNamed(folder: string, { rows }: NodeConfig, name: string): Feed {
  const path = rows?.path ?? "";
  return {
    name, kind: "customers", types: {},
    source: {
      kind: "files", path: isAbsolute(path) ? path : join(folder, path),
      reading: { format: "csv", delimiter: rows?.delimiter ?? ",", quote: rows?.quote ?? "\"", encoding: "utf-8", nulls: [] },
    },
  };
}
