import { clauseOfRows, type OwnLog } from "../rows/rows-refused.js";
import type { RowsRefused } from "../rows/session-rows.js";
import type { Ledger } from "../store/ledger.js";

type Read<Rows> = { readonly kind: "rows"; readonly rows: Rows } | RowsRefused;

interface Begun extends OwnLog {
  readonly egress: { readonly ledger: Pick<Ledger, "rowsOf"> };
}

/**
 * What was read, if it is what the session began with; null otherwise. Others hear that the rows are not the same; that they cannot be read any more, the
 * company must hear itself.
 */
export function rowsAsBegun<Rows extends { readonly digest: string }>(read: Read<Rows>, { session, logger, egress: { ledger } }: Begun): Rows | null {
  if (read.kind === "refused") {
    clauseOfRows(read, { session, logger });
    return null;
  }
  return read.rows.digest === ledger.rowsOf(session) ? read.rows : null;
}
