import type { Json } from "@cohortium/crypto/canonical-json";
import { NO_ROUND, say, type Member, type Speaker, type Terms } from "../aggregation/context.js";
import type { Opened, Unopened } from "../aggregation/encrypted/messages.js";
import { leaderEpochAfter, leadingOwed, leadingRound, leadingSetup, roundAwaits, setupAwaits, type LeaderEpoch, type LeadingRound, type LeadingSetup } from "../aggregation/leading.js";
import type { Deadline, Declined, Summed } from "../aggregation/messages.js";
import type { RoundSum } from "../aggregation/round-leader.js";
import type { Entry } from "../log/entry.js";
import type { Fault } from "../session/fault.js";
import type { Digest, PartyId } from "../session/ids.js";
import type { EarlierAnswer } from "../statistics/sequence.js";
import { jsonDigest } from "../session/json-digest.js";
import type { Machine, Step } from "../session/machine.js";
import type { DataStatement } from "../columns/statement.js";
import { disagreement, readStatement, statementBy } from "./handshake.js";
import { statementSizeMax } from "../charter/statement-size.js";
import type { FromNode, Stated, ToNode } from "./messages.js";
import type { Measure } from "../training/advance.js";
import type { Evaluation } from "../training/evaluation.js";
import { modelDigest, type Model } from "../training/model.js";
import { offerBody, sessionPlanDigest, termsIn, type SessionPlan } from "./plan.js";
import { closeBody, releaseDigests, releasedJson, type Release } from "./release.js";
import { advance, contextOf, firstStanding, layoutIn, questionOf, type Advance, type Standing } from "./standing.js";

/** The operator stopped the session. */
export interface Cancelled {
  readonly kind: "cancelled";
  readonly atMs: number;
}

/** One finished round, for those who watch. */
export interface RoundDone {
  readonly round: number;
  readonly kind: string;
  readonly survivors: readonly PartyId[];
  /** How many rows the sum counts exactly; null where it does not. */
  readonly rows: number | null;
  readonly measure: Measure | null;
}

/** Ask of the host: keep this model in the registry. */
export interface ModelKept {
  readonly kind: "keep-model";
  readonly model: Model;
  readonly digest: string;
}

/**
 * A sum of statistics comes with what was released under its charter before, in the order of the log: two answers together shall not tell what one
 * of them withholds.
 */
type Beside<Event> = Event & { readonly earlier?: readonly EarlierAnswer[] | undefined };

interface Given {
  readonly speaker: Speaker;
  readonly members: readonly Member[];
  readonly terms: Terms;
  readonly plan: SessionPlan;
  readonly atMs: number;
}

interface Base extends Given {
  readonly done: readonly RoundDone[];
  /** Who has left for good. */
  readonly gone: readonly Declined[];
  readonly silent: readonly PartyId[];
  /** What each party states about its columns, as it signed it. */
  readonly stated: Readonly<Record<string, Entry>>;
  /** What was answered under the charter before the sum that is being read. */
  readonly earlier: readonly EarlierAnswer[];
}

type Conducting = Base & (
  | { readonly stage: "setup"; readonly setup: LeadingSetup["state"] }
  | { readonly stage: "round"; readonly epoch: LeaderEpoch; readonly standing: Standing; readonly leading: LeadingRound["state"] }
);

export interface SessionConduct {
  readonly given: Given;
  readonly state: Conducting;
  readonly event: FromNode | Deadline | Beside<Summed> | Beside<Opened> | Unopened | Cancelled;
  readonly send: ToNode;
  readonly ask: LeadingRound["ask"] | ModelKept;
  readonly result: Concluded;
}

/** What a session came to. `digest` is that of the model or of the answer's canonical JSON; `survivors` are those whose numbers are in the last sum. */
export type Concluded = { readonly digest: Digest; readonly rounds: readonly RoundDone[] } & (
  | { readonly kind: "model"; readonly model: Model; readonly evaluation: Evaluation }
  | { readonly kind: "answer"; readonly answer: Json; readonly survivors: readonly PartyId[] }
);

