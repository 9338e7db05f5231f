import { expect, test } from "@jest/globals";
import { fitPooled } from "@cohortium/protocol/training/logistic/fit";
import { splitOwn } from "../../src/data/holdout.js";
import { takeRows } from "../../src/data/local-rows.js";
import { compareAlone, contributorOf } from "../../src/learning/alone.js";
import { aucExact, ksExact } from "../../src/learning/exact-auc.js";
import { scoresOf } from "../../src/learning/scores.js";
import { FEATURES, madeUpRows } from "./made-up-rows.js";

const CLAUSE = { kind: "logistic", ridge: 2, gradientTolerance: 1e-8, iterationsMax: 25 } as const;
const TERMS = { features: FEATURES, clause: CLAUSE, minimums: { rowsMin: 10, categoryRowsMin: 5 } };
const ALONE = { features: FEATURES, model: CLAUSE, categoryRowsMin: 5 };
const OTHERS = madeUpRows(3_000, 41);
const SMALL = madeUpRows(40, 42);
const HELD = madeUpRows(1_000, 43);

function jointModel() {
  const fit = fitPooled([OTHERS, SMALL].map((rows) => contributorOf(rows, FEATURES)), TERMS);
  if (fit.kind !== "fitted") throw new Error(fit.because);
  return fit.model;
}

test("a small party gains from the joint model on the same held-out rows", async () => {
  const result = await compareAlone({ train: SMALL, held: HELD }, jointModel(), ALONE);
  if (result.kind !== "compared") throw new Error(result.because);
  expect(result).toMatchObject({ trainRows: 40, heldRows: 1_000 });
  expect(result.joint.auc).toBeGreaterThan(result.alone.auc);
  expect(result.joint.ks).toBeGreaterThan(0.2);
  // From the scores, as the area is, and from no bins.
  const scores = scoresOf(HELD, FEATURES, jointModel());
  expect([result.joint.auc, result.joint.ks]).toEqual([expect.closeTo(aucExact(scores, HELD.y), 12), ksExact(scores, HELD.y).ks]);
});

test("the interval is that of the very area, also where logits lie beyond those that bins hold", async () => {
  const model = jointModel();
  const steep = { ...model, coefficients: model.coefficients.map((one) => 40 * one) };
  const result = await compareAlone({ train: SMALL, held: HELD }, steep, ALONE);
  const gentle = await compareAlone({ train: SMALL, held: HELD }, model, ALONE);
  if (result.kind !== "compared" || gentle.kind !== "compared") throw new Error("there is something to compare");
  expect(result.joint.edgeShare).toBeGreaterThan(0.3);
  // The same order of rows has the same area, known as well.
  expect(result.joint.auc).toBeCloseTo(gentle.joint.auc, 12);
  expect(result.joint.aucInterval).toEqual({ low: expect.closeTo(gentle.joint.aucInterval.low, 9), high: expect.closeTo(gentle.joint.aucInterval.high, 9) });
  for (const { auc, aucInterval: { low, high } } of [result.alone, result.joint]) expect(low < auc && auc < high).toBe(true);
});

test("a party whose rows are all there is gains nothing", async () => {
  const { train, held } = splitOwn(OTHERS, 0.3);
  const fit = fitPooled([contributorOf(train, FEATURES)], TERMS);
  if (fit.kind !== "fitted") throw new Error(fit.because);
  const result = await compareAlone({ train, held }, fit.model, ALONE);
  expect(result).toMatchObject({ kind: "compared" });
  if (result.kind === "compared") expect(result.alone).toEqual(result.joint);
});

const positives = (rows: typeof HELD) => takeRows(rows, [...rows.y.keys()].filter((row) => rows.y[row] === 1));

test.each([
  { what: "held-out rows of one class", split: { train: SMALL, held: positives(HELD) }, terms: ALONE, because: "held-out-rows-of-one-class" },
  { what: "own rows of one class", split: { train: positives(OTHERS), held: HELD }, terms: ALONE, because: "own-rows-degenerate" },
  { what: "own training that does not end", split: { train: SMALL, held: HELD }, terms: { ...ALONE, model: { ...CLAUSE, iterationsMax: 1 } }, because: "own-training-diverged" },
])("with $what there is nothing to compare", async ({ split, terms, because }) => {
  expect(await compareAlone(split, jointModel(), terms)).toEqual({ kind: "not-comparable", because });
});
