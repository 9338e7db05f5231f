import { describe, expect, test } from "@jest/globals";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { signEntry, type Entry } from "../../src/log/entry.js";
import type { PartyId } from "../../src/session/ids.js";
import type { Step } from "../../src/session/machine.js";
import { seedOf } from "../../src/testing/world.js";
import { conductor, type SessionConduct } from "../../src/conduct/conductor.js";
import type { FromNode, Stated } from "../../src/conduct/messages.js";
import { participant, type SessionPart } from "../../src/conduct/participant.js";
import { schemaOf } from "../../src/charter/columns-schema.js";
import { ADA, BOB, coordinatorWhere, FIVE, given, nodeWhere, RECORDED, restated, sentTo, short } from "./recorded.js";
import { SHORT_PLAN } from "../training/tiny-rows.js";

const AT_MS = given(ADA).atMs + 5;
const inSetup = nodeWhere(ADA, ({ stage }) => stage === "setup");
const hear = (at: Step<SessionPart>, message: Parameters<typeof RECORDED.inject>[1]) => {
  if (at.kind !== "wait") throw new Error("the node has ended");
  return participant.step(at.state, { kind: "heard", message, atMs: AT_MS });
};
const faultOf = (step: Step<SessionPart> | Step<SessionConduct> | null) => (step?.kind === "abort" ? step.fault : step?.kind);

/** The same statement with other words, signed by its author: what a company that means something else would say. */
const saying = (entry: Entry, change: (text: string) => string, at = entry.statement.at): Entry => {
  const body = JSON.parse(change(JSON.stringify(entry.statement.body))) as Entry["statement"]["body"];
  return signEntry({ ...entry.statement, at, body }, signerFromSeed(seedOf(entry.statement.actor as PartyId, "signing")));
};
const inMonths = (text: string) => text.replace('"contract":null,"feed":"rows","holds":"number"', '"contract":{"logicalType":"number","unit":"months"},"feed":"rows","holds":"number"')
  .replace('"feed":"rows","column":"age","holds":"number","unit":"years","contract":null', '"feed":"rows","column":"age","holds":"number","unit":"years","contract":{"logicalType":"number","unit":"months"}');
const statements = sentTo(ADA, "statements").statements;
const withBob = (change: (entry: Entry) => Entry) => statements.map((entry) => (entry.statement.actor === BOB ? change(entry) : entry));

