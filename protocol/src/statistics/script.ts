import { z } from "zod";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import { areInOrder } from "./cells.js";
import { measureOf } from "./parts.js";
import type { StatisticPlan, StatisticQuestion } from "./plan.js";
import type { RfmEdges, RfmQuery } from "./query.js";
import { mayBeAsked } from "./words.js";

/** One sum of an answer as a node was asked it. `digest` is that of what the round showed. */
export interface StatisticScene {
  readonly kind: "statistic";
  readonly question: StatisticQuestion;
  readonly digest: Digest;
  readonly model: null;
}

/** What the first sum of an answer asks. Steps count from 0. */
export function firstQuestion({ query }: Pick<StatisticPlan, "query">): StatisticQuestion {
  return { kind: "statistic", step: 0, edges: query.kind === "rfm" ? query.edges : null, ...(query.kind === "words" ? { prefixes: [""] } : {}) };
}

/** What the second sum asks, by the edges that the first one found. */
export function secondQuestion(edges: RfmEdges): StatisticQuestion {
  return { kind: "statistic", step: 1, edges };
}

/** What the next sum asks where words are spelled, by the beginnings that the last one found. */
export function nextSpelled({ step }: StatisticQuestion, prefixes: readonly string[]): StatisticQuestion {
  return { kind: "statistic", step: step + 1, edges: null, prefixes };
}

/** What a round shows the nodes, from which they read the question: `{ step, edges }`, and where words are spelled `prefixes`. */
export function questionContext({ step, edges, prefixes }: StatisticQuestion): Json {
  const spelled = prefixes === undefined ? {} : { prefixes: [...prefixes] };
  return { step, ...spelled, edges: edges === null ? null : { recency: [...edges.recency], frequency: [...edges.frequency], monetary: [...edges.monetary] } };
}

/**
 * Reads an offered question; null unless it is the one that follows `last`: first what the query asks, then, of RFM without edges, one grid by edges
 * within the measures' bounds; of words, beginnings that go on from the last ones; then nothing. Whether they follow from the sums, an auditor sees.
 */
export function readStatisticScene(kind: unknown, context: Json, plan: StatisticPlan, last: StatisticScene | null): StatisticScene | null {
  if (kind !== "statistic") return null;
  const read = contextForm.safeParse(context);
  if (!read.success) return null;
  const question: StatisticQuestion = { kind: "statistic", ...read.data };
  const scene: StatisticScene = { kind: "statistic", question, digest: jsonDigest(context), model: null };
  if (last === null) return scene.digest === jsonDigest(questionContext(firstQuestion(plan))) ? scene : null;
  const { query } = plan;
  if (query.kind === "words") {
    const { prefixes = [] } = question;
    const follows = question.edges === null && question.step === last.question.step + 1 && mayBeAsked(prefixes, last.question.prefixes ?? [], plan, query);
    return follows ? scene : null;
  }
  const isSecond = query.kind === "rfm" && query.edges === null && last.question.step === 0 && question.step === 1;
  return isSecond && question.prefixes === undefined && question.edges !== null && areWithin(question.edges, query, plan) ? scene : null;
}

const fifths = z.array(z.number()).length(4);
const contextForm = z.strictObject({
  step: z.int(), edges: z.strictObject({ recency: fifths, frequency: fifths, monetary: fifths }).nullable(), prefixes: z.array(z.string()).optional(),
});

function areWithin(edges: RfmEdges, query: RfmQuery, plan: StatisticPlan): boolean {
  return (["recency", "frequency", "monetary"] as const).every((role) => {
    const { min, max } = measureOf(plan, query[role]);
    return areInOrder(edges[role]) && edges[role].every((edge) => edge >= min && edge <= max);
  });
}
