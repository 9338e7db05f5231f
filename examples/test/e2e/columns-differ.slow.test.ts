import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CHARTER_WORDS, type OwnWords } from "@cohortium/node/data/recipe/own-words";
import { typeCommand } from "./command-line.js";
import { entriesIn } from "./published-log.js";
import { objectionsTo } from "./released-once.js";
import { joinAsRogue } from "./rogue-member.js";
import { tinyDraft } from "./tiny-charter.js";
import { checkpointOf, exchangePortOf, foundTiny, NO_STEPS, processLog, untilTrue, type TinyConsortium } from "./tiny-consortium.js";

const NAMES = ["alder", "birch", "cedar"];
const SAYS = "cedar says visits is in weeks, the charter says visits";

/** cedar's own data contract. */
const contract = (unit: string): OwnWords => ({ ...CHARTER_WORDS, claimOf: ({ column }) => (column === "visits" ? { logicalType: "integer", unit } : null) });

let tiny: TinyConsortium;
let charter: string;
let leave: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  await tiny.consortium.enrol(NO_STEPS);
  charter = await tiny.consortium.agree(tinyDraft(NAMES));
  await tiny.consortium.node("cedar").stop("SIGTERM");
});
afterAll(async () => {
  await leave();
  await tiny.end();
});

test("a company whose contract says another unit than the charter ends the training: the watcher, every node, the log and the exit code say which column, who, and what", async () => {
  await cedarJoins("weeks");
  const session = await tiny.consortium.launch(charter);
  const watched = await typeCommand(tiny.consortium.coordinator.folder, "round", "watch", session).ended;

  expect(watched).toMatchObject({ code: 4, says: expect.stringContaining(SAYS) });
  expect(await tiny.consortium.view(session)).toMatchObject({ state: "aborted", model: null, rounds: [], fault: { code: "TRAINING_SCHEMA", says: expect.stringContaining(SAYS) } });
  await untilTrue("the nodes have heard of it", () => ["alder", "birch"].every((name) => processLog(tiny.consortium.node(name)).includes(SAYS)));
  const entries = entriesIn(tiny.published, session);
  expect(entries.map(({ statement }) => statement.type).filter((type) => type.startsWith("round") || type === "model")).toEqual([]);
  expect(entries.find(({ statement }) => statement.type === "session.abort")?.statement.body).toMatchObject({ code: "TRAINING_SCHEMA", detail: { because: SAYS } });
  expect(objectionsTo(tiny.published, (await checkpointOf(tiny.consortium.node("alder"))).checkpoint)).toEqual([]);
});

test("once the contract says what the charter says, the same rows train", async () => {
  await cedarJoins("visits");
  const session = await tiny.consortium.launch(charter);
  const watched = await typeCommand(tiny.consortium.coordinator.folder, "round", "watch", session).ended;
  expect(watched.code).toBe(0);
  const stated = entriesIn(tiny.published, session).filter(({ statement }) => statement.type === "session.data");
  expect(stated.map(({ statement }) => statement.actor).sort()).toEqual(NAMES);
  expect(objectionsTo(tiny.published, (await checkpointOf(tiny.consortium.node("alder"))).checkpoint)).toEqual([]);
});

/** Over TLS and with its own keys, with a contract of its own. */
async function cedarJoins(unit: string): Promise<void> {
  await leave();
  leave = await joinAsRogue(tiny.consortium.node("cedar"), { port: exchangePortOf(tiny), rows: tiny.rowsFile("cedar"), words: contract(unit) }, () => (words) => words);
}
