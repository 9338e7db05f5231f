import type { FeedContract } from "../contract/contract-file.js";
import type { FeedTable } from "../sql/feed-table.js";
import { keepAccepted, keepReport, readAccepted } from "./accepted.js";
import { runGate, type GateResult } from "./gate.js";
import { reportOf } from "./report.js";
import type { GateTerms } from "./terms.js";

/** One run of the gate over one feed. */
export interface GateRun {
  /** The node's folder, where its memory of earlier runs lies; null for a run that remembers nothing. */
  readonly folder: string | null;
  readonly contract: FeedContract | null;
  readonly terms: GateTerms;
  readonly nowMs: number;
}

/** Runs the gate and keeps its report. */
export async function runQuality(feed: FeedTable, { folder, contract, terms, nowMs }: GateRun): Promise<GateResult> {
  const accepted = folder === null ? new Map() : readAccepted(folder, feed.name);
  const result = await runGate(feed, { table: contract?.table ?? null, contract: contract?.contract.digest ?? null, terms, accepted, nowMs });
  if (folder !== null) keepReport(folder, reportOf(result));
  return result;
}

/** Keeps how the feed's categories are spread: what the next runs are compared with. */
export function accept(folder: string | null, { feed, spreads }: GateResult): void {
  if (folder !== null && spreads.size > 0) keepAccepted(folder, feed, spreads);
}
