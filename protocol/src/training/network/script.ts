import type { Json } from "@cohortium/crypto/canonical-json";
import type { Digest } from "../../session/ids.js";
import { orNull } from "../../session/or-null.js";
import type { EvaluationQuestion } from "../layout.js";
import type { MomentsQuestion } from "../moments-layout.js";
import { contextDigest, type TrainingPlan } from "../plan.js";
import { sameScaling } from "../scaling.js";
import type { NetworkClause } from "../../charter/network-clause.js";
import { movedFrom } from "./fit.js";
import { floatsText, networkJson, parseFloats, parseNetworkModel, type NetworkModel } from "./model.js";
import { initialControl, initialModel } from "./progress.js";
import { controlReach, stepReach } from "./reach.js";
import { norm } from "./step.js";
import type { UpdateQuestion } from "./update.js";

/** One question of a network's training as a node was asked it. */
export type NetworkScene =
  | { readonly kind: "network"; readonly question: MomentsQuestion; readonly model: null; readonly digest: Digest }
  | NetworkAsked;

/** A question at a model. */
export interface NetworkAsked {
  readonly kind: "network";
  readonly question: UpdateQuestion | EvaluationQuestion;
  readonly model: NetworkModel;
  readonly digest: Digest;
  /** Whether this is the model, and the control variate, that training must start from. */
  readonly initial: boolean;
  /** The weights that were asked about before; empty if none were. */
  readonly before: Float32Array;
  /** The longest that such a step can be. */
  readonly reach: number;
}

/** The plan of a network's training. */
export interface NetworkTerms {
  readonly plan: TrainingPlan;
  readonly clause: NetworkClause;
}

/** What an `update` round shows the nodes. */
export function updateContext({ model, control }: UpdateQuestion): Json {
  return { model: networkJson(model), control: control.length === 0 ? null : floatsText(control) };
}

/** Reads an offered question with its context; null unless it is one of the three, at a network of the plan's form or, first, at none. */
export function readNetworkScene(question: unknown, context: Json, terms: NetworkTerms, last: NetworkScene | null): NetworkScene | null {
  const digest = contextDigest(context);
  if (question === "moments") return context === null ? { kind: "network", question: { kind: question }, model: null, digest } : null;
  const asked = readAsked(question, context, terms);
  if (asked === null) return null;
  const { model } = asked;
  return { kind: "network", ...asked, digest, before: last?.model?.weights ?? new Float32Array(), initial: isInitial(asked, terms), reach: reachOf(terms, model) };
}

/**
 * Moments; then rounds of local training from the weights that follow from the charter's seed, numbered, all on one standardisation, each no further
 * from the last than the parties' bounded updates can carry it; then one evaluation at the model after the last of them; then nothing.
 */
export function networkMayFollow(last: NetworkScene | null, next: NetworkScene): boolean {
  if (next.model === null) return last === null;
  if (last === null) return false;
  if (last.model === null) return next.question.kind === "update" && next.initial;
  return last.question.kind === "update" && next.model.iteration === last.model.iteration + 1 && sameScaling(next.model, last.model)
    && norm(movedFrom(next.before, next.model)) <= next.reach;
}

/** Under noise no row is told of more at one model than at another, and how far noise carries a step has no bound worth a check. */
function reachOf(terms: NetworkTerms, { weights }: NetworkModel): number {
  return terms.plan.noise === undefined ? stepReach(terms, weights) : Number.MAX_VALUE;
}

type Asked = Pick<NetworkAsked, "question" | "model">;

function readAsked(question: unknown, context: Json, terms: NetworkTerms): Asked | null {
  if (typeof context !== "object" || context === null) return null;
  return orNull(() => parseAsked(question, { ...context }, terms));
}

function parseAsked(question: unknown, record: Readonly<Record<string, unknown>>, { plan, clause }: NetworkTerms): Asked | null {
  if (question === "evaluation") {
    const model = parseNetworkModel(record, plan.features, clause);
    // Under noise the held-out rows cost nothing more only once every step before has been charged (`charges.ts`): no evaluation comes early.
    const earliest = plan.noise === undefined ? 1 : clause.rounds;
    return model.iteration >= earliest && model.iteration <= clause.rounds ? { question: { kind: question }, model } : null;
  }
  const inner = record["model"];
  if (question !== "update" || Object.keys(record).sort().join() !== "control,model" || typeof inner !== "object" || inner === null) return null;
  const model = parseNetworkModel({ ...inner }, plan.features, clause);
  const control = parseControl(record["control"], model, { plan, clause });
  return model.iteration < clause.rounds ? { question: { kind: question, clause, model, control }, model } : null;
}

function parseControl(raw: unknown, model: NetworkModel, terms: NetworkTerms): Float32Array {
  const none = initialControl(model, terms.clause);
  if (none.length === 0 && raw === null) return none;
  const control = parseFloats(raw, none.length);
  if (!(norm(control) <= controlReach(terms, control.length))) throw new RangeError("the control variate is longer than bounded ones add up to");
  return control;
}

function isInitial({ question, model }: Asked, { plan, clause }: NetworkTerms): boolean {
  const start = initialModel(model, plan, clause);
  return question.kind === "update" && model.iteration === 0 && question.control.every((value) => value === 0)
    && start.weights.length === model.weights.length && start.weights.every((weight, i) => Object.is(weight, model.weights[i]));
}

