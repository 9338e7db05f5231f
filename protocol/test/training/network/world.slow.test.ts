import { describe, expect, test } from "@jest/globals";
import type { PartyId } from "../../../src/session/ids.js";
import { World, type WorldGiven } from "../../../src/testing/world.js";
import { fitFederated } from "../../../src/training/network/fit.js";
import type { NetworkClause, Optimiser } from "../../../src/charter/network-clause.js";
import type { NetworkModel } from "../../../src/training/network/model.js";
import { tinyRows } from "../tiny-rows.js";
import { networkPlan, networkWords, tinyTrainer } from "./tiny-network.js";

const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
const THREE = FIVE.slice(0, 3);
const TERMS = { scheme: "masked", minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts: "continue" } as const;
const ADAPTIVE = { serverRate: 0.3, beta1: 0.9, beta2: 0.99, tau: 0.01 };
const OPTIMISERS: readonly Optimiser[] = [
  { kind: "fedavg", serverRate: 1 }, { kind: "fedprox", serverRate: 1, mu: 0.1 }, { kind: "fedadam", ...ADAPTIVE }, { kind: "fedyogi", ...ADAPTIVE }, { kind: "scaffold", serverRate: 1 },
];

function world(clause: Partial<NetworkClause> = {}, more: Partial<WorldGiven> = {}): World {
  const plan = networkPlan(clause);
  const memory = new Map<string, Float32Array>();
  return new World({ seed: 5, names: FIVE, terms: TERMS, plan, answer: (party, ask) => networkWords(memory, party, ask, plan), ...more });
}

function modelOf(step: ReturnType<World["run"]>): NetworkModel {
  if (step.kind !== "done") throw new Error(`the training ended with ${JSON.stringify(step.kind === "abort" ? step.fault : step.kind)}`);
  if (step.result.kind !== "model" || step.result.model.kind !== "network") throw new Error("a network was to be trained");
  return step.result.model;
}

async function inTheClear(clause: Partial<NetworkClause>, names: readonly PartyId[]): Promise<NetworkModel> {
  const fit = await fitFederated(names.map((name) => tinyTrainer(tinyRows(name))), networkPlan(clause));
  if (fit.kind !== "fitted") throw new Error(`the training in the clear ended with ${fit.code}`);
  return fit.model;
}

/** Guard, rows, counted rows, loss: before the update. */
const HEAD = 4;

const furthest = (a: NetworkModel, b: NetworkModel) => Math.max(...[...a.weights].map((weight, i) => Math.abs(weight - (b.weights[i] ?? NaN))));

describe.each(OPTIMISERS)("with $kind", (optimiser) => {
  test("the model under masks is that of the same training in the clear, up to fixed point", async () => {
    const model = modelOf(world({ optimiser }, { names: THREE }).run());
    const clear = await inTheClear({ optimiser }, THREE);
    expect(model.iteration).toBe(5);
    expect(furthest(model, clear)).toBeLessThan(2e-6);
    expect(furthest(model, { ...clear, weights: clear.weights.map(() => 0) })).toBeGreaterThan(0.5);
  });

});

test.each(OPTIMISERS.filter(({ kind }) => kind === "fedyogi" || kind === "scaffold"))("the order of delivery, crashes and replays do not change one bit of a model of $kind", (optimiser) => {
  const calm = modelOf(world({ optimiser, rounds: 3 }, { names: THREE }).run());
  const stormy = world({ optimiser, rounds: 3 }, { names: THREE, crashChance: 0.08, seed: 77, guarded: true });
  expect(modelOf(stormy.run())).toEqual(calm);
  expect(stormy.crashes).toBeGreaterThan(4);
});

describe("a party that drops out", () => {
  const lostFrom = (round: number) => (party: PartyId, message: { kind: string; offer?: { statement: { round: number } } }) =>
    party === "dot" && message.kind === "round" && message.offer?.statement.round === round;

  test.each(OPTIMISERS.filter(({ kind }) => kind === "fedadam" || kind === "scaffold"))("in the second update leaves the others to train on, with $kind", (optimiser) => {
    const run = world({ optimiser }, { silentWhen: lostFrom(3) });
    const step = run.run();
    expect(modelOf(step).iteration).toBe(5);
    if (step.kind === "done") expect(step.result.rounds.map(({ survivors }) => survivors.length)).toEqual([5, 5, 4, 4, 4, 4, 4]);
  });

  test("before the moments leaves the model the others would have trained alone", async () => {
    const run = world({}, { silentWhen: lostFrom(1) });
    expect(furthest(modelOf(run.run()), await inTheClear({}, FIVE.filter((name) => name !== "dot")))).toBeLessThan(2e-6);
  });

  test("where the charter says so ends the training instead", () => {
    const run = world({}, { terms: { ...TERMS, dropouts: "end" }, silentWhen: lostFrom(3) });
    expect(run.run()).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_TOO_FEW" } });
  });
});

