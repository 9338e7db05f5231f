import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { openStream } from "@cohortium/crypto/entropy";
import { hmacSha256 } from "@cohortium/crypto/hash";
import { orderWithin } from "@cohortium/protocol/budget/concentrated";
import { ORDER_MAX } from "@cohortium/protocol/budget/sampled-charge";
import type { AnswerAsked } from "@cohortium/protocol/conduct/participant";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { parseDigest, type Digest, type SessionId } from "@cohortium/protocol/session/ids";
import { sampledStepNanoRho, stepNoiseNanoRho } from "@cohortium/protocol/charter/sampled-price";
import { noiseOf } from "@cohortium/protocol/training/layout";
import { layoutTerms, planDigest, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { chargeOfQuestion, priceOfTraining } from "@cohortium/protocol/training/price";
import type { Scene } from "@cohortium/protocol/training/script";
import type { Charges, Sample } from "../store/charges.js";
import type { ReleasePrivacy } from "../egress/egress.js";
import type { SessionRows } from "../rows/session-rows.js";
import { limitsOf, type PrivacySettings } from "../budget/limits.js";

type OfRows = Pick<SessionRows, "digest" | "setDigest">;

/** What decides how private a training's answers are. A node's work has all of it. */
interface PrivateWork {
  readonly session: SessionId;
  readonly charter: Charter;
  readonly plan: TrainingPlan;
  readonly entropy: Uint8Array;
  readonly settings: PrivacySettings;
  readonly egress: { readonly ledger: { readonly charges: Pick<Charges, "besides"> } };
  readonly nowMs: () => number;
}

/**
 * What names an answer's noise and its sample.
 *
 * Round and model are in it because a copy of this node that was put back may be asked the same step at another model. Rows are in it because that copy may
 * be put back over other rows: under the same noise the difference of both would be bare. So is their order, because hold-out and samples go by a row's place.
 */
export function answerName(session: SessionId, { round, question: { kind, model } }: AnswerAsked, { digest }: OfRows): string {
  return `${session}/${round}/${kind}/${model}/${digest}`;
}

/** With which noise an answer leaves, and what it costs; exact where the charter's sums are. */
export function privacyOf(work: PrivateWork, asked: AnswerAsked, { question }: Scene, rows: OfRows): ReleasePrivacy {
  const { round, question: { kind } } = asked;
  const { plan, charter, session, entropy, settings, egress: { ledger }, nowMs } = work;
  const segments = noiseOf(question, layoutTerms(plan));
  if (segments === null) return { kind: "exact", limits: limitsOf(charter, settings) };
  return {
    kind: "priced", noise: { segments, entropy, label: answerName(session, asked, rows) },
    charge: { atMs: nowMs(), query: planDigest(plan), kind: "training", nanoRho: chargeOfQuestion(question, plan, ledger.charges.besides(session, round)), rowSet: rows.setDigest, ...sampleOf(kind, plan) },
    limits: limitsOf(charter, settings),
  };
}

/** Only a network's steps are on a sample. */
function sampleOf(kind: string, { model }: TrainingPlan): { readonly sample?: Sample } {
  if (kind !== "update" || model.kind !== "network" || model.privacy === undefined) return {};
  return { sample: { rate: model.privacy.sampleRate, nanoRho: stepNoiseNanoRho(model.privacy) } };
}

/** Why this node's own ceiling over all charters refuses a training, before any of it is charged. */
interface Beyond {
  readonly clause: "node.privacy" | "node.privacy-ceiling";
  readonly because: string;
  readonly fix: string;
}

/** Null where the ceiling covers the whole training: one that ended for want of budget would have been paid for in vain, by everybody. */
export function beyondCeiling(work: Pick<PrivateWork, "charter" | "plan" | "settings">, digest: Digest, charges: Charges): Beyond | null {
  const limits = limitsOf(work.charter, work.settings);
  if (work.plan.noise === undefined && limits.own !== null) {
    return { clause: "node.privacy-ceiling", because: "exact sums have no ε, so no ceiling covers them", fix: "sign a charter with noise, or take privacy.epsilonMax out of node.yaml" };
  }
  if (charges.exceeds({ charter: digest, nanoRho: priceOfTraining(work.plan) }, limits) !== null) {
    return { clause: "node.privacy-ceiling", because: "this node's own ceiling over all charters does not cover the whole training", fix: "cohortium budget show; the ceiling is privacy.epsilonMax in node.yaml" };
  }
  if (ordersCover(work)) return null;
  return { clause: "node.privacy", because: "a step on a sample may cost more under this node's own ceiling than it is charged", fix: "another privacy.epsilonMax in node.yaml, nearer the charter's ε" };
}

/**
 * A step on a sample is charged at the order at which the charter's ε is read off; this node's own ceiling may be read off at another, where such a charge
 * could be too little. Then the training is refused.
 */
function ordersCover({ plan: { model, noise }, settings: { ceiling } }: Pick<PrivateWork, "plan" | "settings">): boolean {
  if (model.kind !== "network" || model.privacy === undefined || noise?.stepNanoRho === undefined || ceiling === null) return true;
  return orderWithin(ceiling.epsilon, ceiling.delta) <= ORDER_MAX && sampledStepNanoRho(model.privacy, { ...ceiling, reserveShare: 0 }) <= noise.stepNanoRho;
}

/**
 * From which coins it follows which rows are held out; null where the rows themselves decide.
 *
 * Under noise each row's coin must not depend on any other row: were it drawn from a digest of all, a row more would throw every coin anew, and no noise
 * would cover that. These are the session's own, and secret: who knew them would know which rows a sum is over.
 */
export function holdoutCoins({ noise }: Pick<TrainingPlan, "noise">, entropy: Uint8Array): string | null {
  return noise === undefined ? null : toHex(openStream(entropy, "holdout")(COIN_BYTES));
}

/**
 * What this node states of its table. Under noise it is a commitment that only this node can open: a digest of the rows alone would let whoever knows all
 * but one of them try out the last.
 */
export function statedTable({ noise }: Pick<TrainingPlan, "noise">, rowSet: Digest, entropy: Uint8Array): Digest {
  return noise === undefined ? rowSet : parseDigest(toHex(hmacSha256(openStream(entropy, "table")(COIN_BYTES), utf8(rowSet))));
}

const COIN_BYTES = 32;
