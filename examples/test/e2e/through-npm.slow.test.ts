import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";
import { foundTiny, type TinyConsortium } from "./tiny-consortium.js";

const ROOT = join(import.meta.dirname, "..", "..", "..");
let tiny: TinyConsortium | undefined;
afterEach(() => tiny?.end());

/** What the README tells people to type, in a process group of its own. */
function throughNpm(folder: string): ChildProcess {
  return spawn("npm", ["run", "--silent", "cohortium", "--", "--folder", folder, "coordinator", "start"], { cwd: ROOT, stdio: "ignore", detached: true });
}

async function until(what: () => boolean, seconds: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < seconds * 1_000; waitedMs += 50) {
    if (what()) return true;
    await sleep(50);
  }
  return what();
}

test.each([
  ["npm is told to end", "SIGTERM", false], ["everybody is told to end, as service managers do", "SIGTERM", true], ["the terminal goes away", "SIGHUP", true],
  ["npm alone is told that the terminal goes away", "SIGHUP", false],
] as const)("a process started through npm ends in order when %s", async (_, signal, isToAll) => {
  tiny = await foundTiny([]);
  const { folder } = tiny.consortium.coordinator;
  await tiny.consortium.coordinator.stop("SIGTERM");
  const npm = throughNpm(folder);
  const lock = join(folder, "process.lock");
  expect(await until(() => existsSync(join(folder, "admin", "address")) && existsSync(lock), 60)).toBe(true);
  process.kill(isToAll ? -(npm.pid ?? 0) : npm.pid ?? 0, signal);
  if (npm.exitCode === null && npm.signalCode === null) await once(npm, "exit");
  // The lock is given back by whoever closed everything; a process that lives on, or was killed, leaves it.
  expect(await until(() => !existsSync(lock), 20)).toBe(true);
});
