import { z } from "zod";
import type { Charter } from "../charter/charter.js";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import { featuresOf } from "../charter/recipe-lowering.js";
import type { Feature } from "../charter/features.js";
import { sumsOf } from "./charge.js";
import type { StatisticsClause } from "../charter/statistics-clause.js";
import { clauseFor } from "./open.js";
import { askedProblems, exactCohortProblems } from "./query-rules.js";
import { costProblems, fitProblems } from "./query-cost-rules.js";
import type { QueryProblem } from "./query-problem.js";
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
  /** As the question reads it (`open.ts`). */
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
  /** Of words: the beginnings that an earlier sum found, in the order of text; first the empty one. Absent for any other question. */
  readonly prefixes?: readonly string[] | undefined;
}

/** The noise of one party on each number of a segment: discrete Gaussian with this variance, in units of the segment's scale. */
export interface SegmentNoise {
  readonly length: number;
  /** Null for the guard, which is exact. */
  readonly variance: { readonly numerator: bigint; readonly denominator: bigint } | null;
}

/** Everything for which a charter's nodes would refuse the query; empty if they would answer. What a budget has left, only its ledger knows. */
export function queryProblems(charter: Charter, query: Query): readonly QueryProblem[] {
  const { statistics } = charter;
  if (statistics === undefined) return [{ path: "/kind", says: "the charter allows no statistics", fix: "sign a charter with statistics" }];
  const asked = [...askedProblems(statistics, query), ...exactCohortProblems(charter, query), ...costProblems(charter, query)];
  return asked.length > 0 ? asked : fitProblems(planFor(charter, statistics, query));
}

/** @throws RangeError with the first of `queryProblems`, if there are any. */
export function statisticPlanOf(charter: Charter, query: Query): StatisticPlan {
  const [problem] = queryProblems(charter, query);
  if (problem !== undefined || charter.statistics === undefined) throw new RangeError(problem === undefined ? "no statistics" : `${problem.path}: ${problem.says}; ${problem.fix}`);
  return planFor(charter, charter.statistics, query);
}

/** SHA-256 of the plan's canonical JSON: the configuration hash that every mask is bound to. */
export function statisticPlanDigest(plan: StatisticPlan): Digest {
  return jsonDigest(z.json().parse(plan));
}

function planFor({ parties, rows, privacy, quorum }: Charter, signed: StatisticsClause, query: Query): StatisticPlan {
  const clause = clauseFor(signed, query);
  return {
    question: "statistics.ask",
    query,
    clause,
    features: featuresOf(clause),
    parties: parties.length,
    rowsMaxPerParty: rows.perPartyMax,
    rowsMinPerParty: rows.perPartyMin,
    rowsMinJoint: rows.jointMin,
    noise: privacy.mechanism === "none" ? null : { honest: quorum - privacy.colluders },
    rounds: sumsOf(query),
  };
}
