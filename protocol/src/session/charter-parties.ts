import { fromBase64 } from "@cohortium/crypto/bytes";
import type { Aggregation, Charter } from "./charter.js";
import type { PartyId } from "./ids.js";

/** The parties with their keys as bytes, in the charter's order, which is by name. */
export function membersOf({ parties }: Charter): readonly { readonly name: PartyId; readonly signingKey: Uint8Array; readonly agreementKey: Uint8Array }[] {
  return parties.map(({ name, signingKey, agreementKey }) => ({ name, signingKey: fromBase64(signingKey), agreementKey: fromBase64(agreementKey) }));
}

/** What the charter asks of every sum. */
export function termsOf({ minimumParties, quorum, aggregation }: Charter): Aggregation & { readonly minimumParties: number; readonly quorum: number } {
  const { scheme, deadlineMs, dropouts } = aggregation;
  return { minimumParties, quorum, scheme, deadlineMs, dropouts };
}
