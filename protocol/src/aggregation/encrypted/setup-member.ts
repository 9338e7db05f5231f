import type { Entry } from "../../log/entry.js";
import { PARTIES_MIN } from "../../log/sum-terms.js";
import type { PartyId } from "../../session/ids.js";
import type { Machine, Step } from "../../session/machine.js";
import { abort, inOrder, isStatementBy, NO_ROUND, say, type Member, type Speaker, type Terms, type Coordinator } from "../context.js";
import { member, rootIn } from "../round-statements.js";
import { haveRootsInCommon } from "./keys.js";
import type { CommitmentsListed, KeyCommitted, KeyMade, KeysReady, Relayed, Shown } from "./messages.js";

/** What a node keeps of the set-up: under which roots its host finds everybody's key share. */
export interface KeyEpoch {
  readonly scheme: "encrypted";
  readonly ready: readonly PartyId[];
  readonly shares: Readonly<Record<string, string>>;
  /** What was committed to in the rounds before. One key opens them all, so none may come again. */
  readonly roots: readonly string[];
}

/** Ask of the host: draw this node's key share from the session's entropy, keep what is to be shown, and answer with `KeyMade`. */
export interface KeyAsked {
  readonly kind: "make-key";
}

interface Given {
  readonly speaker: Speaker;
  readonly coordinator: Coordinator;
  readonly members: readonly Member[];
  readonly terms: Terms;
  readonly expiresAtMs: number;
}

interface Joining extends Given {
  readonly scheme: "encrypted";
  readonly phase: "making" | "committed" | "shown";
  readonly own: Entry | null;
  readonly commitments: readonly Entry[];
  /** Whose share has come, as committed to. */
  readonly seen: readonly PartyId[];
}

/** What the coordinator says in this set-up. */
export type KeyMessage = CommitmentsListed | Relayed | KeysReady;

export interface KeyJoining {
  readonly given: Given;
  readonly state: Joining;
  readonly event: { readonly message: KeyMessage; readonly atMs: number } | KeyMade;
  readonly send: KeyCommitted | Shown;
  readonly ask: KeyAsked;
  readonly result: KeyEpoch;
}

/** A node's part of the set-up of encrypted sums. It shows its key share when everybody's is fixed in the log, itself among all parties of the charter. */
export const keyMember: Machine<KeyJoining> = {
  open: (given) => wait({ ...given, scheme: "encrypted", phase: "making", own: null, commitments: [], seen: [] }),

  step(state, event) {
    if ("kind" in event) return state.phase === "making" ? commit(state, event) : wait(state);
    const { message, atMs } = event;
    switch (message.kind) {
      case "commitments": return state.phase === "committed" ? show(state, message, atMs) : abort("TRAINING_ORDER", { phase: state.phase });
      case "relayed": return state.phase === "shown" ? take(state, message) : abort("TRAINING_ORDER", { phase: state.phase });
      case "keys-ready": return state.phase === "shown" ? finish(state, message) : abort("TRAINING_ORDER", { phase: state.phase });
    }
  },
};

/** What the host still owes the set-up. Asked again with every step, because after a crash only the last step's asks are known. */
export function keysOwed({ phase }: Joining): readonly KeyAsked[] {
  return phase === "making" ? [{ kind: "make-key" }] : [];
}

function commit(state: Joining, { root, atMs }: KeyMade): Step<KeyJoining> {
  const own = say(state.speaker, { type: "key.commit", round: NO_ROUND, atMs }, { share: root });
  return { ...wait({ ...state, phase: "committed", own }), send: [{ kind: "key-committed", from: state.speaker.self, commitment: own, atMs }] };
}

function show(state: Joining, { roster, commitments }: CommitmentsListed, atMs: number): Step<KeyJoining> {
  const { self } = state.speaker;
  const listed = commitmentsIn(state, roster, commitments);
  if (state.own === null || listed === null) return abort("AGGREGATION_COMMITMENT", { from: state.coordinator.name });
  const next: Joining = { ...state, phase: "shown", commitments: listed };
  return { ...wait(next), send: [{ kind: "shown", from: self, entry: state.own, part: "share", atMs }] };
}

/** Every party's commitment, in order; null unless the roster names all parties of the charter and exactly these, signed by each, our own among them. */
function commitmentsIn(state: Joining, roster: Entry, commitments: readonly Entry[]): readonly Entry[] | null {
  const parties = inOrder(state.members.map(({ name }) => name));
  const [named, bundles, threshold] = [member(roster, "parties"), member(roster, "bundles"), member(roster, "threshold")];
  const whole = fromCoordinator(state, roster, "roster") && Array.isArray(named) && named.join() === parties.join()
    && parties.length >= Math.max(PARTIES_MIN, state.terms.minimumParties) && threshold === parties.length;
  if (!whole || typeof bundles !== "object" || bundles === null || Array.isArray(bundles)) return null;
  const listed = parties.map((name) => {
    const entry = commitments.find(({ statement }) => statement.actor === name);
    const known = state.members.find((candidate) => candidate.name === name);
    const genuine = entry !== undefined && known !== undefined && isStatementBy(known, entry, { type: "key.commit", round: NO_ROUND }, state.speaker)
      && Object.entries(bundles).some(([party, id]) => party === name && id === entry.id) && (name !== state.speaker.self || entry.id === state.own?.id);
    return genuine ? entry : null;
  }).filter((entry) => entry !== null);
  return listed.length === parties.length && !haveRootsInCommon(listed) ? listed : null;
}

/** The host has compared the bytes with the root in the entry; here the entry is compared with what was committed to before anybody saw a share. */
function take(state: Joining, { entry, part }: Relayed): Step<KeyJoining> {
  const committed = state.commitments.find(({ id }) => id === entry.id);
  const from = state.members.find(({ name }) => name === committed?.statement.actor)?.name;
  if (from === undefined || part !== "share" || from === state.speaker.self) return abort("AGGREGATION_COMMITMENT", { from: entry.statement.actor });
  return wait(state.seen.includes(from) ? state : { ...state, seen: [...state.seen, from] });
}

function finish(state: Joining, { ready }: KeysReady): Step<KeyJoining> {
  const parties = inOrder(state.members.map(({ name }) => name));
  const listed = member(ready, "parties");
  const acceptable = fromCoordinator(state, ready, "ready") && Array.isArray(listed) && listed.join() === parties.join()
    && parties.every((name) => name === state.speaker.self || state.seen.includes(name));
  if (!acceptable) return abort("AGGREGATION_COMMITMENT", { from: state.coordinator.name });
  const shares = Object.fromEntries(state.commitments.map((entry) => [entry.statement.actor, rootIn(entry, "share")]));
  return { kind: "done", result: { scheme: "encrypted", ready: parties, shares, roots: [] }, log: [], send: [] };
}

function fromCoordinator({ coordinator, speaker }: Joining, entry: Entry, type: "roster" | "ready"): boolean {
  return isStatementBy(coordinator, entry, { type, round: NO_ROUND }, speaker);
}

function wait(state: Joining): Step<KeyJoining> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: keysOwed(state), untilMs: state.expiresAtMs };
}
