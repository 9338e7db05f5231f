import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { entriesIn, tally } from "./published-log.js";
import { objectionsTo } from "./released-once.js";
import { openSlowLine, type SlowLine } from "./slow-line.js";
import { checkpointOf, exchangePortOf, foundTiny, NO_STEPS, reconfigure, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar", "dogwood", "elder"];
const VICTIM = "cedar";
const OTHERS = NAMES.filter((name) => name !== VICTIM);
/** Long enough for four busy nodes on a busy machine, short enough to wait for a dead fifth a few times. */
const DEADLINE_MS = 6_000;
/** The victim's line is made so slow, where it is to die, that no phase ends before somebody has seen it begin. */
const SLOW_MS = 600;
const LAST_ROUND = 8;
/** The line becomes slow so many rounds before the one to be seen: while it is fast, a busy machine may look too seldom to see them all. */
const ROUNDS_AHEAD = 2;

let tiny: TinyConsortium;
let line: SlowLine;
let undisturbed: TrainingView;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  const { consortium } = tiny;
  line = await openSlowLine(exchangePortOf(tiny));
  reconfigure(consortium.node(VICTIM), (yaml) => yaml.replace(`localhost:${exchangePortOf(tiny)}`, `localhost:${line.port}`));
  await consortium.enrol(NO_STEPS);
  undisturbed = await consortium.follow(await consortium.launch(await newCharter()), () => undefined);
});
afterAll(async () => {
  await tiny.end();
  await line.close();
});

describe("one node of five is killed for good", () => {
  test("the undisturbed training takes as many rounds as the cases below assume", () => {
    expect(undisturbed.rounds.map(({ survivors }) => survivors.length)).toEqual(Array.from({ length: LAST_ROUND }, () => 5));
  });

  test.each([
    { phase: "joining", round: 0 }, { phase: "encapsulating", round: 0 }, { phase: "sharing", round: 0 },
  ])("while the set-up is $phase: the others train without it from the first round on", async ({ phase, round }) => {
    const { session, view } = await trainWithDeath(round, phase);
    expect({ state: view.state, survivors: view.rounds.map(({ survivors }) => survivors) }).toEqual({ state: "done", survivors: view.rounds.map(() => OTHERS) });
    expect([...tally(entriesIn(tiny.published, session), "round.upload").keys()].filter((key) => key.endsWith(VICTIM))).toEqual([]);
    await expectAudited();
  });

  test("before it uploaded: the round goes on without it, and the others reveal their masks with it", async () => {
    const { session, view } = await trainWithDeath(LAST_ROUND - 1, "uploading");
    expect(view).toMatchObject({ state: "done" });
    expect(view.rounds.map(({ survivors }) => survivors)).toEqual(view.rounds.map(({ round }) => (round < LAST_ROUND - 1 ? NAMES : OTHERS)));
    const unmasks = bodies(session, "round.unmask", LAST_ROUND - 1) as { orphans: object }[];
    expect(unmasks.map(({ orphans }) => Object.keys(orphans))).toEqual(OTHERS.map(() => [VICTIM]));
    expect(bodies(session, "round.result", LAST_ROUND - 1)).toMatchObject([{ recovered: { self: {}, orphans: {} } }]);
    await expectAudited();
  });

  test("before it uploaded, under a charter that lets no dropout change the sums: the training ends, after the first sum and not before", async () => {
    const { view } = await trainWithDeath(2, "uploading", "end");
    expect(view).toMatchObject({ state: "aborted", model: null, fault: { code: "AGGREGATION_TOO_FEW", says: expect.stringMatching(/heard 4.*needed 5|needed 5.*heard 4/) } });
  });

  test.each([
    { phase: "agreeing" }, { phase: "unmasking" },
  ])("after it uploaded, while the round is $phase: its part stays in the sum, by the others' shares of its mask", async ({ phase }) => {
    const { session, view } = await trainWithDeath(LAST_ROUND, phase);
    expect({ state: view.state, model: view.model, evaluation: view.evaluation, survivors: view.rounds.at(-1)?.survivors })
      .toEqual({ state: "done", model: undisturbed.model, evaluation: undisturbed.evaluation, survivors: NAMES });
    const [result] = bodies(session, "round.result", LAST_ROUND) as { recovered: { self: object; orphans: object } }[];
    expect({ self: Object.keys(result?.recovered.self ?? {}), orphans: result?.recovered.orphans }).toEqual({ self: [VICTIM], orphans: {} });
    await expectAudited();
  });

  test("a line that breaks in every phase of a round costs nothing but time", async () => {
    const session = await tiny.consortium.launch(await newCharter(60_000));
    const cuts = new Set<string>();
    const view = await tiny.consortium.follow(session, ({ round, phase }) => {
      if (round % 3 !== 1 || cuts.has(phase)) return;
      cuts.add(phase);
      line.cut();
    });
    expect(cuts.size).toBeGreaterThan(0);
    expect({ state: view.state, model: view.model }).toEqual({ state: "done", model: undisturbed.model });
  });
});

/** Runs a training in which the victim is cut off as soon as `phase` of `round` begins, killed when it waits for the victim alone, and brings it back when all is over. */
async function trainWithDeath(round: number, phase: string, dropouts: "end" | "continue" = "continue"): Promise<{ readonly session: string; readonly view: TrainingView }> {
  const { consortium } = tiny;
  const victim = consortium.node(VICTIM);
  const charter = await newCharter(DEADLINE_MS, dropouts);
  line.delayMs = round === 0 ? SLOW_MS : 0;
  const session = await consortium.launch(charter);
  try {
    const until = (what: string, holds: (view: TrainingView) => boolean) => untilTrue(what, async () => {
      const view = await consortium.view(session);
      if (view.state !== "running") throw new Error(`over before ${what}: ${view.says}`);
      return holds(view);
    });
    if (round > 0) await until(`round ${round} is near`, (view) => view.round >= round - ROUNDS_AHEAD);
    line.delayMs = SLOW_MS;
    const isAt = (view: TrainingView) => view.round === round && view.phase === phase;
    await until(`${phase} of round ${round} begins`, isAt);
    // What it still has to say in this phase would need the line twice: it will not be heard, however late we come to kill it.
    line.hold();
    await until(`${phase} of round ${round} waits for ${VICTIM}`, (view) => isAt(view) && view.waitingFor?.parties.join() === VICTIM);
    await victim.stop("SIGKILL");
    return { session, view: await consortium.follow(session, () => undefined) };
  } finally {
    line.delayMs = 0;
    await victim.stop("SIGKILL");
    line.release();
    await victim.start();
  }
}

/** One per training, because a node never opens one question on the same rows under one charter over two lists of survivors. */
async function newCharter(deadlineMs = DEADLINE_MS, dropouts: "end" | "continue" = "continue"): Promise<string> {
  return tiny.consortium.agree(tinyDraft(NAMES, { deadlineMs, dropouts, name: `tiny-${charters++}` }));
}
let charters = 0;

function bodies(session: string, type: string, round: number): readonly unknown[] {
  return entriesIn(tiny.published, session).filter(({ statement }) => statement.type === type && statement.round === round)
    .sort((a, b) => (a.statement.actor < b.statement.actor ? -1 : 1)).map(({ statement }) => statement.body);
}

/** With what a node that lived through it all has kept. */
async function expectAudited(): Promise<void> {
  const { checkpoint } = await checkpointOf(tiny.consortium.node("alder"));
  expect(objectionsTo(tiny.published, checkpoint)).toEqual([]);
}
