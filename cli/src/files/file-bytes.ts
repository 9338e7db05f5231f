import { readFileSync, statSync } from "node:fs";

/** The bytes of a file, or null if there is no file of that name, a folder included. */
export function fileBytes(path: string): Uint8Array | null {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path) : null;
}
