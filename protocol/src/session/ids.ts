declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** The name of a party in its charter: a lower-case slug such as `harbour`. The coordinator is a party too. */
export type PartyId = Brand<string, "PartyId">;
/** 32 hex digits, drawn by the coordinator when the operator launches a training. */
export type SessionId = Brand<string, "SessionId">;
/** 64 hex digits: SHA-256 over canonical JSON or bytes. */
export type Digest = Brand<string, "Digest">;

/**
 * Names of parties, charters and consortia. `constructor` is the one member of every JavaScript object that is spelled like a name: a table by
 * party would seem to hold it from the start.
 */
export const SLUG = /^(?!constructor$)[a-z][a-z0-9-]{1,31}$/;

const SESSION = /^[0-9a-f]{32}$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** @throws RangeError if `text` is not a `SLUG`. */
export function parsePartyId(text: string): PartyId {
  if (!SLUG.test(text)) throw new RangeError("a party's name is 2 to 32 lower-case letters, digits and hyphens, starting with a letter, and not \"constructor\"");
  return text as PartyId;
}

/** @throws RangeError if `text` is not 32 lower-case hex digits. */
export function parseSessionId(text: string): SessionId {
  if (!SESSION.test(text)) throw new RangeError("a session id is 32 lower-case hex digits");
  return text as SessionId;
}

/** @throws RangeError if `text` is not 64 lower-case hex digits. */
export function parseDigest(text: string): Digest {
  if (!DIGEST.test(text)) throw new RangeError("a digest is 64 lower-case hex digits");
  return text as Digest;
}
