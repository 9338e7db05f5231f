import { STATEMENT_SIZE_MAX_BYTES, STATEMENTS_SIZE_MAX_BYTES } from "./limits.js";

/** How long one party's statement about its columns may be, in canonical JSON, where so many take part. */
export function statementSizeMax(parties: number): number {
  return Math.min(STATEMENT_SIZE_MAX_BYTES, Math.floor(STATEMENTS_SIZE_MAX_BYTES / Math.max(1, parties)));
}
