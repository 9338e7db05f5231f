import type { Entry } from "../../log/entry.js";
import { PARTIES_MIN } from "../../log/sum-terms.js";
import type { PartyId } from "../../session/ids.js";
import type { Machine, Step } from "../../session/machine.js";
import { abort, inOrder, isStatementBy, NO_ROUND, say, tooFew, type Member, type Speaker, type Terms } from "../context.js";
import type { Deadline, Declined } from "../messages.js";
import { haveRootsInCommon } from "./keys.js";
import type { CommitmentsListed, KeyCommitted, KeysReady, Relayed, Shown } from "./messages.js";

/** What the coordinator keeps of the set-up for the rounds that follow: everybody, or there is no set-up. */
export interface EncryptedEpoch {
  readonly scheme: "encrypted";
  readonly ready: readonly PartyId[];
  /** What was committed to in the rounds before. One key opens them all, so none may come again. */
  readonly roots: readonly string[];
}

interface Given {
  readonly speaker: Speaker;
  readonly members: readonly Member[];
  readonly terms: Terms;
  readonly atMs: number;
}

interface Gathering extends Given {
  readonly scheme: "encrypted";
  readonly phase: "committing" | "showing";
  readonly untilMs: number;
  readonly committed: Readonly<Record<string, Entry>>;
  readonly shown: Readonly<Record<string, true>>;
}

export interface KeyLeading {
  readonly given: Given;
  readonly state: Gathering;
  readonly event: KeyCommitted | Shown | Declined | Deadline;
  readonly send: CommitmentsListed | Relayed | KeysReady;
  readonly ask: never;
  readonly result: EncryptedEpoch;
}

/**
 * The coordinator's part of the set-up of encrypted sums: every node commits to its share of the joint key in the log before it is shown
 * another's, so that none can choose its own as the difference to a key it knows (the rogue key). All must take part.
 */
export const keyLeader: Machine<KeyLeading> = {
  open: (given) => {
    if (given.members.length < PARTIES_MIN) return abort("AGGREGATION_TWO_PARTIES", { parties: given.members.length });
    return wait({ ...given, scheme: "encrypted", phase: "committing", untilMs: given.atMs + given.terms.deadlineMs, committed: {}, shown: {} });
  },

  step(state, event) {
    switch (event.kind) {
      case "key-committed": return commit(state, event);
      case "shown": return show(state, event);
      case "declined": return lacking(state, [event.from], [event]);
      case "deadline": return event.atMs < state.untilMs ? wait(state) : lacking(state, keysAwaited(state).parties, []);
    }
  },
};

/** Of which parties the set-up waits, and for what. */
export function keysAwaited(state: Gathering): { readonly parties: readonly PartyId[]; readonly what: string } {
  const missing = (heard: object) => namesOf(state).filter((name) => !Object.hasOwn(heard, name));
  switch (state.phase) {
    case "committing": return { parties: missing(state.committed), what: "no commitment to a key share" };
    case "showing": return { parties: missing(state.shown), what: "no key share" };
  }
}

function commit(state: Gathering, { from, commitment, atMs }: KeyCommitted): Step<KeyLeading> {
  const member = state.members.find(({ name }) => name === from);
  const genuine = member !== undefined && isStatementBy(member, commitment, { type: "key.commit", round: NO_ROUND }, state.speaker);
  if (!genuine) return abort("AGGREGATION_BUNDLE", { from });
  const before = state.committed[from];
  if (before !== undefined) return before.id === commitment.id ? wait(state) : { ...abort("AGGREGATION_EQUIVOCATION", { from }), log: [commitment] };
  if (haveRootsInCommon([...Object.values(state.committed), commitment])) return { ...abort("AGGREGATION_COMMITMENT", { from }), log: [commitment] };
  const next = { ...state, committed: { ...state.committed, [from]: commitment } };
  const step = keysAwaited(next).parties.length > 0 ? wait(next) : list(next, atMs);
  return { ...step, log: [commitment, ...step.log] };
}

/** All shares are fixed: who takes part, and what each committed to. */
function list(state: Gathering, atMs: number): Step<KeyLeading> {
  const parties = namesOf(state);
  const commitments = parties.map((name) => state.committed[name]).filter((entry) => entry !== undefined);
  const roster = say(state.speaker, { type: "roster", round: NO_ROUND, atMs }, {
    parties: [...parties], threshold: parties.length, minimum: state.terms.minimumParties,
    bundles: Object.fromEntries(commitments.map(({ statement, id }) => [statement.actor, id])),
  });
  const next: Gathering = { ...state, phase: "showing", untilMs: atMs + state.terms.deadlineMs };
  return { ...wait(next), log: [roster], send: parties.map((to) => ({ kind: "commitments", to, roster, commitments })) };
}

function show(state: Gathering, { from, entry, part, atMs }: Shown): Step<KeyLeading> {
  if (state.phase !== "showing" || Object.hasOwn(state.shown, from)) return wait(state);
  if (part !== "share" || state.committed[from]?.id !== entry.id) return abort("AGGREGATION_COMMITMENT", { from });
  const next: Gathering = { ...state, shown: { ...state.shown, [from]: true } };
  const parties = namesOf(state);
  const relayed: readonly Relayed[] = parties.filter((name) => name !== from).map((to) => ({ kind: "relayed", to, entry, part }));
  if (keysAwaited(next).parties.length > 0) return { ...wait(next), send: relayed };
  const ready = say(state.speaker, { type: "ready", round: NO_ROUND, atMs }, { parties: [...parties] });
  return {
    kind: "done", log: [ready], result: { scheme: "encrypted", ready: parties, roots: [] },
    send: [...relayed, ...parties.map((to): KeysReady => ({ kind: "keys-ready", to, ready }))],
  };
}

/** Nobody's part of the key can be done without. */
function lacking({ members }: Gathering, missing: readonly PartyId[], declined: readonly Declined[]): Step<KeyLeading> {
  return tooFew({ heard: members.length - missing.length, needed: members.length, round: NO_ROUND }, declined, missing, "AGGREGATION_PART_MISSING");
}

function namesOf({ members }: Gathering): readonly PartyId[] {
  return inOrder(members.map(({ name }) => name));
}

function wait(state: Gathering): Step<KeyLeading> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: [], untilMs: state.untilMs };
}
