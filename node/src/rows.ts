import type { TrainingPlan } from "@cohortium/protocol/training/plan";
import { parseDigest, type PartyId } from "@cohortium/protocol/session/ids";
import { importCommon, shareOfCommon, splitOwn } from "./data/holdout.js";
import { importRows, type RowSource } from "./data/import-rows.js";
import type { LocalRows } from "./data/local-rows.js";
import type { DataProblem } from "./data/problem.js";

/** Where this node's rows lie, as its own configuration says. */
export interface Feed {
  readonly rows: RowSource;
  readonly holdout: RowSource | null;
}

/** A session's rows. `counted` are the held-out rows this node answers for in the joint evaluation; `held` those it compares models on. */
export interface SessionRows {
  readonly train: LocalRows;
  readonly held: LocalRows;
  readonly counted: LocalRows;
  /** Changes when any row changes, or their order. */
  readonly digest: string;
  /** Changes when any row changes, not with their order. */
  readonly setDigest: string;
}

/** A charter with a common file names it; this is no file's digest. */
const NO_FILE = parseDigest("0".repeat(64));

export type RowsRead = { readonly kind: "rows"; readonly rows: SessionRows } | { readonly kind: "refused"; readonly problems: readonly DataProblem[] };

/** Reads and checks everything a training needs of this node's rows. */
export async function readRows(feed: Feed, plan: TrainingPlan, place: { readonly party: PartyId; readonly parties: readonly PartyId[] }): Promise<RowsRead> {
  const { features, label } = plan;
  const own = await importRows(feed.rows, { features, label, rowsMin: plan.rowsMinPerParty, rowsMax: plan.rowsMaxPerParty });
  if (own.kind === "refused") return own;
  if (plan.evaluation.holdout === "own") {
    const { train, held } = splitOwn(own.rows, plan.evaluation.holdoutShare);
    return { kind: "rows", rows: { train, held, counted: held, digest: own.rows.digest, setDigest: own.rows.setDigest } };
  }
  const source = feed.holdout ?? { ...feed.rows, path: "" };
  const common = await importCommon(source, { features, label, rowsMin: 1, rowsMax: plan.rowsMaxPerParty }, plan.evaluation.holdoutDigest ?? NO_FILE);
  if (common.kind === "refused") return common;
  const counted = shareOfCommon(common.rows, place.parties.length, place.parties.indexOf(place.party));
  return { kind: "rows", rows: { train: own.rows, held: common.rows, counted, digest: own.rows.digest, setDigest: own.rows.setDigest } };
}
