import type { FindingCode } from "./audit-report.js";

/** Where an entry stands: its index, its id, who signed it, under which charter and in which round. */
export interface Place {
  readonly entry: number;
  readonly id: string;
  readonly actor: string;
  readonly charter: string;
  readonly round: number;
}

/** What a round is held to: so many must agree before anything is unmasked, and so many at least must survive. */
export interface RoundTerms {
  readonly threshold: number;
  readonly least: number;
}

export type Reject = (code: FindingCode, says: string) => void;
