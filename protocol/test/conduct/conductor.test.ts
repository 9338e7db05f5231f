import { describe, expect, test } from "@jest/globals";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { toHex } from "@cohortium/crypto/bytes";
import { bytesOfWords } from "@cohortium/crypto/words";
import { conductor, sessionWaitsFor, type SessionConduct } from "../../src/conduct/conductor.js";
import type { FromNode } from "../../src/conduct/messages.js";
import { planDigest } from "../../src/training/plan.js";
import type { PartyId } from "../../src/session/ids.js";
import { replay, type Step } from "../../src/session/machine.js";
import { participant } from "../../src/conduct/participant.js";
import { ADA, BOB, coordinatorWhere, FIVE, nodeWhere, RECORDED, short } from "./recorded.js";
import { SHORT_PLAN, TINY_PLAN, tinyWords } from "../training/tiny-rows.js";

const inSetup = coordinatorWhere(({ stage }) => stage === "setup");
const inRound = (round: number, phase: string) => coordinatorWhere((state) => state.stage === "round" && state.leading.round === round && state.leading.phase === phase);
const sentBy = (name: PartyId, kind: FromNode["kind"]) => RECORDED.nodes.get(name)?.sent.find((message) => message.kind === kind) as FromNode;
const NOW_MS = RECORDED.coordinator.given.atMs;
const fault = (step: Step<SessionConduct>) => (step.kind === "abort" ? step.fault : step.kind);
const unchanged = (at: Step<SessionConduct>, event: SessionConduct["event"]) => {
  if (at.kind !== "wait") throw new Error("not waiting");
  const step = conductor.step(at.state, event);
  expect(step.kind === "wait" && [step.state, step.log, step.send, step.untilMs]).toEqual([at.state, [], [], at.untilMs]);
};

describe("a training begins", () => {
  test("with an offer to every party of the charter, logged first", () => {
    const step = conductor.open(RECORDED.coordinator.given);
    expect(step.log.map(({ statement }) => [statement.type, statement.body])).toEqual([["session.offer", { question: "propensity.train", plan: planDigest(SHORT_PLAN) }]]);
    expect(step.send.map(({ kind, to }) => [kind, to])).toEqual(FIVE.map((name) => ["offer", name]));
  });

  test("not between two parties; both are told why", () => {
    const { given } = RECORDED.coordinator;
    const step = conductor.open({ ...given, members: given.members.slice(0, 2) });
    expect(fault(step)).toMatchObject({ code: "AGGREGATION_TWO_PARTIES" });
    expect(step.log.map(({ statement }) => statement.type)).toEqual(["session.offer", "session.abort"]);
    expect(step.send.filter(({ kind }) => kind === "aborted").map(({ to }) => to)).toEqual([ADA, BOB]);
  });
});

describe("messages that have no place", () => {
  test("in a phase change nothing", () => {
    for (const kind of ["uploaded", "agreed", "unmasked"] as const) unchanged(inSetup, sentBy(ADA, kind));
    unchanged(inSetup, { kind: "summed", round: 1, root: "", words: new Uint32Array(), atMs: NOW_MS });
    for (const kind of ["joined", "encapsulated", "shared"] as const) unchanged(inRound(1, "uploading"), sentBy(ADA, kind));
  });

  test("of a round that is over are late, not contradictory", () => {
    for (const kind of ["uploaded", "agreed", "unmasked"] as const) unchanged(inRound(2, "uploading"), sentBy(ADA, kind));
  });

  test("of a party that the charter does not name change nothing, though it may be enrolled", () => {
    const stranger = "zed" as PartyId;
    unchanged(inSetup, { ...sentBy(ADA, "joined"), from: stranger });
    unchanged(inSetup, { kind: "declined", from: stranger, code: "NODE_REFUSED", clause: "", atMs: NOW_MS });
    unchanged(inRound(1, "uploading"), { ...sentBy(ADA, "uploaded"), from: stranger });
    unchanged(inRound(1, "uploading"), { kind: "declined", from: stranger, code: "NODE_REFUSED", clause: "", atMs: NOW_MS });
  });
});

