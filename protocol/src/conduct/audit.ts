import type { Json } from "@cohortium/crypto/canonical-json";
import type { Judged, LoggedClose, LoggedComparison, LoggedData, LoggedModel, LoggedOffer, LoggedRound, Milestone, RoundAuditor } from "../log/audit-milestones.js";
import type { Finding, FindingCode } from "../log/audit-report.js";
import { sumAgain } from "../log/audit-sums.js";
import type { AuditSource } from "../log/audit-tree.js";
import { checkCharter } from "../session/charter-check.js";
import { evaluationJson } from "../training/evaluation.js";
import { partyToLeaveOut } from "../session/charter-parties.js";
import type { DataStatement } from "../session/statement.js";
import { disagreement, readStatement } from "./handshake.js";
import { layoutOf } from "../training/layout.js";
import { modelDigest } from "../training/model.js";
import { parsePartnerNumbers, sharesGains } from "../training/partner-numbers.js";
import { contextDigest, layoutTerms, planDigest, planOf, type TrainingPlan } from "../training/plan.js";
import { advance, contextOf, firstOf, type Progress } from "../training/progress.js";

/** How far the sums have carried a training. `stated` is what each party said about its columns, null where it cannot be read. */
type Followed =
  | { readonly kind: "training"; readonly plan: TrainingPlan; readonly progress: Progress; readonly stated: ReadonlyMap<string, DataStatement | null> }
  | { readonly kind: "evaluated"; readonly model: string; readonly evaluation: string }
  | { readonly kind: "lost"; readonly because: string };

/** What a milestone made of a training, and what is to be said about it. */
interface Step {
  readonly followed: Followed;
  readonly judged: Judged;
}

/**
 * For `AuditOptions.rounds`: computes each sum again, and from the sums every question, every model and the release, so that the auditor sees
 * the training and not only its rounds. A coordinator that showed the nodes a model of its own making, to learn more from their answers, is
 * found at its offer, whether or not it logged the sum; one that releases another model or evaluation than the sums led to, at the close.
 *
 * The steps are + − × ÷ and √ alone (IEEE 754), so the auditor's machine gets the same bits.
 * Reveals: to whoever holds the uploads and the log, the sums and the joint models.
 */
export function sessionAuditor(): RoundAuditor {
  const sessions = new Map<string, Followed>();
  return (milestone, source) => {
    const { session, charter, without } = milestone;
    const { followed, judged } = follow(sessions.get(session) ?? begin(charter, without), milestone, source);
    sessions.set(session, followed);
    return judged;
  };
}

function begin(charter: Json, without: string): Followed {
  const check = checkCharter(charter);
  if (check.kind === "refused") return { kind: "lost", because: "its charter allows no training" };
  const left = without === "" ? null : partyToLeaveOut(check.charter, without);
  if (left === undefined) return { kind: "lost", because: "its charter allows no training without one company" };
  const plan = planOf(check.charter, left);
  return { kind: "training", plan, progress: firstOf(plan), stated: new Map() };
}

function follow(followed: Followed, milestone: Milestone, source: AuditSource): Step {
  switch (milestone.kind) {
    case "stated": return afterStatement(followed, milestone);
    case "offered": return afterOffer(followed, milestone);
    case "completed": return afterRound(followed, milestone, source);
    case "kept": return { followed, judged: verdict(milestone, "MODEL_DIFFERS", objectionToModel(followed, milestone)) };
    case "closed": return { followed, judged: verdict(milestone, "CLOSE_DIFFERS", objectionToClose(followed, milestone)) };
    case "compared": return { followed, judged: { sum: false, model: false, findings: objectionsToComparison(milestone) } };
  }
}

/** A statement that differs is no offence: it is what ends a training before its first round. */
function afterStatement(followed: Followed, { party, data }: LoggedData): Step {
  const judged: Judged = { sum: false, model: false, findings: [] };
  if (followed.kind !== "training") return { followed, judged };
  return { followed: { ...followed, stated: new Map(followed.stated).set(party, readStatement(data.statement)) }, judged };
}

function afterOffer(followed: Followed, offer: LoggedOffer): Step {
  const says = objectionToOffer(followed, offer);
  const { findings, ...counts } = verdict(offer, "MODEL_DIFFERS", says);
  const judged: Judged = { ...counts, findings: [...findings, ...schemaFindings(followed, offer)] };
  // What the nodes answered to another question says nothing about where the training stands.
  if (followed.kind === "training" && says !== null) return { followed: { kind: "lost", because: "an earlier round asked something else" }, judged };
  return { followed, judged };
}

