import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import type { Ring } from "@cohortium/crypto/words";
import type { Entry, EntryType } from "../log/entry.js";
import { survivorsNeeded } from "../log/sum-terms.js";
import type { Digest, PartyId } from "../session/ids.js";
import { inOrder, isStatementBy, say, type Member, type Speaker, type Terms, type Coordinator } from "./context.js";
import type { Declined, SurvivorsListed } from "./messages.js";

/** What one round asks of every node. `model` and `plan` are the digests that bind what nodes answer to what they were shown. */
export interface RoundQuestion {
  readonly kind: string;
  readonly model: Digest;
  readonly plan: Digest;
  readonly ring: Ring;
  readonly words: number;
}

/** What both schemes know of a round: who speaks, who was asked, by which offer. */
export interface InRound {
  readonly speaker: Speaker;
  readonly members: readonly Member[];
  readonly terms: Terms;
  readonly parties: readonly PartyId[];
  readonly round: number;
  readonly offer: Entry;
}

/** What a leader is given of a round under either scheme. */
export interface RoundLed extends Omit<InRound, "offer"> {
  readonly question: RoundQuestion;
  readonly context: Json;
  /** Parties that left in an earlier round: nobody waits for them any more. */
  readonly gone: readonly Declined[];
  readonly atMs: number;
}

/** What a member is given of a round under either scheme. */
export interface RoundAsked extends InRound {
  readonly coordinator: Coordinator;
  readonly question: RoundQuestion;
  readonly context: Json;
  readonly expiresAtMs: number;
}

/** The coordinator's question, signed. */
export function offerRound({ speaker, parties, round, question }: Pick<InRound, "speaker" | "parties" | "round"> & { readonly question: RoundQuestion }, atMs: number): Entry {
  const { kind, model, plan, ring, words } = question;
  return say(speaker, { type: "round.offer", round, atMs }, { kind, model, plan, ring, words, parties: [...parties] });
}

/** Whose uploads are summed, signed by the coordinator. */
export function listOf({ speaker, round, offer }: InRound, uploads: readonly Entry[], atMs: number): Entry {
  return say(speaker, { type: "round.survivors", round, atMs },
    { offer: offer.id, uploads: Object.fromEntries(uploads.map((entry) => [entry.statement.actor, entry.id])) });
}

/** Whether an entry is that party's own statement of this round. */
export function isSaidInRound({ members, round, speaker }: InRound, from: string, entry: Entry, type: EntryType): boolean {
  const author = members.find(({ name }) => name === from);
  return author !== undefined && isStatementBy(author, entry, { type, round }, speaker);
}

/** A list of survivors as a node sees it, and what it knows itself. */
interface Considered extends InRound {
  readonly coordinator: Coordinator;
  readonly threshold: number;
  /** What this node said it uploads. */
  readonly own: Entry | null;
}

/** The list's parties in order, or why this node will not agree to it. @param type - What stands for an upload in this scheme. */
export function survivorsIn(state: Considered, { survivors: list, uploads }: SurvivorsListed, type: "round.upload" | "round.sealed"): readonly PartyId[] | string {
  const listed = member(list, "uploads");
  const isCoordinators = isStatementBy(state.coordinator, list, { type: "round.survivors", round: state.round }, state.speaker);
  if (!isCoordinators || typeof listed !== "object" || listed === null || Array.isArray(listed)) return "not the coordinator's";
  if (member(list, "offer") !== state.offer.id) return "for another offer";
  const survivors = inOrder(state.parties.filter((name) => Object.hasOwn(listed, name)));
  if (survivors.length !== Object.keys(listed).length) return "names a party that was not asked";
  const needed = survivorsNeeded(state.terms, state.threshold, { number: state.round, asked: state.parties.length });
  if (!(survivors.length >= needed)) return "below the minimum";
  for (const name of survivors) {
    const entry = uploads.find(({ statement }) => statement.actor === name);
    const isListed = entry !== undefined && Object.entries(listed).some(([party, id]) => party === name && id === entry.id);
    const genuine = isListed && isSaidInRound(state, name, entry, type) && member(entry, "offer") === state.offer.id;
    if (!genuine) return `the upload of ${name} is not its own`;
  }
  return survivors.includes(state.speaker.self) && Object.entries(listed).some(([, id]) => id === state.own?.id) ? survivors : "without this node";
}

/** How many of the survivors have agreed to this list. */
export function agreedAmong(state: InRound, list: Entry | null, survivors: readonly PartyId[], agreements: readonly Entry[]): number {
  const genuine = agreements.filter((entry) => survivors.some((name) => name === entry.statement.actor) && member(entry, "survivors") === list?.id
    && isSaidInRound(state, entry.statement.actor, entry, "round.agree"));
  return new Set(genuine.map(({ statement }) => statement.actor)).size;
}

/** One member of an entry's body, or undefined. Bodies are foreign JSON until somebody looks. */
export function member(entry: Entry | undefined, name: string): Json | undefined {
  return memberOf(entry?.statement.body, name);
}

/** Under which root bytes lie, by an entry that commits to them. One that is no text names none: whoever looks finds nothing. */
export function rootIn(entry: Entry | undefined, name: string): string {
  const root = member(entry, name);
  return typeof root === "string" ? root : "";
}
