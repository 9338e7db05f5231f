import type { Json } from "@cohortium/crypto/canonical-json";
import { isStatementBy, NO_ROUND, type Member, type Speaker, type Terms, type Coordinator } from "../aggregation/context.js";
import type { Deadline } from "../aggregation/messages.js";
import { partEpochAfter, partakingOwed, partakingRound, partakingSetup, setupOwed, type PartakingRound, type PartakingSetup, type PartEpoch, type SaidInRound, type SaidInSetup } from "../aggregation/partaking.js";
import type { ContributionAsked } from "../aggregation/round-member.js";
import { member, type RoundQuestion } from "../aggregation/round-statements.js";
import type { Entry, EntryType } from "../log/entry.js";
import { FIRST_ROUND } from "../log/sum-terms.js";
import { CLAUSE_LENGTH_MAX } from "../charter/limits.js";
import type { Fault, FaultCode } from "../session/fault.js";
import type { PartyId } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import type { Machine, Step } from "../session/machine.js";
import type { DataStatement } from "../columns/statement.js";
import { disagreement, stateData, statementBy, type OwnData } from "./handshake.js";
import type { FromNode, SessionClosed, ToNode } from "./messages.js";
import { learnedOf, type Learned } from "./learned.js";
import { sessionPlanDigest, termsIn, withoutOf, type SessionPlan } from "./plan.js";
import { mayFollow, readQuestion, type QuestionRead, type SessionScene } from "./scene.js";

/** The coordinator's word in this session, with the time it arrived here. */
export interface Heard {
  readonly kind: "heard";
  readonly message: Exclude<ToNode, { readonly kind: "offer" }>;
  readonly atMs: number;
}

/** Our own host: the charter, the rows and the budget allow this session. */
export interface Admitted {
  readonly kind: "admitted";
  readonly data: OwnData;
  readonly atMs: number;
}

/** Our own host refuses, now or in the middle. `clause` names the rule; never a value. */
export interface Refused {
  readonly kind: "refused";
  readonly code: FaultCode;
  readonly clause: string;
  readonly atMs: number;
}

/** Ask of the host as a sum asks it, with the question as this session reads it, and who else is asked. */
export interface AnswerAsked extends ContributionAsked {
  readonly scene: SessionScene;
  readonly parties: readonly PartyId[];
}

/** Ask of the host: is this session one that the charter, the rows and the budget allow? Answer with `Admitted` or `Refused`. */
export interface AdmissionAsked {
  readonly kind: "admit";
}

interface Given {
  readonly speaker: Speaker;
  readonly coordinator: Coordinator;
  readonly members: readonly Member[];
  readonly terms: Terms;
  readonly plan: SessionPlan;
  /** 32 bytes, fresh for this session; the host forgets them when it ends. */
  readonly entropy: Uint8Array;
  readonly agreementSecret: Uint8Array;
  readonly offer: Entry;
  readonly atMs: number;
  readonly expiresAtMs: number;
}

type Partaking = Given & (
  | { readonly stage: "admitting" }
  /** `shown` are the parties whose statements this node has seen and compared. */
  | { readonly stage: "setup"; readonly setup: PartakingSetup["state"]; readonly shown: readonly PartyId[] }
  | ({ readonly stage: "rounds" } & Rounds)
);

interface Asked {
  readonly kind: SessionScene["question"]["kind"];
  readonly digest: SessionScene["digest"];
}

interface Rounds {
  readonly epoch: PartEpoch;
  readonly current: PartakingRound["state"] | null;
  /** What this node was asked so far, in order: kind and digest tell a repetition … */
  readonly asked: readonly Asked[];
  /** … and the last of it, whole, what may follow. Each holds a model, and there may be hundreds. */
  readonly last: SessionScene | null;
  /** The list this node agreed to last, or all who were ready: the next round may ask these or, where the charter allows it, fewer. */
  readonly bound: readonly PartyId[];
  readonly answered: number;
}

/** What our own host did for the set-up or the round. */
type Done = Exclude<PartakingSetup["event"] | PartakingRound["event"], { readonly kind: "heard" }>;

export interface SessionPart {
  readonly given: Given;
  readonly state: Partaking;
  readonly event: Heard | Admitted | Refused | Done | Deadline;
  readonly send: FromNode;
  readonly ask: AdmissionAsked | PartakingSetup["ask"] | AnswerAsked | Exclude<PartakingRound["ask"], ContributionAsked>;
  readonly result: Learned & { readonly answered: number };
}

