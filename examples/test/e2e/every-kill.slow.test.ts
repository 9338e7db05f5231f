import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { LocalProcess } from "../../src/consortium/processes.js";
import { onceEach, tracesOf } from "./released-once.js";
import { foundTiny, trainedOnce, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
const KILL_AT = pathToFileURL(join(import.meta.dirname, "kill-at.mjs")).href;

/** Every event of the coordinator's journal in a training. What three nodes say stands there three times a round, so the fifth is in the middle of round 2. */
const OF_COORDINATOR = { joined: 2, encapsulated: 2, shared: 2, uploaded: 5, agreed: 5, unmasked: 5, summed: 2 } as const;
/** Every event of a node's journal; those of rounds in round 2. */
const OF_NODE = {
  "admitted": 1, "heard roster": 1, "heard ciphertexts": 1, "heard shares": 1, "heard round": 2, "contributed": 2, "heard survivors": 2, "permitted": 2, "heard unmask": 2, "heard closed": 1,
} as const;
const WHEN = ["before", "after"] as const;

let tiny: TinyConsortium;
let charter: string;
let undisturbed: TrainingView;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  ({ charter, undisturbed } = await trainedOnce(tiny, tinyDraft(NAMES, { deadlineMs: 60_000 })));
});
afterAll(async () => tiny.end());

describe("killed with -9 as it journals an event, and started again, a training ends with the same model and nothing released twice:", () => {
  test.each(casesOf(OF_COORDINATOR))("the coordinator, %s %s", async (when, event, nth) => {
    await expectSameModel([tiny.consortium.coordinator], { event, nth, when });
  });

  // Each node at each event; before and after it in turn, so that every event has both.
  test.each(casesOf(OF_NODE).flatMap(([when, event, nth], i) => nodesFor(i).map((name) => [name, when, event, nth] as const)))("%s, %s %s", async (name, when, event, nth) => {
    await expectSameModel([tiny.consortium.node(name)], { event, nth, when });
  });

  test("all nodes, after their masked vectors were released", async () => {
    await expectSameModel(tiny.consortium.nodes, { event: "contributed", nth: 2, when: "after" });
  });
});

interface Moment {
  readonly event: string;
  readonly nth: number;
  readonly when: (typeof WHEN)[number];
}

function casesOf(events: Readonly<Record<string, number>>): readonly (readonly [Moment["when"], string, number])[] {
  return Object.entries(events).flatMap(([event, nth]) => WHEN.map((when) => [when, event, nth] as const));
}

/** Of the cases `before` and `after` of one event, one has one node and the other the other two. */
function nodesFor(index: number): readonly string[] {
  const first = Math.floor(index / 2) % NAMES.length;
  return NAMES.filter((_, i) => (i === first) === (index % 2 === 0));
}

async function expectSameModel(victims: readonly LocalProcess[], { event, nth, when }: Moment): Promise<void> {
  const { consortium } = tiny;
  const preload = `${KILL_AT}?${new URLSearchParams({ event, nth: String(nth), when }).toString()}`;
  for (const victim of victims) {
    await victim.stop("SIGTERM");
    await victim.start(["--import", preload]);
  }
  const session = await consortium.launch(charter);
  // Whoever is still alive was never at that event, and the test would show nothing.
  for (const victim of victims) await untilTrue(`${victim.name} has killed itself`, () => !victim.isRunning);
  for (const victim of victims) await victim.start();
  const view = await consortium.follow(session, () => undefined);
  expect({ state: view.state, model: view.model, rounds: view.rounds }).toEqual({ state: "done", model: undisturbed.model, rounds: undisturbed.rounds });
  expect(await tracesOf(tiny, session)).toEqual(onceEach(NAMES.length, view.rounds.length));
}
