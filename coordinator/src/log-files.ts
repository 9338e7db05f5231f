import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

/** Named files that survive a crash: what a log is kept in. */
export interface LogFiles {
  /** Null if there is no such file. */
  read(path: string): Uint8Array | null;
  /** When it returns, the file is whole and durable under its name; before, its old state is. MUST NOT leave anything in between. */
  replace(path: string, bytes: Uint8Array): void;
  /** Removes a file, or a folder with all in it. Need not be durable. */
  remove(path: string): void;
}

/** Files under one folder, which is made if it is not there. */
export function folderFiles(folder: string): LogFiles {
  mkdirSync(folder, { recursive: true });
  return {
    read: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : null),
    replace: (path, bytes) => replace(folder, join(folder, path), bytes),
    remove: (path) => rmSync(join(folder, path), { recursive: true, force: true }),
  };
}

function replace(folder: string, file: string, bytes: Uint8Array): void {
  const isNewFolder = mkdirSync(dirname(file), { recursive: true }) !== undefined;
  const written = `${file}.new`;
  const descriptor = openSync(written, "w", 0o644);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(written, file);
  // A name is durable once its folder is; a new folder's name, once the folder above is.
  for (let at = dirname(file); ; at = dirname(at)) {
    fsyncFolder(at);
    if (!isNewFolder || at === folder || at === dirname(at)) return;
  }
}

function fsyncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