type InRounds = Partaking & { readonly stage: "rounds" };

/** A node's part of a session. It answers what follows from the charter and nothing else, and each question once. */
export const participant: Machine<SessionPart> = {
  open(given) {
    const state: Partaking = { ...base(given), terms: termsIn(given), stage: "admitting" };
    if (!fromCoordinator(given, given.offer, "session.offer")) return leave(state, { code: "TRAINING_ORDER", detail: {} }, given.atMs);
    const asOffered = member(given.offer, "question") === given.plan.question && member(given.offer, "plan") === sessionPlanDigest(given.plan)
      && (member(given.offer, "without") ?? null) === withoutOf(given.plan);
    if (!asOffered) return leave(state, { code: "TRAINING_PLAN", detail: {} }, given.atMs);
    return wait(state);
  },

  step(state, event) {
    switch (event.kind) {
      case "admitted": return state.stage === "admitting" ? join(state, event) : wait(state);
      case "refused": return leave(state, { code: event.code, detail: { clause: event.clause } }, event.atMs);
      case "key-made": return state.stage === "setup" ? liftSetup(state, partakingSetup.step(state.setup, event), state.shown, event.atMs) : wait(state);
      case "contributed": case "permitted": case "encrypted": case "part-decrypted":
        if (state.stage !== "rounds" || state.current === null) return wait(state);
        return liftRound(state, partakingRound.step(state.current, event), event.atMs);
      case "deadline": return event.atMs < state.expiresAtMs ? wait(state) : leave(state, { code: "SESSION_EXPIRED", detail: {} }, event.atMs);
      case "heard": return hear(state, event);
    }
  },

  broken: (state, event, fault) => leave(state, fault, event.atMs),
};

/** Says first what this node's columns mean, then joins: the link keeps the order. */
function join(state: Partaking, { data, atMs }: Admitted): Step<SessionPart> {
  const { speaker, coordinator, members, terms, entropy, agreementSecret, expiresAtMs, plan } = state;
  const statement = stateData(speaker, plan, data, { entropy, atMs });
  if (statement === null) return leave(state, { code: "TRAINING_SCHEMA", detail: { why: "what this node would state about its columns is too long" } }, atMs);
  const given = { speaker, coordinator, members, terms, rounds: plan.rounds, entropy, agreementSecret, atMs, expiresAtMs };
  const step = liftSetup(state, partakingSetup.open(given), [], atMs);
  return { ...step, send: [{ kind: "stated", from: speaker.self, data: statement, atMs }, ...step.send] };
}

function hear(state: Partaking, { message, atMs }: Heard): Step<SessionPart> {
  switch (message.kind) {
    case "closed": return finish(state, message, atMs);
    case "aborted": {
      if (!fromCoordinator(state, message.abort, "session.abort")) return wait(state);
      return { kind: "abort", fault: { code: message.code, detail: { by: state.coordinator.name, ...reasonIn(message.abort) } }, log: [], send: [] };
    }
    case "statements": return compare(state, message.statements, atMs);
    case "roster": case "ciphertexts": case "shares": case "commitments": case "keys-ready": return inSetup(state, message, atMs);
    case "relayed": return state.stage === "setup" ? inSetup(state, message, atMs) : inRound(state, message, atMs);
    case "round": return state.stage === "rounds" ? beginRound(state, message.offer, message.context, atMs) : outOfOrder(state, message.kind, atMs);
    case "survivors": case "unmask": case "decrypt": return inRound(state, message, atMs);
  }
}

function inSetup(state: Partaking, message: SaidInSetup, atMs: number): Step<SessionPart> {
  if (state.stage !== "setup") return outOfOrder(state, message.kind, atMs);
  const { shown } = state;
  const joining = message.kind === "roster" ? message.bundles : message.kind === "commitments" ? message.commitments : [];
  if (!joining.every(({ statement: { actor } }) => shown.some((name) => name === actor))) {
    return leave(state, { code: "TRAINING_SCHEMA", detail: { why: "a party takes part whose statement about its columns was not shown" } }, atMs);
  }
  return liftSetup(state, partakingSetup.step(state.setup, { kind: "heard", message, atMs }), shown, atMs);
}

