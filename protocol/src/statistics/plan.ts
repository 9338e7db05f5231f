import type { Feature } from "../training/features.js";
import type { StatisticsClause } from "./clause.js";
import type { Query, RfmEdges } from "./query.js";

/** How much noise each party adds, and against whom it must be enough. */
export interface NoiseTerms {
  /** So many parties that took part are taken to be honest and to have added their share: the quorum less the colluders the charter assumes. */
  readonly honest: number;
}

/** Everything that decides what an answer computes. It follows from the charter and the query, so both sides derive it and compare digests. */
export interface StatisticPlan {
  readonly question: "statistics.ask";
  readonly query: Query;
  readonly clause: StatisticsClause;
  /** `featuresOf` the clause, in its order. */
  readonly features: readonly Feature[];
  readonly parties: number;
  readonly rowsMaxPerParty: number;
  readonly rowsMinPerParty: number;
  readonly rowsMinJoint: number;
  /** Null where the charter's sums are exact. */
  readonly noise: NoiseTerms | null;
  /** No answer takes more sums than this. */
  readonly rounds: number;
}

/** What one sum of an answer asks of the rows. `edges` are those that an earlier sum found, or the query gave. */
export interface StatisticQuestion {
  readonly kind: "statistic";
  readonly step: number;
  readonly edges: RfmEdges | null;
}

/** The noise of one party on each number of a segment: discrete Gaussian with this variance, in units of the segment's scale. */
export interface SegmentNoise {
  readonly length: number;
  /** Null for the guard, which is exact. */
  readonly variance: { readonly numerator: bigint; readonly denominator: bigint } | null;
}
