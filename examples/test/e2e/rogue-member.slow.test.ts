import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { entriesIn } from "./published-log.js";
import { objectionsTo } from "./released-once.js";
import { joinAsRogue, type Forgery } from "./rogue-member.js";
import { checkpointOf, exchangePortOf, foundTiny, NO_STEPS, processLog, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar", "dogwood"];
const ROGUE = "dogwood";
const HONEST = NAMES.filter((name) => name !== ROGUE);
/** Long enough for three honest nodes on a busy machine, short enough to wait for the fourth a few times. */
const DEADLINE_MS = 6_000;

let tiny: TinyConsortium;
let leave: () => Promise<void> = () => Promise.resolve();
let forge: Forgery = (words) => words;
let charters = 0;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  await tiny.consortium.enrol(NO_STEPS);
});
afterAll(async () => {
  await leave();
  await tiny.end();
});

describe("a member that uploads what it did not compute", () => {
  test("keeps to the protocol otherwise; control: with honest words the training gives a model", async () => {
    const session = await trainWith((words) => words);
    expect(await tiny.consortium.view(session)).toMatchObject({ state: "done" });
  });

  test.each<{ readonly what: string; readonly forgery: Forgery }>([
    { what: "half of the words", forgery: (words) => words.subarray(0, words.length / 2) },
    { what: "twice the words", forgery: (words) => Buffer.concat([words, words]) },
    { what: "no words", forgery: () => Buffer.alloc(0) },
  ])("($what) is refused and dropped at the deadline; the others train without it and the audit holds", async ({ forgery }) => {
    const session = await trainWith(forgery);
    const view = await tiny.consortium.view(session);
    expect({ state: view.state, survivors: view.rounds[0]?.survivors }).toEqual({ state: "done", survivors: HONEST });
    expect(entriesIn(tiny.published, session).filter(({ statement }) => statement.type === "round.upload" && statement.actor === ROGUE)).toEqual([]);
    expect(processLog(tiny.consortium.coordinator)).toMatch(/"party":"dogwood","by":"us","code":"WIRE_BULK"/);
    expect(objectionsTo(tiny.published, (await checkpointOf(tiny.consortium.node("alder"))).checkpoint)).toEqual([]);
  });

  test("(words at random) ends the training by the guard: no model comes of it, and nothing of the others shows", async () => {
    const session = await trainWith((words) => words.map((byte, i) => (byte + 37 * i + 11) % 256) as Buffer);
    expect(await tiny.consortium.view(session)).toMatchObject({ state: "aborted", model: null, fault: { code: "AGGREGATION_GUARD" } });
  });
});

/** Under a charter of its own: one that was trained under over other companies is not asked again. */
async function trainWith(forgery: Forgery): Promise<string> {
  const { consortium } = tiny;
  await leave();
  if (!consortium.node(ROGUE).isRunning) await consortium.node(ROGUE).start();
  const charter = await consortium.agree(tinyDraft(NAMES, { deadlineMs: DEADLINE_MS, dropouts: "continue", name: `tiny-${charters++}` }));
  await consortium.node(ROGUE).stop("SIGTERM");
  forge = forgery;
  leave = await joinAsRogue(consortium.node(ROGUE), { port: exchangePortOf(tiny), rows: tiny.rowsFile(ROGUE) }, () => forge);
  const session = await consortium.launch(charter);
  await consortium.follow(session, () => undefined);
  return session;
}
