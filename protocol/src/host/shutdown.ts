import type { ExitCode } from "./exit-codes.js";

/** What a process closes before it ends. */
export type Closer = () => void | Promise<void>;

/** The parts of `process` that ending needs, so that a test can watch a process end without dying with it. */
export interface Ending {
  readonly signals: { on(signal: "SIGTERM" | "SIGHUP" | "SIGINT", listener: () => void): unknown };
  exit(code: ExitCode): void;
  /** Told what went wrong while closing; a closer that fails does not keep the others from running. */
  report(message: string): void;
  readonly boundMs: number;
}

export interface Shutdown {
  /** Aborts when the end begins; long waits listen to it. */
  readonly begun: AbortSignal;
  /** Closers run last registered first, one after another, since what was opened later stands on what was opened before. */
  onClose(name: string, close: Closer): void;
  /** Ends the process in order. The first caller's code counts. */
  end(code: ExitCode): Promise<void>;
}

/** Ten seconds, the grace a container runtime gives between SIGTERM and SIGKILL. */
export const CLOSE_BOUND_MS = 10_000;

/**
 * Listens for SIGTERM and SIGHUP (exit 0: we did as told) and SIGINT (130). A second SIGINT exits at once: somebody sits there and means it. A
 * second of the others changes nothing, because a service manager may tell every process of a group. Only a `main.ts` calls this.
 */
export function installShutdown(ending: Ending): Shutdown {
  const begun = new AbortController();
  const closers: { readonly name: string; readonly close: Closer }[] = [];

  async function end(code: ExitCode): Promise<void> {
    if (begun.signal.aborted) return;
    begun.abort();
    const allClosed = await within(ending.boundMs, closeAll(closers, ending.report));
    if (!allClosed) ending.report(`not everything closed within ${ending.boundMs / 1_000} s`);
    ending.exit(allClosed ? code : 1);
  }

  ending.signals.on("SIGTERM", () => void end(0));
  ending.signals.on("SIGHUP", () => void end(0));
  ending.signals.on("SIGINT", () => {
    if (begun.signal.aborted) ending.exit(130);
    else void end(130);
  });
  return { begun: begun.signal, onClose: (name, close) => void closers.push({ name, close }), end };
}

async function closeAll(closers: readonly { readonly name: string; readonly close: Closer }[], report: Ending["report"]): Promise<void> {
  for (const { name, close } of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      report(`closing ${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Whether `work` settled in time. */
function within(boundMs: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), boundMs);
    void work.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
