import { describe, expect, test } from "@jest/globals";
import type { NetworkClause } from "../../../src/charter/network-clause.js";
import { WEIGHT_ABS_MAX } from "../../../src/training/network/model.js";
import { initialModel } from "../../../src/training/network/progress.js";
import { openServer } from "../../../src/training/network/server.js";
import { isOver, jointStep, NO_STALL, stallAfter } from "../../../src/training/network/step.js";
import { updateScales, type UpdateSum } from "../../../src/training/network/update.js";
import { networkPlan } from "./tiny-network.js";

const SCALING = { columns: ["intercept", "age", "job=farmer", "job=pilot"], means: [0, 50, 0, 0], deviations: [1, 20, 1, 1], dropped: ["job=farmer", "job=pilot"] };
const stage = (more: Partial<NetworkClause> = {}) => {
  const plan = networkPlan({ hidden: [1], strips: "hidden", ...more });
  const model = initialModel(SCALING, plan, plan.model);
  const take = (sum: Partial<UpdateSum>, survivors = 3, firstLoss: number | null = null) => jointStep({ model, server: openServer(plan.model.optimiser, 4), survivors, firstLoss }, { ...SUM, ...sum }, plan.model, updateScales(plan, plan.model));
  return { model, take };
};
/** Three parties of 30, 60 and 90 rows, of which 60 count each at most: shares of ½, 1 and 1. */
const SUM: UpdateSum = { rows: 180, counted: 150, loss: 1.5, update: Float64Array.of(1, -0.5, 0.25, 0), control: new Float64Array(), strips: null };

test("the step is the sum divided by the shares, rounded to a 32-bit float, and the loss belongs to the model before it", () => {
  const { model, take } = stage();
  const step = take({});
  if (step.kind !== "stepped") throw new Error("a sound sum");
  expect(step.loss).toBeCloseTo(0.6, 14);
  // Of length √1.3125 where 2 · 2.5 is allowed.
  expect(step.boundUsed).toBeCloseTo(Math.sqrt(1.3125) / 5, 14);
  expect(step.model.iteration).toBe(1);
  expect([...step.model.weights]).toEqual([0.4, -0.2, 0.1, 0].map((change, i) => Math.fround((model.weights[i] ?? 0) + change)));
});

describe("a sum that parties within their bounds cannot have added up to is refused", () => {
  const { take } = stage();
  // Shares of 2.5, each update at most 2 long.
  test.each([
    ["an update just within all their bounds", { update: Float64Array.of(3, -4, 0, 0) }, "stepped"],
    ["an update beyond them", { update: Float64Array.of(3, -4, 0.2, 0) }, "update"],
    ["a party that claims its coordinates' bound in each of them", { update: Float64Array.of(3, 3, 3, 3) }, "update"],
    ["an update that is not a number", { update: Float64Array.of(NaN, 0, 0, 0) }, "update"],
    ["more rows that count than there are", { counted: 181 }, "counted rows"],
    ["no rows that count", { counted: 0 }, "counted rows"],
  ])("%s: %s", (_, sum, outcome) => {
    const step = take(sum);
    expect(step.kind === "beyond" ? step.segment : step.kind).toBe(outcome);
  });

  test("a control variate beyond theirs", () => {
    const control = Float64Array.of(12.4, 0, 0, 0);
    const scaffold = stage({ optimiser: { kind: "scaffold", serverRate: 1 } });
    expect(scaffold.take({ control })).toMatchObject({ kind: "stepped", control: Float32Array.of(12.4 / 2.5, 0, 0, 0) });
    expect(scaffold.take({ control: control.map((value) => value * 1.02) })).toEqual({ kind: "beyond", segment: "control variate" });
  });

  test("strips of another number of parties", () => {
    const norms = Float64Array.of(0, 0, 0, 0, 2, 1, 0, 0, 0, 0);
    const strips = { norms, cosines: Float64Array.of(0, 0, 0, 0, 0, 0, 0, 0, 3) };
    expect(stage().take({ strips }).kind).toBe("stepped");
    expect(stage().take({ strips }, 4)).toEqual({ kind: "beyond", segment: "update norms" });
  });
});

describe("a step that leads nowhere ends the training", () => {
  test("a loss that is not a number", () => expect(stage().take({ loss: NaN })).toEqual({ kind: "diverged", because: "not-finite" }));
  test("weights beyond their bound", () => {
    const { take } = stage({ optimiser: { kind: "fedavg", serverRate: 2 * WEIGHT_ABS_MAX } });
    expect(take({ update: Float64Array.of(4, 0, 0, 0) })).toEqual({ kind: "diverged", because: "weights-too-large" });
  });
});

describe("an update of exactly zero", () => {
  const nothing = { update: new Float64Array(4) };
  const ended = { kind: "diverged", because: "nothing-moved" };
  test("ends the training at once: nobody's local training came to anything", () => expect(stage().take(nothing)).toEqual(ended));
  test("ends it later too, as long as the loss never fell", () => {
    expect(stage().take(nothing, 3, 0.6)).toEqual(ended);
    expect(stage().take(nothing, 3, 0.5)).toEqual(ended);
  });
  test("is how training looks that has learned all there is, where the loss did fall", () => expect(stage().take(nothing, 3, 0.7).kind).toBe("stepped"));
  test("differs from the smallest that is none", () => expect(stage().take({ update: Float64Array.of(0, 0, 2 ** -30, 0) }).kind).toBe("stepped"));
});

describe("training is over", () => {
  const clause = networkPlan({ rounds: 9, stopping: { kind: "stall", patience: 2, tolerance: 0.1 } }).model;
  test("after its rounds", () => {
    expect(isOver(NO_STALL, 8, clause)).toBe(false);
    expect(isOver(NO_STALL, 9, clause)).toBe(true);
  });
  test("where the charter says so, when the best loss was lowered by too little so many times in a row", () => {
    const after = (losses: readonly number[]) => losses.reduce((stall, loss) => stallAfter(stall, loss, clause.stopping), NO_STALL);
    expect(isOver(after([0.7, 0.6, 0.55]), 3, clause)).toBe(false);
    expect(isOver(after([0.7, 0.6, 0.55, 0.545]), 4, clause)).toBe(true);
    expect(isOver(after([0.7, 0.6, 0.59, 0.5, 0.48]), 5, clause)).toBe(false);
    expect(isOver(after([0.7, 0.6, 0.59, 0.5, 0.48, 0.47]), 6, clause)).toBe(true);
  });
  test("never because of the loss where it does not", () => {
    const rounds = { ...clause, stopping: { kind: "rounds" } } as const;
    expect(isOver([0.7, 0.7, 0.7, 0.7].reduce((stall, loss) => stallAfter(stall, loss, rounds.stopping), NO_STALL), 4, rounds)).toBe(false);
  });
});
