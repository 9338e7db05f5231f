import { toBase64 } from "@cohortium/crypto/bytes";
import type { Entry } from "../log/entry.js";
import { PARTIES_MIN, thresholdFor } from "../log/sum-terms.js";
import type { PartyId } from "../session/ids.js";
import type { Machine, Step } from "../session/machine.js";
import { abort, inOrder, isStatementBy, NO_ROUND, say, tooFew, type Member, type Speaker, type Terms } from "./context.js";
import type { ByParty, CiphertextsRelayed, Deadline, Declined, Encapsulated, Joined, RosterListed, Shared, SharesRelayed } from "./messages.js";

/** What the coordinator keeps of the set-up for the rounds that follow. It holds no key: only sealed boxes and commitments. */
export interface Epoch {
  readonly scheme: "masked";
  readonly roster: readonly PartyId[];
  readonly threshold: number;
  readonly ready: readonly PartyId[];
  readonly boxes: Readonly<Record<string, readonly Uint8Array[]>>;
  /** SHA-256 of each round's self seed, per party. */
  readonly commitments: Readonly<Record<string, readonly string[]>>;
}

interface Given {
  readonly speaker: Speaker;
  readonly members: readonly Member[];
  readonly terms: Terms;
  readonly rounds: number;
  readonly atMs: number;
}

interface Gathering extends Given {
  readonly scheme: "masked";
  readonly phase: "joining" | "encapsulating" | "sharing";
  readonly untilMs: number;
  readonly declined: readonly Declined[];
  readonly joined: Readonly<Record<string, Joined>>;
  readonly encapsulated: Readonly<Record<string, Encapsulated>>;
  readonly shared: Readonly<Record<string, Shared>>;
  readonly roster: readonly PartyId[];
  readonly present: readonly PartyId[];
  readonly threshold: number;
}

export interface SetupLeading {
  readonly given: Given;
  readonly state: Gathering;
  readonly event: Joined | Declined | Encapsulated | Shared | Deadline;
  readonly send: RosterListed | CiphertextsRelayed | SharesRelayed;
  readonly ask: never;
  readonly result: Epoch;
}

/**
 * The coordinator's part of the set-up (Bonawitz et al. 2017, rounds 0 and 1, for many sums at once): it lists who takes part and relays what
 * they seal for each other.
 */
export const setupLeader: Machine<SetupLeading> = {
  open: (given) => {
    if (given.members.length < PARTIES_MIN) return abort("AGGREGATION_TWO_PARTIES", { parties: given.members.length });
    return wait({
      ...given, scheme: "masked", phase: "joining", untilMs: given.atMs + given.terms.deadlineMs,
      declined: [], joined: {}, encapsulated: {}, shared: {}, roster: [], present: [], threshold: 0,
    });
  },

  step(state, event) {
    switch (event.kind) {
      case "joined": return state.phase === "joining" ? join(state, event) : wait(state);
      case "declined": return decline(state, event);
      case "encapsulated": return state.phase === "encapsulating" ? advance({ ...state, encapsulated: { ...state.encapsulated, [event.from]: event } }, event.atMs, false) : wait(state);
      case "shared": return state.phase === "sharing" ? share(state, event) : wait(state);
      case "deadline": return event.atMs < state.untilMs ? wait(state) : advance(state, event.atMs, true);
    }
  },
};

/** Of which parties the set-up waits, and for what. */
export function setupWaitsFor(state: Gathering): { readonly parties: readonly PartyId[]; readonly what: string } {
  const missing = (names: readonly PartyId[], heard: object) => names.filter((name) => !Object.hasOwn(heard, name) && !hasDeclined(state, name));
  switch (state.phase) {
    case "joining": return { parties: missing(state.members.map(({ name }) => name), state.joined), what: "no answer to the offer" };
    case "encapsulating": return { parties: missing(state.roster, state.encapsulated), what: "no key encapsulation" };
    case "sharing": return { parties: missing(state.present, state.shared), what: "no sealed shares" };
  }
}

