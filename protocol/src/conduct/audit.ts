import type { Json } from "@cohortium/crypto/canonical-json";
import type { Charge, Judged, LoggedClose, LoggedComparison, LoggedData, LoggedModel, LoggedOffer, LoggedRound, Milestone, RoundAuditor } from "../log/audit-milestones.js";
import type { Finding, FindingCode } from "../log/audit-report.js";
import { sumAgain, type SumAgain } from "../log/audit-sums.js";
import type { AuditSource } from "../log/audit-tree.js";
import { checkCharter } from "../charter/check.js";
import { jsonDigest } from "../session/json-digest.js";
import type { EarlierAnswer } from "../statistics/sequence.js";
import { modelDigest } from "../training/model.js";
import { parsePartnerNumbers, sharesGains } from "../training/partner-numbers.js";
import { begin, type Begun, type Underway } from "./audit-beginning.js";
import { Bill } from "./audit-bill.js";
import { objectionToUnseenClose, objectionToUnseenModel, objectionToUnseenOffer, type Unseen } from "./audit-unseen.js";
import { parseEarlier } from "./earlier.js";
import { disagreement, readStatement } from "./handshake.js";
import { sessionPlanDigest, type SessionPlan } from "./plan.js";
import { releaseDigests, type Release } from "./release.js";
import { advance, contextOf, layoutIn, questionOf, type Standing } from "./standing.js";

/** How far the sums have carried a session. */
type Followed =
  | Begun
  | { readonly kind: "released"; readonly release: Release }
  | Unseen;

type Seen = Exclude<Followed, Unseen>;

/** What a milestone made of a session, and what is to be said about it. */
interface Step {
  readonly followed: Followed;
  readonly judged: Judged;
}

/** One session as the auditor follows it, and what it costs whom. */
interface Session {
  readonly followed: Followed;
  readonly bill: Bill;
}

/** The files beside the log, and what was answered before under the same charter; null where one of these answers could not be seen. */
interface Beside {
  readonly source: AuditSource;
  readonly earlier: readonly EarlierAnswer[] | null;
}

const NOTHING: Judged = { sum: false, follows: null, findings: [], charge: null };

/**
 * For `AuditOptions.rounds`: computes each sum again, and from the sums every question, every model, every answer and the release, so that the
 * auditor sees the computation and not only its rounds. A coordinator that showed the nodes a model of its own making, to learn more from their
 * answers, is found at its offer, whether or not it logged the sum; one that releases something else than the sums led to, at the close. Of
 * statistics it also says what every contribution costs.
 *
 * The steps are + − × ÷ and √ alone (IEEE 754), so the auditor's machine gets the same bits.
 * Reveals: to whoever holds the uploads and the log, the sums, the joint models and the answers.
 */
export function sessionAuditor(): RoundAuditor {
  const sessions = new Map<string, Session>();
  const answers = new Map<string, readonly EarlierAnswer[] | null>();
  return (milestone, source) => {
    const session = sessions.get(milestone.session) ?? opened(milestone);
    const earlier = answersBefore(answers, milestone);
    const { followed, judged } = follow(session.followed, milestone, { source, earlier });
    if (milestone.kind === "closed") answers.set(milestone.charterDigest, withAnswer(earlier, session, milestone));
    if (milestone.kind === "offered") session.bill.offer(milestone, followed.kind === "underway" ? followed.standing : null);
    sessions.set(milestone.session, { ...session, followed });
    return { ...judged, charge: chargeOn(session, milestone) };
  };
}

function opened({ charter, offered }: Milestone): Session {
  const { begun, ...costs } = begin(charter, offered);
  return { followed: begun, bill: new Bill(costs) };
}

function answersBefore(answers: ReadonlyMap<string, readonly EarlierAnswer[] | null>, { charterDigest }: Milestone): readonly EarlierAnswer[] | null {
  const before = answers.get(charterDigest);
  return before === undefined ? [] : before;
}

function withAnswer(earlier: readonly EarlierAnswer[] | null, session: Session, milestone: LoggedClose): readonly EarlierAnswer[] | null {
  // What was answered and cannot be seen may have decided what later answers withhold.
  if (session.followed.kind === "unseen" && milestone.offered.query !== null) return null;
  const answer = answerOf(session, milestone);
  return answer === null || earlier === null ? earlier : [...earlier, answer];
}

/** What was answered by now, whatever the close says: later answers have to go with it. */
function answerOf({ followed }: Session, { offered: { query } }: Milestone): EarlierAnswer | null {
  return followed.kind === "released" && followed.release.kind === "answer" ? parseEarlier(query, followed.release.answer) : null;
}

function chargeOn({ bill }: Session, milestone: Milestone): Charge {
  return { nanoRho: milestone.kind === "contributed" ? bill.contribute(milestone) : 0, budgetNanoRho: bill.budgetNanoRho, reserveNanoRho: bill.reserveNanoRho };
}