/** The coordinator's part of a session: a set-up, then one sum after another until the model is trained and evaluated, or the question answered. */
export const conductor: Machine<SessionConduct> = {
  open(given) {
    const offer = say(given.speaker, { type: "session.offer", round: NO_ROUND, atMs: given.atMs }, offerBody(given.plan));
    const { speaker, members, plan, atMs } = given;
    const terms = termsIn(given);
    const base: Base = { ...given, terms, done: [], gone: [], silent: [], stated: {}, earlier: [] };
    const step = liftSetup(base, leadingSetup.open({ speaker, members, terms, rounds: plan.rounds, atMs }), atMs);
    const offers: readonly ToNode[] = members.map(({ name }) => ({ kind: "offer", to: name, offer }));
    return { ...step, log: [offer, ...step.log], send: [...offers, ...step.send] };
  },

  step(state, event) {
    if (event.kind === "cancelled") return end(state, { code: "SESSION_CANCELLED", detail: {} }, event.atMs);
    // Whoever is enrolled can write, also into a session of a charter that does not name it.
    if ("from" in event && !state.members.some(({ name }) => name === event.from)) return wait(state, sessionWaitsFor(state).untilMs);
    return state.stage === "setup" ? inSetup(state, event) : inRound(state, event);
  },

  broken: (state, event, fault) => end(state, fault, event.atMs),
};

/** Of which parties the session waits, for what, and since when the current phase's clock runs out. */
export function sessionWaitsFor(state: Conducting): { readonly parties: readonly string[]; readonly what: string; readonly untilMs: number } {
  return state.stage === "setup"
    ? { ...setupAwaits(state.setup), untilMs: state.setup.untilMs }
    : { ...roundAwaits(state.leading), untilMs: state.leading.untilMs };
}

function inSetup(state: Conducting & { readonly stage: "setup" }, event: Exclude<SessionConduct["event"], Cancelled>): Step<SessionConduct> {
  switch (event.kind) {
    case "stated": return takeStatement(state, event);
    case "joined": case "declined": case "encapsulated": case "shared": case "key-committed": case "shown": case "deadline":
      return liftSetup(state, leadingSetup.step(state.setup, event), event.atMs);
    case "uploaded": case "agreed": case "unmasked": case "summed": case "sealed": case "decrypted": case "opened": case "unopened":
      return wait(state, state.setup.untilMs);
  }
}

function inRound(state: Conducting & { readonly stage: "round" }, event: Exclude<SessionConduct["event"], Cancelled>): Step<SessionConduct> {
  switch (event.kind) {
    case "uploaded": case "agreed": case "unmasked": case "sealed": case "shown": case "decrypted": {
      // An answer for a round that is over names another round in its entry; it is late, not contradictory.
      if (entryOf(event).statement.round !== state.leading.round) return wait(state, state.leading.untilMs);
      return liftRound(state, leadingRound.step(state.leading, event), event.atMs);
    }
    case "summed": case "opened":
      return liftRound({ ...state, earlier: event.earlier ?? [] }, leadingRound.step(state.leading, event), event.atMs);
    case "declined": case "unopened": case "deadline":
      return liftRound(state, leadingRound.step(state.leading, event), event.atMs);
    case "stated": case "joined": case "encapsulated": case "shared": case "key-committed":
      return wait(state, state.leading.untilMs);
  }
}

/** What a node says about one round is signed, with the round in it. */
function entryOf(event: Extract<FromNode, { readonly kind: "uploaded" | "agreed" | "unmasked" | "sealed" | "shown" | "decrypted" }>): Entry {
  switch (event.kind) {
    case "uploaded": return event.upload;
    case "agreed": return event.agree;
    case "unmasked": return event.unmask;
    case "sealed": return event.ciphertext;
    case "shown": return event.entry;
    case "decrypted": return event.decryption;
  }
}