/** A refusal that leaves too few ends the set-up at once: nobody need wait for the silent. */
function decline(state: Gathering, event: Declined): Step<SetupLeading> {
  const next = { ...state, declined: [...state.declined, event] };
  const left = { joining: state.members.map(({ name }) => name), encapsulating: state.roster, sharing: state.present }[state.phase]
    .filter((name) => !hasDeclined(next, name)).length;
  const threshold = state.phase === "joining" ? thresholdFor(left, state.terms.quorum) : state.threshold;
  const needed = Math.max(PARTIES_MIN, state.terms.minimumParties, threshold);
  return left >= needed ? advance(next, event.atMs, false) : tooFew({ heard: left, needed, round: NO_ROUND }, next.declined, []);
}

function join(state: Gathering, joined: Joined): Step<SetupLeading> {
  const member = state.members.find(({ name }) => name === joined.from);
  if (member === undefined || !isStatementBy(member, joined.bundle, { type: "bundle", round: NO_ROUND }, state.speaker)) {
    return abort("AGGREGATION_BUNDLE", { from: joined.from });
  }
  const before = state.joined[joined.from];
  if (before !== undefined) return before.bundle.id === joined.bundle.id ? wait(state) : logged(abort("AGGREGATION_EQUIVOCATION", { from: joined.from }), [joined.bundle]);
  return logged(advance({ ...state, joined: { ...state.joined, [joined.from]: joined } }, joined.atMs, false), [joined.bundle]);
}

function share(state: Gathering, shared: Shared): Step<SetupLeading> {
  const member = state.members.find(({ name }) => name === shared.from);
  const genuine = member !== undefined && state.present.includes(shared.from)
    && isStatementBy(member, shared.shares, { type: "shares", round: NO_ROUND }, state.speaker);
  if (!genuine) return abort("AGGREGATION_BUNDLE", { from: shared.from });
  const before = state.shared[shared.from];
  if (before !== undefined) return before.shares.id === shared.shares.id ? wait(state) : logged(abort("AGGREGATION_EQUIVOCATION", { from: shared.from }), [shared.shares]);
  return logged(advance({ ...state, shared: { ...state.shared, [shared.from]: shared } }, shared.atMs, false), [shared.shares]);
}

/** Goes on when everybody answered, or when time is up and enough did. */
function advance(state: Gathering, atMs: number, timeIsUp: boolean): Step<SetupLeading> {
  const waiting = setupWaitsFor(state).parties.length;
  if (waiting > 0 && !timeIsUp) return wait(state);
  switch (state.phase) {
    case "joining": return listRoster(state, atMs);
    case "encapsulating": return relayCiphertexts(state, atMs);
    case "sharing": return relayShares(state, atMs);
  }
}

function listRoster(state: Gathering, atMs: number): Step<SetupLeading> {
  const roster = inOrder(state.members.map(({ name }) => name).filter((name) => Object.hasOwn(state.joined, name) && !hasDeclined(state, name)));
  const threshold = thresholdFor(roster.length, state.terms.quorum);
  const needed = Math.max(PARTIES_MIN, state.terms.minimumParties, threshold);
  if (!(roster.length >= needed)) return tooFew({ heard: roster.length, needed, round: NO_ROUND }, state.declined, setupWaitsFor(state).parties);

  const joined = roster.map((name) => state.joined[name]).filter((message) => message !== undefined);
  const entry = say(state.speaker, { type: "roster", round: NO_ROUND, atMs }, {
    parties: [...roster], threshold, minimum: state.terms.minimumParties,
    bundles: Object.fromEntries(joined.map(({ from, bundle }) => [from, bundle.id])),
  });
  const bundles = joined.map(({ bundle }) => bundle);
  const mlKemKeys = Object.fromEntries(joined.map(({ from, mlKemKey }) => [from, mlKemKey]));
  const next = { ...state, phase: "encapsulating", roster, threshold, untilMs: atMs + state.terms.deadlineMs } as const;
  return { ...wait(next), log: [entry], send: roster.map((to) => ({ kind: "roster", to, roster: entry, bundles, mlKemKeys })) };
}