/** Whoever is asked for numbers has stated the charter's columns. Who stated nothing is the log's own finding. */
function schemaFindings(followed: Followed, { entry, asked }: LoggedOffer): readonly Finding[] {
  if (followed.kind !== "training") return [];
  const { plan, stated } = followed;
  const readable = new Map([...stated].flatMap(([party, statement]) => (statement === null ? [] : [[party, statement] as const])));
  const fault = disagreement(plan, asked.parties.filter((party) => stated.has(party)), readable);
  return fault === null ? [] : [{ entry, code: "SCHEMA_DIFFERS", says: `a round over columns that do not mean the same: ${String(fault.detail["because"])}` }];
}

function afterRound(followed: Followed, round: LoggedRound, source: AuditSource): Step {
  const again = sumAgain(round, source);
  const judged: Judged = { sum: again.kind === "sum", model: false, findings: again.kind === "sum" ? [] : again.findings };
  if (followed.kind !== "training") return { followed, judged };
  if (again.kind !== "sum") return { followed: { kind: "lost", because: "a sum before it does not come out" }, judged };
  const { plan, progress, stated } = followed;
  const next = advance(progress, again.words, round.uploads.length, plan);
  switch (next.kind) {
    case "next": return { followed: { kind: "training", plan, progress: next.progress, stated }, judged };
    case "evaluated": {
      return { followed: { kind: "evaluated", model: modelDigest(next.model), evaluation: contextDigest(evaluationJson(next.evaluation)) }, judged };
    }
    case "failed": {
      const lost: Followed = { kind: "lost", because: `the training had to end with ${next.code}` };
      return { followed: lost, judged: next.code === "AGGREGATION_GUARD" ? { ...judged, findings: [noise(round)] } : judged };
    }
  }
}

/** The sum is that of the uploads, and yet not one of answers: somebody did not keep to the protocol, and the log says so only by an abort. */
function noise({ entry, uploads }: LoggedRound): Finding {
  return { entry, code: "SUM_GUARD", says: `the guard of the sum does not count its ${uploads.length} survivors: a mask did not cancel, or a party sent something else than an answer` };
}

/** Why this is not the question that follows; null if it is. */
function objectionToOffer(followed: Followed, { asked }: LoggedOffer): string | null {
  if (followed.kind !== "training") return `the round asks where no question follows: ${whyOver(followed)}`;
  const { plan, progress } = followed;
  const { ring, words } = layoutOf(progress.question, layoutTerms(plan));
  if (asked.plan !== planDigest(plan)) return "the round's plan is not the one that follows from the charter";
  if (asked.purpose !== progress.question.kind) return `the round asks for ${asked.purpose} where the sums before it lead to ${progress.question.kind}`;
  if (asked.model !== contextDigest(contextOf(progress))) return "the round's model does not follow from the sums before it";
  if (asked.ring !== ring || asked.words !== words) return `the round asks for ${asked.words} words of ${asked.ring} bits where its question has ${words} of ${ring}`;
  return null;
}

function objectionToModel(followed: Followed, { model }: LoggedModel): string | null {
  if (followed.kind !== "training") return `a model where none follows: ${whyOver(followed)}`;
  const due = followed.progress.model;
  const isDue = due !== null && model.hash === modelDigest(due) && model.iteration === due.iteration && model.purpose === due.kind;
  return isDue ? null : "the model is not the one that follows from the sums before it";
}

function objectionToClose(followed: Followed, { close }: LoggedClose): string | null {
  switch (followed.kind) {
    case "training": return "the training is closed before its evaluation";
    case "lost": return `the release follows from nothing: ${whyOver(followed)}`;
    case "evaluated": {
      if (close.model !== followed.model) return "the released model is not the one that was evaluated";
      return close.evaluation === followed.evaluation ? null : "the released evaluation is not the one that follows from the sums";
    }
  }
}

/** Whether the charter lets a company publish its gain, and whether it says no more than it may. What it says about its rows nobody can check. */
function objectionsToComparison({ entry, party, charter, comparison }: LoggedComparison): readonly Finding[] {
  const check = checkCharter(charter);
  const isShared = check.kind === "ok" && sharesGains(check.charter);
  const numbers = parsePartnerNumbers(comparison.numbers);
  return [
    ...(isShared ? [] : [{ entry, code: "COMPARISON_CHARTER", says: `${party} publishes its gain, which the charter keeps at its node` } as const]),
    ...(numbers !== null ? [] : [{ entry, code: "COMPARISON_FORM", says: `what ${party} publishes is not of the form agreed, or says more than it may` } as const]),
  ];
}

function whyOver(followed: Exclude<Followed, { kind: "training" }>): string {
  return followed.kind === "lost" ? followed.because : "the training was evaluated before";
}

function verdict({ entry }: Milestone, code: FindingCode, says: string | null): Judged {
  return { sum: false, model: says === null, findings: says === null ? [] : [{ entry, code, says }] };
}
