import { mkdirSync, readFileSync, renameSync, unlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { createFileAtomic, isFileError } from "./atomic-file.js";
import { Refusal } from "./refusal.js";

/** The right to be the only process in a data folder. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this process; a lock whose process is gone is taken over.
 *
 * Sees only processes of this machine and PID namespace: two containers that share a volume are not kept apart.
 * @throws Refusal LOCK_HELD with the pid of the process that has it.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const path = resolve(folder, "process.lock");
  if (heldHere.has(path)) throw heldBy(process.pid, folder);
  for (let attempt = 0; attempt < TAKEOVER_ATTEMPTS_MAX; attempt++) {
    if (createFileAtomic(path, ownText(), 0o644)) {
      heldHere.add(path);
      return { release: () => release(path) };
    }
    const text = readOrNull(path);
    if (text === null) continue;
    const holder = parseHolder(text);
    if (holder !== null && isAlive(holder)) throw heldBy(holder.pid, folder);
    removeStale(path, text);
  }
  throw new Refusal({
    code: "LOCK_CONTENDED", title: "the data folder is being taken by several processes at once", detail: folder, fix: "start one of them",
  });
}

interface Holder {
  readonly pid: number;
  readonly start: string;
}

/** Each failed attempt means that another process changed the file in between. */
const TAKEOVER_ATTEMPTS_MAX = 5;

/** A process asking about its own pid would see itself alive, and in a container the next process has the same pid as the last. */
const heldHere = new Set<string>();

function release(path: string): void {
  if (heldHere.delete(path) && readOrNull(path) === ownText()) unlinkSync(path);
}

function ownText(): string {
  return `${process.pid} ${startOf(process.pid)}\n`;
}

function parseHolder(text: string): Holder | null {
  const match = /^(\d{1,10}) (\S+)\n$/.exec(text);
  return match === null ? null : { pid: Number(match[1]), start: String(match[2]) };
}

/** A pid is reused after a reboot; a pid with its start time is not. */
function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (isFileError(error, "ESRCH")) return false;
    if (!isFileError(error, "EPERM")) throw error;
  }
  return holder.start === UNKNOWN_START || holder.start === startOf(holder.pid);
}

const UNKNOWN_START = "-";

/** Clock ticks from boot to the start of the process (proc(5), field 22 of stat), where there is a /proc. */
function startOf(pid: number): string {
  const stat = readOrNull(join("/proc", String(pid), "stat"));
  // The second field is the program's name in brackets and may hold anything, so fields are counted from the last bracket.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? UNKNOWN_START;
}

/** Moves the stale file aside first: of several processes that saw it, one rename succeeds, and it can check what it moved. */
function removeStale(path: string, staleText: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isFileError(error, "ENOENT")) return;
    throw error;
  }
  // Somebody took over between our look and our move: give it back.
  const moved = readOrNull(aside);
  if (moved !== null && moved !== staleText) createFileAtomic(path, moved, 0o644);
  unlinkSync(aside);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isFileError(error, "ENOENT")) return null;
    throw error;
  }
}

function heldBy(pid: number, folder: string): Refusal {
  return new Refusal({
    code: "LOCK_HELD",
    title: "another process works in this data folder",
    detail: `process ${pid} holds ${folder}`,
    fix: `stop it (kill ${pid}), or give this one a folder of its own`,
  });
}
