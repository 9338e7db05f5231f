import { readAccepted } from "../data/quality/accepted.js";
import { passes } from "../data/quality/gate.js";
import { reportOf, type GateReport } from "../data/quality/report.js";
import { accept, runQuality, type GateRun } from "../data/quality/run-quality.js";
import type { OpenFeed } from "./schema-desk.js";

/** As the command line asks: a run, and whether it is the one to compare with from now on. A run that passes is, if none was before. */
export async function qualityReport(open: OpenFeed, feed: string, run: GateRun & { readonly accept: boolean }): Promise<GateReport> {
  const result = await open(feed, (table) => runQuality(table, run));
  const isFirst = run.folder !== null && readAccepted(run.folder, feed).size === 0;
  if (run.accept || (isFirst && passes(result))) accept(run.folder, result);
  return reportOf(result);
}
