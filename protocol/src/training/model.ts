import type { Json } from "@cohortium/crypto/canonical-json";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import type { LogisticClause, TreesClause } from "../charter/model-clauses.js";
import type { Feature } from "../charter/features.js";
import { parseLogisticModel, type LogisticModel } from "./logistic/model.js";
import type { NetworkClause } from "../charter/network-clause.js";
import { networkJson, parseNetworkModel, type NetworkForm, type NetworkModel } from "./network/model.js";
import { parseTreesModel, type TreesModel } from "./trees/model.js";

/** Any joint model. `iteration` counts the steps since training began, whatever a step is. */
export type Model = LogisticModel | TreesModel | NetworkModel;

/** The model as JSON: what is stored, released and hashed. */
export function modelJson(model: Model): Json {
  switch (model.kind) {
    case "logistic": return { ...model };
    case "trees": return { ...model, trees: model.trees.map((tree) => ({ ...tree })) };
    case "network": return networkJson(model);
  }
}

/** SHA-256 of the model's canonical JSON. RFC 8785 prints a double so that it reads back to the same bits, so equal hashes mean equal models. */
export function modelDigest(model: Model): Digest {
  return jsonDigest(modelJson(model));
}

/** What a charter fixes of a model's form. */
export type ModelForm = Pick<LogisticClause | TreesClause, "kind"> | (Pick<NetworkClause, "kind"> & NetworkForm);

/** Reads a model that claims to be of the charter's kind, over its features. @throws RangeError if it is not. */
export function parseModel(raw: unknown, { features, model: clause }: { readonly features: readonly Feature[]; readonly model: ModelForm }): Model {
  if (typeof raw !== "object" || raw === null) throw new RangeError("a model is an object");
  const record: Readonly<Record<string, unknown>> = { ...raw };
  switch (clause.kind) {
    case "logistic": return parseLogisticModel(record, features);
    case "trees": return parseTreesModel(record, features);
    case "network": return parseNetworkModel(record, features, clause);
  }
}
