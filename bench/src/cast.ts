import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { signerFromSeed } from "@cohortium/crypto/signing";
import type { Coordinator, Member, Speaker, Terms } from "@cohortium/protocol/aggregation/context";
import { parsePartyId, type PartyId } from "@cohortium/protocol/session/ids";
import { CHARTER, seedOf, SESSION } from "@cohortium/protocol/testing/world";

/** A party and what only it knows. */
export interface Company {
  readonly name: PartyId;
  readonly speaker: Speaker;
  readonly entropy: Uint8Array;
  readonly agreementSecret: Uint8Array;
}

/** Everybody who takes part, with keys that follow from their names: each run measures the same bytes. */
export interface Cast {
  readonly companies: readonly Company[];
  readonly members: readonly Member[];
  readonly leader: Speaker;
  readonly coordinator: Coordinator;
}

export const TERMS: Terms = { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "continue" };
/** All letters are written in one moment, far from any deadline. */
export const AT_MS = 1_800_000_000_000;
export const EXPIRES_AT_MS = AT_MS + 86_400_000;

export function castOf(parties: number): Cast {
  const companies = Array.from({ length: parties }, (_, i) => companyOf(parsePartyId(`party-${String(i + 1).padStart(2, "0")}`)));
  const leader = speakerOf(parsePartyId("coordinator"));
  return {
    companies, leader,
    members: companies.map(({ name, speaker, agreementSecret }) => ({
      name, signingKey: speaker.signer.publicKey, agreementKey: x25519PublicKey(agreementSecret),
    })),
    coordinator: { name: leader.self, signingKey: leader.signer.publicKey },
  };
}

function companyOf(name: PartyId): Company {
  return { name, speaker: speakerOf(name), entropy: seedOf(name, "session"), agreementSecret: seedOf(name, "agreement") };
}

function speakerOf(self: PartyId): Speaker {
  return { self, session: SESSION, charter: CHARTER, signer: signerFromSeed(seedOf(self, "signing")) };
}
