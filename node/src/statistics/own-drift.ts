import { z } from "zod";
import type { Json } from "@cohortium/crypto/canonical-json";
import { firstQuestion } from "@cohortium/protocol/statistics/script";
import { psi } from "@cohortium/protocol/statistics/stability-index";
import type { StatisticPlan } from "@cohortium/protocol/statistics/plan";
import type { LocalRows } from "../data/local-rows.js";
import { computeStatistic } from "./compute.js";

/** How far this company's own rows are from everybody's: its population stability index, null where too much is withheld to say. It stays here. */
export function ownDrift(rows: LocalRows, answer: Json, plan: StatisticPlan): number | null {
  const { cells, missing } = driftAnswer.parse(answer);
  const joint = [...cells, missing].map(({ share }) => ("value" in share ? share.value : null));
  return psi([...computeStatistic(rows, firstQuestion(plan), plan).subarray(1)], joint);
}

const cell = z.object({ share: z.union([z.object({ value: z.number() }), z.object({ withheld: z.string() })]) });

/** What is read of a drift's answer: the joint share of each cell, then of those without a value. */
const driftAnswer = z.object({ kind: z.literal("drift"), cells: z.array(cell), missing: cell });
