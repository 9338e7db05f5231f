import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { loadConfig } from "@cohortium/protocol/host/config";
import { readConfigText } from "@cohortium/protocol/host/config-file";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { closest } from "@cohortium/protocol/session/suggestion";
import { NODE_FILE, nodeConfig, type NodeConfig } from "./config.js";
import type { DataContract } from "./data/contract/contract.js";
import { sarifOf } from "./data/contract/sarif.js";
import { readReport } from "./data/quality/accepted.js";
import { junitOf } from "./data/quality/junit.js";
import type { GateReport } from "./data/quality/report.js";
import { NO_TERMS } from "./data/quality/terms.js";
import { openFeedOf } from "./open-feed.js";
import { qualityReport } from "./quality-desk.js";
import { contractAt, contractPath, lintFile, mapFeed, type LintLine, type Mapped } from "./schema-desk.js";
import type { StartInput } from "./start.js";

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
export function openDataDesk({ folder, flags, environment }: StartInput, onProgress: (says: string) => void): DataDesk {
  const config = loadConfig(nodeConfig, { file: readConfigText(join(folder, NODE_FILE)), environment, flags }).values;
  const feeds = feedsIn(config);
  const open = openFeedOf(folder, config, { environment, onProgress });
  return {
    contractOf: (feed) => contractOfFeed(folder, config, known(feeds, feed)),
    map: (feed, { path, overwrite }) => mapFeed(open, known(feeds, feed), { path: path ?? contractPath(folder, feed), overwrite }),
    lint: (path, feed) => lintFile(path, feed === null ? null : { open, feed: known(feeds, feed) }),
    sarif: (lines, path) => sarifOf(lines, path, (at) => lines.find((one) => one.at === at)?.line ?? 1),
    show: contractAt,
    onlyFeed: () => onlyOf(feeds),
    run: ({ feed, contract, accept, nowMs }) => {
      const path = contract ?? contractOfFeed(folder, config, known(feeds, feed));
      return qualityReport(open, { folder, feed, contract: path, terms: { ...NO_TERMS, keyColumn: config.rows?.key ?? null }, nowMs }, accept);
    },
    lastReport: (feed) => readReport(folder, known(feeds, feed)),
    junit: junitOf,
  };
}

/**
 * The contract a feed is held to: the one its settings name, or else the one `schema map` writes, if it is there.
 *
 * One that the settings name must be there: a gate that falls back to its defaults in silence is none.
 */
export function contractOfFeed(folder: string, { rows }: NodeConfig, feed: string): string | null {
  const named = rows?.contract;
  if (named !== undefined) return isAbsolute(named) ? named : join(folder, named);
  return existsSync(contractPath(folder, feed)) ? contractPath(folder, feed) : null;
}

/** The one feed there is, by the name of its settings. */
export const ROWS_FEED = "rows";

function feedsIn({ rows }: NodeConfig): readonly string[] {
  return rows === undefined ? [] : [ROWS_FEED];
}

function known(feeds: readonly string[], name: string): string {
  if (feeds.includes(name)) return name;
  const near = closest(name, feeds);
  const there = feeds.length === 0 ? "no feed is configured" : `there is ${feeds.join(", ")}`;
  throw new Refusal({ code: "CONFIG_FEED", title: `there is no feed ${name}`, detail: near === undefined ? there : `${there}; did you mean ${near}?`, fix: "name one of the node's feeds" });
}

function onlyOf(feeds: readonly string[]): string {
  const [first, second] = feeds;
  if (first !== undefined && second === undefined) return first;
  const detail = first === undefined ? "no feed is configured" : `there are ${feeds.join(", ")}`;
  throw new Refusal({ code: "CONFIG_FEED", title: "it is not clear which feed is meant", detail, fix: "name it with --feed" });
}
