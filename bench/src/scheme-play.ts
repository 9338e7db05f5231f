import { KEY_BYTES } from "@cohortium/crypto/he/parameters";
import { partBytes } from "@cohortium/crypto/he/vector";
import type { Terms } from "@cohortium/protocol/aggregation/context";
import { leadingRound, leadingSetup, type LeaderEpoch, type LeadingRound, type LeadingSetup } from "@cohortium/protocol/aggregation/leading";
import { partakingRound, partakingSetup, type PartakingRound, type PartakingSetup, type PartEpoch } from "@cohortium/protocol/aggregation/partaking";
import type { RoundSum } from "@cohortium/protocol/aggregation/round-leader";
import type { RoundQuestion } from "@cohortium/protocol/aggregation/round-statements";
import type { PartyId } from "@cohortium/protocol/session/ids";
import type { Step } from "@cohortium/protocol/session/machine";
import { CHARTER } from "@cohortium/protocol/testing/world";
import type { Accounts } from "./accounts.js";
import { AT_MS, EXPIRES_AT_MS, TERMS, type Cast } from "./cast.js";
import { converse, goOn, resultOf } from "./conversation.js";
import { bulkFrameBytes, Post } from "./post.js";

/** The hosts' part of a session, in either scheme: whatever is done with vectors, on the account of who does it. */
export interface SchemeHands {
  makeKey(party: PartyId, accounts: Accounts): PartakingSetup["event"];
  answer(party: PartyId, ask: PartakingRound["ask"], accounts: Accounts): PartakingRound["event"];
  conclude(ask: LeadingRound["ask"], accounts: Accounts): LeadingRound["event"];
}

export interface Session {
  readonly cast: Cast;
  readonly terms: Terms;
  readonly epoch: LeaderEpoch;
  readonly epochs: ReadonlyMap<PartyId, PartEpoch>;
}

/** Sets up sums of this scheme, every letter by post and every bulk weighed. */
export function setUpScheme(cast: Cast, scheme: Terms["scheme"], rounds: number, by: { readonly hands: SchemeHands; readonly accounts: Accounts }): Session {
  const { hands, accounts } = by;
  const { members, coordinator, leader } = cast;
  const terms: Terms = { ...TERMS, scheme, quorum: members.length, dropouts: "end" };
  const post = new Post(cast, accounts);
  const joining = new Map<PartyId, Step<PartakingSetup>>();
  const take = (party: PartyId, next: () => Step<PartakingSetup>): readonly PartakingSetup["send"][] => {
    const step = accounts.spend(party, "machine", next);
    joining.set(party, step);
    const owed = step.kind === "wait" ? step.ask : [];
    return [...step.send, ...owed.flatMap(() => {
      const event = hands.makeKey(party, accounts);
      return take(party, () => goOn(partakingSetup, joining.get(party), event));
    })];
  };
  let leading: Step<LeadingSetup> = accounts.spend(leader.self, "machine", () => leadingSetup.open({ speaker: leader, members, terms, rounds, atMs: AT_MS }));
  converse(
    cast.companies.flatMap(({ name, speaker, entropy, agreementSecret }) => take(name, () =>
      partakingSetup.open({ speaker, coordinator, members, terms, rounds, entropy, agreementSecret, atMs: AT_MS, expiresAtMs: EXPIRES_AT_MS }))),
    (message) => {
      post.up(message);
      if (message.kind === "shown") accounts.carry(message.from, leader.self, bulkFrameBytes(leader.session, 0, KEY_BYTES));
      leading = accounts.spend(leader.self, "machine", () => goOn(leadingSetup, leading, message));
      return leading.send;
    },
    (message) => {
      post.down(message);
      if (message.kind === "relayed") accounts.carry(leader.self, message.to, bulkFrameBytes(leader.session, 0, KEY_BYTES));
      return take(message.to, () => goOn(partakingSetup, joining.get(message.to), { kind: "heard", message, atMs: AT_MS }));
    },
  );
  const epochs = new Map([...joining].map(([name, step]) => [name, resultOf<PartakingSetup>(step)]));
  return { cast, terms, epoch: resultOf<LeadingSetup>(leading), epochs };
}

/** One sum of 64-bit words from the offer to the result, nobody missing. */
export function playScheme(session: Session, given: { readonly round: number; readonly words: number }, hands: SchemeHands, accounts: Accounts): RoundSum {
  const { cast: { leader, members }, terms, epoch } = session;
  const question: RoundQuestion = { kind: "bench", model: CHARTER, plan: CHARTER, ring: 64, words: given.words };
  const post = new Post(session.cast, accounts);
  const answering = new Map<PartyId, Step<PartakingRound>>();
  const bulk = (from: string, to: string, bytes: number) => accounts.carry(from, to, bulkFrameBytes(leader.session, given.round, bytes));
  let leading = accounts.spend(leader.self, "machine", () => leadingRound.open({
    speaker: leader, members, terms, epoch, parties: epoch.ready, round: given.round, question, context: null, gone: [], silent: [], atMs: AT_MS,
  }));

  const take = (party: PartyId, next: () => Step<PartakingRound>): readonly PartakingRound["send"][] => {
    const step = accounts.spend(party, "machine", next);
    answering.set(party, step);
    const owed = step.kind === "wait" ? step.ask : [];
    return [...step.send, ...owed.flatMap((ask) => {
      const event = hands.answer(party, ask, accounts);
      return take(party, () => goOn(partakingRound, answering.get(party), event));
    })];
  };
  const hear = (message: LeadingRound["send"]) => {
    post.down(message);
    if (message.kind === "relayed") bulk(leader.self, message.to, partBytes(question));
    return take(message.to, () => (message.kind === "round"
      ? partakingRound.open(memberGiven(session, message, { question, round: given.round }))
      : goOn(partakingRound, answering.get(message.to), { kind: "heard", message, atMs: AT_MS })));
  };
  const lead = (message: PartakingRound["send"]) => {
    post.up(message);
    if (message.kind === "uploaded") bulk(message.from, leader.self, given.words * 8);
    if (message.kind === "shown" || message.kind === "decrypted") bulk(message.from, leader.self, partBytes(question));
    leading = accounts.spend(leader.self, "machine", () => goOn(leadingRound, leading, message));
    return leading.send;
  };
  converse(leading.send.flatMap(hear), lead, hear);
  const [ask] = leading.kind === "wait" ? leading.ask : [];
  if (ask === undefined) return resultOf<LeadingRound>(leading);
  const event = hands.conclude(ask, accounts);
  return resultOf<LeadingRound>(accounts.spend(leader.self, "machine", () => goOn(leadingRound, leading, event)));
}

function memberGiven({ cast, terms, epochs }: Session, message: Extract<LeadingRound["send"], { readonly kind: "round" }>,
  asked: { readonly question: RoundQuestion; readonly round: number }): PartakingRound["given"] {
  const company = cast.companies.find(({ name }) => name === message.to);
  const epoch = epochs.get(message.to);
  if (company === undefined || epoch === undefined) throw new RangeError("an offer to nobody");
  return {
    ...asked, speaker: company.speaker, entropy: company.entropy, coordinator: cast.coordinator, members: cast.members, terms,
    epoch, parties: epoch.ready, offer: message.offer, context: message.context, expiresAtMs: EXPIRES_AT_MS,
  };
}
