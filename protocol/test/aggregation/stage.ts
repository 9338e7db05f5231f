import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { toHex } from "@cohortium/crypto/bytes";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { applyMasks } from "@cohortium/crypto/masking";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { bytesOfWords, zeroWords, type Words } from "@cohortium/crypto/words";
import { inOrder, type Member, type Speaker, type Terms } from "../../src/aggregation/context.js";
import type { Agreed, Encapsulated, Joined, Shared, Unmasked, Uploaded } from "../../src/aggregation/messages.js";
import { roundLeader, sumOwed, type RoundLeading } from "../../src/aggregation/round-leader.js";
import type { RoundQuestion } from "../../src/aggregation/round-statements.js";
import { answersOwed, roundMember, type RoundAnswering } from "../../src/aggregation/round-member.js";
import { setupLeader, type Epoch, type SetupLeading } from "../../src/aggregation/setup-leader.js";
import { setupMember, type MemberEpoch, type SetupJoining } from "../../src/aggregation/setup-member.js";
import { sumStretch } from "../../src/aggregation/sum.js";
import { signEntry, type Entry } from "../../src/log/entry.js";
import { parseDigest, type PartyId } from "../../src/session/ids.js";
import type { Machine, Shape, Step } from "../../src/session/machine.js";
import { CHARTER, seedOf, SESSION } from "../../src/testing/world.js";

export const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
export const [ADA, BOB, CLEO, DOT, EVE] = FIVE as [PartyId, PartyId, PartyId, PartyId, PartyId];
export const THREE = [ADA, BOB, CLEO];
export const CENTRE = "coordinator" as PartyId;
export const NOW_MS = 1_800_000_000_000;
export const TERMS: Terms = { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "continue" };
export const ROUNDS = 3;
export const QUESTION: RoundQuestion = { kind: "moments", model: parseDigest("ab".repeat(32)), plan: parseDigest("cd".repeat(32)), ring: 64, words: 4 };

export const speaker = (self: PartyId): Speaker => ({ self, session: SESSION, charter: CHARTER, signer: signerFromSeed(seedOf(self, "signing")) });
export const memberOf = (name: PartyId): Member =>
  ({ name, signingKey: signerFromSeed(seedOf(name, "signing")).publicKey, agreementKey: x25519PublicKey(seedOf(name, "agreement")) });
export const COORDINATOR = { name: CENTRE, signingKey: memberOf(CENTRE).signingKey };

/** The same statement with other members, signed by `by`: what that party could always have said. */
export function restated(entry: Entry, by: PartyId, change: { body?: object; statement?: object }): Entry {
  const body = { ...(entry.statement.body as object), ...change.body };
  return signEntry({ ...entry.statement, body: body, ...change.statement }, speaker(by).signer);
}

type Waiting<P extends Shape> = Step<P> & { readonly kind: "wait" };

/** @throws Error unless the step waits: for the parts of a test that are not its point. */
export function waiting<P extends Shape>(step: Step<P>): Waiting<P> {
  if (step.kind !== "wait") throw new Error(`the machine ended: ${JSON.stringify(step.kind === "abort" ? step.fault : "done")}`);
  return step;
}

export function done<P extends Shape>(step: Step<P>): P["result"] {
  if (step.kind !== "done") throw new Error(`the machine did not end well: ${JSON.stringify(step.kind === "abort" ? step.fault : "wait")}`);
  return step.result;
}

/** Lets events happen one after another; the step after the last one. */
export function after<P extends Shape>(machine: Machine<P>, step: Step<P>, events: readonly P["event"][]): Step<P> {
  return events.reduce<Step<P>>((before, event) => machine.step(waiting(before).state, event), step);
}

export const only = <M extends { kind: string }, K extends M["kind"]>(messages: readonly M[], kind: K) => messages.filter((one): one is M & { kind: K } => one.kind === kind);

/** A set-up with every letter kept, so that a test can bend one and begin again from there. */
export interface SetUp {
  readonly leading: readonly Step<SetupLeading>[];
  readonly joining: ReadonlyMap<PartyId, readonly Step<SetupJoining>[]>;
  readonly joined: readonly Joined[];
  readonly encapsulated: readonly Encapsulated[];
  readonly shared: readonly Shared[];
  readonly epoch: Epoch;
  readonly parts: ReadonlyMap<PartyId, MemberEpoch>;
}

export const leaderGiven = (names: readonly PartyId[], terms = TERMS) => ({ speaker: speaker(CENTRE), members: inOrder(names).map(memberOf), terms, rounds: ROUNDS, atMs: NOW_MS });
export const joiningGiven = (self: PartyId, names: readonly PartyId[], terms = TERMS) => ({
  speaker: speaker(self), coordinator: COORDINATOR, members: inOrder(names).map(memberOf), terms, rounds: ROUNDS,
  entropy: seedOf(self, "session"), agreementSecret: seedOf(self, "agreement"), atMs: NOW_MS, expiresAtMs: NOW_MS + 86_400_000,
});

/** Runs a whole set-up among `names`. */
export function setUp(names: readonly PartyId[]): SetUp {
  const joining = new Map(names.map((name) => [name, [setupMember.open(joiningGiven(name, names))]]));
  const leading: Step<SetupLeading>[] = [setupLeader.open(leaderGiven(names))];
  const sentBy = (kind: "joined" | "encapsulated" | "shared") => [...joining.values()].flatMap((steps) => steps.at(-1)?.send.filter((message) => message.kind === kind) ?? []);
  const relay = () => {
    for (const message of leading.at(-1)?.send ?? []) {
      const steps = joining.get(message.to) ?? [];
      const last = steps.at(-1);
      if (last !== undefined) steps.push(setupMember.step(waiting(last).state, { message, atMs: NOW_MS + 1 }));
    }
  };
  const gather = <K extends "joined" | "encapsulated" | "shared">(kind: K) => {
    const messages = sentBy(kind) as unknown as readonly (SetupJoining["send"] & { kind: K })[];
    leading.push(after(setupLeader, leading.at(-1) as Step<SetupLeading>, messages));
    relay();
    return messages;
  };
  const [joined, encapsulated, shared] = [gather("joined"), gather("encapsulated"), gather("shared")];
  const parts = new Map([...joining].map(([name, steps]) => [name, done(steps.at(-1) as Step<SetupJoining>)]));
  return { leading, joining, joined, encapsulated, shared, epoch: done(leading.at(-1) as Step<SetupLeading>), parts };
}

