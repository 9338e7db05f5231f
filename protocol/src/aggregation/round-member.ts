import { toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { MaskKey } from "@cohortium/crypto/masking";
import type { Entry } from "../log/entry.js";
import { survivorsNeeded } from "../log/sum-terms.js";
import type { PartyId } from "../session/ids.js";
import type { Machine, Step } from "../session/machine.js";
import { abort, inOrder, isStatementBy, say, type Member, type Speaker, type Terms } from "./context.js";
import { maskKey, pairSeed, selfSeed } from "./keys.js";
import type { Agreed, SurvivorsListed, Unmasked, UnmaskRequested, Uploaded } from "./messages.js";
import { member, type RoundQuestion } from "./round-leader.js";
import { sharesOfRound } from "./seed-shares.js";
import type { Coordinator, MemberEpoch } from "./setup-member.js";

/**
 * Ask of the host: compute the answer to `question` at `context` over the local rows, let it through egress, add `masks`, keep the words under
 * their chunk root, and answer with `Contributed`. Asked again after a crash, it must give the same root.
 */
export interface ContributionAsked {
  readonly kind: "contribute";
  readonly round: number;
  readonly offer: string;
  readonly question: RoundQuestion;
  readonly context: Json;
  readonly masks: readonly MaskKey[];
}

/** Ask of the host: may a sum over exactly these survivors be opened, given what this node helped open before? Answer with `Permitted`. */
export interface PermissionAsked {
  readonly kind: "permit";
  readonly round: number;
  readonly question: RoundQuestion;
  readonly survivors: readonly PartyId[];
}

/** The masked words lie ready under this root. */
export interface Contributed {
  readonly kind: "contributed";
  readonly round: number;
  readonly root: string;
  readonly words: number;
  readonly atMs: number;
}

export interface Permitted {
  readonly kind: "permitted";
  readonly round: number;
  readonly atMs: number;
}

/** The coordinator's word, with the time it arrived here. */
export interface HeardInRound {
  readonly kind: "heard";
  readonly message: SurvivorsListed | UnmaskRequested;
  readonly atMs: number;
}

interface Given {
  readonly speaker: Speaker;
  readonly coordinator: Coordinator;
  readonly members: readonly Member[];
  readonly terms: Terms;
  readonly entropy: Uint8Array;
  readonly epoch: MemberEpoch;
  /** Who is asked, as the offer says; the masks are between these. */
  readonly parties: readonly PartyId[];
  readonly round: number;
  readonly offer: Entry;
  readonly question: RoundQuestion;
  readonly context: Json;
  readonly expiresAtMs: number;
}

interface Answering extends Given {
  readonly phase: "contributing" | "uploaded" | "permitting" | "agreed";
  readonly upload: Entry | null;
  readonly list: Entry | null;
  readonly survivors: readonly PartyId[];
}

export interface RoundAnswering {
  readonly given: Given;
  readonly state: Answering;
  readonly event: Contributed | Permitted | HeardInRound;
  readonly send: Uploaded | Agreed | Unmasked;
  readonly ask: ContributionAsked | PermissionAsked;
  readonly result: { readonly round: number; readonly survivors: readonly PartyId[] };
}

/**
 * A node's part of one sum. It agrees to one list of survivors, answers one unmasking, and never gives both kinds of share of one party
 * (Bonawitz et al. 2017, §6.1). `done` means answered: nothing more of this round will ever leave this node.
 */
export const roundMember: Machine<RoundAnswering> = {
  open(given) {
    return wait({ ...given, phase: "contributing", upload: null, list: null, survivors: [] });
  },

  step(state, event) {
    switch (event.kind) {
      case "contributed": return state.phase === "contributing" && event.round === state.round ? upload(state, event) : wait(state);
      case "permitted": return state.phase === "permitting" && event.round === state.round ? agree(state, event) : wait(state);
      case "heard": return event.message.kind === "survivors" ? consider(state, event.message) : answer(state, event.message, event.atMs);
    }
  },
};

/** What the host still owes this round. Asked again with every step, because after a crash only the last step's asks are known. */
export function answersOwed(state: Answering): readonly RoundAnswering["ask"][] {
  const { phase, round, offer, question, context, survivors } = state;
  switch (phase) {
    case "contributing": return [{ kind: "contribute", round, offer: offer.id, question, context, masks: masksOf(state) }];
    case "permitting": return [{ kind: "permit", round, question, survivors }];
    case "uploaded": case "agreed": return [];
  }
}

/** This party's masks: its self mask, and one per peer, added towards those after it and subtracted towards those before. */
function masksOf({ speaker: { self }, entropy, epoch, parties, round, offer }: Given): readonly MaskKey[] {
  const own: MaskKey = { key: maskKey(selfSeed(entropy, round), offer.id, "self"), sign: 1 };
  const peers = parties.filter((name) => name !== self);
  return [own, ...peers.map((peer): MaskKey => ({ key: pairMask({ epoch, round, offer }, peer), sign: self < peer ? 1 : -1 }))];
}

function pairMask({ epoch, round, offer }: Pick<Given, "epoch" | "round" | "offer">, peer: PartyId): Uint8Array {
  const pair = epoch.pairs.get(peer);
  if (pair === undefined) throw new RangeError("the set-up ended without a key for a ready peer");
  return maskKey(pairSeed(pair, round), offer.id, "pair");
}

function upload(state: Answering, { root, words, atMs }: Contributed): Step<RoundAnswering> {
  const entry = say(state.speaker, { type: "round.upload", round: state.round, atMs }, { root, words, offer: state.offer.id });
  return { ...wait({ ...state, phase: "uploaded", upload: entry }), send: [{ kind: "uploaded", from: state.speaker.self, upload: entry, atMs }] };
}

function consider(state: Answering, message: SurvivorsListed): Step<RoundAnswering> {
  if (state.list !== null && state.list.id !== message.survivors.id) return abort("AGGREGATION_SURVIVORS", { round: state.round, why: "a second list" });
  if (state.phase !== "uploaded") return state.list === null ? abort("TRAINING_ORDER", { round: state.round, phase: state.phase }) : wait(state);
  const survivors = survivorsIn(state, message);
  if (typeof survivors === "string") return abort("AGGREGATION_SURVIVORS", { round: state.round, why: survivors });
  return wait({ ...state, phase: "permitting", list: message.survivors, survivors });
}

/** The list's parties in order, or why this node will not agree to it. */
function survivorsIn(state: Answering, { survivors: list, uploads }: SurvivorsListed): readonly PartyId[] | string {
  const listed = member(list, "uploads");
  if (!fromCoordinator(state, list) || typeof listed !== "object" || listed === null || Array.isArray(listed)) return "not the coordinator's";
  if (member(list, "offer") !== state.offer.id) return "for another offer";
  const survivors = inOrder(state.parties.filter((name) => Object.hasOwn(listed, name)));
  if (survivors.length !== Object.keys(listed).length) return "names a party that was not asked";
  const needed = survivorsNeeded(state.terms, state.epoch.sharing.threshold, { number: state.round, asked: state.parties.length });
  if (!(survivors.length >= needed)) return "below the minimum";
  for (const name of survivors) {
    const entry = uploads.find(({ statement }) => statement.actor === name);
    const genuine = entry !== undefined && Object.entries(listed).some(([party, id]) => party === name && id === entry.id) && genuineUpload(state, name, entry);
    if (!genuine) return `the upload of ${name} is not its own`;
  }
  return survivors.includes(state.speaker.self) && Object.entries(listed).some(([, id]) => id === state.upload?.id) ? survivors : "without this node";
}

function genuineUpload(state: Answering, name: PartyId, entry: Entry): boolean {
  const author = state.members.find((candidate) => candidate.name === name);
  return author !== undefined && member(entry, "offer") === state.offer.id
    && isStatementBy(author, entry, { type: "round.upload", round: state.round }, state.speaker);
}

function agree(state: Answering, { atMs }: Permitted): Step<RoundAnswering> {
  const entry = say(state.speaker, { type: "round.agree", round: state.round, atMs }, { survivors: state.list?.id ?? "" });
  return { ...wait({ ...state, phase: "agreed" }), send: [{ kind: "agreed", from: state.speaker.self, agree: entry, atMs }] };
}

function answer(state: Answering, { agreements }: UnmaskRequested, atMs: number): Step<RoundAnswering> {
  // Not agreed yet: the coordinator goes on without us, and the others' shares stand in.
  if (state.phase !== "agreed") return wait(state);
  const agreed = new Set(agreements.filter((entry) => genuineAgreement(state, entry)).map(({ statement }) => statement.actor));
  if (!(agreed.size >= state.epoch.sharing.threshold)) return abort("AGGREGATION_SIGNATURES", { round: state.round, valid: agreed.size, needed: state.epoch.sharing.threshold });

  const { self } = state.speaker;
  const { survivors, epoch, round } = state;
  const dropped = state.parties.filter((name) => !survivors.includes(name));
  const unmask = say(state.speaker, { type: "round.unmask", round, atMs }, {
    survivors: state.list?.id ?? "",
    self: toBase64(maskKey(selfSeed(state.entropy, round), state.offer.id, "self")),
    orphans: Object.fromEntries(dropped.map((name) => [name, toBase64(pairMask(state, name))])),
  });
  const held = (names: readonly PartyId[], which: "self" | "box") => Object.fromEntries(
    names.filter((name) => name !== self).map((name) => [name, sharesOfRound(epoch.held.get(name) ?? new Uint8Array(), round)[which]]));
  // Self shares of survivors and box shares of the dropped: two disjoint lists, so never both kinds for one party.
  const message: Unmasked = { kind: "unmasked", from: self, unmask, selfShares: held(survivors, "self"), boxShares: held(dropped, "box"), atMs };
  return { kind: "done", result: { round, survivors }, log: [], send: [message] };
}

function genuineAgreement(state: Answering, entry: Entry): boolean {
  const author = state.members.find(({ name }) => name === entry.statement.actor && state.survivors.includes(name));
  return author !== undefined && member(entry, "survivors") === state.list?.id
    && isStatementBy(author, entry, { type: "round.agree", round: state.round }, state.speaker);
}

function fromCoordinator({ coordinator, round, speaker }: Answering, entry: Entry): boolean {
  return isStatementBy(coordinator, entry, { type: "round.survivors", round }, speaker);
}

function wait(state: Answering): Step<RoundAnswering> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: answersOwed(state), untilMs: state.expiresAtMs };
}
