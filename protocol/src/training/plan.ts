import type { Json } from "@cohortium/crypto/canonical-json";
import type { Charter, NoisySums } from "../charter/charter.js";
import type { Digest, PartyId } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import { featuresOf, recipeDigest } from "../charter/recipe-lowering.js";
import type { Recipe } from "../charter/recipe.js";
import { sampledStepNanoRho } from "../charter/sampled-price.js";
import { releasesOfTraining } from "../charter/release-count.js";
import type { EvaluationClause, ModelClause } from "../charter/model-clauses.js";
import type { Feature, Label } from "../charter/features.js";
import type { LayoutTerms } from "./layout-parts.js";
import type { Minimums } from "./moments.js";
import type { NoiseTerms } from "./noisy-layout.js";

/** Everything that decides what a training computes. It follows from the charter alone, so both sides derive it and compare digests. */
export interface TrainingPlan {
  readonly question: "propensity.train";
  /** What the columns are made of … */
  readonly recipe: Recipe;
  /** … and what the model sees of them. */
  readonly features: readonly Feature[];
  readonly label: Label;
  readonly model: ModelClause;
  readonly evaluation: EvaluationClause;
  readonly parties: number;
  readonly rowsMaxPerParty: number;
  readonly rowsMinPerParty: number;
  readonly rowsMinJoint: number;
  readonly categoryRowsMin: number;
  /** No training runs more rounds than this. */
  readonly rounds: number;
  /** Whose noise is counted on; absent where sums are exact. */
  readonly noise?: NoiseTerms;
  /** The one company that this training does without; absent where all are asked. */
  readonly without?: PartyId;
}

/**
 * @param without - The company to do without. Whether the charter allows that is for its gate to say.
 * @throws RangeError if the charter does not list the question, which the charter gate has refused before.
 */
export function planOf(charter: Charter, without: PartyId | null = null): TrainingPlan {
  const question = charter.questions.find(({ id }) => id === "propensity.train");
  if (question === undefined) throw new RangeError("the charter lists no training");
  return {
    question: "propensity.train",
    recipe: question,
    features: featuresOf(question),
    label: question.label,
    model: question.model,
    evaluation: question.evaluation,
    parties: charter.parties.length,
    rowsMaxPerParty: charter.rows.perPartyMax,
    rowsMinPerParty: charter.rows.perPartyMin,
    rowsMinJoint: charter.rows.jointMin,
    categoryRowsMin: charter.thresholds.categoryRows,
    rounds: releasesOfTraining(question.model),
    ...(charter.privacy.mechanism === "none" ? {} : { noise: noiseTermsOf(charter, charter.privacy, question.model) }),
    ...(without === null ? {} : { without }),
  };
}

function noiseTermsOf({ quorum }: Charter, { colluders, budget }: NoisySums, model: ModelClause): NoiseTerms {
  const honest = quorum - colluders;
  return model.kind === "network" && model.privacy !== undefined ? { honest, stepNanoRho: sampledStepNanoRho(model.privacy, budget) } : { honest };
}

/** SHA-256 of the plan's canonical JSON: the configuration hash that every mask is bound to. */
export function planDigest(plan: TrainingPlan): Digest {
  const { recipe, features, label, model, noise, evaluation: { holdoutDigest, leaveOneOut, perPartner, ...evaluation }, ...rest } = plan;
  const optional = {
    ...(holdoutDigest === undefined ? {} : { holdoutDigest }), ...(leaveOneOut === undefined ? {} : { leaveOneOut }),
    ...(perPartner === undefined ? {} : { perPartner }),
  };
  return contextDigest({
    ...rest, recipe: recipeDigest(recipe), features: features.map((feature) => ({ ...feature, ...listed(feature) })), label: { ...label },
    model: clauseJson(model), evaluation: { ...evaluation, ...optional }, ...(noise === undefined ? {} : { noise: noiseJson(noise) }),
  });
}

/** SHA-256 of what a round shows a node: `null` before there is a model, then the model's canonical JSON. */
export function contextDigest(context: Json): Digest {
  return jsonDigest(context);
}

/** What the layouts need of a plan. Headroom is computed for every party of the charter, also when fewer take part. */
export function layoutTerms({ features, model, evaluation: { scoreBins }, parties, rowsMaxPerParty, noise }: TrainingPlan): LayoutTerms {
  return { features, model, scoreBins, parties, rowsMaxPerParty, noise };
}

export function minimumsOf({ rowsMinJoint, categoryRowsMin }: Pick<TrainingPlan, "rowsMinJoint" | "categoryRowsMin">): Minimums {
  return { rowsMin: rowsMinJoint, categoryRowsMin };
}

/** The plan's model section, of the kind that a question or a progress says it has. @throws RangeError if it has another. */
export function clauseOf<Kind extends ModelClause["kind"]>({ model }: Pick<TrainingPlan, "model">, kind: Kind): Extract<ModelClause, { readonly kind: Kind }> {
  if (!isOfKind(model, kind)) throw new RangeError(`the charter asks for a model of kind ${model.kind}`);
  return model;
}

function isOfKind<Kind extends ModelClause["kind"]>(model: ModelClause, kind: Kind): model is Extract<ModelClause, { readonly kind: Kind }> {
  return model.kind === kind;
}

function noiseJson({ honest, stepNanoRho }: NoiseTerms): Json {
  return { honest, ...(stepNanoRho === undefined ? {} : { stepNanoRho }) };
}

/** What JSON has no word for, a key without a value, is left out. */
function clauseJson(model: ModelClause): Json {
  switch (model.kind) {
    case "logistic": {
      const { privacy, ...rest } = model;
      return { ...rest, ...(privacy === undefined ? {} : { privacy: { ...privacy } }) };
    }
    case "trees": {
      const { earlyStopping, privacy, ...rest } = model;
      const early = earlyStopping === undefined ? {} : { earlyStopping: { ...earlyStopping } };
      return { ...rest, ...early, ...(privacy === undefined ? {} : { privacy: { ...privacy } }) };
    }
    case "network": {
      const { privacy, ...rest } = model;
      const noisy = privacy === undefined ? {} : { privacy: { ...privacy } };
      return { ...rest, hidden: [...model.hidden], optimiser: { ...model.optimiser }, stopping: { ...model.stopping }, ...noisy };
    }
  }
}

function listed(feature: Feature): { readonly categories?: string[] } {
  return feature.kind === "categorical" ? { categories: [...feature.categories] } : {};
}
