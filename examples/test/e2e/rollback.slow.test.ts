import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { logSizeOf } from "./published-log.js";
import { objectionsTo } from "./released-once.js";
import { checkpointOf, foundTiny, NO_STEPS, nodeStatus, processLog, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
let tiny: TinyConsortium;
let charter: string;
/** All that changes in a coordinator's folder. Its keys stay where they are. */
const STATE = ["public", "coordinator.db", "coordinator.db-wal", "coordinator.db-shm"];
/** A copy of the coordinator's state from before the last thing it did, and one from after. */
let older: string;
let newest: string;
let seen: { readonly size: number; readonly checkpoint: string };

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  const { consortium } = tiny;
  await consortium.enrol(NO_STEPS);
  charter = await consortium.agree(tinyDraft(NAMES));
  older = await copied("older");
  await moveOn();
});
afterAll(async () => tiny.end());

describe("a coordinator whose folder was put back to an older copy", () => {
  test.each([
    { what: "journal and log", parts: STATE }, { what: "only the published log", parts: ["public"] },
  ])("($what) is believed by no node: each says that the log shrank, keeps its checkpoint and answers nothing", async ({ parts }) => {
    await restore(older, parts);
    for (const { name } of tiny.consortium.nodes) {
      await untilTrue(`${name} turns away`, async () => (await statusOf(name)).link.says.includes("LOG_EVIDENCE"));
      expect((await statusOf(name)).log.distrust).toBe(`the log shrank from ${seen.size} to ${logSizeOf(tiny.published)} entries`);
      expect(processLog(tiny.consortium.node(name))).toContain("LOG_EVIDENCE");
    }
    expect(await checkpointOf(tiny.consortium.node("alder"))).toMatchObject(seen);
    expect(objectionsTo(tiny.published, seen.checkpoint).join()).toContain("ANCHOR_ROLLBACK");
    await restore(newest, STATE);
    await untilConnected();
    await moveOn();
  });

  test("that goes on from there as if nothing had happened shows another history, and is refused for that", async () => {
    await restore(older, STATE);
    const { admin } = tiny.consortium.coordinator;
    for (let i = 0; logSizeOf(tiny.published) <= seen.size + 1; i++) await admin.post("/v1/charters", { draft: tinyDraft(NAMES, { name: `other-${i}` }) }, z.unknown());
    for (const { name } of tiny.consortium.nodes) {
      await untilTrue(`${name} says why`, async () => /does not continue the one of/.test((await statusOf(name)).log.distrust ?? ""));
    }
    // By itself the other history is sound; only somebody who kept a checkpoint of the first can tell.
    expect(objectionsTo(tiny.published, null)).toEqual([]);
    expect(objectionsTo(tiny.published, seen.checkpoint).join()).toContain("ANCHOR_FORK");
  });

  test("is believed again once the newest copy is back, and the consortium trains", async () => {
    await restore(newest, STATE);
    await untilConnected();
    expect(await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined)).toMatchObject({ state: "done" });
    expect(objectionsTo(tiny.published, seen.checkpoint)).toEqual([]);
    for (const { name } of tiny.consortium.nodes) expect((await statusOf(name)).log.distrust).toBeNull();
  });
});

/** Something happens that every node sees; from then on none has a reason for distrust. */
async function moveOn(): Promise<void> {
  const { consortium } = tiny;
  const session = await consortium.launch(charter);
  await consortium.coordinator.admin.post(`/v1/trainings/${session}/cancel`, {}, z.unknown());
  for (const node of consortium.nodes) {
    await untilTrue(`${node.name} has seen all of the log`, async () => (await checkpointOf(node)).size === logSizeOf(tiny.published));
    expect((await statusOf(node.name)).log.distrust).toBeNull();
  }
  seen = await checkpointOf(consortium.node("alder"));
  newest = await copied("newest");
}

async function copied(name: string): Promise<string> {
  const { coordinator } = tiny.consortium;
  await coordinator.stop("SIGTERM");
  const copy = join(tiny.folder, `copy-${name}`);
  rmSync(copy, { recursive: true, force: true });
  for (const part of STATE) if (existsSync(join(coordinator.folder, part))) cpSync(join(coordinator.folder, part), join(copy, part), { recursive: true });
  await coordinator.start();
  return copy;
}

async function restore(copy: string, parts: readonly string[]): Promise<void> {
  const { coordinator } = tiny.consortium;
  await coordinator.stop("SIGKILL");
  for (const part of parts) {
    rmSync(join(coordinator.folder, part), { recursive: true, force: true });
    if (existsSync(join(copy, part))) cpSync(join(copy, part), join(coordinator.folder, part), { recursive: true });
  }
  await coordinator.start();
}

async function statusOf(name: string) {
  return nodeStatus(tiny.consortium.node(name));
}

async function untilConnected(): Promise<void> {
  for (const { name } of tiny.consortium.nodes) await untilTrue(`${name} is connected again`, async () => (await statusOf(name)).link.kind === "connected");
}
