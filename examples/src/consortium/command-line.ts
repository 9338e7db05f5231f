import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

/** The command line, built: what a partner or an operator would type. */
export const CLI = join(import.meta.dirname, "..", "..", "..", "cli", "dist", "main.js");

/** A command as a person would type it, in a process of its own. */
export interface Typed {
  readonly child: ChildProcess;
  /** What it has written so far. */
  said(): string;
  /** `code` is null if it was killed. `says` is everything it wrote. */
  readonly ended: Promise<{ readonly code: number | null; readonly says: string }>;
}

export function typeCommand(folder: string, ...args: readonly string[]): Typed {
  const child = spawn(process.execPath, [CLI, "--folder", folder, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let says = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { says += String(chunk); });
  return { child, said: () => says, ended: new Promise((resolve) => child.once("close", (code) => resolve({ code, says }))) };
}
