import type { Words } from "@cohortium/crypto/words";
import { roundLeader, type RoundLeading, type RoundSum, type SumAsked } from "@cohortium/protocol/aggregation/round-leader";
import type { RoundQuestion } from "@cohortium/protocol/aggregation/round-statements";
import { roundMember, type ContributionAsked, type RoundAnswering } from "@cohortium/protocol/aggregation/round-member";
import type { PartyId } from "@cohortium/protocol/session/ids";
import type { Step } from "@cohortium/protocol/session/machine";
import { CHARTER } from "@cohortium/protocol/testing/world";
import type { Accounts } from "./accounts.js";
import { AT_MS, EXPIRES_AT_MS, TERMS } from "./cast.js";
import type { Consortium } from "./consortium.js";
import { converse, goOn, resultOf } from "./conversation.js";
import { Post } from "./post.js";

/** The hosts' part of a round: what happens to the words. */
export interface Hands {
  /** Masks this party's words, on its account. @returns their chunk root in hex. */
  contribute(party: PartyId, ask: ContributionAsked, accounts: Accounts): string;
  sum(ask: SumAsked, accounts: Accounts): { readonly root: string; readonly words: Words };
}

export interface RoundGiven {
  /** From 1 to the consortium's number of rounds, each once. */
  readonly round: number;
  readonly words: number;
  readonly hands: Hands;
}

/** One sum of 32-bit words from the offer to the result, nobody missing. The question's context, a model in a training, is empty here. */
export function playRound(consortium: Consortium, given: RoundGiven, accounts: Accounts): RoundSum {
  const { cast, epoch } = consortium;
  const post = new Post(cast, accounts);
  const question: RoundQuestion = { kind: "bench", model: CHARTER, plan: CHARTER, ring: 32, words: given.words };
  const table: Table = { consortium, given, question, accounts, answering: new Map() };
  let leading = accounts.spend(cast.leader.self, "machine", () => roundLeader.open({
    speaker: cast.leader, members: cast.members, terms: TERMS, epoch, parties: epoch.ready, round: given.round, question,
    context: null, gone: [], silent: [], atMs: AT_MS,
  }));

  const hear = (message: RoundLeading["send"]) => {
    post.down(message);
    return partake(table, message);
  };
  const lead = (message: RoundAnswering["send"]) => {
    post.up(message);
    leading = accounts.spend(cast.leader.self, "machine", () => goOn(roundLeader, leading, message));
    return leading.send;
  };
  converse(leading.send.flatMap(hear), lead, hear);
  return resultOf<RoundLeading>(concluded(table, leading));
}

interface Table {
  readonly consortium: Consortium;
  readonly given: RoundGiven;
  readonly question: RoundQuestion;
  readonly accounts: Accounts;
  readonly answering: Map<PartyId, Step<RoundAnswering>>;
}

function partake(table: Table, message: RoundLeading["send"]): readonly RoundAnswering["send"][] {
  const { accounts, answering } = table;
  const party = message.to;
  const take = (next: () => Step<RoundAnswering>) => {
    const step = accounts.spend(party, "machine", next);
    answering.set(party, step);
    return step;
  };
  const heard = take(() => (message.kind === "round"
    ? roundMember.open(memberGiven(table, message))
    : goOn(roundMember, answering.get(party), { kind: "heard", message, atMs: AT_MS })));
  const asks = heard.kind === "wait" ? heard.ask : [];
  const answers = asks.map((ask) => performed(table, party, ask));
  return [...heard.send, ...answers.flatMap((answer) => take(() => goOn(roundMember, answering.get(party), answer)).send)];
}

type Offer = Extract<RoundLeading["send"], { readonly kind: "round" }>;

function memberGiven({ consortium: { cast, epochs }, given: { round }, question }: Table, message: Offer): RoundAnswering["given"] {
  const company = cast.companies.find(({ name }) => name === message.to);
  const epoch = epochs.get(message.to);
  if (company === undefined || epoch === undefined) throw new RangeError("an offer to nobody");
  return {
    speaker: company.speaker, entropy: company.entropy, coordinator: cast.coordinator, members: cast.members, terms: TERMS,
    epoch, parties: epoch.ready, round, offer: message.offer, question, context: message.context, expiresAtMs: EXPIRES_AT_MS,
  };
}

function performed({ given: { round, words, hands }, accounts }: Table, party: PartyId, ask: RoundAnswering["ask"]): RoundAnswering["event"] {
  switch (ask.kind) {
    case "contribute": return { kind: "contributed", round, root: hands.contribute(party, ask, accounts), words, atMs: AT_MS };
    case "permit": return { kind: "permitted", round, atMs: AT_MS };
  }
}

function concluded({ consortium: { cast }, given, accounts }: Table, leading: Step<RoundLeading>): Step<RoundLeading> {
  const [ask] = leading.kind === "wait" ? leading.ask : [];
  if (ask === undefined) return leading;
  const sum = given.hands.sum(ask, accounts);
  return accounts.spend(cast.leader.self, "machine", () =>
    goOn(roundLeader, leading, { kind: "summed", round: given.round, ...sum, atMs: AT_MS }));
}
