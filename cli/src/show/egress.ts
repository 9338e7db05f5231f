import type { EgressLine } from "../answers/egress.js";
import { short } from "../text/amounts.js";

const NANO = 1e-9;

/** What a sum cost: ρ of zero-concentrated differential privacy; a dash where nothing is charged. */
export function privacyText(nanoRho: number | null): string {
  return nanoRho === null ? "—" : `ρ ${Number((nanoRho * NANO).toPrecision(4))}`;
}

/** The number of the entry, or the beginning of its digest where no message ever told the number; a dash for what no entry is about. */
export function logEntryText({ entry, logEntry }: Pick<EgressLine, "entry" | "logEntry">): string {
  if (entry === null) return "—";
  return logEntry === null ? `id ${short(entry)}` : String(logEntry);
}