function follow(followed: Followed, milestone: Milestone, beside: Beside): Step {
  if (followed.kind === "unseen") return followUnseen(followed, milestone, beside);
  switch (milestone.kind) {
    case "begun": return { followed, judged: { ...NOTHING, findings: followed.kind === "lost" && milestone.offered.query !== null ? [refused(milestone, followed.because)] : [] } };
    case "stated": return { followed: afterStatement(followed, milestone), judged: NOTHING };
    case "offered": return afterOffer(followed, milestone);
    case "contributed": return { followed, judged: NOTHING };
    case "completed": return afterRound(followed, milestone, beside);
    case "kept": return { followed, judged: verdict(milestone, "MODEL_DIFFERS", objectionToModel(followed, milestone)) };
    case "closed": return { followed, judged: verdict(milestone, closeCode(milestone), objectionToClose(followed, milestone)) };
    case "compared": return { followed, judged: { ...NOTHING, findings: objectionsToComparison(milestone) } };
  }
}

/** What can be said where the sums are not here: what follows is not counted, but what cannot is objected to, and each sum that is here is looked at. */
function followUnseen(followed: Unseen, milestone: Milestone, { source }: Beside): Step {
  switch (milestone.kind) {
    case "begun": case "stated": case "contributed": return { followed, judged: NOTHING };
    case "offered": {
      const { findings } = verdict(milestone, offerCode(milestone), objectionToUnseenOffer(followed, milestone.asked));
      const judged = { ...NOTHING, findings: [...findings, ...schemaFindings(followed.plan, followed.stated, milestone)] };
      return { followed: findings.length > 0 ? LOST : { ...followed, asked: [...followed.asked, milestone.asked], kept: null }, judged };
    }
    case "kept": {
      const { findings } = verdict(milestone, "MODEL_DIFFERS", objectionToUnseenModel(followed, milestone.model));
      return { followed: { ...followed, kept: milestone.model }, judged: { ...NOTHING, findings } };
    }
    case "closed": return { followed, judged: { ...NOTHING, findings: verdict(milestone, closeCode(milestone), objectionToUnseenClose(followed, milestone.close)).findings } };
    case "completed": return { followed, judged: judgedSum(sumAgain(milestone, source)) };
    case "compared": return { followed, judged: { ...NOTHING, findings: objectionsToComparison(milestone) } };
  }
}

function refused({ entry }: Milestone, because: string): Finding {
  return { entry, code: "QUERY_REFUSED", says: `what is asked is nothing that the charter allows: ${because}` };
}

/** A statement that differs is no offence: it is what ends a session before its first round. */
function afterStatement(followed: Seen, { party, data }: LoggedData): Followed {
  return followed.kind === "underway" ? { ...followed, stated: new Map(followed.stated).set(party, readStatement(data.statement)) } : followed;
}

function afterOffer(followed: Seen, offer: LoggedOffer): Step {
  const says = objectionToOffer(followed, offer);
  const { findings, ...counts } = verdict(offer, offerCode(offer), says);
  if (followed.kind !== "underway") return { followed, judged: { ...counts, findings } };
  const judged: Judged = { ...counts, findings: [...findings, ...schemaFindings(followed.standing.plan, followed.stated, offer)] };
  return { followed: says === null ? { ...followed, asked: [...followed.asked, offer.asked] } : LOST, judged };
}

/** What the nodes answered to another question says nothing about where the session stands. */
const LOST: Followed = { kind: "lost", because: "an earlier round asked something else" };

function offerCode({ offered: { query } }: LoggedOffer): FindingCode {
  return query === null ? "MODEL_DIFFERS" : "QUESTION_DIFFERS";
}

/** Whoever is asked for numbers has stated the charter's columns. Who stated nothing is the log's own finding. */
function schemaFindings(plan: SessionPlan, stated: Underway["stated"], { entry, asked }: LoggedOffer): readonly Finding[] {
  const readable = new Map([...stated].flatMap(([party, statement]) => (statement === null ? [] : [[party, statement] as const])));
  const fault = disagreement(plan, asked.parties.filter((party) => stated.has(party)), readable);
  return fault === null ? [] : [{ entry, code: "SCHEMA_DIFFERS", says: `a round over columns that do not mean the same: ${String(fault.detail["because"])}` }];
}

function afterRound(followed: Seen, round: LoggedRound, { source, earlier }: Beside): Step {
  const again = sumAgain(round, source);
  const judged = judgedSum(again);
  if (followed.kind !== "underway") return { followed, judged };
  if (isOutOfSight(again)) return { followed: unseenAfter(followed), judged: { ...judged, findings: judged.findings.map(cannotBeFollowed) } };
  if (again.kind !== "sum") return { followed: { kind: "lost", because: "a sum before it does not come out" }, judged };
  const next = advance(followed.standing, again.words, round.uploads.length, { stated: [...followed.stated.values()], earlier: earlier ?? [] });
  // Without noise, what an answer withholds depends on all answers before it.
  if (next.kind === "released" && earlier === null && isExactAnswer(followed.standing)) return { followed: unseenAfter(followed), judged };
  switch (next.kind) {
    case "next": return { followed: { ...followed, standing: next.standing }, judged };
    case "released": return { followed: { kind: "released", release: next.release }, judged };
    case "failed": {
      const lost: Followed = { kind: "lost", because: `the session had to end with ${next.code}` };
      return { followed: lost, judged: next.code === "AGGREGATION_GUARD" ? { ...judged, findings: [noise(round)] } : judged };
    }
  }
}

