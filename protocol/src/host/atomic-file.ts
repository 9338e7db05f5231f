import { closeSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Replaces `path`, or creates it. After a crash it holds the old bytes or the new, never a part; durable when it returns.
 *
 * @param mode - Permission bits of the new file, before the umask.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode: number): void {
  const temporary = writeTemporary(path, content, mode);
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** As `writeFileAtomic`, but never replaces: false, and nothing changed, if `path` exists. Of two processes at once, one gets true. */
export function createFileAtomic(path: string, content: string | Uint8Array, mode: number): boolean {
  const temporary = writeTemporary(path, content, mode);
  try {
    // A hard link is the one atomic way to name a complete file without replacing another.
    linkSync(temporary, path);
  } catch (error) {
    if (isFileError(error, "EEXIST")) return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(dirname(path));
  return true;
}

/** Makes the names in a folder durable. Without it a new name may be lost with the power, though the bytes under it are not. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Whether `error` is what the file system throws with this code. */
export function isFileError(error: unknown, code: "ENOENT" | "EEXIST" | "EPERM" | "ESRCH" | "EISDIR" | "EACCES" | "ENOTDIR"): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

function writeTemporary(path: string, content: string | Uint8Array, mode: number): string {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  const file = openSync(temporary, "wx", mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

