import { fromBase64, toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { Entry } from "../log/entry.js";
import { PARTIES_MIN, thresholdFor } from "../log/sum-terms.js";
import type { PartyId } from "../session/ids.js";
import type { Machine, Step } from "../session/machine.js";
import { abort, inOrder, isStatementBy, NO_ROUND, say, type Member, type Speaker, type Terms, type Coordinator } from "./context.js";
import { decapsulate, encapsulateTo, pairKey, sessionKeys, type SessionKeys } from "./keys.js";
import { member } from "./round-statements.js";
import type { ByParty, CiphertextsRelayed, Encapsulated, Joined, RosterListed, Shared, SharesRelayed } from "./messages.js";
import { openShares, sealBoxes, sealShares, selfSeedCommitments, type Sharing } from "./seed-shares.js";
import { bundleBody } from "./setup-leader.js";

/** What a node keeps of the set-up. `pairs` and `held` are secret. */
export interface MemberEpoch {
  readonly scheme: "masked";
  readonly sharing: Sharing;
  readonly ready: readonly PartyId[];
  readonly pairs: ReadonlyMap<PartyId, Uint8Array>;
  /** Shares that each peer gave us, 64 bytes a round. */
  readonly held: ReadonlyMap<PartyId, Uint8Array>;
}

interface Given {
  readonly speaker: Speaker;
  readonly coordinator: Coordinator;
  readonly members: readonly Member[];
  readonly terms: Terms;
  readonly rounds: number;
  readonly entropy: Uint8Array;
  readonly agreementSecret: Uint8Array;
  readonly atMs: number;
  readonly expiresAtMs: number;
}

interface Joining extends Given {
  readonly scheme: "masked";
  readonly phase: "joined" | "encapsulated" | "shared";
  readonly keys: SessionKeys;
  readonly rosterId: string;
  readonly sharing: Sharing | null;
  /** What each roster member's bundle says, and the KEM secret with it once it is known. */
  readonly peers: ReadonlyMap<PartyId, Peer>;
  readonly pairs: ReadonlyMap<PartyId, Uint8Array>;
}

interface Peer {
  readonly member: Member;
  readonly x25519Public: Uint8Array;
  readonly kemShared: Uint8Array | null;
}

export type SetupMessage = RosterListed | CiphertextsRelayed | SharesRelayed;

export interface SetupJoining {
  readonly given: Given;
  readonly state: Joining;
  readonly event: { readonly message: SetupMessage; readonly atMs: number };
  readonly send: Joined | Encapsulated | Shared;
  readonly ask: never;
  readonly result: MemberEpoch;
}

/** A node's part of the set-up: fresh keys, one secret with each peer, and shares of every round's seeds, sealed to the peers. */
export const setupMember: Machine<SetupJoining> = {
  open(given) {
    const keys = sessionKeys(given.entropy);
    const { self } = given.speaker;
    const body = bundleBody({ x25519Public: keys.x25519Public, mlKemPublicSha256: toHex(sha256(keys.mlKemPublic)) });
    const bundle = say(given.speaker, { type: "bundle", round: NO_ROUND, atMs: given.atMs }, body);
    const state: Joining = { ...given, scheme: "masked", phase: "joined", keys, rosterId: "", sharing: null, peers: new Map(), pairs: new Map() };
    return { ...wait(state), send: [{ kind: "joined", from: self, bundle, mlKemKey: keys.mlKemPublic, atMs: given.atMs }] };
  },

  step(state, { message, atMs }) {
    switch (message.kind) {
      case "roster": return state.phase === "joined" ? encapsulate(state, message, atMs) : abort("TRAINING_ORDER", { phase: state.phase });
      case "ciphertexts": return state.phase === "encapsulated" ? share(state, message, atMs) : abort("TRAINING_ORDER", { phase: state.phase });
      case "shares": return state.phase === "shared" ? finish(state, message) : abort("TRAINING_ORDER", { phase: state.phase });
    }
  },
};

function encapsulate(state: Joining, message: RosterListed, atMs: number): Step<SetupJoining> {
  const roster = rosterIn(state, message.roster);
  if (roster === null) return abort("AGGREGATION_BUNDLE", { from: state.coordinator.name });
  const peers = new Map<PartyId, Peer>();
  const ciphertexts: Record<string, Uint8Array> = {};
  for (const name of roster.parties) {
    const peer = peerIn(state, message, name);
    if (peer === null) return abort("AGGREGATION_BUNDLE", { from: name });
    // The party that comes first encapsulates, so that each pair has one KEM secret.
    const sent = state.speaker.self < name ? encapsulateTo(name, peer.mlKemKey, state.entropy) : null;
    if (state.speaker.self < name && sent === null) return abort("AGGREGATION_BUNDLE", { from: name });
    if (sent !== null) ciphertexts[name] = sent.ciphertext;
    peers.set(name, { ...peer, kemShared: sent?.shared ?? null });
  }
  const sharing: Sharing = { session: state.speaker.session, roster: roster.parties, threshold: roster.threshold, rounds: state.rounds };
  return {
    ...wait({ ...state, phase: "encapsulated", rosterId: message.roster.id, sharing, peers }),
    send: [{ kind: "encapsulated", from: state.speaker.self, ciphertexts, atMs }],
  };
}

/** The logged roster, if it is one this node may join: itself in it, parties of the charter only, enough of them, and the threshold the paper asks. */
function rosterIn(state: Joining, entry: Entry): { readonly parties: readonly PartyId[]; readonly threshold: number } | null {
  const listed = listedParties(member(entry, "parties"), state.members);
  const threshold = member(entry, "threshold");
  const due = thresholdFor(listed.length, state.terms.quorum);
  const acceptable = fromCoordinator(state, entry, "roster") && listed.includes(state.speaker.self)
    && listed.length >= Math.max(PARTIES_MIN, state.terms.minimumParties, due) && threshold === due;
  return acceptable ? { parties: listed, threshold: due } : null;
}

function peerIn(state: Joining, message: RosterListed, name: PartyId): { member: Member; x25519Public: Uint8Array; mlKemKey: Uint8Array } | null {
  const known = state.members.find((candidate) => candidate.name === name);
  const bundle = message.bundles.find(({ statement }) => statement.actor === name);
  const mlKemKey = message.mlKemKeys[name];
  const x25519Public = member(bundle, "x25519");
  const bundleIds = member(message.roster, "bundles");
  const listed = typeof bundleIds === "object" && bundleIds !== null && Object.entries(bundleIds).some(([party, id]) => party === name && id === bundle?.id);
  if (known === undefined || bundle === undefined || mlKemKey === undefined || typeof x25519Public !== "string" || !listed) return null;
  const genuine = isStatementBy(known, bundle, { type: "bundle", round: NO_ROUND }, state.speaker) && member(bundle, "mlkem") === toHex(sha256(mlKemKey));
  return genuine ? { member: known, x25519Public: fromBase64(x25519Public), mlKemKey } : null;
}

function share(state: Joining, message: CiphertextsRelayed, atMs: number): Step<SetupJoining> {
  const { self } = state.speaker;
  const pairs = new Map<PartyId, Uint8Array>();
  for (const name of message.present.filter((present) => present !== self)) {
    const key = pairWith(state, name, message.ciphertexts);
    if (key === null) return abort("AGGREGATION_SHARES", { from: name });
    pairs.set(name, key);
  }
  const { sharing } = state;
  if (sharing === null) return abort("TRAINING_ORDER", { phase: state.phase });
  const shares = say(state.speaker, { type: "shares", round: NO_ROUND, atMs }, { selfSeeds: selfSeedCommitments(sharing, state.entropy) });
  return {
    ...wait({ ...state, phase: "shared", pairs }),
    send: [{
      kind: "shared", from: self, shares, atMs,
      sealed: sealShares(sharing, self, state.entropy, pairs), boxes: sealBoxes(sharing, self, state.entropy, pairs),
    }],
  };
}

function pairWith(state: Joining, name: PartyId, ciphertexts: ByParty): Uint8Array | null {
  const peer = state.peers.get(name);
  const ciphertext = ciphertexts[name];
  const kemShared = peer?.kemShared ?? (ciphertext === undefined ? null : decapsulate(state.keys, ciphertext));
  if (peer === undefined || kemShared === null) return null;
  const [first = name, second = name] = inOrder([state.speaker.self, name]);
  const theirs = { x25519Public: peer.x25519Public, agreementKey: peer.member.agreementKey, kemShared };
  return pairKey(state, theirs, { roster: state.rosterId, pair: [first, second] });
}

function finish(state: Joining, message: SharesRelayed): Step<SetupJoining> {
  const { sharing } = state;
  const { self } = state.speaker;
  const ready = listedParties(member(message.ready, "parties"), state.members);
  const acceptable = fromCoordinator(state, message.ready, "ready") && ready.includes(self) && sharing !== null
    && ready.length >= Math.max(PARTIES_MIN, state.terms.minimumParties, sharing.threshold)
    && ready.every((name) => name === self || state.pairs.has(name));
  if (!acceptable) return abort("AGGREGATION_BUNDLE", { from: state.coordinator.name });

  const held = new Map<PartyId, Uint8Array>();
  for (const name of ready.filter((party) => party !== self)) {
    const opened = openShares(sharing, { from: name, to: self }, state.pairs.get(name) ?? new Uint8Array(), message.sealed[name] ?? new Uint8Array());
    // Without these shares we could not stand in for that party later, and nobody would notice until it mattered.
    if (opened === null) return abort("AGGREGATION_SHARES", { from: name });
    held.set(name, opened);
  }
  return { kind: "done", result: { scheme: "masked", sharing, ready, pairs: state.pairs, held }, log: [], send: [] };
}

/** Names of the charter's parties in canonical order; empty if the list is anything else, which no check accepts. */
function listedParties(json: unknown, members: readonly Member[]): readonly PartyId[] {
  if (!Array.isArray(json)) return [];
  const names = members.map(({ name }) => name).filter((name) => json.includes(name));
  return names.length === json.length ? inOrder(names) : [];
}

function fromCoordinator({ coordinator, speaker }: Joining, entry: Entry, type: "roster" | "ready"): boolean {
  return isStatementBy(coordinator, entry, { type, round: NO_ROUND }, speaker);
}

function wait(state: Joining): Step<SetupJoining> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: [], untilMs: state.expiresAtMs };
}
