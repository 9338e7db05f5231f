import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { seededUniform } from "../../src/bank-marketing/seeded.js";
import { entriesIn, logSizeOf, tally } from "./published-log.js";
import { objectionsTo } from "./released-once.js";
import { checkpointOf, crash, foundTiny, ledgerOf, NO_STEPS, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
const KILLS = 4;

let tiny: TinyConsortium;
let encrypted: string;
let masked: TrainingView;
beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  await tiny.consortium.enrol(NO_STEPS);
  const charter = await tiny.consortium.agree(tinyDraft(NAMES, { name: "tiny-masked" }));
  encrypted = await tiny.consortium.agree(tinyDraft(NAMES, { name: "tiny-encrypted", scheme: "encrypted" }));
  masked = await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined);
});
afterAll(async () => tiny.end());

/** What must hold of a training under encrypted sums, whoever was killed. */
async function expectOnce(session: string, rounds: number): Promise<void> {
  const entries = entriesIn(tiny.published, session);
  const once = Array.from({ length: NAMES.length * rounds }, () => 1);
  expect([...tally(entries, "key.commit").values()]).toEqual(NAMES.map(() => 1));
  for (const type of ["round.sealed", "round.decryption"] as const) expect([...tally(entries, type).values()]).toEqual(once);
  for (const node of tiny.consortium.nodes) {
    const lines = (await ledgerOf(node, session)).filter(({ kind }) => ["share", "c0", "c1", "decryption", "decrypted"].includes(kind));
    const places = lines.map(({ round, kind }) => `${round} ${kind}`);
    expect(places).toHaveLength(1 + 4 * rounds);
    expect(new Set(places).size).toBe(places.length);
    expect(objectionsTo(tiny.published, (await checkpointOf(node)).checkpoint)).toEqual([]);
  }
}

describe("a training under encrypted sums, with real processes", () => {
  test("ends with the model and the evaluation of one under masks, and an audit computes every sum again", async () => {
    const session = await tiny.consortium.launch(encrypted);
    const view = await tiny.consortium.follow(session, () => undefined);
    expect(view).toMatchObject({ state: "done", model: masked.model, evaluation: masked.evaluation });
    await expectOnce(session, view.rounds.length);
  });

  test.each([{ seed: 1, who: "one node" }, { seed: 2, who: "any process" }])("ends with that model also when processes are killed, and nothing is decrypted twice (seed $seed, kills $who)", async ({ seed, who }) => {
    const { consortium } = tiny;
    const uniform = seededUniform(seed);
    const victims = who === "one node" ? [consortium.node("birch")] : [consortium.coordinator, ...consortium.nodes];
    const session = await consortium.launch(encrypted);
    let kills = 0;
    for (; kills < KILLS && await untilGrown(session, 8 + Math.floor(20 * uniform())); kills++) {
      await sleep(40 * uniform());
      await crash(victims[Math.floor(victims.length * uniform())] ?? consortium.coordinator);
    }
    const view = await consortium.follow(session, () => undefined);
    expect(kills).toBe(KILLS);
    expect(view).toMatchObject({ state: "done", model: masked.model });
    await expectOnce(session, view.rounds.length);
  });

  test("ends cleanly when a node does not come back: nothing of the round is opened, and the next training goes well", async () => {
    const { consortium } = tiny;
    const charter = await consortium.agree(tinyDraft(NAMES, { name: "tiny-impatient", scheme: "encrypted", deadlineMs: 4_000 }));
    const session = await consortium.launch(charter);
    await untilGrown(session, 30);
    const victim = consortium.node("cedar");
    await victim.stop("SIGKILL");
    const view = await consortium.follow(session, () => undefined);
    expect(view).toMatchObject({ state: "aborted", fault: { code: "AGGREGATION_TOO_FEW" } });
    const entries = entriesIn(tiny.published, session);
    const counted = (type: string) => entries.filter(({ statement }) => statement.type === type).length;
    expect(counted("round.offer") - counted("round.result")).toBe(1);
    await victim.start();
    expect(await consortium.follow(await consortium.launch(encrypted), () => undefined)).toMatchObject({ state: "done", model: masked.model });
    expect(objectionsTo(tiny.published, (await checkpointOf(victim)).checkpoint)).toEqual([]);
  });
});

/** Waits until the log has so many more entries; false if the training ended before. */
async function untilGrown(session: string, entries: number): Promise<boolean> {
  const goal = logSizeOf(tiny.published) + entries;
  while (logSizeOf(tiny.published) < goal) {
    const view = await tiny.consortium.view(session).catch(() => null);
    if (view !== null && view.state !== "running") return false;
    await sleep(2);
  }
  return true;
}
