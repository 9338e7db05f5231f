import type { Entry } from "../../log/entry.js";
import type { PartyId } from "../../session/ids.js";
import type { Machine, Step } from "../../session/machine.js";
import { abort, say } from "../context.js";
import type { Agreed, SurvivorsListed } from "../messages.js";
import type { ContributionAsked, PermissionAsked, Permitted } from "../round-member.js";
import { agreedAmong, rootIn, survivorsIn, type RoundAsked, type RoundQuestion } from "../round-statements.js";
import { haveRootsInCommon } from "./keys.js";
import type { Decrypted, DecryptionRequested, Encrypted, PartDecrypted, Relayed, Sealed, Shown } from "./messages.js";
import type { KeyEpoch } from "./setup-member.js";

/**
 * Ask of the host: add the c_1 of these ciphertexts, decrypt this node's part of the sum, keep it under its root as the one answer of this
 * round, and answer with `PartDecrypted`. Asked again after a crash, it must give the same root.
 */
export interface DecryptionAsked {
  readonly kind: "decrypt";
  readonly round: number;
  /** The id of the survivors' list: what is decrypted, and what the noise follows from. */
  readonly list: string;
  readonly question: RoundQuestion;
  readonly ciphertexts: readonly { readonly party: PartyId; readonly c1: string }[];
}

/** What the coordinator says in a round after its offer. */
export type EncryptedMessage = SurvivorsListed | Relayed | DecryptionRequested;

/** The coordinator's word, with the time it arrived here. */
interface Heard {
  readonly kind: "heard";
  readonly message: EncryptedMessage;
  readonly atMs: number;
}

/** Everybody is asked. */
interface Given extends RoundAsked {
  readonly epoch: KeyEpoch;
}

interface Answering extends Given {
  readonly scheme: "encrypted";
  readonly phase: "contributing" | "sealed" | "permitting" | "agreed" | "decrypting";
  readonly own: Entry | null;
  readonly list: Entry | null;
  readonly sealed: readonly Entry[];
  readonly survivors: readonly PartyId[];
  /** Whose half has come, as committed to. */
  readonly seen: readonly PartyId[];
}

export interface EncryptedAnswering {
  readonly given: Given;
  readonly state: Answering;
  readonly event: Encrypted | Permitted | PartDecrypted | Heard;
  readonly send: Sealed | Shown | Agreed | Decrypted;
  readonly ask: ContributionAsked | PermissionAsked | DecryptionAsked;
  readonly result: { readonly round: number; readonly survivors: readonly PartyId[] };
}

/**
 * A node's part of one encrypted sum. It shows its ciphertext when everybody's is fixed, agreed to over one list, and decrypts once, and
 * nothing but the sum of all that this list names, which it adds up itself. `done` means answered: nothing more of this round will leave.
 */
export const encryptedMember: Machine<EncryptedAnswering> = {
  open: (given) => wait({ ...given, scheme: "encrypted", phase: "contributing", own: null, list: null, sealed: [], survivors: [], seen: [] }),

  step(state, event) {
    switch (event.kind) {
      case "encrypted": return state.phase === "contributing" && event.round === state.round ? seal(state, event) : wait(state);
      case "permitted": return state.phase === "permitting" && event.round === state.round ? agree(state, event) : wait(state);
      case "part-decrypted": return state.phase === "decrypting" && event.round === state.round ? answer(state, event) : wait(state);
      case "heard": return hear(state, event);
    }
  },
};

/** What the host still owes this round. Asked again with every step, because after a crash only the last step's asks are known. */
export function partsOwed(state: Answering): readonly EncryptedAnswering["ask"][] {
  const { phase, round, offer, question, context, survivors, epoch, list } = state;
  switch (phase) {
    case "contributing": return [{ kind: "contribute", round, offer: offer.id, question, context, hide: { scheme: "encrypted", shares: epoch.shares } }];
    case "permitting": return [{ kind: "permit", round, question, survivors }];
    case "decrypting": return [{ kind: "decrypt", round, list: list?.id ?? "", question, ciphertexts: ciphertextsOf(state) }];
    case "sealed": case "agreed": return [];
  }
}

function hear(state: Answering, { message }: Heard): Step<EncryptedAnswering> {
  switch (message.kind) {
    case "survivors": return consider(state, message);
    case "relayed": return take(state, message);
    case "decrypt": return prepare(state, message);
  }
}

