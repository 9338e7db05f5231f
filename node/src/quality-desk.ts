import { Refusal } from "@cohortium/protocol/host/refusal";
import { tableOf, type ContractTable, type DataContract } from "./data/contract/contract.js";
import type { FeedTable } from "./data/sql/feed-table.js";
import { keepAccepted, keepReport, readAccepted } from "./data/quality/accepted.js";
import { passes, runGate, type GateResult } from "./data/quality/gate.js";
import { reportOf, type GateReport } from "./data/quality/report.js";
import type { GateTerms } from "./data/quality/terms.js";
import { contractAt, type OpenFeed } from "./schema-desk.js";

/** One run of the gate over one feed. */
export interface GateRun {
  /** The node's folder, where its memory of earlier runs lies; null for a run that remembers nothing. */
  readonly folder: string | null;
  readonly contract: FeedContract | null;
  readonly terms: GateTerms;
  readonly nowMs: number;
}

/** What a contract says of one feed. */
export interface FeedContract {
  readonly contract: DataContract;
  readonly table: ContractTable;
}

/** Runs the gate and keeps its report. */
export async function runQuality(feed: FeedTable, { folder, contract, terms, nowMs }: GateRun): Promise<GateResult> {
  const accepted = folder === null ? new Map() : readAccepted(folder, feed.name);
  const result = await runGate(feed, { table: contract?.table ?? null, contract: contract?.contract.digest ?? null, terms, accepted, nowMs });
  if (folder !== null) keepReport(folder, reportOf(result));
  return result;
}

/**
 * What the contract in a file says of a feed.
 *
 * @throws Refusal CONFIG_CONTRACT if it cannot be read, or says nothing of the feed: it must not pass for none, or the defaults would hold in silence.
 */
export function feedContract(path: string, feed: string): FeedContract {
  const contract = contractAt(path);
  const table = tableOf(contract, feed);
  if (table !== null) return { contract, table };
  throw new Refusal({
    code: "CONFIG_CONTRACT", title: "the contract says nothing of this feed", detail: `${path} has no table called ${feed}`, rule: "QUALITY_CONTRACT",
    fix: "name a table, or its physicalName, as the feed is called",
  });
}

/** Keeps how the feed's categories are spread: what the next runs are compared with. */
export function accept(folder: string | null, { feed, spreads }: GateResult): void {
  if (folder !== null && spreads.size > 0) keepAccepted(folder, feed, spreads);
}

/** As the command line asks: a run, and whether it is the one to compare with from now on. A run that passes is, if none was before. */
export async function qualityReport(open: OpenFeed, feed: string, run: GateRun & { readonly accept: boolean }): Promise<GateReport> {
  const result = await open(feed, (table) => runQuality(table, run));
  const isFirst = run.folder !== null && readAccepted(run.folder, feed).size === 0;
  if (run.accept || (isFirst && passes(result))) accept(run.folder, result);
  return reportOf(result);
}
