import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import { signEntry, type Entry, type Statement } from "@cohortium/protocol/log/entry";
import type { Digest, PartyId, SessionId } from "@cohortium/protocol/session/ids";
import { Circle, until } from "./circle.js";
import { DRAFT, HARBOUR, MILL, NOW_MS, PARTIES, signerOf } from "./stage.js";

/** Whole trainings, on a machine that may be busy. */
jest.setTimeout(60_000);

const SHARED = { questions: DRAFT.questions.map((question) => ({ ...question, evaluation: { ...question.evaluation, perPartner: "shared" } })) };
const WITHHELD = { kind: "withheld", because: "too-few" };
let circle: Circle;
let charter: Digest;
let session: SessionId;
let model: string;

async function trained(under: Digest): Promise<SessionId> {
  const launched = circle.coordinator.launch(under);
  expect(await circle.ended(launched)).toMatchObject({ state: "done" });
  return launched;
}

beforeAll(async () => {
  circle = await Circle.assembled(PARTIES);
  charter = await circle.agree("shared", SHARED);
  session = await trained(charter);
  model = circle.coordinator.trainings.view(session)?.model ?? "";
  await until("every company has published", () => published().length === PARTIES.length);
});

const published = (about: string = session) => circle.coordinator.comparisons.of(about, model);
const ledgerOf = (party: PartyId, about: string) => circle.nodeOf(party).egress.ledger.lines(about, null).filter(({ kind }) => kind === "compared");

describe("where the charter shares gains", () => {
  test("every company's numbers, here too few to tell, reach the coordinator and every other company, once", async () => {
    expect(published()).toEqual(PARTIES.map((party) => ({ party, numbers: WITHHELD })));
    for (const party of PARTIES) {
      const node = circle.nodeOf(party);
      const kept = node.store.trainings().find((training) => training.session === session)?.outcome as { model: never };
      await until(`${party} has heard all`, () => node.comparisons.of(session, kept.model).length === PARTIES.length);
      expect(node.comparisons.of(session, kept.model)).toEqual(published());
      expect(ledgerOf(party, session)).toHaveLength(1);
    }
  });

  test("they are in the log, and a restart says nothing twice", () => {
    const before = circle.coordinator.logSize();
    circle.coordinator.comparisons.recover();
    expect(circle.coordinator.logSize()).toBe(before);
  });
});

test("where the charter keeps gains at each company, none leaves: the same trainings without the clause", async () => {
  const own = await trained(await circle.agree("own"));
  for (const party of PARTIES) await until(`${party} has ended`, () => circle.nodeOf(party).store.trainings().some((training) => training.session === own));
  expect([circle.coordinator.comparisons.of(own, circle.coordinator.trainings.view(own)?.model ?? ""), ...PARTIES.map((party) => ledgerOf(party, own))]).toEqual([[], [], [], []]);
});

describe("set aside, and never logged, is what", () => {
  const entry = (change: Partial<Statement> = {}, by: string = MILL) => signEntry({
    v: 1, type: "comparison", actor: MILL, at: "2026-12-15T10:00:01.000Z", charter, session, round: 0, body: { model, numbers: WITHHELD }, ...change,
  }, signerOf(by));
  const say = (comparison: Entry, from: PartyId = MILL) => {
    const before = circle.coordinator.logSize();
    circle.coordinator.comparisons.heard({ kind: "compared", from, comparison, atMs: NOW_MS }, { session, charter }, (work) => (work(), true));
    return circle.coordinator.logSize() - before;
  };

  test.each<[string, PartyId, () => Entry]>([
    ["another party signed", MILL, () => entry({}, HARBOUR)], ["another party says", HARBOUR, () => entry()], ["is of another type", MILL, () => entry({ type: "bundle" })],
    ["is of another session", MILL, () => entry({ session: "77".repeat(16) })], ["is under another charter", MILL, () => entry({ charter: "ab".repeat(32) })],
    ["is of a round", MILL, () => entry({ round: 2 })], ["is about another model", MILL, () => entry({ body: { model: "ab".repeat(32), numbers: WITHHELD } })],
    ["says more than agreed", MILL, () => entry({ body: { model, numbers: { ...WITHHELD, rows: 12 } } })], ["comes a second time, and differs", MILL, () => entry()],
  ])("%s", (_, from, make) => {
    expect(say(make(), from)).toBe(0);
    expect(published()).toHaveLength(PARTIES.length);
    expect(circle.lines.at(-1)).toContain("was set aside");
  });
});
