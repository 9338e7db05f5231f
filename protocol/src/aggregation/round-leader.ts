import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import type { Ring, Words } from "@cohortium/crypto/words";
import type { MaskKey } from "@cohortium/crypto/masking";
import type { Entry, EntryType } from "../log/entry.js";
import { survivorsNeeded } from "../log/sum-terms.js";
import type { PartyId } from "../session/ids.js";
import type { Machine, Step } from "../session/machine.js";
import { abort, inOrder, say, tooFew } from "./context.js";
import type { Agreed, Deadline, Declined, RoundOffered, Summed, SurvivorsListed, Unmasked, UnmaskRequested, Uploaded } from "./messages.js";
import { maskKey } from "./keys.js";
import { recoverMasks, type Recovered } from "./recovery.js";
import { isSaidInRound, listOf, member, offerRound, rootIn, type RoundLed } from "./round-statements.js";
import type { Epoch } from "./setup-leader.js";

/** The sum over the survivors, and only over them. */
export interface RoundSum {
  readonly survivors: readonly PartyId[];
  readonly words: Words;
  readonly root: string;
  /** Survivors that did not answer to the end. Where dropouts may continue, the next round does not wait for them. */
  readonly silent: readonly PartyId[];
}

/** Asked are the ready parties in the first round, then the survivors of the one before. Between them the masks are. */
interface Given extends RoundLed {
  readonly epoch: Epoch;
  /** Parties that fell silent in the last round: a dead node must not cost every round its deadline. */
  readonly silent: readonly PartyId[];
}

/** Ask of the host: add these uploads in Z_2^ring, chunk by chunk, apply these masks, and answer with `Summed`. */
export interface SumAsked {
  readonly kind: "sum";
  readonly round: number;
  readonly ring: Ring;
  readonly words: number;
  readonly uploads: readonly { readonly party: PartyId; readonly root: string }[];
  readonly remove: readonly MaskKey[];
}

interface Leading extends Given {
  readonly scheme: "masked";
  readonly phase: "uploading" | "agreeing" | "unmasking" | "summing";
  readonly untilMs: number;
  readonly offer: Entry;
  readonly uploads: Readonly<Record<string, Entry>>;
  readonly survivors: readonly PartyId[];
  readonly list: Entry | null;
  readonly agreed: Readonly<Record<string, Entry>>;
  readonly unmasked: Readonly<Record<string, Unmasked>>;
  readonly recovered: Recovered;
  readonly remove: readonly MaskKey[];
}

export interface RoundLeading {
  readonly given: Given;
  readonly state: Leading;
  readonly event: Uploaded | Agreed | Unmasked | Declined | Summed | Deadline;
  readonly send: RoundOffered<Json> | SurvivorsListed | UnmaskRequested;
  readonly ask: SumAsked;
  readonly result: RoundSum;
}

const NOTHING_RECOVERED: Recovered = { self: {}, orphans: {} };

/**
 * The coordinator's part of one sum (Bonawitz et al. 2017, rounds 2 to 4, with the consistency check of §6.1): collect masked vectors, fix
 * the survivors, have them agreed, ask for the masks, add.
 */
export const roundLeader: Machine<RoundLeading> = {
  open(given) {
    const offer = offerRound(given, given.atMs);
    const state: Leading = {
      ...given, scheme: "masked", offer, phase: "uploading", untilMs: given.atMs + given.terms.deadlineMs, uploads: {},
      survivors: [], list: null, agreed: {}, unmasked: {}, recovered: NOTHING_RECOVERED, remove: [],
    };
    return { ...wait(state), log: [offer], send: given.parties.map((to) => ({ kind: "round", to, offer, context: given.context })) };
  },

  step(state, event) {
    switch (event.kind) {
      case "uploaded": return state.phase === "uploading" ? upload(state, event) : wait(state);
      case "agreed": return agree(state, event);
      case "unmasked": return state.phase === "unmasking" ? unmask(state, event) : wait(state);
      case "declined": return decline(state, event);
      case "summed": return state.phase === "summing" && event.round === state.round ? conclude(state, event) : wait(state);
      case "deadline": return event.atMs < state.untilMs ? wait(state) : advance(state, event.atMs, true);
    }
  },
};

/** Of which parties the round waits, and for what. */
export function roundWaitsFor(state: Leading): { readonly parties: readonly PartyId[]; readonly what: string } {
  const missing = (names: readonly PartyId[], heard: object) => names.filter((name) => !Object.hasOwn(heard, name) && !isGone(state, name));
  switch (state.phase) {
    case "uploading": return { parties: missing(state.parties.filter((name) => !state.silent.includes(name)), state.uploads), what: "no masked update" };
    case "agreeing": return { parties: missing(state.survivors, state.agreed), what: "no agreement to the survivors" };
    case "unmasking": return { parties: missing(state.survivors, state.unmasked), what: "no mask keys" };
    case "summing": return { parties: [], what: "adding the masked updates" };
  }
}

