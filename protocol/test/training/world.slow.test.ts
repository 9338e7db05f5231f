import { describe, expect, test } from "@jest/globals";
import { fitPooled } from "../../src/training/logistic/fit.js";
import { minimumsOf } from "../../src/training/plan.js";
import { World, type WorldGiven } from "../../src/testing/world.js";
import type { PartyId } from "../../src/session/ids.js";
import { TINY_PLAN, tinyAnswers, tinyRows, tinyWords } from "./tiny-rows.js";

const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
const THREE = FIVE.slice(0, 3);
const TERMS = { minimumParties: 3, quorum: 3, scheme: "masked", deadlineMs: 30_000, dropouts: "continue" } as const;

const world = (more: Partial<WorldGiven> = {}) =>
  new World({ seed: 5, names: FIVE, terms: TERMS, plan: TINY_PLAN, answer: (party, ask) => tinyWords(party, ask), ...more });

const pooled = (names: readonly PartyId[]) => {
  const fit = fitPooled(names.map((name) => tinyAnswers(tinyRows(name))), { features: TINY_PLAN.features, clause: TINY_PLAN.model, minimums: minimumsOf(TINY_PLAN) });
  if (fit.kind !== "fitted") throw new Error("the tiny rows can be fitted");
  return fit.model.coefficients;
};

function modelOf(step: ReturnType<World["run"]>): readonly number[] {
  if (step.kind !== "done") throw new Error(`the training ended with ${JSON.stringify(step.kind === "abort" ? step.fault : step.kind)}`);
  if (step.result.kind !== "model" || step.result.model.kind !== "logistic") throw new Error("the tiny plan asks for a logistic model");
  return step.result.model.coefficients;
}

function expectClose(got: readonly number[], want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, i) => expect(Math.abs(value - (want[i] ?? NaN))).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(want[i] ?? NaN))));
}

describe("a training in a seeded world", () => {
  test.each([THREE, FIVE].map((names) => [names.length, names] as const))("%i parties reach the pooled coefficients", (_, names) => {
    expectClose(modelOf(world({ names }).run()), pooled(names));
  });

  test("the order of delivery does not change one bit of the model", () => {
    const models = [1, 2, 3, 4].map((seed) => JSON.stringify(modelOf(world({ seed }).run())));
    expect(new Set(models).size).toBe(1);
  });

  test("processes that crash and replay their journals send the same bytes and reach the same model", () => {
    const calm = modelOf(world().run());
    const stormy = world({ crashChance: 0.06, seed: 77 });
    expect(modelOf(stormy.run())).toEqual(calm);
    expect(stormy.crashes).toBeGreaterThan(8);
  });

  test("two parties are refused before anything is sent", () => {
    const step = world({ names: FIVE.slice(0, 2) }).run();
    expect(step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_TWO_PARTIES" } });
  });
});

describe("with five nodes one may vanish in any phase", () => {
  const PHASES = ["offer", "roster", "ciphertexts", "shares", "round", "survivors", "unmask"] as const;
  test.each(PHASES)("dot is silent from the first %s on, and the training still ends", (phase) => {
    const run = world({ silentWhen: (party, message) => party === "dot" && message.kind === phase });
    const model = modelOf(run.run());
    const others = FIVE.filter((name) => name !== "dot");
    // Where dot's last upload was still summed, the moments include it: the model then lies between the two fits.
    if (phase === "survivors" || phase === "unmask") expect(model.every(Number.isFinite)).toBe(true);
    else expectClose(model, pooled(others));
  });

  test.each([2, 3, 4, 5])("and in the middle of round %i, at the unmasking", (round) => {
    const run = world({ silentWhen: (party, message) => party === "bob" && message.kind === "unmask" && message.agreements[0]?.statement.round === round });
    expect(run.run().kind).toBe("done");
    const result = run.log.find(({ statement }) => statement.type === "round.result" && statement.round === round);
    expect(result?.statement.body).toMatchObject({ recovered: { self: { bob: expect.any(String) } } });
  });

  test("one dropped and another silent after agreeing: the box of the dropped one is opened by its shares", () => {
    const six = [...FIVE, "fay"] as PartyId[];
    const run = world({
      names: six, plan: { ...TINY_PLAN, parties: 6 }, terms: { ...TERMS, quorum: 3 },
      answer: (party, ask) => tinyWords(party, ask, { ...TINY_PLAN, parties: 6 }),
      silentWhen: (party, message) => (party === "dot" && message.kind === "round" && message.offer.statement.round === 2)
        || (party === "eve" && message.kind === "unmask" && message.agreements[0]?.statement.round === 2),
    });
    const step = run.run();
    // Six parties ask for five; with two gone the round cannot be opened.
    expect(step).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_TOO_FEW" } });
  });

  test("seven parties survive one drop and one silence in the same round", () => {
    const seven = [...FIVE, "fay", "gus"] as PartyId[];
    const plan = { ...TINY_PLAN, parties: 7 };
    const run = world({
      names: seven, plan, answer: (party, ask) => tinyWords(party, ask, plan),
      silentWhen: (party, message) => (party === "dot" && message.kind === "round" && message.offer.statement.round === 2)
        || (party === "eve" && message.kind === "unmask" && message.agreements[0]?.statement.round === 2),
    });
    expect(run.run().kind).toBe("done");
    const result = run.log.find(({ statement }) => statement.type === "round.result" && statement.round === 2);
    expect(result?.statement.body).toMatchObject({ recovered: { self: { eve: expect.any(String) }, orphans: { dot: { eve: expect.any(String) } } } });
  });

  test("three nodes cannot lose one: the training ends cleanly and says how many it needed", () => {
    const run = world({ names: THREE, silentWhen: (party, message) => party === "bob" && message.kind === "survivors" });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_TOO_FEW", detail: { heard: 2, needed: 3 } } });
  });

  test("a node whose rows do not fit is named with its rule", () => {
    const run = world({ names: THREE, admits: (party) => (party === "cleo" ? { code: "DATA_REFUSED", clause: "DATA_COLUMN_MISSING" } : null) });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "NODE_REFUSED", detail: { party: "cleo", clause: "DATA_COLUMN_MISSING" } } });
  });
});

test("a node that vanished costs one deadline, not one a round", () => {
  const calm = world();
  calm.run();
  const lossy = world({ silentWhen: (party, message) => party === "dot" && message.kind === "round" });
  expect(lossy.run().kind).toBe("done");
  const waitedMs = lossy.nowMs - calm.nowMs;
  expect(waitedMs).toBeGreaterThan(TERMS.deadlineMs - 5_000);
  expect(waitedMs).toBeLessThan(2 * TERMS.deadlineMs);
});
