/** Fields that several messages have in common: each function returns what its type promises, or throws a `WireError`. */
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { equalBytes, fromUtf8 } from "@cohortium/crypto/bytes";
import type { MessageFns } from "../gen/cohortium/v1/payload.js";
import type { PartyBytes } from "../gen/cohortium/v1/party_bytes.js";
import { parseEntry, type Entry } from "../log/entry.js";
import type { Part } from "../aggregation/encrypted/messages.js";
import { FAULTS, type FaultCode } from "../session/fault.js";
import { parsePartyId, type PartyId } from "../session/ids.js";
import { CLAUSE_LENGTH_MAX, ENTRY_MAX_BYTES, JSON_DEPTH_MAX, JSON_MAX_BYTES, PER_PARTY_MAX } from "./limits.js";
import { WireError } from "./wire-error.js";

/** A range of lengths, both ends included. */
export interface Sizes {
  readonly minBytes: number;
  readonly maxBytes: number;
}

export function exactly(bytes: number): Sizes {
  return { minBytes: bytes, maxBytes: bytes };
}

export function upTo(maxBytes: number): Sizes {
  return { minBytes: 1, maxBytes };
}

/**
 * Decodes protobuf that must be in its one spelling: fields in order, each once, nothing unknown. A signature over a message is then a
 * signature over a value, and nothing a reader skips can hide in it.
 */
export function parseMessage<T>(codec: MessageFns<T>, bytes: Uint8Array): T {
  const message = reading("protobuf", () => codec.decode(bytes));
  if (!equalBytes(codec.encode(message).finish(), bytes)) throw new WireError("WIRE_MALFORMED", { bytes: bytes.length });
  return message;
}

/** Runs a parser of ours that throws on foreign input, and names the field instead of its content. */
export function reading<T>(field: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof WireError) throw cause;
    throw new WireError("WIRE_MALFORMED", { field }, { cause });
  }
}

/** Copied, because the transport owns the buffer and a small field must not keep a large frame alive. */
export function parseBytes(field: string, bytes: Uint8Array, sizes: Sizes): Uint8Array {
  const { minBytes, maxBytes } = sizes;
  if (!(bytes.length >= minBytes && bytes.length <= maxBytes)) {
    throw new WireError("WIRE_LENGTH", { field, gotBytes: bytes.length, minBytes, maxBytes });
  }
  return new Uint8Array(bytes);
}

/** An array no longer than `max`. */
export function parseList<T>(field: string, list: readonly T[], max: number): readonly T[] {
  if (!(list.length <= max)) throw new WireError("WIRE_LENGTH", { field, gotItems: list.length, maxItems: max });
  return list;
}

export function parseText(field: string, text: string, maxLength: number): string {
  if (!(text.length <= maxLength)) throw new WireError("WIRE_LENGTH", { field, gotLength: text.length, maxLength });
  return text;
}

/** Says nothing about the entry's type, actor or signature: a machine judges them together, against its roster. */
export function parseEntryField(field: string, bytes: Uint8Array): Entry {
  const own = parseBytes(field, bytes, upTo(ENTRY_MAX_BYTES));
  return reading(field, () => parseEntry(own));
}

export function parseEntries(field: string, list: readonly Uint8Array[]): readonly Entry[] {
  return parseList(field, list, PER_PARTY_MAX).map((bytes) => parseEntryField(field, bytes));
}

/** Names in the sender's order, none twice. */
export function parseParties(field: string, list: readonly string[]): readonly PartyId[] {
  const parties = parseList(field, list, PER_PARTY_MAX).map((name) => reading(field, () => parsePartyId(name)));
  if (new Set(parties).size !== parties.length) throw new WireError("WIRE_MALFORMED", { field });
  return parties;
}

export function parseByParty(field: string, list: readonly PartyBytes[], sizes: Sizes): Readonly<Record<string, Uint8Array>> {
  parseList(field, list, PER_PARTY_MAX);
  let previous = "";
  const pairs = list.map(({ party, value }) => {
    // Strictly ascending: no party twice, and one encoding for one value.
    if (!(party > previous)) throw new WireError("WIRE_MALFORMED", { field });
    previous = party;
    return [reading(field, () => parsePartyId(party)), parseBytes(field, value, sizes)] as const;
  });
  return Object.fromEntries(pairs);
}

/** The inverse of `parseByParty`. */
export function byPartyList(record: Readonly<Record<string, Uint8Array>>): readonly PartyBytes[] {
  return Object.entries(record).map(([party, value]) => ({ party, value })).sort((a, b) => (a.party < b.party ? -1 : 1));
}

export function parseJsonField(field: string, bytes: Uint8Array): Json {
  if (!(bytes.length <= JSON_MAX_BYTES)) throw new WireError("WIRE_LENGTH", { field, gotBytes: bytes.length, maxBytes: JSON_MAX_BYTES });
  const value = reading(field, () => parseJson(bytes));
  if (!(jsonDepth(value) <= JSON_DEPTH_MAX)) throw new WireError("WIRE_LENGTH", { field, maxDepth: JSON_DEPTH_MAX });
  return value;
}

export function parseClause(clause: string): string {
  return parseText("clause", clause, CLAUSE_LENGTH_MAX);
}

export function parseFaultCode(code: string): FaultCode {
  if (!isFaultCode(code)) throw new WireError("WIRE_MALFORMED", { field: "code" });
  return code;
}

/** Which of the things an entry can commit to. */
export function parsePart(part: string): Part {
  const known = PARTS.find((one) => one === part);
  if (known === undefined) throw new WireError("WIRE_MALFORMED", { field: "part" });
  return known;
}

/** The same of what nodes need of each other. */
export function parseRelayedPart(part: string): Exclude<Part, "c0"> {
  const known = parsePart(part);
  if (known === "c0") throw new WireError("WIRE_MALFORMED", { field: "part" });
  return known;
}

const PARTS = ["share", "c0", "c1"] as const satisfies readonly Part[];

function parseJson(bytes: Uint8Array): Json {
  const value = JSON.parse(fromUtf8(bytes)) as Json;
  // A repeated member or another spelling of a number would not survive this.
  if (!equalBytes(canonicalBytes(value), bytes)) throw new RangeError("not in canonical form (RFC 8785)");
  return value;
}

function jsonDepth(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Object.values(value).reduce((deepest: number, inner: Json) => Math.max(deepest, jsonDepth(inner)), 0);
}

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(FAULTS, code);
}
