import type { Json } from "@cohortium/crypto/canonical-json";
import type { Signer } from "@cohortium/crypto/signing";
import type { Keyed } from "@cohortium/protocol/host/driver";
import type { Logger } from "@cohortium/protocol/host/logger";
import type { Database } from "@cohortium/protocol/host/sqlite";
import { signEntry, type Entry, type EntryType } from "@cohortium/protocol/log/entry";
import type { Digest, PartyId } from "@cohortium/protocol/session/ids";
import { instantText } from "@cohortium/protocol/session/instant";
import type { MembershipToNode } from "@cohortium/protocol/session/membership";
import type { PartyBook } from "./parties.js";
import type { Statements } from "./store.js";

/** What enrolment and charters need of the coordinator around them. */
export interface Office {
  readonly self: PartyId;
  readonly consortium: string;
  readonly signer: Signer;
  /** The log's verifier key. */
  readonly logKey: string;
  readonly database: Database;
  readonly parties: PartyBook;
  readonly statements: Statements;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Durable in the transparency log when it returns: the index of each entry. */
  publish(entries: readonly Entry[]): readonly number[];
  post(letter: Keyed<MembershipToNode>, charter: Digest): void;
  /** See `Correspondence.forget`. */
  forgetLetters(party: PartyId): void;
}

/** A statement by the coordinator outside any session. */
export function state(office: Office, type: EntryType, charter: string, body: Json): Entry {
  return signEntry({ v: 1, type, actor: office.self, at: instantText(office.nowMs()), charter, session: "-", round: 0, body }, office.signer);
}
