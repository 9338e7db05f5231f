import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, type Flag } from "@cohortium/protocol/host/config";
import { readConfigText } from "@cohortium/protocol/host/config-file";
import type { Charter } from "@cohortium/protocol/charter/charter";
import type { Columns } from "@cohortium/protocol/charter/recipe";
import { planOf } from "@cohortium/protocol/training/plan";
import { NODE_FILE, nodeConfig, pathIn, type NodeConfig } from "../settings/config.js";
import type { CompanyFeeds } from "../data/subjects-of.js";
import { configuredWords } from "../data/recipe/own-words.js";
import { feedAt } from "../rows/feed-at.js";
import { contractOfFeed, ROWS_FEED } from "../rows/feed-contract.js";
import { feedSettings } from "../rows/feed-settings.js";
import { feedContract } from "../data/contract/contract-file.js";
import type { Feed } from "../rows/session-rows.js";
import { copyFeeds, type FeedCopy } from "./copy-feed.js";

export interface PrepareInput {
  /** The node's. */
  readonly folder: string;
  readonly flags: readonly Flag[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly charter: Charter;
  /** Where the copies go. It must be new. */
  readonly to: string;
  readonly marked: number;
  readonly sampleMax: number;
  random(): number;
  onProgress(says: string): void;
}

/** A company's feeds, copied with and without marked rows, and how a node of the rehearsal reads either. */
export interface Prepared {
  readonly party: string;
  readonly copy: FeedCopy;
  feedOver(feeds: CompanyFeeds): Feed;
}

/** @throws Refusal CONFIG_… or DATA_…, as opening the feeds for a training would. */
export async function prepareCopies({ folder, flags, environment, charter, to, marked, sampleMax, random, onProgress }: PrepareInput): Promise<Prepared> {
  const config = loadConfig(nodeConfig, { file: readConfigText(join(folder, NODE_FILE)), environment, flags }).values;
  const { rows, transactions } = config;
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const settings = { ...feedSettings(folder, environment, onProgress), scratch: join(to, "scratch") };
  const words = configuredWords(rows?.columns ?? {}, transactions?.columns ?? {});
  const path = contractOfFeed(folder, config, ROWS_FEED);
  const asked = charter.statistics?.consent;
  const agreed = asked === undefined ? [] : [{ ...asked, column: words.columnOf({ feed: "rows", column: asked.column, holds: "words", unit: null }) }];
  const [keyColumn, consents] = [rows?.key ?? null, [...(rows?.consent === undefined ? [] : [rows.consent]), ...agreed]];
  const bought = transactions === undefined ? null : feedAt(folder, "transactions", transactions);
  const feeds = { rows: feedAt(folder, "rows", rows ?? {}), transactions: bought };
  const copy = await copyFeeds(feeds, {
    folder: to, recipe: columnsOf(charter), words, keyColumn, consents, settings, random, marked,
    contract: path === null ? null : feedContract(path, ROWS_FEED).table,
    sampleMax: Math.max(1, Math.min(sampleMax, charter.rows.perPartyMax - marked)),
  });
  return { party: config.party, copy, feedOver: (own) => feedOf(own, { folder, config, settings, words, contract: path }) };
}

/** All that a charter reads of a company's feeds: for its training, and for its questions. */
function columnsOf(charter: Charter): Columns {
  const { statistics } = charter;
  if (charter.questions.length === 0) return statistics ?? { features: [] };
  const { features, label, transactions } = planOf(charter).recipe;
  return { label, features: [...features, ...statistics?.features ?? []], transactions: transactions ?? statistics?.transactions };
}

type FeedTerms = Pick<Feed, "settings" | "words"> & { readonly folder: string; readonly config: NodeConfig; readonly contract: string | null };

/** As the node's own, but for where the rows lie, and for a gate that remembers nothing. */
function feedOf(feeds: CompanyFeeds, { folder, config: { rows, holdout }, settings, words, contract }: FeedTerms): Feed {
  return {
    named: { open: () => feeds }, settings, words, transactions: null, rows: { path: "", delimiter: ",", quote: "\"", keyColumn: rows?.key ?? null },
    holdout: holdout === undefined ? null : { path: pathIn(folder, holdout.path), delimiter: holdout.delimiter, quote: holdout.quote, keyColumn: null },
    gate: { contract: () => contract, folder: null }, consents: rows?.consent === undefined ? [] : [rows.consent],
  };
}
