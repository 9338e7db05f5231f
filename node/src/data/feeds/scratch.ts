import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Folders of this process that are in use or were removed. */
const ours = new Set<string>();

/**
 * A new folder in `parent` that we alone can read. What processes left there that were killed is removed first: it may hold rows. A folder's name says
 * which process it is of; one with our own number that we did not make is of a process before us, as in a container, where all have the same.
 */
export function ownScratch(parent: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(parent)) {
    const pid = Number(/^feed-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isInteger(pid) && !ours.has(name) && (pid === process.pid || !lives(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const name = `feed-${process.pid}-${randomUUID()}`;
  ours.add(name);
  mkdirSync(join(parent, name), { mode: 0o700 });
  return join(parent, name);
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process lives too.
    return typeof error === "object" && error !== null && "code" in error && error.code === "EPERM";
  }
}