function relayCiphertexts(state: Gathering, atMs: number): Step<SetupLeading> {
  const present = state.roster.filter((name) => Object.hasOwn(state.encapsulated, name) && !hasDeclined(state, name));
  const refused = enough(state, present);
  if (refused !== null) return refused;
  const next = { ...state, phase: "sharing", present, untilMs: atMs + state.terms.deadlineMs } as const;
  return {
    ...wait(next),
    send: present.map((to) => ({ kind: "ciphertexts", to, present, ciphertexts: addressedTo(to, state.encapsulated, ({ ciphertexts }) => ciphertexts, present) })),
  };
}

function relayShares(state: Gathering, atMs: number): Step<SetupLeading> {
  const ready = state.present.filter((name) => Object.hasOwn(state.shared, name) && !hasDeclined(state, name));
  const refused = enough(state, ready);
  if (refused !== null) return refused;
  const entry = say(state.speaker, { type: "ready", round: NO_ROUND, atMs }, { parties: [...ready] });
  const own = ready.map((name) => [name, state.shared[name]] as const);
  return {
    kind: "done", log: [entry],
    result: {
      scheme: "masked", roster: state.roster, threshold: state.threshold, ready,
      boxes: Object.fromEntries(own.map(([name, shared]) => [name, shared?.boxes ?? []])),
      commitments: Object.fromEntries(own.map(([name, shared]) => [name, commitmentsIn(shared?.shares)])),
    },
    send: ready.map((to) => ({ kind: "shares", to, ready: entry, sealed: addressedTo(to, state.shared, ({ sealed }) => sealed, ready) })),
  };
}

function enough(state: Gathering, names: readonly PartyId[]): Step<SetupLeading> | null {
  const needed = Math.max(PARTIES_MIN, state.terms.minimumParties, state.threshold);
  return names.length >= needed ? null : tooFew({ heard: names.length, needed, round: NO_ROUND }, state.declined, setupWaitsFor(state).parties);
}

function hasDeclined({ declined }: Gathering, name: PartyId): boolean {
  return declined.some(({ from }) => from === name);
}

function addressedTo<M>(to: PartyId, messages: Readonly<Record<string, M>>, letters: (message: M) => ByParty, from: readonly PartyId[]) {
  const found: Record<string, Uint8Array> = {};
  for (const name of from) {
    const message = messages[name];
    const letter = message === undefined ? undefined : letters(message)[to];
    if (letter !== undefined) found[name] = letter;
  }
  return found;
}

/** The commitments a node signed. Anything but a list of hex digests reads as no commitments, against which nothing can be rebuilt. */
export function commitmentsIn(shares: Entry | undefined): readonly string[] {
  const body: unknown = shares?.statement.body;
  const seeds: unknown = typeof body === "object" && body !== null && "selfSeeds" in body ? body.selfSeeds : [];
  return Array.isArray(seeds) ? seeds.filter((seed) => typeof seed === "string") : [];
}

/** What a bundle entry says, as this module writes it. */
export function bundleBody(keys: { readonly x25519Public: Uint8Array; readonly mlKemPublicSha256: string }) {
  return { mlkem: keys.mlKemPublicSha256, x25519: toBase64(keys.x25519Public) };
}

function wait(state: Gathering): Step<SetupLeading> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: [], untilMs: state.untilMs };
}

/** Entries by peers go into the log before what follows from them, and contradictions as evidence. */
function logged(step: Step<SetupLeading>, entries: readonly Entry[]): Step<SetupLeading> {
  return { ...step, log: [...entries, ...step.log] };
}
