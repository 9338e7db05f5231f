import { beforeAll, describe, expect, test } from "@jest/globals";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { NetworkClause, Optimiser } from "@cohortium/protocol/charter/network-clause";
import { shuffled } from "@cohortium/protocol/training/network/random";
import { norm } from "@cohortium/protocol/training/network/step";
import { controlBound, unpackUpdate, updateLayout } from "@cohortium/protocol/training/network/update";
import { takeRows, type LocalRows } from "../../../src/data/local-rows.js";
import { localUpdate } from "../../../src/learning/network/update.js";
import { loadBackend } from "../../../src/learning/network/tensors.js";
import { FEATURES, madeUpRows } from "../made-up-rows.js";
import { inputRows, plainSteps, taskOf } from "./small-network.js";

const ROWS = madeUpRows(120, 8);
const NONE = new Float32Array();
const at = (party = "harbour") => ({ rows: ROWS, features: FEATURES, party, backend: "wasm" as const });
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

interface Where { readonly moved?: Float64Array; readonly own?: Float32Array; readonly party?: string }

async function sentBy(more: Partial<NetworkClause> = {}, { moved = new Float64Array(), own = NONE, party = "harbour" }: Where = {}) {
  const task = taskOf(more, moved);
  const { values, control } = await localUpdate(task, at(party), own);
  return { ...unpackUpdate(values, task.question), guard: values[0], values, next: control, task };
}

beforeAll(async () => { await loadBackend("wasm"); });

describe("an update", () => {
  test("is where the passes over the shuffled rows lead to, weighted by the rows that count", async () => {
    const sent = await sentBy();
    const batches = [0, 1].flatMap((epoch) => {
      const order = [...shuffled(120, `rows/5/harbour/0/${epoch}`)];
      return [0, 32, 64, 96].map((from) => {
        const taken = order.slice(from, from + 32);
        return { inputs: inputRows(ROWS, taken), labels: taken.map((row) => ROWS.y[row]!) };
      });
    });
    const { model } = sent.task.question;
    const plain = plainSteps(model, batches, { rate: 0.1 }).map((weight, i) => (120 / 200) * (weight - model.weights[i]!));
    expect(sent).toMatchObject({ guard: 1, rows: 120, counted: 120 });
    expect(furthest(sent.update, plain)).toBeLessThan(2e-6);
    expect(norm(plain)).toBeGreaterThan(0.05);
  });

  test("counts with no more rows than the charter's cap, whatever the party has", async () => {
    const [whole, capped] = [await sentBy({ rowsCap: 120 }), await sentBy({ rowsCap: 40 })];
    expect(capped).toMatchObject({ rows: 120, counted: 40 });
    expect(capped.update).toEqual(whole.update);
    expect(capped.loss).toBe(whole.loss);
  });

  test("longer than the bound is scaled down to it, and keeps its direction", async () => {
    const [free, tight] = [await sentBy({ rowsCap: 120 }), await sentBy({ rowsCap: 120, clip: 0.05 })];
    expect(norm(tight.update)).toBeCloseTo(0.05, 12);
    const scale = 0.05 / norm(free.update);
    expect(furthest(tight.update, free.update.map((value) => value * scale))).toBeLessThan(1e-15);
    const { segments, ring } = updateLayout(tight.task.question, { features: FEATURES, model: tight.task.question.clause, scoreBins: 8, parties: 3, rowsMaxPerParty: 200 });
    expect(() => encodeFixed(tight.values, segments, ring)).not.toThrow();
  });

  test("marks its own length, before it was bounded, and its agreement with the last joint step", async () => {
    const free = await sentBy({ rowsCap: 120 });
    const along = free.update.map((value) => 4 * value);
    const across = along.map((value, i) => (i % 2 === 0 ? value : -value));
    const marks = async (more: Partial<NetworkClause>, moved: Float64Array) => {
      const { strips } = await sentBy(more, { moved });
      return [strips!.norms.indexOf(1), strips!.cosines.indexOf(1)];
    };
    expect(await marks({ clip: 1.5 * norm(free.update) }, along)).toEqual([6, 7]);
    expect(await marks({ clip: norm(free.update) / 3 }, along.map((value) => -value))).toEqual([8, 0]);
    expect(await marks({}, new Float64Array())).toEqual([expect.any(Number), 8]);
    expect((await marks({}, across))[1]).toBeLessThan(7);
    expect((await sentBy({ strips: "hidden" })).strips).toBeNull();
  });

  test("is the same the next time, and another for another party, seed or step", async () => {
    const first = await sentBy();
    expect((await sentBy()).values).toEqual(first.values);
    expect((await sentBy({}, { party: "mill" })).values).not.toEqual(first.values);
    expect((await sentBy({ seed: 6 })).values).not.toEqual(first.values);
  });

  test("does not depend on another training that goes on beside it", async () => {
    const alone = await sentBy({ localEpochs: 6 });
    const [one] = await Promise.all([sentBy({ localEpochs: 6 }), sentBy({ activation: "tanh", localEpochs: 8 }), sentBy({ seed: 9 })]);
    expect(one.values).toEqual(alone.values);
  });
});