describe("a training ends badly", () => {
  test("where a step of ours throws: the log and every party hear of it, and a replay says the same", () => {
    // Bounds that no charter may have: the mean of so wide a column is not a number, and has no place in a model's digest.
    const wide = { kind: "numeric", name: "age", unit: "euro", min: -1e308, max: 1e308 } as const;
    const plan = { ...SHORT_PLAN, features: SHORT_PLAN.features.map((feature) => (feature.kind === "numeric" ? { ...feature, ...wide } : feature)) };
    const world = short({ plan, answer: (party, ask) => tinyWords(party, ask, SHORT_PLAN) });
    expect(() => world.run()).toThrow();
    const { given, journal } = world.coordinator;
    const end = replay(conductor, given, journal);
    expect(fault(end)).toEqual({ code: "SESSION_BROKEN", detail: { error: expect.any(String) } });
    expect(end.log.map(({ statement: { type, body } }) => [type, (body as { code: string }).code])).toEqual([["session.abort", "SESSION_BROKEN"]]);
    expect(end.send.map(({ kind, to }) => [kind, to])).toEqual(FIVE.map((name) => ["aborted", name]));
    expect(replay(conductor, given, journal)).toEqual(end);
  });

  test("where a node's step throws, the coordinator hears it from that node", () => {
    const at = nodeWhere(ADA, (state) => state.stage === "rounds");
    const end = participant.broken?.(at.state, { kind: "deadline", atMs: NOW_MS }, { code: "SESSION_BROKEN", detail: { error: "TypeError" } });
    expect(end).toMatchObject({ kind: "abort", fault: { code: "SESSION_BROKEN" }, send: [{ kind: "declined", from: ADA, code: "SESSION_BROKEN", atMs: NOW_MS }] });
  });

  test.each([["the set-up", inSetup], ["a round", inRound(1, "agreeing")]])("when the operator stops it in %s, and every party is told", (_, at) => {
    const step = conductor.step(at.state, { kind: "cancelled", atMs: NOW_MS });
    expect(fault(step)).toEqual({ code: "SESSION_CANCELLED", detail: {} });
    expect(step.send.map((message) => message.kind === "aborted" && [message.to, message.code])).toEqual(FIVE.map((name) => [name, "SESSION_CANCELLED"]));
    expect(step.log.map(({ statement }) => statement.type)).toEqual(["session.abort"]);
  });

  test("when the set-up fails, with the evidence before the end", () => {
    const first = sentBy(ADA, "joined");
    if (first.kind !== "joined") throw new Error("not a bundle");
    const once = conductor.step(inSetup.state, first);
    const step = once.kind === "wait" ? conductor.step(once.state, { ...first, bundle: { ...first.bundle, sig: "" } }) : once;
    expect(fault(step)).toMatchObject({ code: "AGGREGATION_BUNDLE", detail: { from: ADA } });
    expect(step.log.map(({ statement }) => statement.type)).toEqual(["session.abort"]);
  });

  const withSum = (round: number, change: (words: BigUint64Array) => unknown, plan = SHORT_PLAN) => {
    const at = inRound(round, "summing");
    const summed = RECORDED.coordinator.journal.find((event) => event.kind === "summed" && event.round === round);
    if (summed?.kind !== "summed") throw new Error("no sum");
    const words = summed.words.slice();
    change(words as BigUint64Array);
    if (at.state.stage !== "round" || at.state.standing.kind !== "training") throw new Error("a training's round was to be summed");
    return conductor.step({ ...at.state, plan, standing: { ...at.state.standing, plan } }, { ...summed, words, root: toHex(chunkRoot(bytesOfWords(words))) });
  };

  test("when the guard shows that masks did not cancel: the result is logged, then the end", () => {
    const step = withSum(1, (words) => { words[0] = 4n; });
    expect(fault(step)).toEqual({ code: "AGGREGATION_GUARD", detail: { round: 1, survivors: 5 } });
    expect(step.log.map(({ statement }) => statement.type)).toEqual(["round.result", "session.abort"]);
  });

  test("when the joint rows hold one class only", () => {
    expect(fault(withSum(1, (words) => { words[2] = 0n; }))).toMatchObject({ code: "TRAINING_DEGENERATE", detail: { round: 1, because: "one-class" } });
  });

  test("when Newton's method does not converge in the charter's iterations", () => {
    const plan = { ...SHORT_PLAN, model: { ...SHORT_PLAN.model, gradientTolerance: 1e-12, iterationsMax: 0 } };
    expect(fault(withSum(2, () => undefined, plan))).toMatchObject({ code: "TRAINING_DIVERGED", detail: { round: 2, because: "iterations" } });
  });

  test("when it would take more rounds than the plan has", () => {
    expect(fault(withSum(1, () => undefined, { ...SHORT_PLAN, rounds: 1 }))).toEqual({ code: "TRAINING_DIVERGED", detail: { rounds: 1 } });
  });

  test("when the held-out rows hold one class only", () => {
    expect(fault(withSum(3, (words) => words.fill(0 as never, 2)))).toMatchObject({ code: "TRAINING_DEGENERATE", detail: { round: 3 } });
  });
});

describe("who is waited for", () => {
  test("is known in the set-up and in a round", () => {
    expect(sessionWaitsFor(inSetup.state)).toEqual({ parties: FIVE, what: "no answer to the offer", untilMs: NOW_MS + 30_000 });
    expect(sessionWaitsFor(inRound(1, "uploading").state)).toMatchObject({ parties: FIVE, what: "no masked update" });
  });

  test("is nobody who has left: a node that refuses in one round costs no later round its deadline", () => {
    const world = short({
      tamperUp: (message) => (message.kind === "uploaded" && message.from === BOB && message.upload.statement.round === 2
        ? [{ kind: "declined", from: BOB, code: "DATA_CHANGED", clause: "", atMs: message.atMs }] : [message]),
      silentWhen: (party, message) => party === BOB && message.kind === "round" && message.offer.statement.round === 3,
    });
    expect(world.run().kind).toBe("done");
    expect(world.nowMs - NOW_MS).toBeLessThan(30_000);
  });

  test("is a silent node once, and after that only those who answered before", () => {
    const plan = { ...TINY_PLAN, model: { ...TINY_PLAN.model, iterationsMax: 3, gradientTolerance: 1e-3 }, rounds: 6 };
    const world = short({ plan, answer: (party, ask) => tinyWords(party, ask, plan), silentWhen: (party, message) => party === BOB && message.kind === "round" });
    const step = world.run();
    expect(step.kind === "done" && step.result.rounds.length).toBeGreaterThan(3);
    // One deadline, at the first round.
    expect(world.nowMs - NOW_MS).toBeLessThan(60_000);
  });
});

describe("a training ends well", () => {
  const last = RECORDED.coordinator.step;
  test("with a model, its evaluation and its rounds", () => {
    if (last.kind !== "done") throw new Error("not done");
    expect(last.result.rounds.map(({ round, kind, survivors }) => [round, kind, survivors.length])).toEqual([[1, "moments", 5], [2, "newton", 5], [3, "evaluation", 5]]);
    expect(last.result.rounds.map(({ measure }) => measure === null)).toEqual([true, false, true]);
    expect(last.send.map(({ kind, to }) => [kind, to])).toEqual(FIVE.map((name) => ["closed", name]));
    expect(last.log.map(({ statement }) => statement.type)).toEqual(["round.result", "session.close"]);
  });
});
