import { concat, equalBytes, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { verify } from "@cohortium/crypto/signing";

/** c2sp.org/signed-note, "Signature types": plain Ed25519 over the text. */
export const ED25519_TYPE = 0x01;

/** A charter has at most 100 parties; each may cosign, next to the log and a few public witnesses. The specification asks for 16. */
export const NOTE_SIGNATURES_MAX = 128;
/** 128 post-quantum signatures of 5 kB, as base64, and a short text. */
export const NOTE_SIZE_MAX_BYTES = 1024 * 1024;

/** One line under a note: who claims to have signed, with which key, and the bytes behind the key id. */
export interface NoteSignature {
  readonly name: string;
  /** Eight hex digits. Short enough to forge: it says which key to try, never whom to trust. */
  readonly keyId: string;
  readonly payload: Uint8Array;
}

/** A text that ends in a newline, and the signatures under it. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A public key with its name, as written `name+keyId+base64(type ‖ key)`. */
export interface VerifierKey {
  readonly name: string;
  readonly keyId: string;
  readonly type: number;
  readonly publicKey: Uint8Array;
}

/** Somebody whose signatures we can judge. `accepts` MUST NOT throw, whatever the payload. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  accepts(text: string, payload: Uint8Array): boolean;
}

export type OpenedNote =
  | { readonly ok: true; readonly note: Note; readonly verified: readonly NoteSignature[] }
  | { readonly ok: false; readonly because: string };

/** The key id of c2sp.org/signed-note: four bytes that commit to name, type and key. */
export function verifierKey(name: string, type: number, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new RangeError("a key name is not empty and holds neither spaces nor a plus sign");
  const keyId = toHex(sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).subarray(0, 4));
  return { name, keyId, type, publicKey };
}

export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${key.keyId}+${toBase64(concat(Uint8Array.of(key.type), key.publicKey))}`;
}

/** @throws RangeError if the text is not a verifier key, or its key id belongs to another name, type or key. */
export function parseVerifierKey(vkey: string): VerifierKey {
  const [name = "", keyId = "", ...rest] = vkey.split("+");
  // Base64 may hold a plus sign too, a name may not.
  const material = fromBase64(rest.join("+"));
  const key = verifierKey(name, material[0] ?? 0, material.subarray(1));
  if (key.publicKey.length === 0 || key.keyId !== keyId) throw new RangeError("the key id does not belong to this name and key");
  return key;
}

/** Judges plain Ed25519 signatures. @throws RangeError if the key is of another type. */
export function ed25519Verifier(key: VerifierKey): NoteVerifier {
  if (key.type !== ED25519_TYPE || key.publicKey.length !== 32) throw new RangeError("an Ed25519 verifier key (type 0x01) expected");
  return { name: key.name, keyId: key.keyId, accepts: (text, payload) => verify(key.publicKey, utf8(text), payload) };
}

/** @throws RangeError if the text is not a signed note, or is longer than we read. */
export function parseNote(source: string): Note {
  const bytes = utf8(source);
  if (bytes.length > NOTE_SIZE_MAX_BYTES) throw new RangeError(`a note of more than ${NOTE_SIZE_MAX_BYTES} bytes`);
  // signed-note, "Format": a control character could make a terminal show another text than was signed.
  if (/[\u0000-\u0009\u000b-\u001f]/.test(source)) throw new RangeError("a note holds no control characters but newlines");
  const split = source.lastIndexOf("\n\n");
  if (split < 0 || !source.endsWith("\n")) throw new RangeError("a note is a text, an empty line and signature lines");
  const lines = source.slice(split + 2).split("\n").slice(0, -1);
  if (lines.length === 0 || lines.length > NOTE_SIGNATURES_MAX) throw new RangeError(`a note has 1 to ${NOTE_SIGNATURES_MAX} signatures`);
  return { text: source.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/** `parseNote` of bytes from a file or the network. @throws RangeError also if they are not UTF-8. */
export function parseNoteBytes(bytes: Uint8Array): Note {
  return parseNote(fromUtf8(bytes));
}

/** The exact text a note was parsed from. */
export function serialiseNote(note: Note): string {
  return `${note.text}\n${note.signatures.map((signature) => `${signatureLine(signature)}\n`).join("")}`;
}

/** One signature, without its newline. */
export function signatureLine({ name, keyId, payload }: NoteSignature): string {
  return `${DASH}${name} ${toBase64(concat(fromHex(keyId), payload))}`;
}

/** @throws RangeError unless the line is `— name base64(key id ‖ signature)`. */
export function parseSignatureLine(line: string): NoteSignature {
  const [name = "", encoded = "", ...more] = line.startsWith(DASH) ? line.slice(DASH.length).split(" ") : [];
  const bytes = fromBase64(encoded);
  const isLine = isKeyName(name) && bytes.length >= 5 && more.length === 0;
  if (!isLine) throw new RangeError("a signature line is: em dash, key name, base64 of key id and signature");
  return { name, keyId: toHex(bytes.subarray(0, 4)), payload: bytes.slice(4) };
}

/**
 * Judges a note by the keys we know. Unknown keys are ignored, even if they share a name or an id with a known one;
 * a bad signature of a known key spoils the note, so that stripping or corrupting one is never silent.
 */
export function openNote(source: string, verifiers: readonly NoteVerifier[]): OpenedNote {
  let note: Note;
  try {
    note = parseNote(source);
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
    return { ok: false, because: problem.message };
  }
  const verified: NoteSignature[] = [];
  for (const signature of note.signatures) {
    const verifier = verifiers.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
    if (verifier === undefined) continue;
    if (!verifier.accepts(note.text, signature.payload)) return { ok: false, because: `the signature of ${signature.name} does not verify` };
    // A repeated line adds nothing; counting it would let one key pass for two.
    if (!verified.some((seen) => sameSignature(seen, signature))) verified.push(signature);
  }
  return verified.length > 0 ? { ok: true, note, verified } : { ok: false, because: "no signature of a known key" };
}

const DASH = "\u2014 ";

function isKeyName(name: string): boolean {
  return name !== "" && !/[\p{White_Space}+]/u.test(name);
}

function sameSignature(a: NoteSignature, b: NoteSignature): boolean {
  return a.name === b.name && a.keyId === b.keyId && equalBytes(a.payload, b.payload);
}
