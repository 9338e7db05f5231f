import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import type { Feature } from "@cohortium/protocol/charter/features";
import { modelDigest } from "@cohortium/protocol/training/model";
import { pooledFirst, pooledNext, type Pooled } from "@cohortium/protocol/training/trees/pooled";
import type { TreesTerms } from "@cohortium/protocol/training/trees/progress";
import type { TreesScene } from "@cohortium/protocol/training/trees/script";
import { localRows, takeRows, type LocalRows } from "../../../src/data/local-rows.js";
import { growAlone } from "../../../src/learning/trees/grow-alone.js";
import { TreesLearner } from "../../../src/learning/trees/learner.js";
import { treeLogitsOf } from "../../../src/learning/trees/logits.js";
import { openThreads } from "../../../src/learning/trees/threads.js";
import { plainContributor, plainLogit, type PlainRow } from "@cohortium/protocol/testing/plain-trees";

/** More words than one byte tells apart, and some numbers that may be missing. */
const FEATURES = [
  { kind: "categorical", name: "shop", categories: Array.from({ length: 300 }, (_, i) => `shop ${i}`) },
  { kind: "numeric", name: "age", unit: "years", min: 17, max: 97 },
  { kind: "numeric", name: "income", unit: "euros", min: -500, max: 1e6, missing: "indicate" },
  { kind: "numeric", name: "flat", unit: "of nothing", min: 0, max: 3 },
  { kind: "categorical", name: "loan", categories: ["no", "yes"] },
] as readonly Feature[];

const CLAUSE: TreesClause = {
  kind: "trees", trees: 3, depth: 4, learningRate: 0.3, lambda: 1.5, gamma: 0.05, childWeightMin: 2.5, bins: 64, rowSample: 0.8, columnSample: 0.7, seed: 7,
  earlyStopping: { patience: 3, share: 0.2 },
};
const termsOf = (clause: Partial<TreesClause> = {}): TreesTerms => ({ plan: { features: FEATURES, rowsMinJoint: 20, categoryRowsMin: 1 }, clause: { ...CLAUSE, ...clause } });

function madeUp(count: number, seed: number): { readonly rows: LocalRows; readonly plain: readonly PlainRow[] } {
  let state = seed;
  const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const plain = Array.from({ length: count }, (): PlainRow => {
    const shop = Math.floor(300 * uniform() * uniform());
    const age = 17 + 80 * uniform();
    const income = uniform() < 0.2 ? Number.NaN : 1e6 * uniform() ** 6 - 400 * uniform();
    const loan = uniform() < 0.4 ? 1 : 0;
    const logit = (age - 50) / 20 + (shop % 7 === 3 ? 1.5 : -0.5) + (Number.isNaN(income) ? 0.8 : income > 5_000 ? -0.7 : 0.2) + loan;
    return { values: [shop, age, income, 2, loan], label: uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0 };
  });
  const column = (i: number) => plain.map(({ values }) => values[i] ?? Number.NaN);
  const rows = localRows(Float64Array.from([1, 2, 3].flatMap(column)), [0, 4].map((i) => Int32Array.from(column(i))), Uint8Array.from(plain, ({ label }) => label));
  return { rows, plain };
}

/** Every question of a training over these rows, with the plain answers. */
function conversation(plain: readonly PlainRow[], terms: TreesTerms): readonly { readonly scene: TreesScene; readonly answer: Float64Array }[] {
  const contributor = plainContributor(plain, FEATURES, terms.clause);
  const said: { readonly scene: TreesScene; readonly answer: Float64Array }[] = [];
  for (let step: Pooled = pooledFirst(terms); ; ) {
    const answer = contributor.answer(step.scene);
    said.push({ scene: step.scene, answer });
    const next = pooledNext(step, answer, terms);
    if (next.kind !== "asks") return said;
    step = next;
  }
}

