import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { NetworkClause } from "../../../src/charter/network-clause.js";
import { movedFrom } from "../../../src/training/network/fit.js";
import { floatsText, networkJson, type NetworkModel } from "../../../src/training/network/model.js";
import { initialModel } from "../../../src/training/network/progress.js";
import { networkMayFollow, readNetworkScene, updateContext, type NetworkScene } from "../../../src/training/network/script.js";
import { networkPlan } from "./tiny-network.js";

const SCALING = { columns: ["intercept", "age", "job=farmer", "job=pilot"], means: [0, 50, 0, 0], deviations: [1, 20, 1, 1], dropped: [] };
const stage = (more: Partial<NetworkClause> = {}) => {
  const plan = networkPlan(more);
  const { model: clause } = plan;
  const start = initialModel(SCALING, plan, clause);
  const read = (question: string, context: Json, last: NetworkScene | null) => readNetworkScene(question, context, { plan, clause }, last);
  const update = (model: NetworkModel, last: NetworkScene | null, control = new Float32Array()) => read("update", updateContext({ kind: "update", clause, model, control }), last);
  const moments = read("moments", null, null);
  return { plan, start, read, update, moments, first: update(start, moments) };
};
const moved = (model: NetworkModel, by: number): NetworkModel => ({ ...model, iteration: model.iteration + 1, weights: model.weights.map((weight, i) => (i === 2 ? weight + by : weight)) });
const follows = (last: NetworkScene | null, next: NetworkScene | null) => next !== null && networkMayFollow(last, next);

describe("a node follows the script", () => {
  const { start, read, update, moments, first } = stage();
  const second = update(moved(start, 1.5), first);
  const done = read("evaluation", networkJson(moved(start, 1.5)), first);

  test("moments, initial weights, a step, its evaluation", () => {
    expect(follows(null, moments)).toBe(true);
    expect(follows(moments, first)).toBe(true);
    expect(follows(first, second)).toBe(true);
    expect(follows(first, done)).toBe(true);
  });

  test.each([
    ["moments twice", moments, moments],
    ["an update before the moments", null, first],
    ["the same update again", first, first],
    ["an evaluation of the initial weights", moments, read("evaluation", networkJson(start), moments)],
    ["an evaluation of a step that was asked about before", second, read("evaluation", networkJson(moved(start, 1.5)), second)],
    ["anything after the evaluation", done, update(moved(moved(start, 1), 1), done)],
    ["a step left out", first, update({ ...moved(start, 1), iteration: 2 }, first)],
    ["a step on another standardisation", first, update({ ...moved(start, 1), means: [0, 51, 0, 0] }, first)],
    ["initial weights of the coordinator's own", moments, update({ ...start, weights: start.weights.map((weight) => weight * 1.0001) }, moments)],
    ["a first update that is not the first", moments, update({ ...start, iteration: 1 }, moments)],
    ["a step longer than bounded updates lead to", first, update(moved(start, 2.001), first)],
  ])("%s does not follow", (_, last, next) => {
    expect(follows(last, next)).toBe(false);
  });

  test("a step as long as they lead to does", () => {
    expect(follows(first, update(moved(start, 2), first))).toBe(true);
  });

  test("it learns the joint step it is to compare its own with", () => {
    const step = (scene: NetworkScene | null) => (scene?.model == null ? null : movedFrom(scene.before, scene.model));
    expect(step(second)?.[2]).toBeCloseTo(1.5, 6);
    expect(step(first)).toHaveLength(0);
  });
});

describe("a question is read only if it is one", () => {
  const { plan, start, read, moments } = stage();
  const context = updateContext({ kind: "update", clause: plan.model, model: start, control: new Float32Array() }) as { readonly model: Json; readonly control: Json };
  test.each<[string, string, Json]>([
    ["another question", "newton", context],
    ["moments at a model", "moments", networkJson(start)],
    ["an update without a model", "update", null],
    ["an update at a bare model", "update", networkJson(start)],
    ["an update with more members", "update", { ...context, note: 1 }],
    ["an update whose model is none", "update", { ...context, model: "x" }],
    ["a control variate where the charter has none", "update", { ...context, control: floatsText(start.weights) }],
    ["an update beyond the charter's rounds", "update", { ...context, model: networkJson({ ...start, iteration: plan.model.rounds }) }],
    ["an evaluation beyond them", "evaluation", networkJson({ ...start, iteration: plan.model.rounds + 1 })],
    ["an evaluation of no step", "evaluation", networkJson(start)],
  ])("%s", (_, question, asked) => {
    expect(read(question, asked, moments)).toBeNull();
  });
  test("and these are", () => {
    expect(read("update", context, moments)).not.toBeNull();
    expect(read("evaluation", networkJson({ ...start, iteration: plan.model.rounds }), moments)).not.toBeNull();
  });
});

describe("of SCAFFOLD's control variate a node", () => {
  const { start, update, moments, read } = stage({ optimiser: { kind: "scaffold", serverRate: 1 } });
  const control = (length: number) => start.weights.map((_, i) => (i === 0 ? length : 0));
  const first = update(start, moments, control(0));
  test("takes zeros to begin with, and nothing else", () => {
    expect(follows(moments, first)).toBe(true);
    expect(follows(moments, update(start, moments, control(0.1)))).toBe(false);
  });
  test("takes one that bounded variates add up to, and no longer one", () => {
    expect(follows(first, update(moved(start, 1), first, control(5)))).toBe(true);
    expect(update(moved(start, 1), first, control(5.01))).toBeNull();
  });
  test("takes none that is missing or of another length", () => {
    expect(read("update", { model: networkJson(start), control: null }, moments)).toBeNull();
    expect(update(start, moments, new Float32Array(3))).toBeNull();
  });
});

test("an adaptive server may step further, by its floor", () => {
  const { start, update, first } = stage({ optimiser: { kind: "fedadam", serverRate: 0.1, beta1: 0.9, beta2: 0.99, tau: 0.01 } });
  // 0.1 / 0.01 times the bound of 2.
  expect(follows(first, update(moved(start, 20), first))).toBe(true);
  expect(follows(first, update(moved(start, 20.02), first))).toBe(false);
});
