import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { participant, type SessionPart } from "../../src/conduct/participant.js";
import { parseDigest } from "../../src/session/ids.js";
import { contextDigest } from "../../src/training/plan.js";
import type { ToNode } from "../../src/conduct/messages.js";
import type { Step } from "../../src/session/machine.js";
import { ADA, BOB, given, nodeWhere, RECORDED, restated, sentTo } from "./recorded.js";

type Message = Exclude<ToNode, { readonly kind: "offer" }>;

const DATA = { table: parseDigest("7a".repeat(32)), claims: [null, null, null], quality: null };
const AT_MS = given(ADA).atMs + 5;
const hear = (at: Step<SessionPart>, message: Message) => {
  if (at.kind !== "wait") throw new Error("the node has ended");
  return participant.step(at.state, { kind: "heard", message, atMs: AT_MS });
};
const fault = (step: Step<SessionPart>) => (step.kind === "abort" ? step.fault : step.kind);

const admitting = participant.open(given(ADA));
const inSetup = nodeWhere(ADA, ({ stage }) => stage === "setup");
const beforeRound = (round: number) => nodeWhere(ADA, (state) => state.stage === "rounds" && state.current === null && state.asked.length === round - 1);
const inPhase = (round: number, phase: string) => nodeWhere(ADA, (state) => state.stage === "rounds" && state.current?.round === round && state.current.phase === phase);

/** Whoever leaves says so, and by which rule. */
function expectLeft(step: Step<SessionPart>, code: string, clause?: string): void {
  expect(fault(step)).toMatchObject({ code });
  expect(step.send).toEqual([{ kind: "declined", from: ADA, code, clause: clause ?? expect.any(String), atMs: expect.any(Number) }]);
  expect(step.log).toEqual([]);
}

describe("an offer", () => {
  test("is put before the host, and nothing leaves before it answers", () => {
    expect(admitting).toMatchObject({ kind: "wait", send: [], log: [], ask: [{ kind: "admit" }], untilMs: given(ADA).expiresAtMs });
  });

  test.each([
    ["that the coordinator did not sign", { ...given(ADA), coordinator: { ...given(ADA).coordinator, signingKey: given(ADA).members[1]?.signingKey ?? new Uint8Array() } }, "TRAINING_ORDER"],
    ["of another session", { ...given(ADA), offer: restated(given(ADA).offer, { statement: { session: "00".repeat(16) } }) }, "TRAINING_ORDER"],
    ["of another question", { ...given(ADA), offer: restated(given(ADA).offer, { body: { question: "rows.read" } }) }, "TRAINING_PLAN"],
    ["of another plan than the charter's", { ...given(ADA), offer: restated(given(ADA).offer, { body: { plan: "00".repeat(32) } }) }, "TRAINING_PLAN"],
    ["where this node's charter says something else", { ...given(ADA), plan: { ...given(ADA).plan, rowsMinJoint: 1 } }, "TRAINING_PLAN"],
  ])("%s is refused at once", (_, opened, code) => expectLeft(participant.open(opened), code, code));

  test("that the host refuses is refused, with the host's clause", () => {
    if (admitting.kind !== "wait") throw new Error("not waiting");
    const step = participant.step(admitting.state, { kind: "refused", code: "DATA_REFUSED", clause: "DATA_COLUMN_MISSING age", atMs: AT_MS });
    expectLeft(step, "DATA_REFUSED", "DATA_COLUMN_MISSING age");
  });

  test("that the host allows begins the set-up; allowed again, it changes nothing", () => {
    expect(inSetup.send.map(({ kind }) => kind)).toEqual(["stated", "joined"]);
    expect(participant.step(inSetup.state, { kind: "admitted", data: DATA, atMs: AT_MS })).toEqual({ ...inSetup, send: [], ask: [] });
  });
});

describe("time and the host", () => {
  test("a deadline before the session expires changes nothing; after it the node leaves", () => {
    const { expiresAtMs } = given(ADA);
    expect(participant.step(inSetup.state, { kind: "deadline", atMs: expiresAtMs - 1 })).toEqual({ ...inSetup, send: [], ask: [] });
    expectLeft(participant.step(inSetup.state, { kind: "deadline", atMs: expiresAtMs }), "SESSION_EXPIRED");
  });

  test("a host that finds its rows changed in the middle makes the node leave", () => {
    expectLeft(participant.step(inPhase(2, "contributing").state, { kind: "refused", code: "DATA_CHANGED", clause: "other rows", atMs: AT_MS }), "DATA_CHANGED", "other rows");
  });

  test("work that is answered when no round is under way changes nothing", () => {
    for (const at of [inSetup, beforeRound(2)]) {
      expect(participant.step(at.state, { kind: "contributed", round: 1, root: "00".repeat(32), words: 4, atMs: AT_MS })).toMatchObject({ kind: "wait", state: at.state, send: [] });
      expect(participant.step(at.state, { kind: "permitted", round: 1, atMs: AT_MS })).toMatchObject({ kind: "wait", state: at.state, send: [] });
    }
  });
});

