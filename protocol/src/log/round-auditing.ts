import type { FindingCode } from "./audit-report.js";
import type { Body, RoundOffer } from "./bodies.js";

/** What is logged of a round after its offer. */
export type RoundBody = Exclude<Extract<Body, { kind: `round.${string}` }>, RoundOffer>;

/** All that is needed to compute a round's sum again. */
export type CompletedRound = MaskedSum | EncryptedSum;

interface Sum {
  readonly ring: 32 | 64;
  readonly words: number;
  readonly root: string;
}

/** Σ uploads + Σ sign · AES-256-CTR(key) = result. */
export interface MaskedSum extends Sum {
  readonly scheme: "masked";
  readonly uploads: readonly { readonly party: string; readonly entry: number; readonly root: string }[];
  readonly masks: readonly MaskKey[];
}

/** Σ c_0 + Σ decryptions, decoded, = result. */
export interface EncryptedSum extends Sum {
  readonly scheme: "encrypted";
  readonly uploads: readonly { readonly party: string; readonly entry: number; readonly c0: string; readonly c1: string }[];
  readonly decryptions: readonly { readonly party: string; readonly entry: number; readonly root: string }[];
}

export interface MaskKey {
  readonly key: Uint8Array;
  readonly sign: 1 | -1;
}

/** A sum that is opened, or could be. */
export interface Opened {
  readonly purpose: string;
  readonly model: string;
  readonly plan: string;
  readonly survivors: readonly string[];
}

/** `without` is the one company that the session does without, by the charter's leave, or empty. */
export interface OpenedSum extends Opened {
  readonly without: string;
}

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

/** One round as an auditor follows it. */
export interface RoundAuditing {
  /** Whether its result is logged. */
  readonly isDone: boolean;
  /** Who may be asked again: its survivors, or whoever was asked as long as there are none. */
  readonly left: readonly string[];
  /**
   * The sum, if it is logged or enough have agreed to its list; else null. A node then opens its part on being shown those agreements, and
   * what it answers the coordinator may read and keep to itself.
   */
  readonly opened: Opened | null;
  /** Takes the next entry of the round; with its result, what is needed to compute the sum again, unless that is not there. */
  take(body: RoundBody, place: Place, reject: Reject): CompletedRound | null;
}

/** Objects, and has nothing to compute again. */
export function refuse(reject: Reject, code: FindingCode, says: string): null {
  reject(code, says);
  return null;
}
