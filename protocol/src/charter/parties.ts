import { fromBase64 } from "@cohortium/crypto/bytes";
import type { Aggregation, Charter } from "./charter.js";
import type { PartyId } from "../session/ids.js";

interface Keyed {
  readonly name: PartyId;
  readonly signingKey: Uint8Array;
  readonly agreementKey: Uint8Array;
}

/** The party of this name, if the charter allows a training without one. */
export function partyToLeaveOut({ parties, questions }: Charter, name: string): PartyId | undefined {
  return questions.length > 0 && questions.every(({ evaluation }) => evaluation.leaveOneOut === "allowed") ? parties.find((party) => party.name === name)?.name : undefined;
}

/**
 * The parties with their keys as bytes, in the charter's order, which is by name.
 *
 * @param without - The party that a training does without, or null.
 */
export function membersOf({ parties }: Charter, without: string | null = null): readonly Keyed[] {
  return parties.filter(({ name }) => name !== without)
    .map(({ name, signingKey, agreementKey }) => ({ name, signingKey: fromBase64(signingKey), agreementKey: fromBase64(agreementKey) }));
}

/** What the charter asks of every sum. */
export function termsOf({ minimumParties, quorum, aggregation }: Charter): Aggregation & { readonly minimumParties: number; readonly quorum: number } {
  const { scheme, deadlineMs, dropouts } = aggregation;
  return { minimumParties, quorum, scheme, deadlineMs, dropouts };
}
