import { expect, test } from "@jest/globals";
import { fitPooled } from "@cohortium/protocol/training/logistic/fit";
import { splitOwn } from "../../src/data/holdout.js";
import { takeRows } from "../../src/data/local-rows.js";
import { compareAlone, contributorOf } from "../../src/learning/alone.js";
import { FEATURES, madeUpRows } from "./made-up-rows.js";

const TERMS = { features: FEATURES, clause: { ridge: 2, gradientTolerance: 1e-8, iterationsMax: 25 }, minimums: { rowsMin: 10, categoryRowsMin: 5 } };
const OTHERS = madeUpRows(3_000, 41);
const SMALL = madeUpRows(40, 42);
const HELD = madeUpRows(1_000, 43);

function jointModel() {
  const fit = fitPooled([OTHERS, SMALL].map((rows) => contributorOf(rows, FEATURES)), TERMS);
  if (fit.kind !== "fitted") throw new Error(fit.because);
  return fit.model;
}

test("a small party gains from the joint model on the same held-out rows", () => {
  const result = compareAlone({ train: SMALL, held: HELD }, jointModel(), TERMS);
  if (result.kind !== "compared") throw new Error(result.because);
  expect(result).toMatchObject({ trainRows: 40, heldRows: 1_000 });
  expect(result.joint.auc).toBeGreaterThan(result.alone.auc);
  expect(result.joint.ks).toBeGreaterThan(0.2);
});

test("a party whose rows are all there is gains nothing", () => {
  const { train, held } = splitOwn(OTHERS, 0.3);
  const fit = fitPooled([contributorOf(train, FEATURES)], TERMS);
  if (fit.kind !== "fitted") throw new Error(fit.because);
  const result = compareAlone({ train, held }, fit.model, TERMS);
  expect(result).toMatchObject({ kind: "compared" });
  if (result.kind === "compared") expect(result.alone).toEqual(result.joint);
});

const positives = (rows: typeof HELD) => takeRows(rows, [...rows.y.keys()].filter((row) => rows.y[row] === 1));

test.each([
  { what: "held-out rows of one class", split: { train: SMALL, held: positives(HELD) }, terms: TERMS, because: "held-out-rows-of-one-class" },
  { what: "own rows of one class", split: { train: positives(OTHERS), held: HELD }, terms: TERMS, because: "own-rows-degenerate" },
  { what: "own training that does not end", split: { train: SMALL, held: HELD }, terms: { ...TERMS, clause: { ...TERMS.clause, iterationsMax: 1 } }, because: "own-training-diverged" },
])("with $what there is nothing to compare", ({ split, terms, because }) => {
  expect(compareAlone(split, jointModel(), terms)).toEqual({ kind: "not-comparable", because });
});
