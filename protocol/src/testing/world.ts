import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { expandEntropy } from "@cohortium/crypto/entropy";
import { applyMasks } from "@cohortium/crypto/masking";
import type { Seal } from "@cohortium/crypto/seal";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { bytesOfWords, type Words } from "@cohortium/crypto/words";
import type { Member, Terms } from "../aggregation/context.js";
import { inOrder } from "../aggregation/context.js";
import type { SumAsked } from "../aggregation/round-leader.js";
import { sumStretch } from "../aggregation/sum.js";
import type { Entry } from "../log/entry.js";
import { parseDigest, parsePartyId, parseSessionId, type Digest, type PartyId } from "../session/ids.js";
import { replay, type Step } from "../session/machine.js";
import { conductor, type SessionConduct } from "../conduct/conductor.js";
import { sessionSchema, type SessionPlan } from "../conduct/plan.js";
import type { OwnData } from "../conduct/handshake.js";
import type { FromNode, ToNode } from "../conduct/messages.js";
import { participant, type AnswerAsked, type SessionPart } from "../conduct/participant.js";
import type { EarlierAnswer } from "../statistics/sequence.js";
import { Dice } from "./dice.js";
import { EncryptedHosts } from "./encrypted-hosts.js";
import { expectSame, parseJournal, sentBy } from "./replayed.js";
import type { Happening } from "./transcript.js";
import { Untouched } from "./untouched.js";

/** A whole consortium in one process: seeded order of delivery, a virtual clock, crashes and silences. Ships with the package. */
export interface WorldGiven {
  readonly seed: number;
  readonly names: readonly PartyId[];
  readonly terms: Terms;
  readonly plan: SessionPlan;
  /** What a party's rows answer, before masks. */
  readonly answer: (party: PartyId, ask: AnswerAsked) => Words;
  /** For encrypted sums. */
  readonly seal?: Seal;
  /** Chance that a process crashes after an event and comes back from its journal. */
  readonly crashChance?: number;
  /** A party that takes in no message once this holds. */
  readonly silentWhen?: (party: PartyId, message: ToNode) => boolean;
  /** The coordinator's letters as a malicious coordinator would send them. */
  readonly tamper?: (message: ToNode, world: World) => readonly ToNode[];
  /** The nodes' letters as a malicious node or relay would send them. */
  readonly tamperUp?: (message: FromNode, world: World) => readonly FromNode[];
  /** Fail on a step that changes its state or its event. */
  readonly guarded?: boolean;
  /** What a party's own contract says of its columns; without it, nothing. */
  readonly contract?: (party: PartyId) => OwnData["claims"];
  /** Below how many rows a party wants cells withheld; without it, none says. */
  readonly cellRows?: (party: PartyId) => number | undefined;
  /** What was answered under the charter before. */
  readonly earlier?: readonly EarlierAnswer[];
  /** A host that refuses what the node's own rules refuse. */
  readonly admits?: (party: PartyId) => { readonly code: "DATA_REFUSED"; readonly clause: string } | null;
}

interface Actor<E, S> {
  readonly journal: E[];
  readonly inbox: E[];
  readonly sent: S[];
}

const COORDINATOR = parsePartyId("coordinator");

/** Runs one session to its end. Every crash goes through the codec and `replay`, and must send the same bytes again. */
export class World {
  readonly log: Entry[] = [];
  readonly uploads = new Map<string, Words>();
  readonly encrypted: EncryptedHosts;
  readonly members: readonly Member[];
  readonly nodes = new Map<PartyId, Actor<SessionPart["event"], FromNode> & { step: Step<SessionPart> | null; given: SessionPart["given"] | null }>();
  readonly coordinator: Actor<SessionConduct["event"], ToNode> & { step: Step<SessionConduct>; readonly given: SessionConduct["given"] };
  readonly silent = new Set<PartyId>();
  /** Everything, in order, as `transcript` reads it. */
  readonly happenings: Happening[] = [];
  nowMs = 1_800_000_000_000;
  crashes = 0;
  readonly #given: WorldGiven;
  readonly #dice: Dice;
  readonly #inputs = new Untouched();

  constructor(given: WorldGiven) {
    this.#given = given;
    this.#dice = new Dice(given.seed);
    this.encrypted = new EncryptedHosts(given.seal);
    this.members = inOrder(given.names).map((name) => ({
      name,
      signingKey: signerFromSeed(seedOf(name, "signing")).publicKey,
      agreementKey: x25519PublicKey(seedOf(name, "agreement")),
    }));
    for (const name of given.names) this.nodes.set(name, { journal: [], inbox: [], sent: [], step: null, given: null });
    const speaker = { self: COORDINATOR, session: SESSION, charter: CHARTER, signer: signerFromSeed(seedOf(COORDINATOR, "signing")) };
    const conduct = { speaker, members: this.members, terms: given.terms, plan: given.plan, atMs: this.nowMs };
    this.coordinator = { journal: [], inbox: [], sent: [], step: conductor.open(conduct), given: conduct };
    this.#afterConduct(this.coordinator.step);
  }

