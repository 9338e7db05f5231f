import type { Terms } from "../../src/aggregation/context.js";
import { signEntry, type Entry } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import { replay, type Machine, type Shape, type Step } from "../../src/session/machine.js";
import { World, type WorldGiven } from "../../src/testing/world.js";
import { conductor, type SessionConduct } from "../../src/conduct/conductor.js";
import type { ToNode } from "../../src/conduct/messages.js";
import { participant, type SessionPart } from "../../src/conduct/participant.js";
import { SHORT_PLAN, tinyWords } from "../training/tiny-rows.js";

export const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
export const [ADA, BOB] = FIVE as [PartyId, PartyId];
export const TERMS: Terms = { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "continue" };

export const short = (more: Partial<WorldGiven> = {}): World =>
  new World({ seed: 5, names: FIVE, terms: TERMS, plan: SHORT_PLAN, answer: (party, ask) => tinyWords(party, ask, SHORT_PLAN), ...more });

/** A whole short training of five, played once; its journals bring back every state on the way. */
export const RECORDED = (() => {
  const world = short();
  if (world.run().kind !== "done") throw new Error("the recorded training must end well");
  return world;
})();

type Waiting<P extends Shape> = Step<P> & { readonly kind: "wait" };

/** The first step of the coordinator that waits in a state like this. */
export function coordinatorWhere(isIt: (state: SessionConduct["state"]) => boolean): Waiting<SessionConduct> {
  return firstWhere(conductor, RECORDED.coordinator.given, RECORDED.coordinator.journal, isIt);
}

/** The first step of a node that waits in a state like this. */
export function nodeWhere(name: PartyId, isIt: (state: SessionPart["state"]) => boolean): Waiting<SessionPart> {
  const node = RECORDED.nodes.get(name);
  if (node?.given == null) throw new Error("no such node");
  return firstWhere(participant, node.given, node.journal, isIt);
}

export const given = (name: PartyId): SessionPart["given"] => RECORDED.nodes.get(name)?.given as SessionPart["given"];

/** What the coordinator sent a party, first of its kind, or of that round. */
export function sentTo<K extends ToNode["kind"]>(name: PartyId, kind: K, round?: number): ToNode & { readonly kind: K } {
  const found = RECORDED.coordinator.sent.find((message) => message.to === name && message.kind === kind && (round === undefined || roundOf(message) === round));
  return found as ToNode & { readonly kind: K };
}

/** The same statement with other members, signed by the coordinator: what a malicious one can always say. */
export function restated(entry: Entry, change: { readonly body?: object; readonly statement?: object }): Entry {
  const body = { ...(entry.statement.body as object), ...change.body };
  return signEntry({ ...entry.statement, body: body, ...change.statement }, RECORDED.coordinator.given.speaker.signer);
}

function roundOf(message: ToNode): number | undefined {
  return message.kind === "round" ? message.offer.statement.round : message.kind === "survivors" ? message.survivors.statement.round
    : message.kind === "unmask" ? message.agreements[0]?.statement.round : undefined;
}

function firstWhere<P extends Shape>(machine: Machine<P>, opened: P["given"], journal: readonly P["event"][], isIt: (state: P["state"]) => boolean): Waiting<P> {
  let step = replay(machine, opened, []);
  for (const event of journal) {
    if (step.kind === "wait" && isIt(step.state)) return step;
    if (step.kind === "wait") step = machine.step(step.state, event);
  }
  throw new Error("the recorded training was never in such a state");
}