describe("a message of another phase", () => {
  test.each([
    ["a roster while the host thinks", admitting, sentTo(ADA, "roster"), "admitting"],
    ["a round in the set-up", inSetup, sentTo(ADA, "round"), "setup"],
    ["survivors in the set-up", inSetup, sentTo(ADA, "survivors"), "setup"],
    ["a roster after the set-up", beforeRound(1), sentTo(ADA, "roster"), "rounds"],
  ] as const)("%s makes the node leave", (_, at, message, stage) => {
    const step = hear(at, message);
    expectLeft(step, "TRAINING_ORDER");
    expect(fault(step)).toMatchObject({ detail: { message: message.kind, stage } });
  });

  test("a set-up that fails makes the node leave with the set-up's fault", () => {
    expectLeft(hear(inSetup, sentTo(ADA, "shares")), "TRAINING_ORDER");
  });
});

describe("a round's offer", () => {
  const first = sentTo(ADA, "round", 1);
  const second = sentTo(ADA, "round", 2);
  const model = second.context as { readonly deviations: readonly number[] };
  const reoffered = (context: Json, body: object = {}): Message => ({ ...second, context, offer: restated(second.offer, { body: { model: contextDigest(context), ...body } }) });

  test.each([
    ["that the coordinator did not sign", { ...second, offer: { ...second.offer, sig: first.offer.sig } }, "TRAINING_ORDER"],
    ["of a round before", first, "TRAINING_ORDER"],
    ["of a round beyond the plan", { ...second, offer: restated(second.offer, { statement: { round: 6 } }) }, "TRAINING_ORDER"],
    ["of half a round", { ...second, offer: restated(second.offer, { statement: { round: 1.5 } }) }, "TRAINING_ORDER"],
    ["with another model than it names", { ...second, context: { ...(second.context as object), iteration: 9 } }, "TRAINING_MODEL"],
    ["of no known question", reoffered(second.context, { kind: "rows" }), "TRAINING_PLAN"],
    ["without a question", reoffered(second.context, { kind: 7 }), "TRAINING_ORDER"],
    ["for a Newton sum without a model", reoffered(null), "TRAINING_PLAN"],
    ["for moments at a model", reoffered(second.context, { kind: "moments" }), "TRAINING_PLAN"],
    ["at something that is no model", reoffered({ kind: "logistic" }), "TRAINING_PLAN"],
    ["under another plan", reoffered(second.context, { plan: "00".repeat(32) }), "TRAINING_PLAN"],
    ["in another ring", reoffered(second.context, { ring: 32 }), "TRAINING_PLAN"],
    ["of another length", reoffered(second.context, { words: 1 }), "TRAINING_PLAN"],
    ["among parties with a stranger", reoffered(second.context, { parties: ["ada", "bob", "cleo", "zed"] }), "TRAINING_PLAN"],
    ["among parties without this node", reoffered(second.context, { parties: ["bob", "cleo", "dot", "eve"] }), "TRAINING_PLAN"],
    ["among parties in another order", reoffered(second.context, { parties: ["bob", "ada", "cleo", "dot", "eve"] }), "TRAINING_PLAN"],
    ["that skips the Newton steps", reoffered(second.context, { kind: "evaluation", ring: 32, words: 2 + 2 * 64 }), "TRAINING_PLAN"],
    ["among parties that are no list", reoffered(second.context, { parties: "ada" }), "TRAINING_ORDER"],
  ])("%s makes the node leave", (_, message, code) => expectLeft(hear(beforeRound(2), message), code));

  test("at a model whose standardisation would overflow the ring is refused, not computed: no rows give a deviation that small", () => {
    const narrow = { ...(second.context as object), deviations: model.deviations.map((deviation, i) => (i === 1 ? 5e-324 : deviation)) } as unknown as Json;
    expectLeft(hear(beforeRound(2), reoffered(narrow)), "TRAINING_PLAN");
  });

  test("among fewer than agreed before is answered where the charter lets a training go on, and refused where it does not", () => {
    const fewer = reoffered(second.context, { parties: ["ada", "bob", "cleo", "dot"] });
    expect(hear(beforeRound(2), fewer)).toMatchObject({ kind: "wait", ask: [{ kind: "contribute", round: 2 }] });
    const { state } = beforeRound(2);
    expectLeft(participant.step({ ...state, terms: { ...state.terms, dropouts: "end" } }, { kind: "heard", message: fewer, atMs: AT_MS }), "TRAINING_PLAN");
  });

  test("that asks the same again, at the same model, makes the node leave", () => {
    const again: Message = { ...first, offer: restated(first.offer, { statement: { round: 2 } }) };
    expectLeft(hear(beforeRound(2), again), "TRAINING_REPEAT");
  });

  test("while this node is still behind leaves the old round: nothing of it will leave any more", () => {
    const step = hear(inPhase(1, "contributing"), second);
    expect(step).toMatchObject({ kind: "wait", state: { answered: 0 }, ask: [{ kind: "contribute", round: 2 }] });
    expect(fault(hear(step, sentTo(ADA, "survivors", 1)))).toMatchObject({ code: "TRAINING_ORDER" });
  });
});

