import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isFileError, writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { Refusal } from "@cohortium/protocol/host/refusal";

/** Asks before anything is done that cannot be undone whether its result can be written. @throws Refusal USAGE_WRITE */
export function checkWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
    if (isFolder(path)) throw refusal(path, "there is a folder of this name");
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw refusal(path, "its folder is not there, or not for you to write to");
  }
}

/** Asks whether writing would take away what is there. @throws Refusal USAGE_EXISTS */
export function checkFree(path: string, fix: string): void {
  if (existsSync(path)) throw new Refusal({ code: "USAGE_EXISTS", title: "there is a file of this name already", detail: path, fix });
}

/** Writes what a person asked to have in a file. @throws Refusal USAGE_WRITE */
export function writeOut(path: string, content: string | Uint8Array, mode: number): void {
  checkWritable(path);
  writeFileAtomic(path, content, mode);
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (isFileError(error, "ENOENT")) return false;
    throw error;
  }
}

function refusal(path: string, detail: string): Refusal {
  return new Refusal({ code: "USAGE_WRITE", title: `${path} cannot be written`, detail, fix: "name a file in a folder that is there and yours" });
}
