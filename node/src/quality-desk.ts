import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Digest } from "@cohortium/protocol/session/ids";
import { tableOf, type ContractTable } from "./data/contract/contract.js";
import { keepAccepted, keepReport, readAccepted } from "./data/quality/accepted.js";
import { passes, runGate, type GateResult } from "./data/quality/gate.js";
import { reportOf, type GateReport } from "./data/quality/report.js";
import type { GateTerms } from "./data/quality/terms.js";
import { contractAt, type OpenFeed } from "./schema-desk.js";

/** One run of the gate. `contract` is a file, or null where the feed has none. */
export interface GateRun {
  /** The node's folder, where its memory of earlier runs lies. */
  readonly folder: string;
  readonly feed: string;
  readonly contract: string | null;
  readonly terms: GateTerms;
  readonly nowMs: number;
}

/**
 * Runs the gate and keeps its report.
 *
 * @throws Refusal CONFIG_CONTRACT if the contract cannot be read: without it, nobody knows what the feed is held to.
 */
export async function runQuality(open: OpenFeed, { folder, feed, contract: path, terms, nowMs }: GateRun): Promise<GateResult> {
  const contract = path === null ? null : contractFor(path, feed);
  const accepted = readAccepted(folder, feed);
  const result = await open(feed, (table) => runGate(table, { table: contract?.table ?? null, contract: contract?.digest ?? null, terms, accepted, nowMs }));
  keepReport(folder, reportOf(result));
  return result;
}

/** A contract that says nothing of the feed must not pass for none: then the defaults would hold in silence. */
function contractFor(path: string, feed: string): { readonly table: ContractTable; readonly digest: Digest } {
  const contract = contractAt(path);
  const table = tableOf(contract, feed);
  if (table !== null) return { table, digest: contract.digest };
  throw new Refusal({
    code: "CONFIG_CONTRACT", title: "the contract says nothing of this feed", detail: `${path} has no table called ${feed}`, rule: "QUALITY_CONTRACT",
    fix: "name a table, or its physicalName, as the feed is called",
  });
}

/** Keeps how the feed's categories are spread: what the next runs are compared with. */
export function accept(folder: string, { feed, spreads }: GateResult): void {
  if (spreads.size > 0) keepAccepted(folder, feed, spreads);
}

/** As the command line asks: a run, and whether it is the one to compare with from now on. A run that passes is, if none was before. */
export async function qualityReport(open: OpenFeed, run: GateRun, isAccepted: boolean): Promise<GateReport> {
  const result = await runQuality(open, run);
  if (isAccepted || (passes(result) && readAccepted(run.folder, run.feed).size === 0)) accept(run.folder, result);
  return reportOf(result);
}