describe("a node", () => {
  test("says what its columns mean before it joins, and with a commitment that hides its table", () => {
    const [stated, joined] = inSetup.send;
    expect([stated?.kind, joined?.kind]).toEqual(["stated", "joined"]);
    const all = RECORDED.log.filter(({ statement }) => statement.type === "session.data");
    expect(all.map(({ statement }) => statement.actor).sort()).toEqual([...FIVE]);
    expect(new Set(all.map(({ statement }) => (statement.body as { table: string }).table)).size).toBe(5);
    expect(all.every(({ statement }) => (statement.body as { recipe: string }).recipe === schemaOf(SHORT_PLAN.recipe).recipe)).toBe(true);
  });

  test("compares what the others say, and stays if all mean the charter's columns", () => {
    expect(hear(inSetup, sentTo(ADA, "statements"))).toMatchObject({ kind: "wait", state: { stage: "setup", shown: FIVE } });
  });

  test("leaves if one of them means something else, though the coordinator passed over it", () => {
    const step = hear(inSetup, { ...sentTo(ADA, "statements"), statements: withBob((entry) => saying(entry, inMonths)) });
    expect(faultOf(step)).toEqual({ code: "TRAINING_SCHEMA", detail: { parties: "bob", differences: 1, because: "bob says age is in months, the charter says years" } });
    expect(step.send).toMatchObject([{ kind: "declined", code: "TRAINING_SCHEMA", clause: "bob says age is in months, the charter says years" }]);
  });

  test("leaves if one of them states of its quality gate what no gate says, and stays where the gate says it or is not stated", () => {
    const gate = (rows: number | string) => ({ v: 1, contract: null, rows, rules: [], untold: 0 });
    const stating = (quality: unknown) => hear(inSetup, { ...sentTo(ADA, "statements"), statements: withBob((entry) => saying(entry, (text) => text.replace('"quality":null', `"quality":${JSON.stringify(quality)}`))) });
    expect(faultOf(stating(gate(541_909)))).toEqual({ code: "TRAINING_SCHEMA", detail: { parties: "bob", differences: 1, because: "bob states of its quality gate what no gate says" } });
    expect([gate(542_000), gate("<10"), null].map((quality) => faultOf(stating(quality)))).toEqual(["wait", "wait", "wait"]);
  });

  test.each([
    ["that the coordinator signed for a party", withBob((entry) => restated(entry, {}))],
    ["of another session", withBob((entry) => signEntry({ ...entry.statement, session: "00".repeat(16) }, signerFromSeed(seedOf(BOB, "signing"))))],
    ["that cannot be read", withBob((entry) => saying(entry, (text) => text.replace('"features"', '"feathers"')))],
    ["of a party that the charter does not name", withBob((entry) => signEntry({ ...entry.statement, actor: "zed" }, signerFromSeed(seedOf("zed" as PartyId, "signing"))))],
  ])("leaves at a statement %s", (_, shown) => {
    expect(faultOf(hear(inSetup, { ...sentTo(ADA, "statements"), statements: shown }))).toMatchObject({ code: "TRAINING_SCHEMA" });
  });

  test("joins no set-up with a party whose statement it was not shown, nor with any before it was shown some", () => {
    const some = hear(inSetup, { ...sentTo(ADA, "statements"), statements: statements.filter(({ statement }) => statement.actor !== BOB) });
    expect(faultOf(hear(some, sentTo(ADA, "roster")))).toMatchObject({ code: "TRAINING_SCHEMA" });
    expect(faultOf(hear(inSetup, sentTo(ADA, "roster")))).toMatchObject({ code: "TRAINING_SCHEMA" });
  });

  test("is shown statements once", () => {
    const shown = hear(inSetup, sentTo(ADA, "statements"));
    expect(faultOf(hear(shown, sentTo(ADA, "statements")))).toMatchObject({ code: "TRAINING_ORDER" });
  });

  test("that has more to say than fits says nothing, and does not join", () => {
    const data = { table: "7a".repeat(32), claims: [null, null, null], quality: "x".repeat(60_000) } as never;
    const step = participant.step((participant.open(given(ADA)) as Step<SessionPart> & { kind: "wait" }).state, { kind: "admitted", data, atMs: AT_MS });
    expect(faultOf(step)).toMatchObject({ code: "TRAINING_SCHEMA" });
    expect(step.send.map(({ kind }) => kind)).toEqual(["declined"]);
  });

  test("is told by the abort what differs, in one line; anything else there is not repeated", () => {
    const ended = (because: unknown) => {
      const abort = signEntry({ ...sentTo(ADA, "offer").offer.statement, type: "session.abort", body: { code: "TRAINING_SCHEMA", detail: { because } } as never }, RECORDED.coordinator.given.speaker.signer);
      return faultOf(hear(inSetup, { kind: "aborted", to: ADA, abort, code: "TRAINING_SCHEMA" }));
    };
    expect(ended("bob says age is in months, the charter says years")).toEqual({ code: "TRAINING_SCHEMA", detail: { by: "coordinator", because: "bob says age is in months, the charter says years" } });
    for (const because of ["two\nlines", "\u001b[31mred", "x".repeat(501), 7, { a: 1 }, ""]) expect(ended(because)).toEqual({ code: "TRAINING_SCHEMA", detail: { by: "coordinator" } });
  });
});

