import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LocalProcess } from "../../src/consortium/processes.js";
import { nodeStatus, untilTrue } from "./tiny-consortium.js";

/** When a process dies: just before or just after it commits, for the nth time, an event of its journal or a row of a table. */
export type Moment = { readonly nth: number; readonly when: "before" | "after" } & ({ readonly event: string } | { readonly into: string });

const HOOK = pathToFileURL(join(import.meta.dirname, "kill-at-hook.mjs")).href;

/** Starts a process again, now as one that `killedAt` can reach. Otherwise it is like any other. */
export async function makeMortal(process: LocalProcess): Promise<void> {
  await process.stop("SIGTERM");
  await revive([process]);
}

/** Lets mortal processes kill themselves at a moment, counted from now, of what `run` begins. Returns when they have. */
export async function killedAt<T>(victims: readonly LocalProcess[], moment: Moment, run: () => Promise<T>): Promise<T> {
  for (const victim of victims) {
    // The end of what was before may still be on its way to a node; it is not what is counted.
    if (victim.role === "node") await untilTrue(`${victim.name} is at rest`, async () => (await nodeStatus(victim)).trainings.length === 0);
    // In one step: the victim may look at any time.
    writeFileSync(`${momentFile(victim)}.new`, JSON.stringify(moment));
    renameSync(`${momentFile(victim)}.new`, momentFile(victim));
  }
  const begun = await run();
  // Whoever is still alive was never at that moment, and the test would show nothing.
  for (const victim of victims) await untilTrue(`${victim.name} has killed itself`, () => !victim.isRunning);
  return begun;
}

/** Starts them again, to die of nothing but the next moment that is named. */
export async function revive(victims: readonly LocalProcess[]): Promise<void> {
  for (const victim of victims) {
    rmSync(momentFile(victim), { force: true });
    await victim.start(["--import", `${HOOK}?${new URLSearchParams({ file: momentFile(victim) }).toString()}`]);
  }
}

function momentFile({ folder }: LocalProcess): string {
  return join(folder, "kill-at.json");
}