/** A party that leaves before its upload is listed may leave too few: then the round ends at once, and nobody waits for the silent. */
function decline(state: Leading, event: Declined): Step<RoundLeading> {
  const next = { ...state, gone: [...state.gone, event] };
  const left = state.parties.filter((name) => !isGone(next, name)).length;
  const needed = survivorsNeeded(state.terms, state.epoch.threshold, { number: state.round, asked: state.parties.length });
  if (state.phase === "uploading" && !(left >= needed)) return tooFew({ round: state.round, heard: left, needed }, next.gone, []);
  return advance(next, event.atMs, false);
}

function upload(state: Leading, { from, upload: entry, atMs }: Uploaded): Step<RoundLeading> {
  const asked = state.parties.includes(from) && isSaidInRound(state, from, entry, "round.upload")
    && member(entry, "offer") === state.offer.id && member(entry, "words") === state.question.words;
  if (!asked) return abort("AGGREGATION_EQUIVOCATION", { from });
  const before = state.uploads[from];
  if (before !== undefined) return repeated(state, before, entry);
  return logged(advance({ ...state, uploads: { ...state.uploads, [from]: entry } }, atMs, false), [entry]);
}

function agree(state: Leading, { from, agree: entry, atMs }: Agreed): Step<RoundLeading> {
  if (state.phase !== "agreeing") return wait(state);
  if (!aboutTheList(state, from, entry, "round.agree")) return abort("AGGREGATION_EQUIVOCATION", { from });
  const before = state.agreed[from];
  if (before !== undefined) return repeated(state, before, entry);
  return logged(advance({ ...state, agreed: { ...state.agreed, [from]: entry } }, atMs, false), [entry]);
}

function unmask(state: Leading, event: Unmasked): Step<RoundLeading> {
  // A key it shares with a survivor would, in the log, lay that survivor open.
  const asked = aboutTheList(state, event.from, event.unmask, "round.unmask") && orphansIn(event.unmask).join() === inOrder(droppedIn(state)).join();
  if (!asked) return abort("AGGREGATION_EQUIVOCATION", { from: event.from });
  const before = state.unmasked[event.from];
  if (before !== undefined) return repeated(state, before.unmask, event.unmask);
  return logged(advance({ ...state, unmasked: { ...state.unmasked, [event.from]: event } }, event.atMs, false), [event.unmask]);
}

function advance(state: Leading, atMs: number, timeIsUp: boolean): Step<RoundLeading> {
  if (state.phase === "summing" || (roundWaitsFor(state).parties.length > 0 && !timeIsUp)) return wait(state);
  switch (state.phase) {
    case "uploading": return listSurvivors(state, atMs);
    case "agreeing": return requestUnmasking(state, atMs);
    case "unmasking": return sum(state);
  }
}

function listSurvivors(state: Leading, atMs: number): Step<RoundLeading> {
  const survivors = inOrder(state.parties.filter((name) => Object.hasOwn(state.uploads, name) && !isGone(state, name)));
  const needed = survivorsNeeded(state.terms, state.epoch.threshold, { number: state.round, asked: state.parties.length });
  const missing = state.parties.filter((name) => !survivors.includes(name));
  if (!(survivors.length >= needed)) return tooFew({ round: state.round, heard: survivors.length, needed }, state.gone, missing);
  const uploads = survivors.map((name) => state.uploads[name]).filter((entry) => entry !== undefined);
  const list = listOf(state, uploads, atMs);
  const next = { ...state, phase: "agreeing", survivors, list, untilMs: atMs + state.terms.deadlineMs } as const;
  return { ...wait(next), log: [list], send: survivors.map((to) => ({ kind: "survivors", to, survivors: list, uploads })) };
}

function requestUnmasking(state: Leading, atMs: number): Step<RoundLeading> {
  const agreements = state.survivors.map((name) => state.agreed[name]).filter((entry) => entry !== undefined);
  const { threshold: needed } = state.epoch;
  if (!(agreements.length >= needed)) return tooFew({ round: state.round, heard: agreements.length, needed }, state.gone, silentIn(state, state.agreed));
  const next = { ...state, phase: "unmasking", untilMs: atMs + state.terms.deadlineMs } as const;
  return { ...wait(next), send: state.survivors.map((to) => ({ kind: "unmask", to, agreements })) };
}

