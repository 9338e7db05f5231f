import { setTimeout as sleep } from "node:timers/promises";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { seededUniform } from "../../src/story/seeded.js";
import type { LocalProcess } from "../../src/consortium/processes.js";
import { logSizeOf } from "./published-log.js";
import { crash, type TinyConsortium } from "./tiny-consortium.js";

/** Who is killed, how often, and after how many log entries each time: at least `strideMin`, and up to `strideSpread` more. */
export interface Kills {
  readonly seed: number;
  readonly victims: readonly LocalProcess[];
  readonly times: number;
  readonly strideMin: number;
  readonly strideSpread: number;
}

/** Launches a training and kills processes while it runs. @returns how it ended, and who was killed where. */
export async function trainUnderKills(tiny: TinyConsortium, charter: string, { seed, victims, times, strideMin, strideSpread }: Kills): Promise<{ readonly view: TrainingView; readonly killed: readonly string[] }> {
  const { consortium, published } = tiny;
  const uniform = seededUniform(seed);
  const session = await consortium.launch(charter);
  const killed: string[] = [];
  for (let kill = 0; kill < times; kill++) {
    if (!(await untilGrown(tiny, session, strideMin + Math.floor(strideSpread * uniform())))) break;
    await sleep(30 * uniform());
    const victim = victims[Math.floor(victims.length * uniform())] ?? consortium.coordinator;
    const before = logSizeOf(published);
    await crash(victim);
    killed.push(`${victim.name} at ${before}`);
  }
  return { view: await consortium.follow(session, () => undefined), killed };
}

/** Waits until the log has so many more entries; false if the training ended before. */
async function untilGrown({ consortium, published }: TinyConsortium, session: string, entries: number): Promise<boolean> {
  const goal = logSizeOf(published) + entries;
  for (let looks = 1; logSizeOf(published) < goal; looks++) {
    // To read a size costs nothing; a coordinator that is asked all the time gets on with little else.
    const view = looks % 20 === 0 ? await consortium.view(session).catch(() => null) : null;
    if (view !== null && view.state !== "running") return false;
    await sleep(4);
  }
  return true;
}
