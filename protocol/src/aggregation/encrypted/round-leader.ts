import type { Json } from "@cohortium/crypto/canonical-json";
import type { Ring } from "@cohortium/crypto/words";
import type { Entry, EntryType } from "../../log/entry.js";
import type { PartyId } from "../../session/ids.js";
import type { Machine, Step } from "../../session/machine.js";
import { abort, say, tooFew } from "../context.js";
import type { Agreed, Deadline, Declined, RoundOffered, SurvivorsListed } from "../messages.js";
import type { RoundSum } from "../round-leader.js";
import { isSaidInRound, listOf, member, offerRound, rootIn, type RoundLed } from "../round-statements.js";
import { haveRootsInCommon } from "./keys.js";
import type { Decrypted, DecryptionRequested, Opened, Part, Relayed, Sealed, Shown, Unopened } from "./messages.js";
import type { EncryptedEpoch } from "./setup-leader.js";

/** Everybody is asked, in every round. */
interface Given extends RoundLed {
  readonly epoch: EncryptedEpoch;
}

/** Ask of the host: add every c_0 and every partial decryption, open the sum, and answer with `Opened` or `Unopened`. */
export interface OpeningAsked {
  readonly kind: "open";
  readonly round: number;
  readonly ring: Ring;
  readonly words: number;
  readonly parts: readonly { readonly party: PartyId; readonly c0: string; readonly decryption: string }[];
}

interface Leading extends Given {
  readonly scheme: "encrypted";
  readonly phase: "sealing" | "showing" | "decrypting" | "opening";
  readonly untilMs: number;
  readonly offer: Entry;
  readonly sealed: Readonly<Record<string, Entry>>;
  readonly list: Entry | null;
  /** By party and half: `ada/c0`. */
  readonly shown: Readonly<Record<string, true>>;
  readonly agreed: Readonly<Record<string, Entry>>;
  readonly decrypted: Readonly<Record<string, Entry>>;
}

export interface EncryptedLeading {
  readonly given: Given;
  readonly state: Leading;
  readonly event: Sealed | Shown | Agreed | Decrypted | Declined | Opened | Unopened | Deadline;
  readonly send: RoundOffered<Json> | SurvivorsListed | Relayed | DecryptionRequested;
  readonly ask: OpeningAsked;
  readonly result: RoundSum;
}

/**
 * The coordinator's part of one encrypted sum: every node commits to its ciphertext, all are listed and agreed to, then shown; every node
 * decrypts its part of the sum of all; the parts together open it. A node that is missing ends the round for good: what was encrypted under
 * the key of all is opened by all or not at all, and never asked for again.
 */
export const encryptedLeader: Machine<EncryptedLeading> = {
  open(given) {
    const offer = offerRound(given, given.atMs);
    const state: Leading = {
      ...given, scheme: "encrypted", offer, phase: "sealing", untilMs: given.atMs + given.terms.deadlineMs,
      sealed: {}, list: null, shown: {}, agreed: {}, decrypted: {},
    };
    return { ...wait(state), log: [offer], send: given.parties.map((to) => ({ kind: "round", to, offer, context: given.context })) };
  },

  step(state, event) {
    switch (event.kind) {
      case "sealed": return state.phase === "sealing" ? seal(state, event) : wait(state);
      case "shown": return state.phase === "showing" ? show(state, event) : wait(state);
      case "agreed": return state.phase === "showing" ? agree(state, event) : wait(state);
      case "decrypted": return state.phase === "decrypting" ? decrypt(state, event) : wait(state);
      case "declined": return state.phase === "opening" ? wait({ ...state, gone: [...state.gone, event] }) : lacking(state, [event.from], [event]);
      case "opened": return state.phase === "opening" && event.round === state.round ? conclude(state, event) : wait(state);
      case "unopened": return state.phase === "opening" && event.round === state.round ? giveUp(event) : wait(state);
      case "deadline": return event.atMs < state.untilMs ? wait(state) : lacking(state, encryptedWaitsFor(state).parties, []);
    }
  },
};

/** Of which parties the round waits, and for what. */
export function encryptedWaitsFor(state: Leading): { readonly parties: readonly PartyId[]; readonly what: string } {
  const missing = (heard: object) => state.parties.filter((name) => !Object.hasOwn(heard, name));
  switch (state.phase) {
    case "sealing": return { parties: missing(state.sealed), what: "no encrypted update" };
    case "showing": return { parties: state.parties.filter((name) => !hasShown(state, name)), what: "no ciphertext" };
    case "decrypting": return { parties: missing(state.decrypted), what: "no partial decryption" };
    case "opening": return { parties: [], what: "opening the encrypted sum" };
  }
}

/** What the host still owes this round. Asked again with every step, because after a crash only the last step's asks are known. */
export function openingOwed({ phase, round, question: { ring, words }, parties, sealed, decrypted }: Leading): readonly OpeningAsked[] {
  if (phase !== "opening") return [];
  return [{
    kind: "open", round, ring, words,
    parts: parties.map((party) => ({ party, c0: rootIn(sealed[party], "c0"), decryption: rootIn(decrypted[party], "root") })),
  }];
}

