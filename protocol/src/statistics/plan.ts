import { z } from "zod";
import type { Charter } from "../session/charter.js";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
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

/** STAND-IN until branch stat. */
export function statisticPlanDigest({ query, clause, features, noise, ...rest }: StatisticPlan): Digest {
  return jsonDigest(z.json().parse({ ...rest, query, clause, features, noise }));
}

/** STAND-IN until branch stat. */
export function queryProblems(_charter: Charter, _query: Query): readonly { readonly path: string; readonly says: string; readonly fix: string }[] {
  return [{ path: "statistics", says: "the charter allows no statistics", fix: "sign one that does" }];
}

/** STAND-IN until branch stat. */
export function statisticPlanOf(_charter: Charter, _query: Query): StatisticPlan {
  throw new RangeError("the charter allows no statistics");
}
