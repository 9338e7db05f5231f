import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isFileError } from "@cohortium/protocol/host/atomic-file";
import { Refusal } from "@cohortium/protocol/host/refusal";

/** Files that make one table, in order of their names, and what they looked like when they were found. */
export interface FoundFiles {
  readonly paths: readonly string[];
  /** Changes when a file is replaced, grows, shrinks, or is written to. */
  readonly looks: string;
}

/** What a path means: a file, a folder (the files right in it), or a pattern with `*` and `?` in its last part. @throws Refusal DATA_FILE_MISSING. */
export async function findFiles(path: string): Promise<FoundFiles> {
  const paths = await pathsOf(path);
  if (paths.length === 0) throw missing(path, /[*?]/.test(basename(path)) ? "no file fits the pattern" : "there is no file in the folder");
  return found(paths);
}

/** One file at exactly this path, whatever characters are in it. */
export function findFile(path: string): Promise<FoundFiles> {
  return found([path]);
}

async function found(paths: readonly string[]): Promise<FoundFiles> {
  const looks = createHash("sha256");
  for (const file of paths) {
    const { size, mtimeMs, ino } = await stat(file).catch((error: unknown) => { throw unreadable(file, error); });
    looks.update(`${file}\n${size} ${mtimeMs} ${ino}\n`);
  }
  return { paths, looks: looks.digest("hex") };
}

/** @throws Refusal DATA_CHANGED if a file is not what it was when it was found. */
export function checkUnchanged(path: string, before: FoundFiles, after: FoundFiles): void {
  if (after.looks === before.looks) return;
  throw new Refusal({
    code: "DATA_CHANGED", title: "the feed changed while it was read", detail: path, fix: "let whatever writes it finish, or export to another name and rename; then try again",
  });
}

async function pathsOf(path: string): Promise<readonly string[]> {
  const name = basename(path);
  if (/[*?]/.test(name)) return fitting(dirname(path), patternOf(name));
  const seen = await stat(path).catch((error: unknown) => { throw unreadable(path, error); });
  // A folder's hidden files, and those that a system leaves half written, are not rows.
  return seen.isDirectory() ? fitting(path, /^[^._]/) : [path];
}

async function fitting(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => { throw unreadable(folder, error); });
  return entries.filter((entry) => entry.isFile() && pattern.test(entry.name)).map(({ name }) => join(folder, name)).sort();
}

function patternOf(name: string): RegExp {
  const escaped = name.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "u");
}

function unreadable(path: string, error: unknown): Refusal {
  return isFileError(error, "ENOENT") ? missing(path, "there is no such file") : missing(path, "it may not be read");
}

function missing(path: string, why: string): Refusal {
  return new Refusal({ code: "DATA_FILE_MISSING", title: `the feed cannot be opened: ${why}`, detail: path, fix: "put the export there, or correct the path of the feed" });
}
