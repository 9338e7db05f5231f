import { canonicalText, type Json } from "@cohortium/crypto/canonical-json";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import type { RfmEdges } from "./query.js";
import type { StatisticPlan, StatisticQuestion } from "./plan.js";
import { statisticContext } from "./progress.js";

/** STAND-IN until branch stat. */
export interface StatisticScene {
  readonly kind: "statistic";
  readonly question: StatisticQuestion;
  readonly digest: Digest;
  readonly model: null;
}

export function readStatisticScene(kind: unknown, context: Json, plan: StatisticPlan, last: StatisticScene | null): StatisticScene | null {
  const step = last === null ? 0 : last.question.step + 1;
  if (kind !== "statistic" || !(step < plan.rounds)) return null;
  const question: StatisticQuestion = { kind: "statistic", step, edges: parseEdges(context) };
  if (jsonDigest(statisticContext({ question })) !== jsonDigest(context)) return null;
  return { kind: "statistic", question, digest: jsonDigest(context), model: null };
}

function parseEdges(context: Json): RfmEdges | null {
  return JSON.parse(canonicalText((context as { readonly edges?: Json }).edges ?? null)) as RfmEdges | null;
}
