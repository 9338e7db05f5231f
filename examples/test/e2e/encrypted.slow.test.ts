import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import { seededUniform } from "../../src/story/seeded.js";
import { typeCommand } from "./command-line.js";
import { entriesIn, logSizeOf, tally } from "./published-log.js";
import { objectionsTo } from "./released-once.js";
import { checkpointOf, crash, foundTiny, ledgerOf, trainedOnce, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
const KILLS = 4;
const TREES = { kind: "trees", trees: 2, depth: 2, learningRate: 0.3, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 16, rowSample: 0.8, columnSample: 1, seed: 11 } as const satisfies TreesClause;

let tiny: TinyConsortium;
let encrypted: string;
let masked: TrainingView;
beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  ({ undisturbed: masked } = await trainedOnce(tiny, tinyDraft(NAMES, { name: "tiny-masked" })));
  encrypted = await tiny.consortium.agree(tinyDraft(NAMES, { name: "tiny-encrypted", scheme: "encrypted" }));
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
    const { code, says } = await typeCommand(tiny.folder, "audit", "verify", tiny.published).ended;
    expect(says).toContain("Verified: ");
    expect(code).toBe(0);
  });

  test("grows the trees that grow under masks", async () => {
    const { consortium } = tiny;
    const ends: TrainingView[] = [];
    for (const scheme of ["masked", "encrypted"] as const) {
      const charter = await consortium.agree(tinyDraft(NAMES, { name: `tiny-trees-${scheme}`, scheme, model: TREES }));
      ends.push(await consortium.follow(await consortium.launch(charter), () => undefined));
    }
    const [under, view] = ends;
    expect(under).toMatchObject({ state: "done" });
    expect(view).toMatchObject({ state: "done", model: under?.model, evaluation: under?.evaluation });
    await expectOnce(view?.session ?? "", view?.rounds.length ?? 0);
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
    const charter = await consortium.agree(tinyDraft(NAMES, { name: "tiny-impatient", scheme: "encrypted", deadlineMs: 10_000 }));
    const session = await consortium.launch(charter);
    await untilGrown(session, 30);
    const victim = consortium.node("cedar");
    await victim.stop("SIGKILL");
    const view = await consortium.follow(session, () => undefined);
    expect(view).toMatchObject({ state: "aborted", fault: { code: "AGGREGATION_PART_MISSING", says: expect.stringContaining("cedar") } });
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
