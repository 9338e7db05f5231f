import { join } from "node:path";
import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import { freshEntropy } from "@cohortium/crypto/entropy";
import { signerFromSeed, type Signer } from "@cohortium/crypto/signing";
import { Secret } from "@cohortium/crypto/secret";
import { Refusal } from "./refusal.js";
import { keepPrivateFile, openPrivateFolder, readPrivateFile } from "./private-file.js";

/** `signing` signs entries and envelopes, `log` the coordinator's checkpoints. */
export type SigningKeyName = "signing" | "log";

/**
 * The long-term Ed25519 key in `<folder>/keys/<name>.seed`, drawn at the first call and never overwritten.
 *
 * @throws Refusal KEY_PERMISSIONS if others may read it, KEY_DAMAGED if the file does not hold 32 bytes of base64.
 */
export function openSigningKey(folder: string, name: SigningKeyName): Signer {
  return openSecret(folder, `${name}.seed`).lend(signerFromSeed);
}

/** The long-term X25519 secret in `<folder>/keys/agreement.secret`, under the same promises. */
export function openAgreementSecret(folder: string): Secret {
  return openSecret(folder, "agreement.secret");
}

/** The secret in `<folder>/keys/subjects.secret` under which a node knows people who were removed, under the same promises. */
export function openSubjectSecret(folder: string): Secret {
  return openSecret(folder, "subjects.secret");
}

const SECRET_BYTES = 32;

function openSecret(folder: string, fileName: string): Secret {
  const keys = join(folder, "keys");
  openPrivateFolder(keys);
  const path = join(keys, fileName);
  const text = readPrivateFile(path) ?? keepPrivateFile(path, `${toBase64(freshEntropy())}\n`);
  return new Secret(parseSecretText(text.toString("latin1").trim(), path));
}

function parseSecretText(text: string, path: string): Uint8Array {
  try {
    const bytes = fromBase64(text);
    if (bytes.length === SECRET_BYTES) return bytes;
  } catch (error) {
    // The cause is dropped on purpose: it has seen the key.
    if (!(error instanceof RangeError)) throw error;
  }
  throw new Refusal({
    code: "KEY_DAMAGED",
    title: "a key file cannot be read",
    detail: `${path} does not hold ${SECRET_BYTES} bytes of base64`,
    fix: "restore it from the backup; a new key would be a new identity, and every charter names the old one",
  });
}