export const ofFive = once(() => setUp(FIVE));

interface Asked {
  readonly parties: readonly PartyId[];
  readonly round: number;
  readonly terms: Terms;
}

/** One round as its machines see it, driven by hand: `words` are what a party adds before masks. */
export class Round {
  readonly opening: Step<RoundLeading>;
  readonly uploads = new Map<string, Words>();
  readonly #setUp: SetUp;
  readonly #asked: Asked;

  constructor(ready: SetUp, more: Partial<Asked> = {}) {
    this.#setUp = ready;
    this.#asked = { parties: ready.epoch.ready, round: 1, terms: TERMS, ...more };
    this.opening = roundLeader.open({
      ...this.#asked, speaker: speaker(CENTRE), members: ready.epoch.ready.map(memberOf), epoch: ready.epoch, question: QUESTION, context: null, gone: [], silent: [], atMs: NOW_MS,
    });
  }

  get offer(): Entry {
    return only(this.opening.send, "round")[0]?.offer as Entry;
  }

  given(name: PartyId): RoundAnswering["given"] {
    const { rounds: _, agreementSecret: __, atMs: ___, ...rest } = joiningGiven(name, this.#setUp.epoch.ready);
    return { ...rest, ...this.#asked, epoch: this.#setUp.parts.get(name) as MemberEpoch, offer: this.offer, question: QUESTION, context: null };
  }

  /** A member that has uploaded `values`, and what it sent. */
  uploaded(name: PartyId, values: readonly number[] = [1, 2, 3, 4]): { readonly step: Waiting<RoundAnswering>; readonly message: Uploaded } {
    const open = waiting(roundMember.open(this.given(name)));
    const masked = wordsOf(QUESTION, values);
    const [owed] = answersOwed(open.state);
    applyMasks(masked, owed?.kind === "contribute" && owed.hide.scheme === "masked" ? owed.hide.masks : [], 0);
    const root = toHex(chunkRoot(bytesOfWords(masked)));
    this.uploads.set(root, masked);
    const step = waiting(roundMember.step(open.state, { kind: "contributed", round: this.#asked.round, root, words: masked.length, atMs: NOW_MS + 2 }));
    return { step, message: only(step.send, "uploaded")[0] as Uploaded };
  }

  /** What its host answers to the sum that the leader asks for. */
  summed(step: Step<RoundLeading>): RoundLeading["event"] {
    const [owed] = sumOwed(waiting(step).state);
    if (owed === undefined) throw new Error("no sum is asked for");
    const words = sumStretch(owed.uploads.map(({ root }) => this.uploads.get(root) as Words), owed, owed.remove, 0);
    return { kind: "summed", round: 1, root: toHex(chunkRoot(bytesOfWords(words))), words, atMs: NOW_MS + 9 };
  }
}

export const deadline = (afterMs: number) => ({ kind: "deadline", atMs: NOW_MS + afterMs }) as const;
export const heard = (message: RoundLeading["send"]) => ({ kind: "heard", message: message as never, atMs: NOW_MS + 4 }) as const;

/** A round of all ready parties, up to its unmasking: the letters of every phase, for tests that bend one of them. */
export function playedRound(ready: SetUp, uploaders: readonly PartyId[] = ready.epoch.ready) {
  const round = new Round(ready);
  const members = new Map(uploaders.map((name, i) => [name, round.uploaded(name, [1, i, 10, 100])]));
  const uploads = [...members.values()].map(({ message }) => message);
  const uploading = after(roundLeader, round.opening, uploads);
  const agreeing = uploads.length === ready.epoch.ready.length ? uploading : roundLeader.step(waiting(uploading).state, deadline(40_000));
  const agreed = new Map<PartyId, { step: Waiting<RoundAnswering>; message: Agreed }>();
  for (const list of only(agreeing.send, "survivors")) {
    const considered = waiting(roundMember.step(members.get(list.to)?.step.state as RoundAnswering["state"], heard(list)));
    const step = waiting(roundMember.step(considered.state, { kind: "permitted", round: 1, atMs: NOW_MS + 5 }));
    agreed.set(list.to, { step, message: only(step.send, "agreed")[0] as Agreed });
  }
  const unmasking = after(roundLeader, agreeing, [...agreed.values()].map(({ message }) => message));
  const unmasked = new Map(only(unmasking.send, "unmask").map((request) => {
    const step = roundMember.step(agreed.get(request.to)?.step.state as RoundAnswering["state"], heard(request));
    return [request.to, only(step.send, "unmasked")[0] as Unmasked] as const;
  }));
  return { round, members, agreeing, agreed, unmasking, unmasked };
}

export const playedFive = once(() => playedRound(ofFive()));
/** eve dropped before the upload. */
export const playedWithoutEve = once(() => playedRound(ofFive(), FIVE.slice(0, 4)));

function wordsOf({ ring, words }: RoundQuestion, values: readonly number[]): Words {
  const made = zeroWords(ring, words);
  values.forEach((value, i) => { made[i] = ring === 32 ? value : BigInt(value); });
  return made;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