function seal(state: Leading, { from, ciphertext, atMs }: Sealed): Step<EncryptedLeading> {
  const asked = state.parties.includes(from) && isSaidInRound(state, from, ciphertext, "round.sealed")
    && member(ciphertext, "offer") === state.offer.id && member(ciphertext, "words") === state.question.words;
  if (!asked) return abort("AGGREGATION_EQUIVOCATION", { from });
  const before = state.sealed[from];
  if (before !== undefined) return repeated(state, before, ciphertext);
  if (haveRootsInCommon([...Object.values(state.sealed), ciphertext], state.epoch.roots)) return logged(abort("AGGREGATION_COMMITMENT", { from }), ciphertext);
  const next: Leading = { ...state, sealed: { ...state.sealed, [from]: ciphertext } };
  return logged(encryptedWaitsFor(next).parties.length > 0 ? wait(next) : listAll(next, atMs), ciphertext);
}

/** Every ciphertext is fixed: they may be shown, because nobody can make its own out of another's any more. */
function listAll(state: Leading, atMs: number): Step<EncryptedLeading> {
  const uploads = state.parties.map((name) => state.sealed[name]).filter((entry) => entry !== undefined);
  const list = listOf(state, uploads, atMs);
  const next: Leading = { ...state, phase: "showing", list, untilMs: atMs + state.terms.deadlineMs };
  return { ...wait(next), log: [list], send: state.parties.map((to) => ({ kind: "survivors", to, survivors: list, uploads })) };
}

/** The host keeps no bytes but those the entry commits to. The others get the half they decrypt with. */
function show(state: Leading, { from, entry, part, atMs }: Shown): Step<EncryptedLeading> {
  if (part === "share" || state.sealed[from]?.id !== entry.id) return abort("AGGREGATION_COMMITMENT", { from });
  if (Object.hasOwn(state.shown, place(from, part))) return wait(state);
  const step = advance({ ...state, shown: { ...state.shown, [place(from, part)]: true } }, atMs);
  const relayed: readonly Relayed[] = part === "c0" ? [] : state.parties.filter((name) => name !== from).map((to) => ({ kind: "relayed", to, entry, part }));
  return { ...step, send: [...relayed, ...step.send] };
}

function agree(state: Leading, { from, agree: entry, atMs }: Agreed): Step<EncryptedLeading> {
  if (!aboutTheList(state, from, entry, "round.agree")) return abort("AGGREGATION_EQUIVOCATION", { from });
  const before = state.agreed[from];
  if (before !== undefined) return repeated(state, before, entry);
  return logged(advance({ ...state, agreed: { ...state.agreed, [from]: entry } }, atMs), entry);
}

function advance(state: Leading, atMs: number): Step<EncryptedLeading> {
  if (encryptedWaitsFor(state).parties.length > 0) return wait(state);
  const agreements = state.parties.map((name) => state.agreed[name]).filter((entry) => entry !== undefined);
  const next: Leading = { ...state, phase: "decrypting", untilMs: atMs + state.terms.deadlineMs };
  return { ...wait(next), send: state.parties.map((to) => ({ kind: "decrypt", to, agreements })) };
}

function decrypt(state: Leading, { from, decryption }: Decrypted): Step<EncryptedLeading> {
  if (!aboutTheList(state, from, decryption, "round.decryption")) return abort("AGGREGATION_EQUIVOCATION", { from });
  const before = state.decrypted[from];
  if (before !== undefined) return repeated(state, before, decryption);
  const next: Leading = { ...state, decrypted: { ...state.decrypted, [from]: decryption } };
  return logged(wait(encryptedWaitsFor(next).parties.length > 0 ? next : { ...next, phase: "opening", untilMs: Number.MAX_SAFE_INTEGER }), decryption);
}

function conclude(state: Leading, { root, words, atMs }: Opened): Step<EncryptedLeading> {
  const result = say(state.speaker, { type: "round.result", round: state.round, atMs },
    { survivors: state.list?.id ?? "", root, words: words.length, recovered: { self: {}, orphans: {} } });
  return { kind: "done", result: { survivors: state.parties, words, root, silent: [] }, log: [result], send: [] };
}

function giveUp({ round, because, party }: Unopened): Step<EncryptedLeading> {
  switch (because) {
    case "residues": return abort("AGGREGATION_CIPHERTEXT", { round, ...(party === null ? {} : { from: party }) });
    case "noise": return abort("AGGREGATION_NOISE", { round });
  }
}

/** Nobody's part of the key can be done without. */
function lacking({ round, parties }: Leading, missing: readonly PartyId[], declined: readonly Declined[]): Step<EncryptedLeading> {
  return tooFew({ round, heard: parties.length - missing.length, needed: parties.length }, declined, missing, "AGGREGATION_PART_MISSING");
}

function hasShown({ shown, agreed }: Leading, name: PartyId): boolean {
  return Object.hasOwn(agreed, name) && (["c0", "c1"] as const).every((part) => Object.hasOwn(shown, place(name, part)));
}

function place(name: PartyId, part: Part): string {
  return `${name}/${part}`;
}

function aboutTheList(state: Leading, from: PartyId, entry: Entry, type: EntryType): boolean {
  return state.parties.includes(from) && isSaidInRound(state, from, entry, type) && member(entry, "survivors") === state.list?.id;
}

/** Said before: the same again is a repeat, anything else a contradiction, and the log keeps the evidence. */
function repeated(state: Leading, before: Entry, now: Entry): Step<EncryptedLeading> {
  return before.id === now.id ? wait(state) : logged(abort("AGGREGATION_EQUIVOCATION", { from: now.statement.actor }), now);
}

function wait(state: Leading): Step<EncryptedLeading> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: openingOwed(state), untilMs: state.untilMs };
}

function logged(step: Step<EncryptedLeading>, entry: Entry): Step<EncryptedLeading> {
  return { ...step, log: [entry, ...step.log] };
}
