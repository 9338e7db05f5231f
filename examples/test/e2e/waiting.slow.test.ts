import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { onceEach, tracesOf } from "./released-once.js";
import { typeCommand } from "./command-line.js";
import { foundTiny, nodeStatus, processLog, trainedOnce, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
/** Longer than a busy machine needs for a round, short enough to wait for. */
const DEADLINE_MS = 6_000;

let tiny: TinyConsortium;
let charter: string;
/** For what must not end at a deadline: how long a machine takes for it is not what we ask here. */
let patient: string;
let undisturbed: TrainingView;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  ({ charter, undisturbed } = await trainedOnce(tiny, tinyDraft(NAMES, { deadlineMs: DEADLINE_MS })));
  patient = await tiny.consortium.agree(tinyDraft(NAMES, { name: "patient" }));
});
afterAll(async () => tiny.end());

describe("one node of three", () => {
  test("that is paused delays the training and is named while it does; nothing else changes", async () => {
    const { consortium } = tiny;
    const cedar = consortium.node("cedar");
    const session = await consortium.launch(patient);
    await untilTrue("a few rounds are over", async () => (await consortium.view(session)).round >= 2);
    process.kill(cedar.pid ?? 0, "SIGSTOP");
    let waiting = await consortium.view(session);
    await untilTrue("it is named", async () => /^waiting for cedar: no [a-z ]+ for [1-9]\d* s$/.test((waiting = await consortium.view(session)).says));
    process.kill(cedar.pid ?? 0, "SIGCONT");
    const view = await consortium.follow(session, () => undefined);

    expect(waiting.waitingFor).toMatchObject({ parties: ["cedar"], deadlineInSeconds: expect.any(Number) });
    expect(gist(view)).toEqual(gist(undisturbed));
  });

  test("that is dead ends the training with the counts, after the view has named it; when it is back, the next training is like the first", async () => {
    const { consortium } = tiny;
    const birch = consortium.node("birch");
    const session = await consortium.launch(charter);
    await untilTrue("a few rounds are over", async () => (await consortium.view(session)).round >= 2);
    await birch.stop("SIGKILL");
    const said = new Set<string>();
    const view = await consortium.follow(session, ({ state, says }) => { if (state === "running") said.add(says); });

    expect([...said].filter((says) => /^waiting for birch: no [a-z ]+ for [1-9]\d* s; birch is not connected \(last seen \d+ s ago\)$/.test(says))).not.toEqual([]);
    expect(view).toMatchObject({ state: "aborted", model: null, fault: { code: "AGGREGATION_TOO_FEW", says: expect.stringMatching(/heard 2, needed 3|needed 3.*heard 2/) } });
    await birch.start();
    await untilTrue("birch knows that it is over", async () => (await nodeStatus(birch)).trainings.length === 0);
    const again = await consortium.follow(await consortium.launch(charter), () => undefined);
    expect(gist(again)).toEqual(gist(undisturbed));
  });
});

describe("SIGTERM", () => {
  test("parks a training for longer than any deadline: the coordinator that is started again goes on to the same model", async () => {
    const { consortium } = tiny;
    const session = await consortium.launch(charter);
    await untilTrue("a few rounds are over", async () => (await consortium.view(session)).round >= 3);
    const birch = consortium.node("birch");
    const [before, beforeAtNode] = [processLog(consortium.coordinator).length, processLog(birch).length];
    await consortium.coordinator.stop("SIGTERM");
    expect(processLog(consortium.coordinator).slice(before)).toMatch(new RegExp(`stopping; training ${session} is parked at round \\d+`));
    await sleep(DEADLINE_MS + 500);
    expect(processLog(birch).slice(beforeAtNode)).toContain("the other side is shutting down");
    await consortium.coordinator.start();
    const view = await consortium.follow(session, () => undefined);

    expect(gist(view)).toEqual(gist(undisturbed));
    expect(await tracesOf(tiny, session)).toEqual(onceEach(NAMES.length, view.rounds.length));
  });

  test("parks a node, which takes part again when it is started again", async () => {
    const { consortium } = tiny;
    const alder = consortium.node("alder");
    // A node that parks does not stop the round's clock.
    const session = await consortium.launch(patient);
    await untilTrue("a few rounds are over", async () => (await consortium.view(session)).round >= 3);
    const before = processLog(consortium.coordinator).length;
    await alder.stop("SIGTERM");
    expect(processLog(alder)).toContain(`stopping; training ${session} is parked`);
    await untilTrue("the coordinator has read the goodbye", () => processLog(consortium.coordinator).slice(before).includes("a node said goodbye"));
    await alder.start();
    expect(["", ...(await nodeStatus(alder)).trainings.map(({ doing }) => doing)].join()).not.toContain("begins");
    const view = await consortium.follow(session, () => undefined);
    expect(gist(view)).toEqual(gist(undisturbed));
  });
});

describe("a folder in use", () => {
  test.each(["coordinator", "alder"])("is refused to a second process, which names the pid of the first and leaves it alone (%s)", async (name) => {
    const first = name === "coordinator" ? tiny.consortium.coordinator : tiny.consortium.node(name);
    const second = await typeCommand(first.folder, first.role, "start").ended;
    expect(second.code).toBeGreaterThan(0);
    expect(second.says).toContain("LOCK_HELD");
    expect(second.says).toContain(String(first.pid));
    expect(first.isRunning).toBe(true);
  });
});

function gist({ state, says, model, rounds }: TrainingView) {
  return { state, says, model, rounds };
}