function liftSetup(state: Base, step: Step<LeadingSetup>, atMs: number): Step<SessionConduct> {
  switch (step.kind) {
    case "wait": return compared(state, step, atMs);
    case "abort": return withLog(step.log, end(state, step.fault, atMs));
    case "done": {
      const next = startRound(state, step.result, firstStanding(state.plan), atMs);
      return { ...next, log: [...step.log, ...next.log], send: [...step.send, ...next.send] };
    }
  }
}

function takeStatement(state: Conducting & { readonly stage: "setup" }, { from, data, atMs }: Stated): Step<SessionConduct> {
  const before = state.stated[from];
  // Once the parties are listed, a first word comes from one that is not among them, and has no place in the log.
  const isLate = before === undefined && state.setup.phase !== "joining" && state.setup.phase !== "committing";
  if (isLate || before?.id === data.id) return wait(state, state.setup.untilMs);
  const author = state.members.find(({ name }) => name === from);
  const because = `${from} states nothing that can be read about its columns`;
  // All of them must fit into one message to each node.
  const fits = data.bytes.length <= statementSizeMax(state.plan.parties);
  if (author === undefined || !fits || statementBy(author, data, state.speaker) === null) return end(state, { code: "TRAINING_SCHEMA", detail: { parties: from, because } }, atMs);
  if (before !== undefined) return withLog([data], end(state, { code: "AGGREGATION_EQUIVOCATION", detail: { from } }, atMs));
  return withLog([data], wait({ ...state, stated: { ...state.stated, [from]: data } }, state.setup.untilMs));
}

/** Before anybody learns who takes part, all of them must mean the same columns. */
function compared(state: Base, step: Step<LeadingSetup> & { readonly kind: "wait" }, atMs: number): Step<SessionConduct> {
  const next = { ...step, state: { ...base(state), stage: "setup", setup: step.state } } as const;
  const parties = step.send.flatMap((message) => (message.kind === "roster" || message.kind === "commitments" ? [message.to] : []));
  if (parties.length === 0) return next;
  const entries = parties.flatMap((name) => state.stated[name] ?? []);
  // Each was checked to be its party's own when it came.
  const stated = new Map(entries.flatMap((entry) => {
    const statement = readStatement(entry.statement.body);
    return statement === null ? [] : [[entry.statement.actor, statement] as const];
  }));
  const fault = disagreement(state.plan, parties, stated);
  if (fault !== null) return withLog(step.log, end(state, fault, atMs));
  return { ...next, send: [...parties.map((to) => ({ kind: "statements", to, statements: entries } as const)), ...step.send] };
}

function statementsIn({ stated }: Base): readonly (DataStatement | null)[] {
  return Object.values(stated).map((entry) => readStatement(entry.statement.body));
}

function startRound(state: Base, epoch: LeaderEpoch, standing: Standing, atMs: number): Step<SessionConduct> {
  const { speaker, members, terms, plan } = state;
  const context = contextOf(standing);
  const { ring, words } = layoutIn(standing);
  const question = { kind: questionOf(standing).kind, model: jsonDigest(context), plan: sessionPlanDigest(plan), ring, words };
  const round = state.done.length + 1;
  const { parties, silent } = askedIn(state, epoch);
  const step = leadingRound.open({ speaker, members, terms, epoch, parties, round, question, context, gone: state.gone, silent, atMs });
  if (step.kind !== "wait") return end(state, step.kind === "abort" ? step.fault : { code: "TRAINING_ORDER", detail: { round } }, atMs);
  return { ...step, state: { ...base(state), stage: "round", epoch, standing, leading: step.state } };
}

/**
 * The first round asks everybody who is ready; every later one the survivors of the round before, so that sums are over the same companies or,
 * where the charter lets a training go on, over fewer and never again over more.
 */
function askedIn({ done, gone, silent, terms }: Base, { ready }: LeaderEpoch): { readonly parties: readonly PartyId[]; readonly silent: readonly PartyId[] } {
  const parties = done.at(-1)?.survivors ?? ready;
  if (terms.dropouts === "end") return { parties, silent: [] };
  return { parties: parties.filter((name) => !gone.some(({ from }) => from === name)), silent };
}

