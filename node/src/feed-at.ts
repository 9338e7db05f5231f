import { pathIn, placeOf } from "./config.js";
import type { Feed } from "./data/feeds/feed.js";
import { findFeed, readFeeds } from "./data/feeds/feeds-file.js";

interface Setting {
  readonly path?: string | undefined;
  readonly feed?: string | undefined;
  readonly delimiter?: string;
  readonly quote?: string;
}

/** The feed that a setting of node.yaml means; a plain file is one too. @throws Refusal CONFIG_… */
export function feedAt(folder: string, setting: "rows" | "transactions", said: Setting): Feed {
  const place = placeOf(setting, said);
  if (place.kind === "feed") return findFeed(readFeeds(folder), place.name);
  const { delimiter = ",", quote = "\"" } = said;
  const path = pathIn(folder, place.path);
  return { name: setting, kind: setting === "rows" ? "customers" : "transactions", source: { kind: "files", path, reading: { format: "csv", delimiter, quote, encoding: "utf-8", nulls: [] } }, types: {} };
}
