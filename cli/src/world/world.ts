import type { Shutdown } from "@cohortium/protocol/host/shutdown";
import type { Programs } from "./programs.js";

/** A place that text goes to. */
export interface Sink {
  write(text: string): void;
  /** Whether a person sees it, who likes colours and lines that move. */
  readonly isTerminal: boolean;
  /** How wide a person sees it now; undefined where that is not known. */
  readonly columns?: number | undefined;
}

/** Everything a command may touch that is not in a folder. `main.ts` makes the real one; tests make theirs. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative paths on the command line begin, absolute. */
  readonly callerFolder: string;
  /** Results. */
  readonly out: Sink;
  /** Progress, notes and refusals. */
  readonly err: Sink;
  /** What a person answers on one line; null if there is no person, or the person went away. */
  ask(question: string): Promise<string | null>;
  /** Whether there is a person who could. */
  readonly isAttended: boolean;
  readonly nowMs: () => number;
  /** From this call on, Ctrl-C aborts the signal, once; a second Ctrl-C ends the process. */
  interruptible(): AbortSignal;
  /** From this call on, signals end the process in order. For commands that are a process of their own. */
  openShutdown(): Shutdown;
  readonly programs: Programs;
}