function sum(state: Leading): Step<RoundLeading> {
  const answered = Object.values(state.unmasked);
  const { threshold: needed } = state.epoch;
  if (!(answered.length >= needed)) return tooFew({ round: state.round, heard: answered.length, needed }, state.gone, silentIn(state, state.unmasked));
  const recovered = recoverMasks({ ...state, context: state.offer.id }, answered);
  if (recovered === null) return abort("AGGREGATION_SHARES", { round: state.round });
  const remove = masksToRemove(state, recovered);
  if (remove === null) return abort("AGGREGATION_SHARES", { round: state.round });
  return wait({ ...state, phase: "summing", recovered, remove, untilMs: Number.MAX_SAFE_INTEGER });
}

/** What the host still owes this round. Asked again with every step, because after a crash only the last step's asks are known. */
export function sumOwed({ phase, round, question: { ring, words }, survivors, uploads, remove }: Leading): readonly SumAsked[] {
  if (phase !== "summing") return [];
  return [{ kind: "sum", round, ring, words, remove, uploads: survivors.map((party) => ({ party, root: rootIn(uploads[party], "root") })) }];
}

/** Σ y_i holds every survivor's self mask and its pair masks with the dropped; each is taken away once. Null if a key is missing. */
function masksToRemove(state: Leading, recovered: Recovered): readonly MaskKey[] | null {
  const dropped = droppedIn(state);
  const keys: (MaskKey | null)[] = state.survivors.flatMap((survivor) => {
    const body = state.unmasked[survivor]?.unmask;
    const rebuilt = recovered.self[survivor];
    const self = member(body, "self") ?? (rebuilt === undefined ? undefined : toBase64(maskKey(fromBase64(rebuilt), state.offer.id, "self")));
    const orphans = dropped.map((lost) => mask(orphanIn(body, lost) ?? recovered.orphans[lost]?.[survivor], survivor < lost ? -1 : 1));
    return [mask(self, -1), ...orphans];
  });
  const present = keys.filter((key) => key !== null);
  return present.length === keys.length ? present : null;
}

function conclude(state: Leading, { root, words, atMs }: Summed): Step<RoundLeading> {
  const orphans = Object.fromEntries(Object.entries(state.recovered.orphans).map(([lost, keys]) => [lost, { ...keys }]));
  const result = say(state.speaker, { type: "round.result", round: state.round, atMs }, {
    survivors: state.list?.id ?? "", root, words: words.length, recovered: { self: { ...state.recovered.self }, orphans },
  });
  return { kind: "done", result: { survivors: state.survivors, words, root, silent: state.survivors.filter((name) => !Object.hasOwn(state.unmasked, name)) }, log: [result], send: [] };
}

function silentIn({ survivors }: Leading, heard: object): readonly PartyId[] {
  return survivors.filter((name) => !Object.hasOwn(heard, name));
}

function droppedIn({ parties, survivors }: Leading): readonly PartyId[] {
  return parties.filter((name) => !survivors.includes(name));
}

function isGone({ gone }: Leading, name: PartyId): boolean {
  return gone.some(({ from }) => from === name);
}

function mask(key: Json | undefined, sign: 1 | -1): MaskKey | null {
  return typeof key === "string" ? { key: fromBase64(key), sign } : null;
}

function orphanIn(entry: Entry | undefined, lost: PartyId): Json | undefined {
  return memberOf(member(entry, "orphans"), lost);
}

/** The parties whose pair masks an unmasking reveals, in order. */
function orphansIn(unmask: Entry): readonly string[] {
  const orphans = member(unmask, "orphans");
  return typeof orphans === "object" && orphans !== null ? Object.keys(orphans).sort() : [];
}

function aboutTheList(state: Leading, from: PartyId, entry: Entry, type: EntryType): boolean {
  return state.survivors.includes(from) && isSaidInRound(state, from, entry, type) && member(entry, "survivors") === state.list?.id;
}

/** Said before: the same again is a repeat, anything else a contradiction, and the log keeps the evidence. */
function repeated(state: Leading, before: Entry, now: Entry): Step<RoundLeading> {
  return before.id === now.id ? wait(state) : logged(abort("AGGREGATION_EQUIVOCATION", { from: now.statement.actor }), [now]);
}

function wait(state: Leading): Step<RoundLeading> & { readonly kind: "wait" } {
  return { kind: "wait", state, log: [], send: [], ask: sumOwed(state), untilMs: state.untilMs };
}

function logged(step: Step<RoundLeading>, entries: readonly Entry[]): Step<RoundLeading> {
  return { ...step, log: [...entries, ...step.log] };
}
