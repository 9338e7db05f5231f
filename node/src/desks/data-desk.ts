import { join } from "node:path";
import { loadConfig, type Flag } from "@cohortium/protocol/host/config";
import { readConfigText } from "@cohortium/protocol/host/config-file";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { NODE_FILE, nodeConfig, type NodeConfig } from "../settings/config.js";
import { contractOfFeed, ROWS_FEED } from "../rows/feed-contract.js";
import type { DataContract } from "../data/contract/contract.js";
import { contractAt, contractPath, feedContract } from "../data/contract/contract-file.js";
import { sarifOf } from "../data/contract/sarif.js";
import { readReport } from "../data/quality/accepted.js";
import { junitOf } from "../data/quality/junit.js";
import type { GateReport } from "../data/quality/report.js";
import { NO_TERMS } from "../data/quality/terms.js";
import { noSuchFeed, readFeeds } from "../data/feeds/feeds-file.js";
import { feedSettings } from "../rows/feed-settings.js";
import { openFeedOf } from "./open-feed.js";
import { qualityReport } from "./quality-desk.js";
import { lintFile, mapFeed, type LintLine, type Mapped } from "./schema-desk.js";

/** Where a node's settings come from. */
export interface DeskInput {
  readonly folder: string;
  readonly flags: readonly Flag[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a person does with a node's feeds and contracts, whether the node runs or not. Paths are absolute. */
export interface DataDesk {
  /** The contract of a feed, or null. @throws Refusal DATA_FEED if there is no such feed. */
  contractOf(feed: string): string | null;
  map(feed: string, to: { readonly path: string | null; readonly overwrite: boolean }): Promise<Mapped>;
  /** @param feed - Whose rows are looked at besides; null for the file alone. */
  lint(path: string, feed: string | null): Promise<readonly LintLine[]>;
  sarif(lines: readonly LintLine[], path: string): unknown;
  show(path: string): DataContract;
  /** The only feed, where none is named. */
  onlyFeed(): string;
  run(input: { readonly feed: string; readonly contract: string | null; readonly accept: boolean; readonly nowMs: number }): Promise<GateReport>;
  lastReport(feed: string): GateReport | null;
  junit(report: GateReport): string;
}

/** @throws Refusal CONFIG_… if the node's settings cannot be read. */
export function openDataDesk({ folder, flags, environment }: DeskInput, onProgress: (says: string) => void): DataDesk {
  const config = loadConfig(nodeConfig, { file: readConfigText(join(folder, NODE_FILE)), environment, flags }).values;
  const feeds = feedsIn(folder, config);
  const open = openFeedOf(folder, config, feedSettings(folder, environment, onProgress));
  return {
    contractOf: (feed) => contractOfFeed(folder, config, known(feeds, feed)),
    map: (feed, { path, overwrite }) => mapFeed(open, known(feeds, feed), { path: path ?? contractPath(folder, feed), overwrite }),
    lint: (path, feed) => lintFile(path, feed === null ? null : { open, feed: known(feeds, feed) }),
    sarif: (lines, path) => sarifOf(lines, path, (at) => lines.find((one) => one.at === at)?.line ?? 1),
    show: contractAt,
    onlyFeed: () => onlyOf(feeds),
    run: async ({ feed, contract, accept, nowMs }) => {
      const path = contract ?? contractOfFeed(folder, config, known(feeds, feed));
      onProgress(`counts ${feed} …`);
      const terms = { ...NO_TERMS, keyColumn: config.rows?.key ?? null };
      return qualityReport(open, feed, { folder, contract: path === null ? null : feedContract(path, feed), terms, nowMs, accept });
    },
    lastReport: (feed) => readReport(folder, known(feeds, feed)),
    junit: junitOf,
  };
}

function feedsIn(folder: string, { rows }: NodeConfig): readonly string[] {
  return [...(rows === undefined ? [] : [ROWS_FEED]), ...readFeeds(folder).map(({ name }) => name)];
}

function known(feeds: readonly string[], name: string): string {
  if (feeds.includes(name)) return name;
  throw noSuchFeed(name, feeds);
}

function onlyOf(feeds: readonly string[]): string {
  const [first, second] = feeds;
  if (first !== undefined && second === undefined) return first;
  const detail = first === undefined ? "no feed is configured" : `there are ${feeds.join(", ")}`;
  throw new Refusal({ code: "CONFIG_FEED", title: "it is not clear which feed is meant", detail, fix: "name it with --feed" });
}
