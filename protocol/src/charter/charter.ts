import type { StatisticsClause } from "./statistics-clause.js";
import type { EvaluationClause, ModelClause } from "./model-clauses.js";
import type { PartyId } from "../session/ids.js";
import type { Recipe } from "./recipe.js";

/**
 * What the companies signed: who, for what, which questions, within which limits, until when. Plain JSON; the digest of its RFC 8785 form
 * (`charter-digest.ts`) stands in every log entry. Made only by `checkCharter`, so whoever holds one need not ask again whether it is sound.
 */
export interface Charter {
  readonly version: 1;
  readonly name: string;
  readonly purpose: string;
  readonly consortium: string;
  readonly operator: Operator;
  /** Sorted by name, so that one agreement has one digest. */
  readonly parties: readonly CharterParty[];
  /** Below this many companies nothing is released. Never below 3. */
  readonly minimumParties: number;
  /** So many nodes must help before a sum can be read. */
  readonly quorum: number;
  /** The closed list of what may be trained. Whatever is not here is refused. Empty where there are statistics alone. */
  readonly questions: readonly PropensityQuestion[];
  /** Absent: no statistics are answered. */
  readonly statistics?: StatisticsClause | undefined;
  readonly rows: RowLimits;
  readonly thresholds: { readonly categoryRows: number };
  readonly privacy: Privacy;
  readonly aggregation: Aggregation;
  /** RFC 3339, UTC, whole seconds. The charter holds from here … */
  readonly notBefore: string;
  /** … to just before here. */
  readonly expires: string;
}

/** Who runs the coordinator. `signingKey` is Ed25519 in base64; `logKey` is the log's verifier key as C2SP `signed-note` writes it. */
export interface Operator {
  readonly name: PartyId;
  readonly signingKey: string;
  readonly logKey: string;
}

/** One company and the keys its node enrolled: Ed25519 to sign, X25519 to agree on secrets with other nodes; 32 bytes each, base64. */
export interface CharterParty {
  readonly name: PartyId;
  readonly organisation: string;
  readonly signingKey: string;
  readonly agreementKey: string;
}

/** A joint model over horizontally split rows that says how likely a label is. */
export interface PropensityQuestion extends Recipe {
  readonly id: "propensity.train";
  readonly model: ModelClause;
  readonly evaluation: EvaluationClause;
}

/** How many rows a company may bring, must bring, and how many all must bring together. */
export interface RowLimits {
  readonly perPartyMax: number;
  readonly perPartyMin: number;
  readonly jointMin: number;
}

/**
 * How sums are taken: `masked`, under masks that cancel; or `encrypted`, under a key that all companies hold together. `dropouts` says what
 * happens when a company falls silent after the first sum of a training was read: `end` ends the training; `continue` goes on without it, and
 * whoever compares the sums before and after learns about that company's rows.
 */
export interface Aggregation {
  readonly scheme: "masked" | "encrypted";
  readonly deadlineMs: number;
  readonly dropouts: "end" | "continue";
}

/** Whether noise is added to sums, and how much may be learned from all of them together. Every node counts for itself. */
export type Privacy = ExactSums | NoisySums;

/** Sums are exact: whoever compares two of them learns what lies between. The budget counts sums. */
export interface ExactSums {
  readonly mechanism: "none";
  readonly note: string;
  readonly budget: { readonly releasesMax: number };
}

/**
 * Every party adds its share of discrete Gaussian noise, such that those of all but `colluders` of a quorum are enough. All answers under the
 * charter together keep (epsilon, delta)-differential privacy of one row at one company, added or removed.
 */
export interface NoisySums {
  readonly mechanism: "discrete-gaussian";
  readonly note: string;
  /** `reserveShare` of epsilon is kept: a node spends it only where its own configuration says so. */
  readonly budget: { readonly releasesMax: number; readonly epsilon: number; readonly delta: number; readonly reserveShare: number };
  /** So many parties may pool what they know, the noise they added included, without the rest falling short. */
  readonly colluders: number;
}