describe("an answered round", () => {
  test("stays shut: whatever is asked of it again makes the node leave", () => {
    for (const message of [sentTo(ADA, "survivors", 1), sentTo(ADA, "unmask", 1)]) expectLeft(hear(beforeRound(2), message), "AGGREGATION_SECOND_ANSWER");
  });

  test("is remembered by its question and the model's digest, the last one alone with its model", () => {
    const { state } = beforeRound(3);
    if (state.stage !== "rounds") throw new Error("two rounds are answered");
    expect(state.asked).toEqual([{ kind: "moments", digest: contextDigest(null) }, { kind: "newton", digest: contextDigest(sentTo(ADA, "round", 2).context) }]);
    expect(state.last).toMatchObject({ question: { kind: "newton" }, model: { iteration: 0 }, digest: state.asked[1]?.digest });
  });
});

describe("the end", () => {
  const closed = sentTo(ADA, "closed");
  const released = closed.released as Extract<typeof closed.released, { readonly kind: "model" }>;
  const answered = nodeWhere(ADA, (state) => state.stage === "rounds" && state.answered === 3);

  test("gives the model and its evaluation, and how many sums this node helped to open", () => {
    const step = hear(answered, closed);
    expect(step).toMatchObject({ kind: "done", send: [], log: [], result: { answered: 3, kind: "model", evaluation: released.evaluation } });
  });

  test("is not believed by a node that was not asked for the evaluation: it cannot know which model was evaluated", () => {
    for (const at of [inSetup, beforeRound(3)]) expectLeft(hear(at, closed), "TRAINING_ABSENT");
  });

  test.each([
    ["with another evaluation than the log names", { ...closed, released: { ...released, evaluation: { auc: 1 } } }],
    ["that the coordinator did not sign", { ...closed, close: { ...closed.close, sig: sentTo(BOB, "roster").roster.sig } }],
    ["with another model than the log names", { ...closed, released: { ...released, model: { ...(released.model as object), iteration: 7 } } }],
    ["with something that is no model", { ...closed, released: { ...released, model: null } }],
    ["with an answer", { ...closed, released: { kind: "answer" as const, answer: released.model } }],
  ])("%s is not believed", (_, message) => expectLeft(hear(answered, message), "TRAINING_MODEL"));

  test("by the coordinator's word ends the session with its code; anybody else's word changes nothing", () => {
    const abort = restated(closed.close, { statement: { type: "session.abort", body: { code: "SESSION_CANCELLED", detail: {} } } });
    const message: Message = { kind: "aborted", to: ADA, abort, code: "SESSION_CANCELLED" };
    expect(hear(inSetup, message)).toEqual({ kind: "abort", fault: { code: "SESSION_CANCELLED", detail: { by: "coordinator" } }, log: [], send: [] });
    const forged = { ...message, abort: { ...abort, sig: closed.close.sig } };
    expect(hear(inSetup, forged)).toMatchObject({ kind: "wait", state: inSetup.state, send: [] });
  });

  test("is the same after a replay of the journal", () => {
    const ended = RECORDED.nodes.get(ADA)?.step;
    expect(ended?.kind).toBe("done");
  });
});
