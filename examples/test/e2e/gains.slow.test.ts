import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { encodeFromNode } from "@cohortium/protocol/wire/from-node";
import { typeCommand } from "./command-line.js";
import { killedAt, makeMortal, revive } from "./kill-at.js";
import { entriesIn } from "./published-log.js";
import { objectionsTo } from "./released-once.js";
import { tinyDraft } from "./tiny-charter.js";
import { foundTiny, ledgerOf, NO_STEPS, untilTrue, type TinyConsortium } from "./tiny-consortium.js";

const NAMES = ["alder", "birch", "cedar"];

let tiny: TinyConsortium;
let shared: string;
let own: string;

beforeAll(async () => {
  // A fifth of them is held out: more than the least that may be published of.
  tiny = await foundTiny(NAMES, { rows: 900 });
  await tiny.consortium.enrol(NO_STEPS);
  shared = await tiny.consortium.agree(tinyDraft(NAMES, { name: "shared", perPartner: "shared" }));
  own = await tiny.consortium.agree(tinyDraft(NAMES, { name: "own", perPartner: "own" }));
});
afterAll(async () => tiny.end());

const published = (session: string) => entriesIn(tiny.published, session).filter(({ statement }) => statement.type === "comparison");
const trained = async (charter: string) => {
  const view = await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined);
  expect(view.state).toBe("done");
  return view;
};
const linesOf = async (name: string, session: string) => (await ledgerOf(tiny.consortium.node(name), session)).filter(({ kind }) => kind === "compared");

describe("under a charter that shares gains", () => {
  test("every company publishes its own, everybody is shown all, and the log verifies", async () => {
    const { session, model } = await trained(shared);
    await untilTrue("all have published", () => published(session).length === NAMES.length);
    expect(published(session).map(({ statement: { actor } }) => actor).toSorted()).toEqual(NAMES);
    for (const { statement: { body } } of published(session)) {
      expect(body).toMatchObject({ model, numbers: { kind: "compared", rows: expect.any(Number), alone: { auc: expect.any(Number) }, gainInterval: { low: expect.any(Number) } } });
    }
    for (const { folder } of [tiny.consortium.coordinator, ...tiny.consortium.nodes]) {
      await untilTrue(`${folder} shows all`, async () => {
        const { says } = await typeCommand(folder, "model", "show").ended;
        return NAMES.every((name) => new RegExp(`^${name} +~1\\d0 `, "m").test(says));
      });
    }
    for (const name of NAMES) expect(await linesOf(name, session)).toHaveLength(1);
    expect(objectionsTo(tiny.published, null)).toEqual([]);
  });

  test.each<["before" | "after", string]>([["before", "in the middle of keeping them"], ["after", "when they are kept and not yet sent"]])("a node killed with -9 %s its numbers are kept, %s, sends them once, and the same bytes", async (when) => {
    const node = tiny.consortium.node("birch");
    await makeMortal(node);
    const session = await killedAt([node], { into: "trainings", nth: 1, when }, () => tiny.consortium.launch(shared));
    expect(published(session).some(({ statement: { actor } }) => actor === "birch")).toBe(false);
    await revive([node]);
    await tiny.consortium.follow(session, () => undefined);
    await untilTrue("all have published", () => published(session).length === NAMES.length);
    const [line, ...more] = await linesOf("birch", session);
    const [entry] = published(session).filter(({ statement: { actor } }) => actor === "birch");
    if (entry === undefined) throw new Error("birch has published");
    expect(more).toEqual([]);
    expect(line?.digest).toBe(toHex(sha256(encodeFromNode({ kind: "compared", from: "birch" as PartyId, comparison: entry, atMs: 0 }))));
    expect(objectionsTo(tiny.published, null)).toEqual([]);
  });
});

test("under a charter that keeps gains at each company nothing of them leaves, and each sees its own", async () => {
  const { session } = await trained(own);
  for (const name of NAMES) {
    const { folder } = tiny.consortium.node(name);
    await untilTrue(`${name} knows its gain`, async () => (await typeCommand(folder, "model", "report").ended).says.includes("held-out rows, judged by a model of your"));
    expect(await linesOf(name, session)).toEqual([]);
    expect((await typeCommand(folder, "model", "show").ended).says).not.toContain("What each company says it gained");
  }
  expect(published(session)).toEqual([]);
});
