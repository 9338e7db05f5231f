import { createInterface } from "node:readline/promises";
import type { ExitCode } from "@cohortium/protocol/host/exit-codes";
import { CLOSE_BOUND_MS, installShutdown, type Shutdown } from "@cohortium/protocol/host/shutdown";
import type { Sink, World } from "../world/world.js";
import { PROGRAMS } from "./loading.js";

/** The real world, and how to leave it: what a process opened is closed first. */
export interface Terminal {
  readonly world: World;
  end(code: ExitCode): Promise<void>;
}

/** The world as this process sees it. @param exit - Ends the process; only `main.ts` has such a thing. */
export function openTerminal(exit: (code: ExitCode) => void): Terminal {
  let shutdown: Shutdown | null = null;
  const world: World = {
    environment: process.env,
    // Set by the script that starts us from the repository's root on behalf of somebody elsewhere.
    callerFolder: process.env["COHORTIUM_CALLER_DIR"] ?? process.cwd(),
    out: sinkTo(process.stdout),
    err: sinkTo(process.stderr),
    ask,
    isAttended: isAttended(),
    nowMs: () => Date.now(),
    interruptible: () => {
      const stop = new AbortController();
      process.once("SIGINT", () => stop.abort());
      return stop.signal;
    },
    openShutdown: () => {
      const report = (message: string): void => void process.stderr.write(`${message}\n`);
      shutdown = installShutdown({ signals: process, exit, report, boundMs: CLOSE_BOUND_MS });
      return shutdown;
    },
    programs: PROGRAMS,
  };
  return { world, end: async (code) => (shutdown === null ? exit(code) : shutdown.end(code)) };
}

function sinkTo(stream: NodeJS.WriteStream): Sink {
  return {
    write: (text) => void stream.write(text), isTerminal: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
  };
}

function isAttended(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks on standard error, so that standard output holds results alone. */
async function ask(question: string): Promise<string | null> {
  if (!isAttended()) return null;
  // Not as a readline terminal: Ctrl-C then stays the signal it is, and ends us.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const gone = new Promise<null>((resolve) => lines.once("close", () => resolve(null)));
  try {
    return await Promise.race([lines.question(question), gone]);
  } finally {
    lines.close();
  }
}
