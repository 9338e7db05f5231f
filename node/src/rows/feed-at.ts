import { pathIn, placeOf } from "../settings/config.js";
import type { Readable } from "../data/feeds/feed.js";
import { findFeed, readFeeds } from "../data/feeds/feeds-file.js";
import { plainFeed } from "../data/import-rows.js";

interface Setting {
  readonly path?: string | undefined;
  readonly feed?: string | undefined;
  readonly delimiter?: string;
  readonly quote?: string;
}

/** The feed that a setting of node.yaml means; a plain file is one too. @throws Refusal CONFIG_… */
export function feedAt(folder: string, setting: "rows" | "transactions", said: Setting): Readable {
  const place = placeOf(setting, said);
  if (place.kind === "feed") return findFeed(readFeeds(folder), place.name);
  const { delimiter = ",", quote = "\"" } = said;
  return plainFeed(setting, { path: pathIn(folder, place.path), delimiter, quote });
}