function seal(state: Answering, { c0, c1, words, atMs }: Encrypted): Step<EncryptedAnswering> {
  const own = say(state.speaker, { type: "round.sealed", round: state.round, atMs }, { c0, c1, words, offer: state.offer.id });
  return { ...wait({ ...state, phase: "sealed", own }), send: [{ kind: "sealed", from: state.speaker.self, ciphertext: own, atMs }] };
}

function consider(state: Answering, message: SurvivorsListed): Step<EncryptedAnswering> {
  if (state.list !== null && state.list.id !== message.survivors.id) return abort("AGGREGATION_SURVIVORS", { round: state.round, why: "a second list" });
  if (state.phase !== "sealed") return state.list === null ? abort("TRAINING_ORDER", { round: state.round, phase: state.phase }) : wait(state);
  const survivors = survivorsIn({ ...state, threshold: state.parties.length }, message, "round.sealed");
  if (typeof survivors === "string") return abort("AGGREGATION_SURVIVORS", { round: state.round, why: survivors });
  const sealed = survivors.flatMap((name) => message.uploads.find(({ statement }) => statement.actor === name) ?? []);
  if (haveRootsInCommon(sealed, state.epoch.roots)) return abort("AGGREGATION_SURVIVORS", { round: state.round, why: "two commitments to the same ciphertext" });
  return wait({ ...state, phase: "permitting", list: message.survivors, survivors, sealed });
}

function agree(state: Answering, { atMs }: Permitted): Step<EncryptedAnswering> {
  const { speaker, own, round, list } = state;
  const entry = say(speaker, { type: "round.agree", round, atMs }, { survivors: list?.id ?? "" });
  // A list is considered only after this node has sealed; the type does not know.
  if (own === null) return abort("TRAINING_ORDER", { round, phase: state.phase });
  const shown = (part: "c0" | "c1"): Shown => ({ kind: "shown", from: speaker.self, entry: own, part, atMs });
  return { ...wait({ ...state, phase: "agreed" }), send: [shown("c1"), shown("c0"), { kind: "agreed", from: speaker.self, agree: entry, atMs }] };
}

/** The host has compared the bytes with the root in the entry; here the entry is compared with what this node agreed to. */
function take(state: Answering, { entry, part }: Relayed): Step<EncryptedAnswering> {
  const from = state.survivors.find((name) => name === state.sealed.find(({ id }) => id === entry.id)?.statement.actor);
  const isOthers = from !== undefined && from !== state.speaker.self && part === "c1" && state.list !== null;
  if (!isOthers) return abort("AGGREGATION_COMMITMENT", { round: state.round, from: entry.statement.actor });
  return wait(state.seen.includes(from) ? state : { ...state, seen: [...state.seen, from] });
}

function prepare(state: Answering, { agreements }: DecryptionRequested): Step<EncryptedAnswering> {
  if (state.phase === "decrypting") return wait(state);
  if (state.phase !== "agreed") return abort("TRAINING_ORDER", { round: state.round, phase: state.phase });
  const { survivors, round, seen } = state;
  const valid = agreedAmong(state, state.list, survivors, agreements);
  if (!(valid >= survivors.length)) return abort("AGGREGATION_SIGNATURES", { round, valid, needed: survivors.length });
  // What was not shown cannot be added, and a sum without it is another sum.
  const missing = survivors.find((name) => name !== state.speaker.self && !seen.includes(name));
  if (missing !== undefined) return abort("AGGREGATION_COMMITMENT", { round, from: missing });
  return wait({ ...state, phase: "decrypting" });
}

function answer(state: Answering, { root, atMs }: PartDecrypted): Step<EncryptedAnswering> {
  const { speaker, round, survivors, list } = state;
  const decryption = say(speaker, { type: "round.decryption", round, atMs }, { survivors: list?.id ?? "", root });
  return { kind: "done", result: { round, survivors }, log: [], send: [{ kind: "decrypted", from: speaker.self, decryption, atMs }] };
}

function ciphertextsOf({ survivors, sealed }: Answering): DecryptionAsked["ciphertexts"] {
  return survivors.map((party) => ({ party, c1: rootIn(sealed.find(({ statement }) => statement.actor === party), "c1") }));
}

function wait(state: Answering): Step<EncryptedAnswering> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: partsOwed(state), untilMs: state.expiresAtMs };
}