describe("rows that teach little", () => {
  const OPTIMISERS: readonly Optimiser[] = [{ kind: "fedavg", serverRate: 1 }, { kind: "fedprox", serverRate: 1, mu: 0.1 }, { kind: "scaffold", serverRate: 1 }];
  const sent = async (rows: LocalRows, optimiser: Optimiser) => {
    const task = taskOf({ optimiser });
    const own = new Float32Array(task.question.control.length).fill(0.01);
    const { values, control } = await localUpdate(task, { ...at(), rows }, own);
    return { ...unpackUpdate(values, task.question), values, next: control, own };
  };

  test.each(OPTIMISERS)("of one class alone are trained on as any others, with $kind", async (optimiser) => {
    const { values, update } = await sent({ ...ROWS, y: new Uint8Array(ROWS.rows) }, optimiser);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(norm(update)).toBeGreaterThan(0.05);
  });

  test.each(OPTIMISERS)("none at all count for nothing and send no number but zero, with $kind", async (optimiser) => {
    const { values, next, own } = await sent(takeRows(ROWS, []), optimiser);
    expect(Array.from(values.subarray(1, values.length - 19), Math.abs).every((value) => value === 0)).toBe(true);
    expect(next).toEqual(own);
  });
});

describe("training that runs out of numbers", () => {
  // Weights this large and steps this long leave 32-bit floats within a few steps, for these rows.
  const steep = { localRate: 1, localEpochs: 3, batchSize: 1 };
  const blown = async (optimiser: Optimiser, own = NONE) => {
    const task = taskOf({ ...steep, optimiser });
    const model = { ...task.question.model, weights: task.question.model.weights.map((weight) => weight * 2 ** 20) };
    const { values, control } = await localUpdate({ ...task, question: { ...task.question, model } }, at(), own);
    return { ...unpackUpdate(values, task.question), values, control };
  };

  test("counts as none, so that a refusal tells nobody about the rows", async () => {
    const sent = await blown({ kind: "fedavg", serverRate: 1 });
    expect(sent.values.every(Number.isFinite)).toBe(true);
    expect(sent.update.every((value) => value === 0)).toBe(true);
    expect([sent.strips!.norms.indexOf(1), sent.strips!.cosines.indexOf(1)]).toEqual([9, 8]);
  });

  test("leaves SCAFFOLD's own control variate as it was", async () => {
    const own = taskOf().question.model.weights.map((_, i) => i / 100);
    expect((await blown({ kind: "scaffold", serverRate: 1 }, own)).control).toEqual(own);
  });
});

describe("SCAFFOLD", () => {
  const scaffold = { optimiser: { kind: "scaffold", serverRate: 1 } } as const;
  const weights = taskOf().question.model.weights.length;

  test("first sends the mean gradient along the way, and trains as FedAvg does", async () => {
    const [plain, sent] = [await sentBy(), await sentBy(scaffold, { own: new Float32Array(weights) })];
    expect(sent.update).toEqual(plain.update);
    // Two passes of four batches at a rate of 0.1.
    expect(furthest(sent.next, sent.update.map((value) => -value / (120 / 200) / 0.8))).toBeLessThan(1e-6);
    expect(furthest(sent.control, [...sent.next].map((value) => (120 / 200) * value))).toBeLessThan(1e-12);
  });

  test("then takes the difference to the joint control variate off every step", async () => {
    const own = Float32Array.from({ length: weights }, (_, i) => Math.sin(i) / 20);
    const task = taskOf(scaffold);
    const joint = own.map((value) => value / 3);
    const { values, control } = await localUpdate({ ...task, question: { ...task.question, control: joint } }, at(), own);
    const sent = unpackUpdate(values, task.question);
    const change = sent.update.map((value) => value / (120 / 200));
    expect(furthest(control, change.map((value, i) => own[i]! - joint[i]! - value / 0.8))).toBeLessThan(1e-6);
    expect(furthest(sent.update, (await sentBy()).update)).toBeGreaterThan(0.005);
  });

  test("sends no control variate beyond its bound", async () => {
    const own = new Float32Array(weights).fill(100);
    const sent = await sentBy({ ...scaffold, clip: 0.01 }, { own });
    expect(norm(sent.next)).toBeCloseTo(controlBound({ clip: 0.01, localRate: 0.1 }), 6);
  });
});

test("FedProx holds local steps back", async () => {
  const [free, held] = [await sentBy(), await sentBy({ optimiser: { kind: "fedprox", serverRate: 1, mu: 5 } })];
  expect(norm(held.update)).toBeLessThan(0.8 * norm(free.update));
});

test("weight decay shortens the kernels", async () => {
  const [free, decayed] = [await sentBy(), await sentBy({ weightDecay: 1 })];
  expect(furthest(free.update, decayed.update)).toBeGreaterThan(0.01);
});
