import { join } from "node:path";
import { equalBytes, toBase64Url, utf8 } from "@cohortium/crypto/bytes";
import { freshEntropy } from "@cohortium/crypto/entropy";
import { sha256 } from "@cohortium/crypto/hash";
import { keepPrivateFile, readPrivateFile } from "./private-file.js";

/** Where a running process tells its own command line how to reach it. */
export function adminFiles(folder: string): { readonly address: string; readonly token: string } {
  return { address: join(folder, "admin", "address"), token: join(folder, "admin", "token") };
}

/** The token of this folder's process, drawn at first start. Whoever may read the file is the operator. */
export function openAdminToken(folder: string): string {
  const path = adminFiles(folder).token;
  return (readPrivateFile(path) ?? keepPrivateFile(path, `${toBase64Url(freshEntropy())}\n`)).toString("latin1").trim();
}

/** Compares digests, so that neither the length nor the first difference shows in the time. */
export function isAuthorised(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer (\S{1,256})$/.exec(authorization ?? "")?.[1];
  return given !== undefined && equalBytes(sha256(utf8(given)), sha256(utf8(token)));
}
