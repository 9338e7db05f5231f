import type { Json } from "@cohortium/crypto/canonical-json";
import type { Signer } from "@cohortium/crypto/signing";
import { parseBody } from "../log/bodies.js";
import { entrySignedBy, signEntry, type Entry, type EntryType } from "../log/entry.js";
import type { SumTerms } from "../log/sum-terms.js";
import type { Fault, FaultCode } from "../session/fault.js";
import type { Digest, PartyId, SessionId } from "../session/ids.js";
import { instantText } from "../session/instant.js";
import type { Declined } from "./messages.js";

/** A party as the charter names it. Keys are 32 bytes each: Ed25519 and X25519. */
export interface Member {
  readonly name: PartyId;
  readonly signingKey: Uint8Array;
  readonly agreementKey: Uint8Array;
}

export interface Coordinator {
  readonly name: PartyId;
  readonly signingKey: Uint8Array;
}

/** What the charter asks of every sum, as machines need it. `deadlineMs` is the time one phase may take. */
export interface Terms extends SumTerms {
  readonly deadlineMs: number;
}

/** Who speaks, in which session, under which charter. */
export interface Speaker {
  readonly self: PartyId;
  readonly session: SessionId;
  readonly charter: Digest;
  readonly signer: Signer;
}

/** Round number of statements that belong to the session as a whole. */
export const NO_ROUND = 0;

/** A signed statement by the speaker. The same arguments always give the same bytes. */
export function say(speaker: Speaker, about: { readonly type: EntryType; readonly round: number; readonly atMs: number }, body: Json): Entry {
  const { self, session, charter, signer } = speaker;
  return signEntry({ v: 1, type: about.type, actor: self, at: instantText(about.atMs), charter, session, round: about.round, body }, signer);
}

/**
 * Whether `entry` is that party's own statement: of this type, in this session and round, signed with the key the charter names, and with a
 * body that an auditor can read. Nobody relies on, relays or logs a peer's entry before.
 */
export function isStatementBy(author: Pick<Member, "name" | "signingKey">, entry: Entry, about: { readonly type: EntryType; readonly round: number },
  { session, charter }: Pick<Speaker, "session" | "charter">): boolean {
  const { statement } = entry;
  return statement.type === about.type && statement.actor === author.name && statement.round === about.round
    && statement.session === session && statement.charter === charter && parseBody(statement).ok && entrySignedBy(entry, author.signingKey);
}

/** A step that ends the session badly. */
export function abort(code: FaultCode, detail: Fault["detail"]) {
  return { kind: "abort", fault: { code, detail }, log: [], send: [] } as const;
}

interface Counts {
  readonly heard: number;
  readonly needed: number;
  readonly round: number;
}

/**
 * Too few parties: if some refused, the fault names the first refusal, because that is what a person can act on; otherwise who is `missing`.
 *
 * @param code - What it means that they are.
 */
export function tooFew(counts: Counts, declined: readonly Declined[], missing: readonly PartyId[], code: "AGGREGATION_TOO_FEW" | "AGGREGATION_PART_MISSING" = "AGGREGATION_TOO_FEW") {
  const [first] = declined;
  if (first === undefined) return abort(code, { ...counts, ...(missing.length === 0 ? {} : { missing: missing.join(" and ") }) });
  return abort("NODE_REFUSED", { ...counts, party: first.from, refusal: first.code, clause: first.clause });
}

/** Code-unit order, the one order of parties everywhere: who encapsulates, who adds and who subtracts a mask, and Shamir's x. */
export function inOrder(names: Iterable<PartyId>): readonly PartyId[] {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
