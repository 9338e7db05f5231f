import { join } from "node:path";
import { importRows } from "@cohortium/node/data/import-rows";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { contributorOf } from "@cohortium/node/learning/alone";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { logitsOf } from "@cohortium/node/learning/logistic";
import { fitPooled } from "@cohortium/protocol/training/logistic/fit";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { parseModel } from "@cohortium/protocol/training/model";
import { clauseOf, minimumsOf, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { CONTACTS_FILE, CSV_FORM, HOLDOUT_FILE, type PartnerFolders } from "./data.js";

/** What nobody in the consortium could compute: the model of all rows in one place. */
export interface Pooled {
  readonly model: LogisticModel;
  readonly auc: number;
}

/** Fits the same algorithm, without masks and fixed point, on the rows of all partners in partner order. Only a demonstration may do this. */
export async function fitAllRows(folders: PartnerFolders, plan: TrainingPlan): Promise<Pooled> {
  const terms = { recipe: plan.recipe, rowsMin: 1, rowsMax: plan.rowsMaxPerParty };
  const read = async (path: string): Promise<LocalRows> => {
    const imported = await importRows({ path, ...CSV_FORM, keyColumn: null }, terms);
    if (imported.kind === "refused") throw new Error("the demonstration's own rows do not fit its charter");
    return imported.rows;
  };
  const parts = await Promise.all([folders.harbour, folders.lantern, folders.meadow].map((folder) => read(join(folder, CONTACTS_FILE))));
  const held = await read(join(folders.harbour, HOLDOUT_FILE));
  const how = { features: plan.features, clause: clauseOf(plan, "logistic"), minimums: minimumsOf(plan) };
  const fit = fitPooled(parts.map((rows) => contributorOf(rows, plan.features)), how);
  if (fit.kind !== "fitted") throw new Error(`the pooled rows cannot be fitted: ${fit.because}`);
  return { model: fit.model, auc: aucExact(logitsOf(held, plan.features, fit.model), held.y) };
}

/** The largest difference between two models' coefficients, relative to the larger of 1 and the coefficient. */
export function coefficientGap(joint: unknown, pooled: LogisticModel, plan: TrainingPlan): number {
  const model = parseModel(joint, plan);
  if (model.kind !== "logistic") throw new Error("the demonstration trains a logistic regression");
  return Math.max(...pooled.coefficients.map((want, i) => Math.abs((model.coefficients[i] ?? Number.NaN) - want) / Math.max(1, Math.abs(want))));
}