  /** Delivers letters in a random order, each link in sequence, until nobody has anything left to do. */
  run(stepsMax = 20_000): Step<SessionConduct> {
    for (let steps = 0; steps < stepsMax; steps++) {
      const busy = [...this.nodes].filter(([name, node]) => node.inbox.length > 0 && !this.silent.has(name)).map(([name]) => name);
      const choices = this.coordinator.inbox.length > 0 ? [...busy, COORDINATOR] : busy;
      const next = this.#dice.pick(choices);
      this.nowMs += 3;
      if (next === undefined) {
        if (!this.#wake()) {
          this.#inputs.verify();
          return this.coordinator.step;
        }
      } else if (next === COORDINATOR) this.#conduct();
      else this.#partake(next);
    }
    throw new Error("the world did not come to rest");
  }

  /** Hands a node a letter, as a malicious coordinator could at any time. */
  inject(to: PartyId, message: Exclude<ToNode, { kind: "offer" }>): void {
    this.nodes.get(to)?.inbox.push({ kind: "heard", message, atMs: this.nowMs });
  }

  /** Nothing is under way: time passes until the coordinator's deadline. False when there is none. */
  #wake(): boolean {
    const { step } = this.coordinator;
    if (step.kind !== "wait" || step.untilMs === Number.MAX_SAFE_INTEGER) return false;
    this.nowMs = Math.max(this.nowMs, step.untilMs);
    this.happenings.push({ kind: "time-is-up", atMs: this.nowMs });
    this.coordinator.inbox.push({ kind: "deadline", atMs: this.nowMs });
    return true;
  }

  #conduct(): void {
    const event = this.coordinator.inbox.shift();
    const { step } = this.coordinator;
    if (event === undefined || step.kind !== "wait") return;
    this.coordinator.journal.push(event);
    this.#guard(step.state, event);
    this.coordinator.step = conductor.step(step.state, event);
    this.#afterConduct(this.coordinator.step);
    if (this.#dice.chance(this.#given.crashChance ?? 0)) this.#crashCoordinator();
  }

  #afterConduct(step: Step<SessionConduct>): void {
    for (const entry of step.log) {
      if (this.log.some(({ id }) => id === entry.id)) continue;
      this.log.push(entry);
      this.happenings.push({ kind: "logged", atMs: this.nowMs, entry });
    }
    for (const message of step.send) {
      this.coordinator.sent.push(message);
      for (const letter of this.#given.tamper?.(message, this) ?? [message]) this.#deliver(letter);
    }
    if (step.kind !== "wait") return this.#end(COORDINATOR, step);
    for (const ask of step.ask) {
      if (ask.kind === "sum") this.coordinator.inbox.push({ ...this.#sum(ask), ...this.#beside });
      if (ask.kind === "open") this.coordinator.inbox.push({ ...this.encrypted.open(ask, this.nowMs), ...this.#beside });
    }
  }

  get #beside(): { readonly earlier?: readonly EarlierAnswer[] } {
    return this.#given.earlier === undefined ? {} : { earlier: this.#given.earlier };
  }

  #sum(ask: SumAsked): SessionConduct["event"] {
    const parts = ask.uploads.map(({ root }) => this.uploads.get(root)).filter((words) => words !== undefined);
    const words = sumStretch(parts, ask, ask.remove, 0);
    return { kind: "summed", round: ask.round, root: chunkRootOf(words), words, atMs: this.nowMs };
  }

  #deliver(message: ToNode): void {
    const node = this.nodes.get(message.to);
    if (node === undefined) return;
    this.happenings.push({ kind: "sent", atMs: this.nowMs, from: COORDINATOR, to: message.to, message });
    if (this.#given.silentWhen?.(message.to, message) === true && !this.silent.has(message.to)) {
      this.silent.add(message.to);
      this.happenings.push({ kind: "silent", atMs: this.nowMs, party: message.to });
    }
    if (message.kind !== "offer") {
      node.inbox.push({ kind: "heard", message, atMs: this.nowMs });
      return;
    }
    // A host opens a session once.
    if (node.given !== null) return;
    const given: SessionPart["given"] = {
      speaker: { self: message.to, session: SESSION, charter: CHARTER, signer: signerFromSeed(seedOf(message.to, "signing")) },
      coordinator: { name: COORDINATOR, signingKey: this.coordinator.given.speaker.signer.publicKey },
      members: this.members, terms: this.#given.terms, plan: this.#given.plan, offer: message.offer,
      entropy: seedOf(message.to, "session"), agreementSecret: seedOf(message.to, "agreement"),
      atMs: this.nowMs, expiresAtMs: this.nowMs + 86_400_000,
    };
    node.given = given;
    node.step = participant.open(given);
    this.#afterPart(message.to, node.step);
  }

  #partake(name: PartyId): void {
    const node = this.nodes.get(name);
    const event = node?.inbox.shift();
    if (node === undefined || event === undefined || node.step?.kind !== "wait") return;
    node.journal.push(event);
    this.#guard(node.step.state, event);
    node.step = participant.step(node.step.state, event);
    this.#afterPart(name, node.step);
    if (this.#dice.chance(this.#given.crashChance ?? 0)) this.#crashNode(name);
  }

  #afterPart(name: PartyId, step: Step<SessionPart>): void {
    const node = this.nodes.get(name);
    for (const message of step.send) {
      node?.sent.push(message);
      for (const letter of this.#given.tamperUp?.(message, this) ?? [message]) {
        this.happenings.push({ kind: "sent", atMs: this.nowMs, from: name, to: COORDINATOR, message: letter });
        this.coordinator.inbox.push(letter);
      }
    }
    if (step.kind !== "wait") return this.#end(name, step);
    for (const ask of step.ask) if (node?.given != null) node.inbox.push(this.#perform(node.given, ask));
  }

  #end(party: PartyId, step: Exclude<Step<SessionPart> | Step<SessionConduct>, { readonly kind: "wait" }>): void {
    const ends = step.kind === "abort" ? { fault: step.fault, has: null } : { fault: null, has: step.result.kind };
    this.happenings.push({ kind: "ended", atMs: this.nowMs, party, ...ends });
  }

  #guard(...inputs: readonly unknown[]): void {
    if (this.#given.guarded === true) inputs.forEach((input) => this.#inputs.watch(input));
  }

  #perform(given: SessionPart["given"], ask: SessionPart["ask"]): SessionPart["event"] {
    const { self: name } = given.speaker;
    const atMs = this.nowMs;
    switch (ask.kind) {
      case "admit": {
        const refusal = this.#given.admits?.(name) ?? null;
        const claims = this.#given.contract?.(name) ?? sessionSchema(this.#given.plan).sources.map(() => null);
        const cellRows = this.#given.cellRows?.(name);
        const data = { table: tableOf(name), claims, quality: null, ...(cellRows === undefined ? {} : { cellRows }) };
        return refusal === null ? { kind: "admitted", data, atMs } : { kind: "refused", ...refusal, atMs };
      }
      case "permit": return { kind: "permitted", round: ask.round, atMs };
      case "make-key": return this.encrypted.makeKey(given, atMs);
      case "decrypt": return this.encrypted.decrypt(given, ask, atMs);
      case "contribute": {
        const words = this.#given.answer(name, ask);
        if (ask.hide.scheme === "encrypted") return { ...this.encrypted.encrypt(given, ask.round, words, ask.hide), atMs };
        applyMasks(words, ask.hide.masks, 0);
        const root = chunkRootOf(words);
        this.uploads.set(root, words);
        return { kind: "contributed", round: ask.round, root, words: words.length, atMs };
      }
    }
  }

  #crashCoordinator(): void {
    this.crashes++;
    const journal = parseJournal(this.coordinator.journal);
    this.coordinator.step = replay(conductor, this.coordinator.given, journal);
    expectSame(sentBy(conductor, this.coordinator.given, journal), this.coordinator.sent);
  }

  #crashNode(name: PartyId): void {
    const node = this.nodes.get(name);
    if (node?.given == null) return;
    this.crashes++;
    const journal = parseJournal(node.journal);
    node.step = replay(participant, node.given, journal);
    expectSame(sentBy(participant, node.given, journal), node.sent);
  }
}

export const SESSION = parseSessionId("5e551011".repeat(4));
export const CHARTER = parseDigest("c4a27e12".repeat(8));

/** A party's key material in a seeded world: a fixed function of its name. */
export function seedOf(name: PartyId, use: string): Uint8Array {
  return expandEntropy(new Uint8Array(32).fill(7), `world/${name}/${use}`, 32);
}

function tableOf(name: PartyId): Digest {
  return parseDigest(toHex(seedOf(name, "table")));
}

function chunkRootOf(words: Words): string {
  return toHex(chunkRoot(bytesOfWords(words)));
}