function inRound(state: Partaking, message: SaidInRound, atMs: number): Step<SessionPart> {
  if (state.stage !== "rounds") return outOfOrder(state, message.kind, atMs);
  // The round is answered, and answered rounds stay shut.
  if (state.current === null) return leave(state, { code: "AGGREGATION_SECOND_ANSWER", detail: { round: state.asked.length } }, atMs);
  return liftRound(state, partakingRound.step(state.current, { kind: "heard", message, atMs }), atMs);
}

/** What the others state was logged and signed by them, so the coordinator cannot pass over a difference, nor invent one. */
function compare(state: Partaking, statements: readonly Entry[], atMs: number): Step<SessionPart> {
  if (state.stage !== "setup" || state.shown.length > 0) return outOfOrder(state, "statements", atMs);
  const stated = new Map<PartyId, DataStatement>();
  for (const entry of statements) {
    const author = state.members.find(({ name }) => name === entry.statement.actor);
    const statement = author === undefined ? null : statementBy(author, entry, state.speaker);
    if (author === undefined || statement === null) return leave(state, { code: "TRAINING_SCHEMA", detail: { why: "a statement about columns is not by the party it names" } }, atMs);
    stated.set(author.name, statement);
  }
  const shown = [...stated.keys()];
  const fault = disagreement(state.plan, shown, stated);
  return fault === null ? wait({ ...state, shown }) : leave(state, fault, atMs);
}

function liftSetup(state: Partaking, step: Step<PartakingSetup>, shown: readonly PartyId[], atMs: number): Step<SessionPart> {
  switch (step.kind) {
    case "wait": return { ...step, state: { ...base(state), stage: "setup", setup: step.state, shown } };
    case "abort": return leave(state, step.fault, atMs);
    case "done": return { ...wait({ ...base(state), stage: "rounds", epoch: step.result, current: null, asked: [], last: null, bound: step.result.ready, answered: 0 }), send: step.send };
  }
}

function beginRound(state: InRounds, offer: Entry, context: Json, atMs: number): Step<SessionPart> {
  const round = state.asked.length + 1;
  if (!(fromCoordinator(state, offer, "round.offer", round) && round <= state.plan.rounds)) return outOfOrder(state, "round", atMs);
  if (member(offer, "model") !== jsonDigest(context)) return leave(state, { code: "TRAINING_MODEL", detail: { round } }, atMs);
  const read = readQuestion(member(offer, "kind"), context, state.plan, state.last);
  const parties = partiesAsked(state, offer, round);
  const question = read === null || parties === null ? null : questionOf(state, offer, read);
  if (read === null || parties === null || question === null) return leave(state, { code: "TRAINING_PLAN", detail: { round } }, atMs);
  const { scene } = read;
  if (isRepeat(state, scene)) return leave(state, { code: "TRAINING_REPEAT", detail: { round } }, atMs);
  if (!mayFollow(state.last, scene)) return leave(state, { code: "TRAINING_PLAN", detail: { round, why: "not the next step of the session" } }, atMs);

  const { speaker, coordinator, members, terms, entropy, expiresAtMs } = state;
  const epoch = partEpochAfter(state.epoch, state.current);
  const step = partakingRound.open({ speaker, coordinator, members, terms, entropy, epoch, parties, round, offer, question, context, expiresAtMs });
  const asked = [...state.asked, { kind: scene.question.kind, digest: scene.digest }];
  return liftRound({ ...state, epoch, asked, last: scene }, step, atMs);
}

function isRepeat({ asked }: InRounds, { question, digest }: SessionScene): boolean {
  return asked.some((before) => before.kind === question.kind && before.digest === digest);
}

/** Who is asked, if this node may answer together with them: those it agreed to last; fewer only if the charter lets a training go on without some. */
function partiesAsked({ bound, terms, speaker }: InRounds, offer: Entry, round: number): readonly PartyId[] | null {
  const listed = member(offer, "parties");
  if (!Array.isArray(listed)) return null;
  const parties = bound.filter((name) => listed.includes(name));
  const mayShrink = round > FIRST_ROUND && terms.dropouts === "continue";
  const acceptable = parties.join() === listed.join() && parties.includes(speaker.self) && (mayShrink || parties.length === bound.length);
  return acceptable ? parties : null;
}

