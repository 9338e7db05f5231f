import { toHex } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { sha256 } from "@cohortium/crypto/hash";
import type { Entry } from "@cohortium/protocol/log/entry";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { parseFromNode } from "@cohortium/protocol/wire/from-node";
import type { LetterMessage } from "../egress/letter-entry.js";

/** One field of what left, as it was read off the bytes. Long bytes are told by their length, first bytes and SHA-256. */
export interface DecodedField {
  readonly field: string;
  readonly value: string;
  /** What the field tells whoever receives it, in plain words. */
  readonly means: string;
}

const SHOWN_BYTES = 16;
const SHOWN_WORDS = 8;

/** A letter, field by field, through the very reader that its receiver uses. @throws WireError for bytes that are no letter of a node. */
export function decodeLetter(payload: Uint8Array, self: PartyId): readonly DecodedField[] {
  return fieldsOf(parseFromNode(payload, self, 0));
}

/** A vector or part of a ciphertext: its length, its root, and its first words. More of it says as little: masked words are uniform. */
export function decodeBulk(bytes: Uint8Array, words: number | null): readonly DecodedField[] {
  const wordBytes = words === null || words === 0 ? 1 : bytes.length / words;
  return [
    { field: "length", value: `${bytes.length} bytes${words === null ? "" : `, ${words} words of ${wordBytes * 8} bits`}`, means: "how many numbers are summed, which the charter says" },
    { field: "root", value: toHex(chunkRoot(bytes)), means: "the Merkle root over its chunks, which the signed statement names" },
    { field: "first words", value: firstWords(bytes, wordBytes), means: "uniform noise to whoever lacks the other companies' masks or key shares" },
  ];
}

function firstWords(bytes: Uint8Array, wordBytes: number): string {
  const size = wordBytes === 4 || wordBytes === 8 ? wordBytes : 1;
  return Array.from({ length: Math.min(SHOWN_WORDS, Math.floor(bytes.length / size)) }, (_, i) => toHex(bytes.subarray(i * size, (i + 1) * size))).join(" ");
}

function fieldsOf(message: LetterMessage): readonly DecodedField[] {
  switch (message.kind) {
    case "stated": return entryFields("data", message.data);
    case "joined": return [...entryFields("bundle", message.bundle), bytesField("mlKemKey", message.mlKemKey, "a fresh public key (ML-KEM), to seal a secret for this node")];
    case "declined": return [textField("code", message.code, "the rule by which this node refuses"), textField("clause", message.clause, "what of the charter, or which rule; no value")];
    case "encapsulated": return byParty("ciphertexts", message.ciphertexts, "a secret sealed for that node's key");
    case "shared": return [
      ...entryFields("shares", message.shares), ...byParty("sealed", message.sealed, "shares of seeds, readable by that node alone"),
      ...message.boxes.map((box, i) => bytesField(`boxes[${i}]`, box, "shares of a round's seeds under keys of other nodes")),
    ];
    case "uploaded": return entryFields("upload", message.upload);
    case "agreed": return entryFields("agree", message.agree);
    case "unmasked": return [
      ...entryFields("unmask", message.unmask),
      ...byParty("selfShares", message.selfShares, "a share of that node's mask seed of this round, so that the sum can be opened without it"),
      ...byParty("boxShares", message.boxShares, "a share of the seed of masks with that node, which dropped out"),
    ];
    case "key-committed": return entryFields("commitment", message.commitment);
    case "shown": return [...entryFields("entry", message.entry), textField("part", message.part, "which of what was committed to is shown")];
    case "sealed": return entryFields("ciphertext", message.ciphertext);
    case "decrypted": return entryFields("decryption", message.decryption);
    case "charter-answered": return entryFields("answer", message.answer);
    case "compared": return entryFields("comparison", message.comparison);
  }
}

/** A signed statement, member by member. */
function entryFields(field: string, { statement, id, sig }: Entry): readonly DecodedField[] {
  const { v, type, actor, at, charter, session, round, body } = statement;
  return [
    textField(`${field}.v`, String(v), "the version of the form"), textField(`${field}.type`, type, "what kind of statement it is"),
    textField(`${field}.actor`, actor, "who says it"), textField(`${field}.at`, at, "when, by its clock"),
    textField(`${field}.charter`, charter, "under which charter"), textField(`${field}.session`, session, "in which session"), textField(`${field}.round`, String(round), "in which round"),
    ...bodyFields(`${field}.body`, body),
    textField(`${field}.sig`, sig, "the signature over all of it (Ed25519)"), textField(`${field}.id`, id, "not sent: the digest by which the log knows it"),
  ];
}

const BODY_MEANINGS: Readonly<Record<string, string>> = {
  root: "the Merkle root over the vector's chunks", words: "how many numbers the vector has", digest: "a digest", table: "a commitment to the table that hides it",
  offer: "the question, by the digest of the logged offer", survivors: "over whom the sum is", quality: "what the quality gate counted, coarsely",
  columns: "what the columns mean", reason: "why, in a person's words", signingKey: "a public key", maskKey: "a fresh public key, for masks of this session",
};

function bodyFields(path: string, body: Json): readonly DecodedField[] {
  if (typeof body !== "object" || body === null) return [textField(path, JSON.stringify(body), "what is said")];
  const members: readonly (readonly [string, Json])[] = Object.entries(body);
  return members.map(([name, value]) => textField(`${path}.${name}`, typeof value === "string" ? value : JSON.stringify(value), BODY_MEANINGS[name] ?? "as the protocol's page on the log says"));
}

function byParty(field: string, byName: Readonly<Record<string, Uint8Array>>, means: string): readonly DecodedField[] {
  return Object.entries(byName).map(([party, bytes]) => bytesField(`${field}.${party}`, bytes, means));
}

function bytesField(field: string, bytes: Uint8Array, means: string): DecodedField {
  const more = bytes.length > SHOWN_BYTES ? `… (SHA-256 ${toHex(sha256(bytes))})` : "";
  return { field, value: `${bytes.length} bytes: ${toHex(bytes.subarray(0, SHOWN_BYTES))}${more}`, means };
}

function textField(field: string, value: string, means: string): DecodedField {
  return { field, value, means };
}
