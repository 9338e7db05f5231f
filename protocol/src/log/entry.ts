import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { equalBytes, fromBase64, fromUtf8, toBase64, toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { SIGNATURE_BYTES, verify, type Signer } from "@cohortium/crypto/signing";

/**
 * What can stand in the log. A closed list: an auditor who meets another type must stop.
 *
 * `round.upload`, `round.agree` and `round.unmask` are signed by nodes, `session.data`, `bundle`, `shares` and `comparison` too; of encrypted
 * sums `key.commit`, `round.sealed` and `round.decryption`; the rest by the coordinator.
 */
export const ENTRY_TYPES = [
  "log.opened", "enrolment", "revocation", "charter", "charter.signature", "charter.refusal",
  "session.offer", "session.data", "bundle", "roster", "shares", "ready",
  "round.offer", "round.upload", "round.survivors", "round.agree", "round.unmask", "round.result",
  "key.commit", "round.sealed", "round.decryption",
  "model", "session.close", "session.abort", "comparison",
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/** One statement by one party. `charter` is the digest of the charter in force, or `-` for enrolment, which comes before any charter. */
export interface Statement {
  readonly v: 1;
  readonly type: EntryType;
  readonly actor: string;
  readonly at: string;
  readonly charter: string;
  readonly session: string;
  readonly round: number;
  readonly body: Json;
}

/** A signed statement. `bytes` are its RFC 8785 form, and what the Merkle leaf is made of; `id` is the SHA-256 of the statement without `sig`. */
export interface Entry {
  readonly statement: Statement;
  readonly id: string;
  readonly sig: string;
  readonly bytes: Uint8Array;
}

const DOMAIN = utf8("cohortium/entry/v1\n");

/** Signs a statement with the acting party's key. Deterministic (RFC 8032), so a repeat after a crash is the same entry. */
export function signEntry(statement: Statement, signer: Signer): Entry {
  const signed = signedBytes(statement);
  const sig = toBase64(signer.sign(signed));
  return { statement, id: toHex(sha256(signed)), sig, bytes: canonicalBytes({ ...statement, sig }) };
}

/** Whether `entry` was signed with the private key of `publicKey` (32 bytes, Ed25519). */
export function entrySignedBy(entry: Entry, publicKey: Uint8Array): boolean {
  return verify(publicKey, signedBytes(entry.statement), fromBase64(entry.sig));
}

/**
 * Reads an entry back from its canonical bytes. Says nothing about the signature.
 *
 * @throws RangeError if the bytes are not canonical JSON of exactly an entry's members, with a signature as long as one.
 */
export function parseEntry(bytes: Uint8Array): Entry {
  const raw: unknown = JSON.parse(fromUtf8(bytes));
  if (!isEntryRecord(raw)) throw new RangeError("not an entry of this log");
  const { sig, ...statement } = raw;
  if (fromBase64(sig).length !== SIGNATURE_BYTES) throw new RangeError("a signature is 64 bytes");
  // Two spellings of one entry would be two leaves; only the RFC 8785 form is an entry.
  if (!equalBytes(canonicalBytes({ ...statement, sig }), bytes)) throw new RangeError("the entry is not in canonical form (RFC 8785)");
  return { statement, sig, id: toHex(sha256(signedBytes(statement))), bytes };
}

function signedBytes(statement: Statement): Uint8Array {
  const body = canonicalBytes({ ...statement });
  const out = new Uint8Array(DOMAIN.length + body.length);
  out.set(DOMAIN);
  out.set(body, DOMAIN.length);
  return out;
}

const MEMBERS = ["actor", "at", "body", "charter", "round", "session", "sig", "type", "v"];

function isEntryRecord(raw: unknown): raw is Statement & { readonly sig: string } {
  if (typeof raw !== "object" || raw === null) return false;
  const record: Record<string, unknown> = { ...raw };
  return Object.keys(record).sort().join() === MEMBERS.join()
    && record["v"] === 1
    && ENTRY_TYPES.some((type) => type === record["type"])
    && ["actor", "at", "charter", "session", "sig"].every((key) => typeof record[key] === "string")
    && typeof record["round"] === "number";
}
