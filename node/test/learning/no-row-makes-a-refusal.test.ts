import { expect, test } from "@jest/globals";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { layoutOf } from "@cohortium/protocol/training/layout";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { layoutTerms, planOf, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { readScene, type Scene } from "@cohortium/protocol/training/script";
import fc from "fast-check";
import { localRows, type LocalRows } from "../../src/data/local-rows.js";
import { learnerOf } from "../../src/learning/learner.js";
import { NetworkMemory } from "../../src/learning/network/memory.js";
import { openNodeDatabase } from "../../src/database.js";
import { CHARTER, SESSION } from "../stage.js";

// A node that refuses because of what is in its rows tells it to the coordinator, in clear and alone. So whatever can make an answer fail must
// be refused by what the coordinator sent, before a row is looked at.

const PLAN: TrainingPlan = {
  ...planOf(CHARTER),
  features: [{ kind: "numeric", name: "age", unit: "years", min: 0, max: 100 }, { kind: "numeric", name: "balance", unit: "euro", min: -10_000, max: 100_000 }],
};

const DESK = { party: "harbour", memory: new NetworkMemory(openNodeDatabase(":memory:"), SESSION), entropy: new Uint8Array(32), say: () => undefined };

function rowsWith(highest: number): LocalRows {
  const rows = 50;
  const x = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row++) x.set([20 + row], row), x.set([100 * row], rows + row);
  x[rows + 7] = highest;
  return localRows(x, [], Uint8Array.from({ length: rows }, (_, row) => row % 2));
}

/** Steep enough that a row beyond the threshold makes infinity less infinity. */
const probe = (iteration: number, threshold: number, weight: number): LogisticModel => ({
  kind: "logistic", iteration, columns: ["intercept", "age", "balance"], means: [0, 100, threshold], deviations: [1, 1, 1], coefficients: [0, weight, weight], dropped: [],
});

async function answers(scene: Scene, rows: LocalRows): Promise<boolean> {
  const { segments, ring } = layoutOf(scene.question, layoutTerms(PLAN));
  const values = await learnerOf(PLAN, { train: rows, held: rows, counted: rows, digest: rows.digest, setDigest: rows.setDigest, notes: [] }, DESK).answer(scene, "");
  try {
    encodeFixed(values, segments, ring);
    return true;
  } catch {
    return false;
  }
}

test("a model made to overflow for some rows is refused for what it is, whatever the rows", () => {
  const first = readScene("newton", { ...probe(0, 61_000, 0) }, PLAN, null);
  expect(first).not.toBeNull();
  expect(readScene("newton", { ...probe(1, 61_000, 1.7e308) }, PLAN, first)).toBeNull();
});

test("control: answered, such a model would tell whether a company has a balance above the threshold", async () => {
  const scene = (threshold: number): Scene => {
    const model = probe(1, threshold, 1.7e308);
    return { kind: "logistic", question: { kind: "newton", model }, model, digest: "00".repeat(32) as Scene["digest"], steps: null };
  };
  expect(await Promise.all([answers(scene(61_000), rowsWith(61_234)), answers(scene(61_500), rowsWith(61_234))])).toEqual([false, true]);
});

const coefficient = fc.oneof(fc.double({ min: -1e7, max: 1e7, noNaN: true }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const model = fc.record({
  coefficients: fc.tuple(coefficient, coefficient, coefficient),
  means: fc.tuple(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: -10_000, max: 100_000, noNaN: true })),
  deviations: fc.tuple(fc.constant(1), fc.double({ min: 1e-3, max: 100, noNaN: true }), fc.double({ min: 1, max: 110_000, noNaN: true })),
}).map((drawn): LogisticModel => ({ ...probe(1, 0, 0), ...drawn }));
const row = fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: -10_000, max: 100_000, noNaN: true }), fc.nat(1));

test("every question that a node lets through can be answered, whatever its rows within the charter's bounds", async () => {
  let letThrough = 0;
  await fc.assert(fc.asyncProperty(model, fc.constantFrom("newton", "evaluation"), fc.array(row, { minLength: 1, maxLength: 12 }), async (drawn, kind, made) => {
    const scene = readScene(kind, { ...drawn, iteration: 1 }, PLAN, null);
    if (scene === null) return;
    letThrough++;
    const rows = localRows(Float64Array.from([...made.map(([age]) => age), ...made.map(([, balance]) => balance)]), [], Uint8Array.from(made, ([, , y]) => y));
    expect(await answers(scene, rows)).toBe(true);
  }), { numRuns: 400 });
  expect(letThrough).toBeGreaterThan(20);
});
