import { addPart, openVector, partBytes } from "@cohortium/crypto/he/vector";
import type { Words } from "@cohortium/crypto/words";
import { signedBytes } from "./audit-bytes.js";
import type { Finding } from "./audit-report.js";
import type { EncryptedSum } from "./round-auditing.js";
import type { AuditSource } from "./audit-tree.js";

/**
 * Σ c_0 + Σ decryptions, decoded. The halves that the nodes decrypted with are compared with their roots too: what was decrypted is then what
 * was signed.
 */
export function encryptedSum(round: EncryptedSum & { readonly entry: number }, source: AuditSource): Words | readonly Finding[] {
  const bytes = partBytes(round);
  const findings: Finding[] = [];
  // Allocated for the first part of that length: the log alone could ask for any number of words.
  let v: Uint8Array | null = null;
  for (const { entry, root, of, isAdded } of partsOf(round)) {
    const read = signedBytes(source, { entry, root, bytes, of });
    if ("code" in read) findings.push(read);
    else if (isAdded && !addPart(v ??= new Uint8Array(bytes), read.bytes)) findings.push({ entry, code: "CIPHERTEXT_FORM", says: `${of} are no numbers below their moduli` });
  }
  if (findings.length > 0) return findings;
  const words = v === null ? null : openVector(v, round, round.uploads.length);
  return words ?? [{ entry: round.entry, code: "SUM_NOISE", says: "a ciphertext or a decryption is malformed: more is left over under the sum than honest parties leave" }];
}

interface PartOfSum {
  readonly entry: number;
  readonly root: string;
  readonly of: string;
  readonly isAdded: boolean;
}

function partsOf({ uploads, decryptions }: EncryptedSum): readonly PartOfSum[] {
  return [
    ...uploads.flatMap(({ party, entry, c0, c1 }) => [
      { entry, root: c0, of: `the first halves of the ciphertexts of ${party}`, isAdded: true },
      { entry, root: c1, of: `the second halves of the ciphertexts of ${party}`, isAdded: false },
    ]),
    ...decryptions.map(({ party, entry, root }) => ({ entry, root, of: `the decryptions of ${party}`, isAdded: true })),
  ];
}
