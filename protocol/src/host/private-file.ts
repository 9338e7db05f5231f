import { mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { createFileAtomic, isFileError } from "./atomic-file.js";
import { Refusal } from "./refusal.js";

export const PRIVATE_FILE_MODE = 0o600;
export const PRIVATE_FOLDER_MODE = 0o700;

/** Makes sure the folder is there and closed to everybody else. @throws Refusal KEY_PERMISSIONS if it is open to others. */
export function openPrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
  refuseIfOpenToOthers(folder, PRIVATE_FOLDER_MODE);
}

/** The bytes of a file that only its owner may read, or null if there is none. @throws Refusal KEY_PERMISSIONS if others may read it. */
export function readPrivateFile(path: string): Buffer | null {
  try {
    refuseIfOpenToOthers(path, PRIVATE_FILE_MODE);
    return readFileSync(path);
  } catch (error) {
    if (isFileError(error, "ENOENT")) return null;
    throw error;
  }
}

/**
 * Puts a secret where only its owner may read it, in a folder closed to others, and returns what the file then holds: `content`, or what
 * somebody quicker put there. Never overwrites.
 */
export function keepPrivateFile(path: string, content: string): Buffer {
  openPrivateFolder(dirname(path));
  createFileAtomic(path, content, PRIVATE_FILE_MODE);
  const kept = readPrivateFile(path);
  if (kept === null) throw new Error(`${path} vanished right after it was written`);
  return kept;
}

function refuseIfOpenToOthers(path: string, mode: number): void {
  const found = statSync(path).mode & 0o777;
  if ((found & 0o077) === 0) return;
  throw new Refusal({
    code: "KEY_PERMISSIONS",
    title: "other users of this machine could read a secret",
    detail: `${path} has mode ${octal(found)}; it may be at most ${octal(mode)}`,
    fix: `chmod ${octal(mode)} ${path}`,
  });
}

function octal(mode: number): string {
  return `0${mode.toString(8).padStart(3, "0")}`;
}
