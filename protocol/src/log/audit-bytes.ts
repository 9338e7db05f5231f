import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import type { Finding } from "./audit-report.js";
import type { AuditSource } from "./audit-tree.js";

/** Where the bytes behind an entry lie that names their root: masked words, parts of ciphertexts; raw little-endian words. */
export function uploadPath(root: string): string {
  return `upload/${root}`;
}

/** The bytes an entry names, or what is wrong with them. @param of - What they are, for people: "the masked words of ada". */
export function signedBytes(source: AuditSource, { entry, root, bytes: length, of }: {
  readonly entry: number; readonly root: string; readonly bytes: number; readonly of: string;
}): { readonly bytes: Uint8Array } | Finding {
  const bytes = source.read(uploadPath(root));
  if (bytes === null) return { entry, code: "UPLOAD_MISSING", says: `${of} are not among the files` };
  if (bytes.length !== length || toHex(chunkRoot(bytes)) !== root) return { entry, code: "UPLOAD_ROOT", says: `${of} are not those it signed` };
  return { bytes };
}