const asked = (scene: TreesScene) => {
  if (scene.stage === "evaluation") throw new Error("not here");
  return scene;
};

describe("a node's answers about trees", () => {
  const clauses = fc.record({
    depth: fc.integer({ min: 1, max: 5 }), bins: fc.integer({ min: 2, max: 256 }), rowSample: fc.constantFrom(1, 0.6), columnSample: fc.constantFrom(1, 0.5),
    earlyStopping: fc.constantFrom(undefined, { patience: 2, share: 0.3 }),
  });

  test("are those of the plain definition, number by number, in every round", async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 40, max: 900 }), fc.nat(1e6), clauses, async (count, seed, clause) => {
      const terms = termsOf(clause);
      const { rows, plain } = madeUp(count, seed);
      const learner = new TreesLearner(rows, FEATURES, terms.clause);
      for (const { scene, answer } of conversation(plain, terms)) expect(await learner.answer(asked(scene))).toEqual(answer);
    }), { numRuns: 15 });
  });

  test("are the same from a process that begins in any round, and when they are asked for twice", async () => {
    const { rows, plain } = madeUp(600, 5);
    const said = conversation(plain, termsOf());
    expect(said.length).toBeGreaterThan(10);
    for (const { scene, answer } of said) {
      const fresh = new TreesLearner(rows, FEATURES, CLAUSE);
      expect(await Promise.all([fresh.answer(asked(scene)), fresh.answer(asked(scene))])).toEqual([answer, answer]);
    }
  });
});

describe("trees grown by a node", () => {
  test("are those that plain arithmetic grows, and score rows as it does", async () => {
    const { rows, plain } = madeUp(700, 11);
    const terms = termsOf();
    const model = await growAlone(rows, terms);
    if (model.kind !== "trees") throw new Error(model.because);
    const logits = treeLogitsOf(rows, FEATURES, model);
    expect([...logits]).toEqual(plain.map((row) => plainLogit(row, FEATURES, model.base, model.trees)));
    expect(new Set(logits).size).toBeGreaterThan(30);
    expect(model.trees.some(({ missing }) => missing.length > 0)).toBe(true);
  });

  test("are bit for bit those of the same rows in another order", async () => {
    const { rows } = madeUp(500, 12);
    const reversed = takeRows(rows, Array.from({ length: rows.rows }, (_, i) => rows.rows - 1 - i));
    const [one, other] = await Promise.all([rows, reversed].map((each) => growAlone(each, termsOf())));
    if (one?.kind !== "trees" || other?.kind !== "trees") throw new Error("both grow");
    expect(modelDigest(one)).toBe(modelDigest(other));
  });

  test("are none where the rows are of one class", async () => {
    const { rows } = madeUp(200, 13);
    const ofOne = takeRows(rows, [...rows.y.keys()].filter((row) => rows.y[row] === 1));
    expect(await growAlone(ofOne, termsOf())).toEqual({ kind: "degenerate", because: "one-class" });
  });
});

describe("several threads", () => {
  // The thread's program as it ships: a worker reads no TypeScript here.
  const program = pathToFileURL(join(import.meta.dirname, "../../../dist/learning/trees/histogram-worker.js"));

  test("grow the very same trees as one", async () => {
    const { rows } = madeUp(800, 14);
    const terms = termsOf({ bins: 200 });
    const [one, three] = [await growAlone(rows, terms), await growAlone(rows, terms, (matrix) => openThreads(matrix, 2, program))];
    if (one.kind !== "trees" || three.kind !== "trees") throw new Error("both grow");
    expect(modelDigest(three)).toBe(modelDigest(one));
  });

  test("fail aloud where one of them ends", async () => {
    const { rows } = madeUp(300, 15);
    const noProgram = pathToFileURL(join(import.meta.dirname, "no-such-worker.js"));
    await expect(growAlone(rows, termsOf(), (matrix) => openThreads(matrix, 1, noProgram))).rejects.toThrow();
  });
});