function liftRound(state: Conducting & { readonly stage: "round" }, step: Step<LeadingRound>, atMs: number): Step<SessionConduct> {
  switch (step.kind) {
    case "wait": return { ...step, state: { ...state, leading: step.state } };
    case "abort": return withLog(step.log, end(state, step.fault, atMs));
    case "done": return withLog(step.log, afterRound(state, step.result, atMs));
  }
}

function afterRound(state: Conducting & { readonly stage: "round" }, sum: RoundSum, atMs: number): Step<SessionConduct> {
  const advanced = advance(state.standing, sum.words, sum.survivors.length, { stated: statementsIn(state), earlier: state.earlier });
  if (advanced.kind === "failed") return end(state, { code: advanced.code, detail: { round: state.leading.round, ...advanced.detail } }, atMs);
  const done: readonly RoundDone[] = [...state.done, doneOf(state, sum, advanced)];
  const next: Base = { ...base(state), done, gone: state.leading.gone, silent: sum.silent };
  if (advanced.kind === "released") return close(next, advanced.release, atMs);
  if (!(done.length < state.plan.rounds)) return end(state, { code: "TRAINING_DIVERGED", detail: { rounds: done.length } }, atMs);

  const step = startRound(next, leaderEpochAfter(state.leading), advanced.standing, atMs);
  const { keep: model } = advanced;
  if (model === null || step.kind !== "wait") return step;
  const digest = modelDigest(model);
  const entry = say(state.speaker, { type: "model", round: state.leading.round, atMs }, { kind: model.kind, hash: digest, iteration: model.iteration });
  return { ...withLog([entry], step), ask: [...step.ask, { kind: "keep-model", model, digest }] };
}

function doneOf(state: Conducting & { readonly stage: "round" }, sum: RoundSum, advanced: Exclude<Advance, { readonly kind: "failed" }>): RoundDone {
  return {
    round: state.leading.round, kind: questionOf(state.standing).kind, survivors: sum.survivors, rows: advanced.rows,
    measure: advanced.kind === "next" ? advanced.measure : null,
  };
}

function close(state: Base, release: Release, atMs: number): Step<SessionConduct> {
  const digests = releaseDigests(release);
  const released = releasedJson(release);
  const entry = say(state.speaker, { type: "session.close", round: NO_ROUND, atMs }, closeBody(digests));
  // Also to parties that fell out on the way: they believe nothing of it, but know that it is over.
  const send: readonly ToNode[] = state.members.map(({ name: to }) => ({ kind: "closed", to, close: entry, released }));
  return { kind: "done", result: concluded(state, release), log: [entry], send };
}

function concluded({ done: rounds }: Base, release: Release): Concluded {
  switch (release.kind) {
    case "model": return { ...release, digest: modelDigest(release.model), rounds };
    case "answer": return { ...release, digest: jsonDigest(release.answer), rounds, survivors: rounds.at(-1)?.survivors ?? [] };
  }
}

/** Ends the session badly, and tells every party why. */
function end(state: Base, fault: Fault, atMs: number): Step<SessionConduct> {
  const entry = say(state.speaker, { type: "session.abort", round: NO_ROUND, atMs }, { code: fault.code, detail: { ...fault.detail } });
  return { kind: "abort", fault, log: [entry], send: state.members.map(({ name }) => ({ kind: "aborted", to: name, abort: entry, code: fault.code })) };
}

function base({ speaker, members, terms, plan, atMs, done, gone, silent, stated, earlier }: Base): Base {
  return { speaker, members, terms, plan, atMs, done, gone, silent, stated, earlier };
}

function wait(state: Conducting, untilMs: number): Step<SessionConduct> {
  return { kind: "wait", state, log: [], send: [], ask: state.stage === "round" ? leadingOwed(state.leading) : [], untilMs };
}

function withLog<S extends Step<SessionConduct>>(entries: readonly Entry[], step: S): S {
  return { ...step, log: [...entries, ...step.log] };
}
