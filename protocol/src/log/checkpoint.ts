import { fromBase64, toBase64, utf8 } from "@cohortium/crypto/bytes";
import type { TreeHead } from "@cohortium/crypto/merkle";
import type { Signer } from "@cohortium/crypto/signing";
import {
  ED25519_TYPE, ed25519Verifier, formatVerifierKey, openNote, parseVerifierKey, serialiseNote, verifierKey,
  type Note, type VerifierKey,
} from "./note.js";

/** A log's statement of its whole contents (c2sp.org/tlog-checkpoint). `origin` names the log. */
export interface Checkpoint extends TreeHead {
  readonly origin: string;
}

export type OpenedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly note: Note }
  | { readonly ok: false; readonly because: string };

/** The verifier key (`name+id+base64`) a log with this origin signs under. The specification asks that the name be the origin. */
export function logVerifierKey(origin: string, publicKey: Uint8Array): string {
  return formatVerifierKey(verifierKey(origin, ED25519_TYPE, publicKey));
}

/** The three lines that are signed, and cosigned. */
export function checkpointBody({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** @throws RangeError unless the text is a checkpoint body. Extension lines are passed over: no witness vouches for them. */
export function parseCheckpointBody(text: string): Checkpoint {
  const [origin = "", digits = "", encoded = "", ...rest] = text.split("\n");
  const isWhole = rest.at(-1) === "" && rest.slice(0, -1).every((line) => line !== "");
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : Number.NaN;
  const root = fromBase64(encoded);
  if (!(isWhole && origin !== "" && Number.isSafeInteger(size) && root.length === 32)) {
    throw new RangeError("a checkpoint is an origin, a size and a root of 32 bytes, a line each");
  }
  return { origin, size, root };
}

/** The note a log publishes: body and one Ed25519 signature under the log's origin. */
export function signCheckpoint(checkpoint: Checkpoint, signer: Signer): string {
  const text = checkpointBody(checkpoint);
  const { name, keyId } = verifierKey(checkpoint.origin, ED25519_TYPE, signer.publicKey);
  return serialiseNote({ text, signatures: [{ name, keyId, payload: signer.sign(utf8(text)) }] });
}

/** Reads a checkpoint that `logKey` signed; `logKey` is a verifier key whose name is the origin we expect. */
export function openCheckpoint(source: string, logKey: string): OpenedCheckpoint {
  try {
    const key: VerifierKey = parseVerifierKey(logKey);
    const opened = openNote(source, [ed25519Verifier(key)]);
    if (!opened.ok) return opened;
    const checkpoint = parseCheckpointBody(opened.note.text);
    // One key may sign for several logs; the origin says for which.
    if (checkpoint.origin !== key.name) return { ok: false, because: "the checkpoint is of another log" };
    return { ok: true, checkpoint, note: opened.note };
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
    return { ok: false, because: problem.message };
  }
}
