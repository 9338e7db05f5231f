import { toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { MaskKey } from "@cohortium/crypto/masking";
import type { Entry } from "../log/entry.js";
import type { PartyId } from "../session/ids.js";
import type { Machine, Step } from "../session/machine.js";
import { abort, say } from "./context.js";
import { maskKey, pairSeed, selfSeed } from "./keys.js";
import type { Agreed, SurvivorsListed, Unmasked, UnmaskRequested, Uploaded } from "./messages.js";
import { agreedAmong, survivorsIn, type RoundAsked, type RoundQuestion } from "./round-statements.js";
import { sharesOfRound } from "./seed-shares.js";
import type { MemberEpoch } from "./setup-member.js";

/**
 * Ask of the host: compute the answer to `question` at `context` over the local rows, let it through egress, hide it, keep what hides it under
 * its chunk root, and answer. Asked again after a crash, it must give the same root.
 */
export interface ContributionAsked {
  readonly kind: "contribute";
  readonly round: number;
  readonly offer: string;
  readonly question: RoundQuestion;
  readonly context: Json;
  readonly hide: Hiding;
}

/**
 * How an answer is hidden. `masked`: add these masks, and answer with `Contributed`. `encrypted`: under the sum of the key shares with these
 * roots, by party, and answer with `Encrypted`.
 */
export type Hiding =
  | { readonly scheme: "masked"; readonly masks: readonly MaskKey[] }
  | { readonly scheme: "encrypted"; readonly shares: Readonly<Record<string, string>> };

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

/** The masks are between the parties that are asked. */
interface Given extends RoundAsked {
  readonly entropy: Uint8Array;
  readonly epoch: MemberEpoch;
}

interface Answering extends Given {
  readonly scheme: "masked";
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
    return wait({ ...given, scheme: "masked", phase: "contributing", upload: null, list: null, survivors: [] });
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
    case "contributing": return [{ kind: "contribute", round, offer: offer.id, question, context, hide: { scheme: "masked", masks: masksOf(state) } }];
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
  const survivors = survivorsIn({ ...state, threshold: state.epoch.sharing.threshold, own: state.upload }, message, "round.upload");
  if (typeof survivors === "string") return abort("AGGREGATION_SURVIVORS", { round: state.round, why: survivors });
  return wait({ ...state, phase: "permitting", list: message.survivors, survivors });
}

function agree(state: Answering, { atMs }: Permitted): Step<RoundAnswering> {
  const entry = say(state.speaker, { type: "round.agree", round: state.round, atMs }, { survivors: state.list?.id ?? "" });
  return { ...wait({ ...state, phase: "agreed" }), send: [{ kind: "agreed", from: state.speaker.self, agree: entry, atMs }] };
}

function answer(state: Answering, { agreements }: UnmaskRequested, atMs: number): Step<RoundAnswering> {
  // Not agreed yet: the coordinator goes on without us, and the others' shares stand in.
  if (state.phase !== "agreed") return wait(state);
  const valid = agreedAmong(state, state.list, state.survivors, agreements);
  if (!(valid >= state.epoch.sharing.threshold)) return abort("AGGREGATION_SIGNATURES", { round: state.round, valid, needed: state.epoch.sharing.threshold });

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

function wait(state: Answering): Step<RoundAnswering> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: answersOwed(state), untilMs: state.expiresAtMs };
}
