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
  context.world.out.write(`${context.json ? JSON.stringify({ ready }) : ready}\n`);
  return new Promise(() => undefined);
}
