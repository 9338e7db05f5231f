import type { Optimiser } from "../../charter/network-clause.js";

/** What an adaptive server remembers from one joint step to the next, per weight; empty for the others. */
export interface ServerState {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** One joint step. */
export interface ServerStep {
  readonly state: ServerState;
  readonly step: Float64Array;
}

/** Before the first step: `m = 0`, `v = tau²` (Reddi et al. 2021, algorithm 2). */
export function openServer(optimiser: Optimiser, weights: number): ServerState {
  switch (optimiser.kind) {
    case "fedavg": case "fedprox": case "scaffold": return { first: new Float64Array(), second: new Float64Array() };
    case "fedadam": case "fedyogi": return { first: new Float64Array(weights), second: new Float64Array(weights).fill(optimiser.tau * optimiser.tau) };
  }
}

/** What follows from the mean of the parties' updates. Deterministic: + − × ÷ and √ only. */
export function serverStep(optimiser: Optimiser, { first, second }: ServerState, mean: Float64Array): ServerStep {
  switch (optimiser.kind) {
    case "fedavg": case "fedprox": case "scaffold":
      return { state: { first, second }, step: mean.map((change) => optimiser.serverRate * change) };
    case "fedadam": case "fedyogi": {
      const { serverRate, beta1, beta2, tau, kind } = optimiser;
      const m = mean.map((change, i) => beta1 * (first[i] ?? 0) + (1 - beta1) * change);
      const v = mean.map((change, i) => secondMoment(kind, second[i] ?? 0, change * change, beta2));
      return { state: { first: m, second: v }, step: m.map((moment, i) => (serverRate * moment) / (Math.sqrt(v[i] ?? 0) + tau)) };
    }
  }
}

function secondMoment(kind: "fedadam" | "fedyogi", before: number, square: number, beta2: number): number {
  switch (kind) {
    case "fedadam": return beta2 * before + (1 - beta2) * square;
    // Yogi moves by the square at most, in the direction of the difference.
    case "fedyogi": return before - (1 - beta2) * square * sign(before - square);
  }
}

function sign(value: number): number {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}