function unseenAfter({ standing: { plan }, stated, asked }: Underway): Unseen {
  return { kind: "unseen", plan, stated, asked, kept: null };
}

function isExactAnswer({ plan }: Standing): boolean {
  return plan.question === "statistics.ask" && plan.noise === null;
}

function judgedSum(again: SumAgain): Judged {
  return { ...NOTHING, sum: again.kind === "sum", findings: again.kind === "sum" ? [] : again.findings };
}

/** Whether nothing is wrong with a sum but that bytes are missing: perhaps nobody has kept them. */
function isOutOfSight(again: SumAgain): boolean {
  return again.kind === "findings" && again.findings.length > 0 && again.findings.every(({ code }) => code === "UPLOAD_MISSING");
}

function cannotBeFollowed(finding: Finding): Finding {
  return { ...finding, says: `${finding.says}; what comes after in this session cannot be followed` };
}

/** The sum is that of the uploads, and yet not one of answers: somebody did not keep to the protocol, and the log says so only by an abort. */
function noise({ entry, uploads }: LoggedRound): Finding {
  return { entry, code: "SUM_GUARD", says: `the guard of the sum does not count its ${uploads.length} survivors: a mask did not cancel, or a party sent something else than an answer` };
}

/** Why this is not the question that follows; null if it is. */
function objectionToOffer(followed: Seen, { asked }: LoggedOffer): string | null {
  if (followed.kind !== "underway") return `the round asks where no question follows: ${whyOver(followed)}`;
  const { standing } = followed;
  const { ring, words } = layoutIn(standing);
  if (asked.plan !== sessionPlanDigest(standing.plan)) return "the round's plan is not the one that follows from the charter";
  if (asked.purpose !== questionOf(standing).kind) return `the round asks for ${asked.purpose} where the sums before it lead to ${questionOf(standing).kind}`;
  if (asked.model !== jsonDigest(contextOf(standing))) return "what the round shows does not follow from the sums before it";
  if (asked.ring !== ring || asked.words !== words) return `the round asks for ${asked.words} words of ${asked.ring} bits where its question has ${words} of ${ring}`;
  return null;
}

function objectionToModel(followed: Seen, { model }: LoggedModel): string | null {
  if (followed.kind !== "underway") return `a model where none follows: ${whyOver(followed)}`;
  const due = modelIn(followed);
  const isDue = due !== null && model.hash === modelDigest(due) && model.iteration === due.iteration && model.purpose === due.kind;
  return isDue ? null : "the model is not the one that follows from the sums before it";
}

function modelIn({ standing }: Underway) {
  return standing.kind === "training" ? standing.progress.model : null;
}

function closeCode({ close }: LoggedClose): FindingCode {
  return close.released.kind === "model" ? "CLOSE_DIFFERS" : "ANSWER_DIFFERS";
}

function objectionToClose(followed: Seen, { close: { released } }: LoggedClose): string | null {
  switch (followed.kind) {
    case "underway": return "the session is closed before its last sum";
    case "lost": return `the release follows from nothing: ${whyOver(followed)}`;
    case "released": {
      const due = releaseDigests(followed.release);
      if (due.kind === "answer") return released.kind === "answer" && released.answer === due.answer ? null : "the released answer is not the one that follows from the sums";
      if (released.kind !== "model" || released.model !== due.model) return "the released model is not the one that was evaluated";
      return released.evaluation === due.evaluation ? null : "the released evaluation is not the one that follows from the sums";
    }
  }
}

/** Whether the charter lets a company publish its gain, and whether it says no more than it may. What it says about its rows nobody can check. */
function objectionsToComparison({ entry, party, charter, comparison }: LoggedComparison): readonly Finding[] {
  const numbers = parsePartnerNumbers(comparison.numbers);
  return [
    ...(isShared(charter) ? [] : [{ entry, code: "COMPARISON_CHARTER", says: `${party} publishes its gain, which the charter keeps at its node` } as const]),
    ...(numbers !== null ? [] : [{ entry, code: "COMPARISON_FORM", says: `what ${party} publishes is not of the form agreed, or says more than it may` } as const]),
  ];
}

function isShared(charter: Json): boolean {
  const check = checkCharter(charter);
  return check.kind === "ok" && sharesGains(check.charter);
}

function whyOver(followed: Exclude<Seen, { kind: "underway" }>): string {
  return followed.kind === "lost" ? followed.because : "everything was released before";
}

function verdict({ entry, offered }: Milestone, code: FindingCode, says: string | null): Judged {
  if (says !== null) return { ...NOTHING, findings: [{ entry, code, says }] };
  return { ...NOTHING, follows: offered.query === null ? "models" : "answers" };
}
