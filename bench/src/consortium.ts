import { setupLeader, type Epoch, type SetupLeading } from "@cohortium/protocol/aggregation/setup-leader";
import { setupMember, type MemberEpoch, type SetupJoining } from "@cohortium/protocol/aggregation/setup-member";
import type { PartyId } from "@cohortium/protocol/session/ids";
import type { Step } from "@cohortium/protocol/session/machine";
import type { Accounts } from "./accounts.js";
import { AT_MS, castOf, EXPIRES_AT_MS, TERMS, type Cast } from "./cast.js";
import { converse, goOn, resultOf } from "./conversation.js";
import { Post } from "./post.js";

/** A consortium after its set-up: ready for `rounds` sums of any length. */
export interface Consortium {
  readonly cast: Cast;
  readonly rounds: number;
  readonly epoch: Epoch;
  readonly epochs: ReadonlyMap<PartyId, MemberEpoch>;
}

/** Runs the set-up of a session, every letter by post. */
export function setUp(parties: number, rounds: number, accounts: Accounts): Consortium {
  const cast = castOf(parties);
  const { members, coordinator, leader } = cast;
  const post = new Post(cast, accounts);
  const joining = new Map<PartyId, Step<SetupJoining>>();
  for (const { name, speaker, entropy, agreementSecret } of cast.companies) {
    joining.set(name, accounts.spend(name, "machine", () => setupMember.open({
      speaker, coordinator, members, terms: TERMS, rounds, entropy, agreementSecret, atMs: AT_MS, expiresAtMs: EXPIRES_AT_MS,
    })));
  }
  let leading: Step<SetupLeading> = accounts.spend(leader.self, "machine", () =>
    setupLeader.open({ speaker: leader, members, terms: TERMS, rounds, atMs: AT_MS }));

  converse(
    [...joining.values()].flatMap(({ send }) => send),
    (message) => {
      post.up(message);
      leading = accounts.spend(leader.self, "machine", () => goOn(setupLeader, leading, message));
      return leading.send;
    },
    (message) => {
      post.down(message);
      const step = accounts.spend(message.to, "machine", () => goOn(setupMember, joining.get(message.to), { message, atMs: AT_MS }));
      joining.set(message.to, step);
      return step.send;
    },
  );
  const epochs = new Map([...joining].map(([name, step]) => [name, resultOf<SetupJoining>(step)]));
  return { cast, rounds, epoch: resultOf<SetupLeading>(leading), epochs };
}