/** The offer read against the charter's plan; null unless it asks exactly what the plan asks here. */
function questionOf({ plan: asked }: InRounds, offer: Entry, { scene: { question, digest }, layout: { ring, words } }: QuestionRead): RoundQuestion | null {
  const plan = sessionPlanDigest(asked);
  const asPlanned = member(offer, "plan") === plan && member(offer, "ring") === ring && member(offer, "words") === words;
  return asPlanned ? { kind: question.kind, model: digest, plan, ring, words } : null;
}

function liftRound(state: InRounds, step: Step<PartakingRound>, atMs: number): Step<SessionPart> {
  switch (step.kind) {
    case "wait": {
      const hasAgreed = step.state.phase === "agreed" || step.state.phase === "decrypting";
      const bound = hasAgreed ? step.state.survivors : state.bound;
      return { ...step, ask: withScene(state, step.state, step.ask), state: { ...state, bound, current: step.state } };
    }
    case "abort": return leave(state, step.fault, atMs);
    case "done": return { ...wait({ ...state, epoch: partEpochAfter(state.epoch, state.current), current: null, answered: state.answered + 1 }), send: step.send };
  }
}

function finish(state: Partaking, closed: SessionClosed, atMs: number): Step<SessionPart> {
  if (state.stage !== "rounds" || state.last === null) return leave(state, { code: "TRAINING_ABSENT", detail: {} }, atMs);
  if (!fromCoordinator(state, closed.close, "session.close")) return leave(state, { code: "TRAINING_MODEL", detail: {} }, atMs);
  const learned = learnedOf(state.last, closed);
  if (learned.kind === "refused") return leave(state, { code: learned.code, detail: {} }, atMs);
  return { kind: "done", result: { ...learned, answered: state.answered }, log: [], send: [] };
}

/** Stops taking part and tells the coordinator which rule was broken. */
function leave(state: Partaking, fault: Fault, atMs: number): Step<SessionPart> {
  const clause = String(fault.detail["clause"] ?? fault.detail["why"] ?? fault.detail["because"] ?? fault.code).slice(0, CLAUSE_LENGTH_MAX);
  return { kind: "abort", fault, log: [], send: [{ kind: "declined", from: state.speaker.self, code: fault.code, clause, atMs }] };
}

/** Why the training ended, in the coordinator's logged words: one line, and not a long one. */
function reasonIn(abort: Entry): { readonly because?: string } {
  const detail = member(abort, "detail");
  const because: unknown = typeof detail === "object" && detail !== null && "because" in detail ? detail.because : undefined;
  return typeof because === "string" && /^[^\p{C}]{1,500}$/u.test(because) ? { because } : {};
}

function outOfOrder(state: Partaking, what: string, atMs: number): Step<SessionPart> {
  return leave(state, { code: "TRAINING_ORDER", detail: { message: what, stage: state.stage } }, atMs);
}

function fromCoordinator({ speaker, coordinator }: Given, entry: Entry, type: EntryType, round: number = NO_ROUND): boolean {
  return isStatementBy(coordinator, entry, { type, round }, speaker);
}

function base(given: Given): Given {
  const { speaker, coordinator, members, terms, plan, entropy, agreementSecret, offer, atMs, expiresAtMs } = given;
  return { speaker, coordinator, members, terms, plan, entropy, agreementSecret, offer, atMs, expiresAtMs };
}

function owed(state: Partaking): readonly SessionPart["ask"][] {
  switch (state.stage) {
    case "admitting": return [{ kind: "admit" }];
    case "setup": return setupOwed(state.setup);
    case "rounds": return state.current === null ? [] : withScene(state, state.current, partakingOwed(state.current));
  }
}

function withScene({ last }: InRounds, { parties }: PartakingRound["state"], asks: readonly PartakingRound["ask"][]): readonly SessionPart["ask"][] {
  // A round has begun, so there is a scene; the type does not know.
  return asks.flatMap((ask): readonly SessionPart["ask"][] => (ask.kind !== "contribute" ? [ask] : last === null ? [] : [{ ...ask, scene: last, parties }]));
}

function wait(state: Partaking): Step<SessionPart> {
  return { kind: "wait", state, log: [], send: [], ask: owed(state), untilMs: state.expiresAtMs };
}