describe("for those who watch", () => {
  test("each round tells the mean loss, which falls, and the strips, which add up to the parties", () => {
    const step = world({}, { names: THREE }).run();
    if (step.kind !== "done") throw new Error("it ends well");
    const measures = step.result.rounds.filter(({ kind }) => kind === "update").map(({ measure }) => measure);
    const losses = measures.map((measure) => measure?.value ?? NaN);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? NaN) - 0.02);
    for (const measure of measures) {
      expect(measure?.boundUsed).toBeGreaterThan(0.02);
      expect(measure?.boundUsed).toBeLessThan(0.5);
      expect(measure?.strips?.map(({ bins }) => bins.reduce((sum, { parties }) => sum + parties, 0))).toEqual([3, 3]);
    }
    // Before the first joint step there is nothing to agree with; afterwards updates of one distribution agree.
    expect(measures[0]?.strips?.[1]?.bins.at(-1)).toEqual({ bin: "none", parties: 3 });
    expect(measures[1]?.strips?.[1]?.bins.at(-1)).toEqual({ bin: "none", parties: 0 });
  });

  test("a party that drowns the others within the bound of all shows in the length of the mean update", () => {
    const plan = networkPlan({});
    const memory = new Map<string, Float32Array>();
    // A party's update is at most 2 long; this one's is 7.3, of the 9 or so that all five may add up to.
    const drowned = (values: Float64Array) => values.map((value, i) => (i >= HEAD && i < HEAD + 21 ? -1.6 : value));
    const step = world({}, { answer: (party, ask) => networkWords(memory, party, ask, plan, party === "eve" && ask.question.kind === "update" ? drowned : undefined) }).run();
    if (step.kind !== "done") throw new Error(JSON.stringify(step));
    for (const { measure } of step.result.rounds.filter(({ kind }) => kind === "update")) expect(measure?.boundUsed).toBeGreaterThan(0.6);
  });

  test("nothing is told of single updates where the charter hides the strips", () => {
    const step = world({ strips: "hidden" }, { names: THREE }).run();
    if (step.kind !== "done") throw new Error("it ends well");
    expect(step.result.rounds.every(({ measure }) => measure?.strips === undefined)).toBe(true);
  });
});

test("a training that stalls ends before its rounds, where the charter says so", () => {
  const stall = world({ rounds: 40, localRate: 1e-4, stopping: { kind: "stall", patience: 2, tolerance: 0.01 } }, { names: THREE }).run();
  expect(modelOf(stall).iteration).toBe(3);
});

describe("one of five who sends other numbers", () => {
  const poisoned = (clause: Partial<NetworkClause>, change: (values: Float64Array) => Float64Array) => {
    const plan = networkPlan(clause);
    const memory = new Map<string, Float32Array>();
    return world(clause, { answer: (party, ask) => networkWords(memory, party, ask, plan, party === "eve" && ask.question.kind === "update" ? change : undefined) }).run();
  };
  test("beyond what all may add up to ends the training", () => {
    // Each coordinate within the bound its segment has, all of them together far beyond the bound on their length.
    const loud = (values: Float64Array) => values.map((value, i) => (i >= HEAD && i < HEAD + 61 ? 1.9 : value));
    expect(poisoned({ hidden: [12] }, loud)).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_BOUNDS", detail: { segment: "update" } } });
  });

  test("with a second mark in the strips ends the training", () => {
    const marked = (values: Float64Array) => values.map((value, i) => (i >= HEAD + 21 ? 1 : value));
    expect(poisoned({}, marked)).toMatchObject({ kind: "abort", fault: { code: "AGGREGATION_BOUNDS", detail: { segment: "update norms" } } });
  });

  test("that claim more rows than it has counted ends it too", () => {
    expect(poisoned({}, (values) => values.map((value, i) => (i === 1 ? 0 : value)))).toMatchObject({ kind: "abort" });
  });
});
