import { Refusal } from "@cohortium/protocol/host/refusal";
import type { NodeConfig } from "../settings/config.js";
import { findFeed, readFeeds } from "../data/feeds/feeds-file.js";
import { withFeed, type FeedSettings } from "../data/feeds/with-feed.js";
import { DATA_PROBLEMS, LINES_NAMED_MAX } from "../data/problem.js";
import { feedAt } from "../rows/feed-at.js";
import { ROWS_FEED } from "../rows/feed-contract.js";
import type { OpenFeed } from "./schema-desk.js";

/** Opens the node's feeds by name: what `rows` of its settings means, and every feed that was added. */
export function openFeedOf(folder: string, { rows }: NodeConfig, settings: FeedSettings): OpenFeed {
  return (name, use) => {
    const feed = name === ROWS_FEED ? feedAt(folder, "rows", rows ?? {}) : findFeed(readFeeds(folder), name);
    return withFeed(feed, settings, (table) => {
      // What a training would refuse is not looked at as if it were whole.
      const { malformedLines: lines } = table.places;
      if (lines.length > 0) throw malformed(name, lines);
      return use({ ...table, name });
    });
  };
}

function malformed(name: string, lines: readonly number[]): Refusal {
  const { means, fix } = DATA_PROBLEMS.DATA_MALFORMED;
  return new Refusal({ code: "DATA_MALFORMED", title: means, detail: `${name}: ${lines.length}, first at ${lines.slice(0, LINES_NAMED_MAX).join(", ")}`, fix });
}