describe("the coordinator", () => {
  const gathering = coordinatorWhere((state) => state.stage === "setup" && Object.keys(state.stated).length === 1);
  const statedBy = (name: PartyId) => RECORDED.nodes.get(name)?.sent.find(({ kind }) => kind === "stated") as Stated;
  const [first] = gathering.state.stage === "setup" ? Object.keys(gathering.state.stated) as PartyId[] : [];
  const step = (event: FromNode) => conductor.step(gathering.state, event);

  test("logs each statement, and shows all of them before it lists who takes part", () => {
    const types = RECORDED.log.map(({ statement }) => statement.type);
    expect(types.lastIndexOf("session.data")).toBeLessThan(types.indexOf("roster"));
    const toAda = RECORDED.coordinator.sent.filter(({ to }) => to === ADA).map(({ kind }) => kind);
    expect(toAda.slice(0, 3)).toEqual(["offer", "statements", "roster"]);
  });

  test("takes a repeated statement for one", () => {
    expect(step(statedBy(first!))).toMatchObject({ kind: "wait", state: gathering.state, log: [], send: [] });
  });

  test("ends the training where one party says two things, with both in the log", () => {
    const second = saying(statedBy(first!).data, (text) => text, "2030-01-01T00:00:00.000Z");
    const ended = step({ ...statedBy(first!), data: second });
    expect(faultOf(ended)).toEqual({ code: "AGGREGATION_EQUIVOCATION", detail: { from: first } });
    expect(ended.log.map(({ statement }) => statement.type)).toEqual(["session.data", "session.abort"]);
  });

  test("ends the training where a statement is not its party's own, cannot be read, or is too long to be shown to all", () => {
    const other = FIVE.find((name) => name !== first)!;
    const long = (text: string) => text.replace("\"quality\":null", `"quality":"${"x".repeat(60_000)}"`);
    for (const data of [restated(statedBy(other).data, {}), saying(statedBy(other).data, () => "{}"), saying(statedBy(other).data, long)]) {
      expect(faultOf(step({ ...statedBy(other), data }))).toMatchObject({ code: "TRAINING_SCHEMA", detail: { parties: other } });
    }
  });

  test("logs no statement of a company that comes too late to be listed: the audit of an honest log would object to it", () => {
    const listed = coordinatorWhere((state) => state.stage === "setup" && state.setup.phase === "encapsulating");
    const without = { ...listed.state, stated: Object.fromEntries(Object.entries(listed.state.stated).filter(([name]) => name !== ADA)) };
    const late = (data: Stated["data"]) => conductor.step(without, { ...statedBy(ADA), data });
    expect(late(statedBy(ADA).data)).toMatchObject({ kind: "wait", state: without, log: [], send: [] });
    // Nor does it end a training that goes on without it.
    expect(late(saying(statedBy(ADA).data, () => "{}"))).toMatchObject({ kind: "wait", log: [], send: [] });
  });

  test("takes no statement after the set-up", () => {
    const inRound = coordinatorWhere(({ stage }) => stage === "round");
    expect(conductor.step(inRound.state, statedBy(ADA))).toMatchObject({ kind: "wait", state: inRound.state, log: [], send: [] });
  });

  test("lists nobody who joined and said nothing", () => {
    const run = short({ tamperUp: (message) => (message.kind === "stated" && message.from === BOB ? [] : [message]) });
    expect(faultOf(run.run())).toEqual({ code: "TRAINING_SCHEMA", detail: { parties: "bob", differences: 1, because: "bob states nothing about its columns" } });
  });

  test("asks only of those who take part: a company that refuses may mean what it likes", () => {
    const run = short({
      contract: (party) => [{ logicalType: "number", unit: party === BOB ? "months" : "years" }, null, null],
      admits: (party) => (party === BOB ? { code: "DATA_REFUSED", clause: "DATA_COLUMN_MISSING age" } : null),
    });
    expect(run.run().kind).toBe("done");
  });
});
