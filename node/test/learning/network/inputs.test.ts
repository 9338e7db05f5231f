import { expect, test } from "@jest/globals";
import { columnsOf, type Feature } from "@cohortium/protocol/charter/features";
import { localRows } from "../../../src/data/local-rows.js";
import { inputsOf } from "../../../src/learning/network/inputs.js";
import { networkScores, sumOfLosses } from "../../../src/learning/network/scores.js";
import { FEATURES, madeUpRows } from "../made-up-rows.js";
import { inputRows, plainSteps, SCALING, taskOf } from "./small-network.js";

test("a row's inputs are its standardised numbers and a 1 for its category, in the order of the kept columns", () => {
  const rows = localRows(Float64Array.of(44, 74, -4.5, 1.5), [Int32Array.of(2, 1), Int32Array.of(0, 1)], Uint8Array.of(0, 1));
  // job=farmer is dropped: retired, age, loan, rate remain.
  expect(inputRows(rows, [1, 0])).toEqual([[0, 1, 1, 2], [1, -0.5, 0, -1]]);
});

test("what was there before is overwritten, also where a row has no category", () => {
  const rows = madeUpRows(3, 4);
  const into = new Float64Array(8).fill(7);
  inputsOf(rows, FEATURES, SCALING).fill(into, Uint32Array.of(2, 0));
  expect([...into]).toEqual(inputRows(rows, [2, 0]).flat());
});

test("a network over categories alone has inputs too", () => {
  const features: readonly Feature[] = [{ kind: "categorical", name: "job", categories: ["clerk", "farmer"] }];
  const scaling = { columns: columnsOf(features).map(({ name }) => name), means: [0, 0], deviations: [1, 1], dropped: [] };
  const inputs = inputsOf(localRows(new Float64Array(), [Int32Array.of(1, 0)], Uint8Array.of(1, 0)), features, scaling);
  const into = new Float32Array(2);
  inputs.fill(into, Uint32Array.of(0, 1));
  expect([...into]).toEqual([1, 0]);
});

test("an absent number enters as the mean, and as a 1 among the absences where the charter counts them", () => {
  const numeric = { kind: "numeric", name: "age", unit: "years", min: 0, max: 100 } as const;
  const rows = localRows(Float64Array.of(50, Number.NaN), [], Uint8Array.of(1, 0));
  const filled = (features: readonly Feature[], dropped: readonly string[]) => {
    const kept = columnsOf(features).map(({ name }) => name).filter((name) => !dropped.includes(name));
    const scaling = { columns: kept, means: kept.map((name) => (name === "age" ? 40 : 0)), deviations: kept.map((name) => (name === "age" ? 5 : 1)), dropped };
    const inputs = inputsOf(rows, features, scaling);
    const into = new Float32Array(2 * inputs.columns).fill(9);
    inputs.fill(into, Uint32Array.of(0, 1));
    return [...into];
  };
  expect(filled([{ ...numeric, missing: "indicate" }], [])).toEqual([2, 0, 0, 1]);
  expect(filled([{ ...numeric, missing: "indicate" }], ["age=(missing)"])).toEqual([2, 0]);
  expect(filled([numeric], [])).toEqual([2, Number.NaN]);
});

test.each(["relu", "tanh"] as const)("scores with %s are those of the definition, beyond one block too", (activation) => {
  const { question: { model } } = taskOf({ activation });
  const rows = madeUpRows(1_300, 9);
  const scores = networkScores(rows, FEATURES, model);
  const naive = (row: number) => {
    // One step of no length leaves the weights; the logit is read off the definition through a step on the output's bias.
    const [inputs] = inputRows(rows, [row]);
    const after = plainSteps(model, [{ inputs: [inputs!], labels: [0] }], { rate: 1 });
    const probability = model.weights.at(-1)! - after.at(-1)!;
    return Math.log(probability / (1 - probability));
  };
  for (const row of [0, 17, 1_023, 1_024, 1_299]) expect(scores[row]).toBeCloseTo(naive(row), 9);
});

test("losses are those of the logits, each row's clipped at 32", () => {
  expect(sumOfLosses(Float64Array.of(2, -1, 0), Uint8Array.of(1, 1, 0))).toBeCloseTo(Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(1)) + Math.log(2), 14);
  expect(sumOfLosses(Float64Array.of(-1e300, 0), Uint8Array.of(1, 0))).toBeCloseTo(32 + Math.log(2), 12);
});
