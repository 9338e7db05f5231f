import { Refusal } from "@cohortium/protocol/host/refusal";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { featuresOf } from "@cohortium/protocol/charter/recipe-lowering";
import type { Feature } from "@cohortium/protocol/charter/features";
import { charterText } from "../answers/charters.js";
import { modelOfOperator, modelsOfOperator, modelsOfPartner, type Evaluation, type Model, type ModelListing, type PublishedComparison } from "../answers/model.js";
import { ownTrainings } from "../answers/trainings.js";
import { short } from "../text/amounts.js";
import { pickByPrefix, pickOnly } from "./pick.js";
import { adminOf, type Place } from "./place.js";

/** A model that somebody named. */
export interface FoundModel {
  readonly digest: string;
  readonly session: string;
  readonly model: Model;
  readonly evaluation: Evaluation | null;
  readonly comparisons: readonly PublishedComparison[];
  /** The coordinator tells it with the model; a node keeps it with the training. */
  readonly charter?: string;
  /** Known to a node alone: when people were removed there after its rows had gone into the model. */
  readonly deletionsSinceMs?: readonly number[];
}

/** The model whose digest begins so, or the last that a training ended with. @throws Refusal USAGE_UNKNOWN, USAGE_AMBIGUOUS or USAGE_NOTHING. */
export async function findModel(place: Place, prefix: string | undefined): Promise<FoundModel> {
  const admin = adminOf(place);
  switch (place.role) {
    case "coordinator": {
      const { models } = await admin.get("/v1/models", modelsOfOperator);
      const { digest } = pickModel(prefix === undefined ? models.filter(({ final }) => final) : models, prefix);
      return admin.get(`/v1/models/${digest}`, modelOfOperator);
    }
    case "node": {
      const { models } = await admin.get("/v1/models", modelsOfPartner);
      return pickModel(models, prefix);
    }
  }
}

/** The columns of the charter that a model was trained under, which trees name by their places. @throws Refusal CHARTER_UNREADABLE. */
export async function featuresOfModel(place: Place, model: FoundModel): Promise<readonly Feature[]> {
  const charter = await charterOf(place, model);
  const { charter: text } = await adminOf(place).get(`/v1/charters/${charter}`, charterText);
  const check = checkCharter(text);
  const question = check.kind === "ok" ? check.charter.questions[0] : undefined;
  if (question === undefined) {
    throw new Refusal({ code: "CHARTER_UNREADABLE", title: "the charter of this model cannot be read here", detail: short(charter), fix: "use the version of cohortium that trained it" });
  }
  return featuresOf(question);
}

async function charterOf(place: Place, { session, charter }: FoundModel): Promise<string> {
  if (charter !== undefined) return charter;
  return (await adminOf(place).get("/v1/trainings", ownTrainings)).trainings.find((training) => training.session === session)?.charter ?? "";
}

/** Of these models the one that is meant: without a prefix the last. @throws Refusal USAGE_UNKNOWN, USAGE_AMBIGUOUS or USAGE_NOTHING. */
export function pickModel<T extends Pick<ModelListing, "digest" | "session">>(models: readonly T[], prefix: string | undefined): T {
  // The same model may come out of two trainings; under one digest it is one.
  const items = [...new Map(models.map((model) => [model.digest, model])).values()];
  const listing = { noun: "model", listedBy: "model ls", items, idOf: ({ digest }: T) => digest, labelOf: ({ session }: T) => `of ${short(session)}` };
  return prefix === undefined ? models.at(-1) ?? pickOnly(listing) : pickByPrefix(listing, prefix);
}
