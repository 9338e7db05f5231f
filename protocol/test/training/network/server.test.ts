import { describe, expect, test } from "@jest/globals";
import { openServer, serverStep } from "../../../src/training/network/server.js";

const MEAN = Float64Array.of(0.5, -0.25, 0);
const ADAPTIVE = { serverRate: 0.1, beta1: 0.9, beta2: 0.8, tau: 0.01 };

test.each(["fedavg", "scaffold"] as const)("%s goes along the mean, as far as its rate says", (kind) => {
  const { step, state } = serverStep({ kind, serverRate: 0.5 }, openServer({ kind, serverRate: 0.5 }, 3), MEAN);
  expect(step).toEqual(Float64Array.of(0.25, -0.125, 0));
  expect(state.first).toHaveLength(0);
});

test("the first two steps of fedadam are those of algorithm 2 worked out by hand", () => {
  const optimiser = { kind: "fedadam", ...ADAPTIVE } as const;
  const first = serverStep(optimiser, openServer(optimiser, 3), MEAN);
  // m = 0.1 Δ, v = 0.8 · 0.0001 + 0.2 Δ²; the step is 0.1 m / (√v + 0.01).
  expect(first.step[0]).toBeCloseTo((0.1 * 0.05) / (Math.sqrt(0.00008 + 0.05) + 0.01), 14);
  expect(first.step[1]).toBeCloseTo((0.1 * -0.025) / (Math.sqrt(0.00008 + 0.0125) + 0.01), 14);
  expect(first.step[2]).toBe(0);
  const second = serverStep(optimiser, first.state, Float64Array.of(-0.5, 0, 0));
  expect(second.state.first[0]).toBeCloseTo(0.9 * 0.05 - 0.05, 14);
  expect(second.state.second[0]).toBeCloseTo(0.8 * 0.05008 + 0.05, 14);
});

test("fedyogi moves its second moment by the square at most, towards it", () => {
  const optimiser = { kind: "fedyogi", ...ADAPTIVE } as const;
  const { state } = serverStep(optimiser, openServer(optimiser, 3), MEAN);
  expect(state.second[0]).toBeCloseTo(0.0001 + 0.2 * 0.25, 14);
  const down = serverStep(optimiser, state, Float64Array.of(0.01, 0, 0));
  expect(down.state.second[0]).toBeCloseTo(0.0501 - 0.2 * 0.0001, 14);
});

describe("no step changes what it was given", () => {
  test.each(["fedadam", "fedyogi"] as const)("%s", (kind) => {
    const optimiser = { kind, ...ADAPTIVE };
    const state = openServer(optimiser, 3);
    serverStep(optimiser, state, MEAN);
    expect(state).toEqual(openServer(optimiser, 3));
    expect(MEAN).toEqual(Float64Array.of(0.5, -0.25, 0));
  });
});
