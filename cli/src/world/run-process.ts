import type { Shutdown } from "@cohortium/protocol/host/shutdown";
import type { Context } from "./context.js";
import type { Outcome } from "./outcome.js";

/**
 * Runs a process until a signal ends it. Comes back only if it could not start: from then on its shutdown decides when and how all ends.
 *
 * @throws What `start` throws. What it had opened by then is closed when `main.ts` ends the process.
 */
export async function runProcess(context: Context, start: (shutdown: Shutdown) => Promise<{ readonly ready: string }>): Promise<Outcome> {
  const shutdown = context.world.openShutdown();
  const { ready } = await start(shutdown);
  // The process's own log may go to standard output, line by line; among JSON lines one more does no harm.
  if (context.json) context.world.out.write(`${JSON.stringify({ ready })}\n`);
  else context.progress.note(ready);
  return new Promise(() => undefined);
}
