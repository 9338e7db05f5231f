import { expect, test } from "@jest/globals";
import { decodeFixed, encodeFixed, type Words } from "@cohortium/crypto/fixed-point";
import { evaluate, unpackHistogram } from "@cohortium/protocol/training/evaluation";
import { fitPooled, type Contributor } from "@cohortium/protocol/training/logistic/fit";
import { layoutOf, type Question } from "@cohortium/protocol/training/layout";
import type { LayoutTerms } from "@cohortium/protocol/training/layout-parts";
import { columnsOf } from "@cohortium/protocol/charter/features";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { unpackMoments } from "@cohortium/protocol/training/moments";
import { unpackNewton } from "@cohortium/protocol/training/logistic/newton";
import { takeRows, type LocalRows } from "../../src/data/local-rows.js";
import { contributorOf } from "../../src/learning/alone.js";
import { aucExact } from "../../src/learning/exact-auc.js";
import { logitsOf, momentsOf, newtonOf } from "../../src/learning/logistic.js";
import { evaluationOf } from "../../src/learning/scores.js";
import { FEATURES, GAPPED, gappedRows, madeUpRows } from "./made-up-rows.js";

const TERMS = { features: FEATURES, clause: { ridge: 2, gradientTolerance: 1e-10, iterationsMax: 25 }, minimums: { rowsMin: 10, categoryRowsMin: 5 } };
const MODEL: LogisticModel = {
  kind: "logistic", iteration: 2, columns: columnsOf(FEATURES).map(({ name }) => name),
  means: [0, 0, 0, 54, 0, -2.5], deviations: [1, 1, 1, 20, 1, 2], coefficients: [-0.3, 0.2, -1.1, 0.5, 0.8, -0.7], dropped: [],
};

/** The design matrix written out in full, straight from the definition. */
function denseRow(rows: LocalRows, row: number, model: LogisticModel): readonly number[] {
  const [age = 0, rate = 0] = [rows.x[row], rows.x[rows.rows + row]];
  const [job, loan] = rows.categories.map((column) => column[row]);
  const raw = [1, job === 1 ? 1 : 0, job === 2 ? 1 : 0, age, loan === 1 ? 1 : 0, rate];
  return raw.map((value, i) => (value - (model.means[i] ?? 0)) / (model.deviations[i] ?? 1));
}

function naiveLogit(x: readonly number[], weights: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);
}

test("gradient, Hessian and loss are those of the dense definition, beyond one block too", () => {
  const rows = madeUpRows(1500, 11);
  const sum = unpackNewton(newtonOf(rows, FEATURES, MODEL), 6);
  const gradient = new Array<number>(6).fill(0);
  const hessian = new Array<number>(21).fill(0);
  let loss = 0;
  for (let row = 0; row < rows.rows; row++) {
    const x = denseRow(rows, row, MODEL);
    const p = 1 / (1 + Math.exp(-naiveLogit(x, MODEL.coefficients)));
    const y = rows.y[row] ?? 0;
    loss -= y * Math.log(p) + (1 - y) * Math.log(1 - p);
    let k = 0;
    x.forEach((value, i) => {
      gradient[i] = (gradient[i] ?? 0) + (p - y) * value;
      x.slice(i).forEach((other) => { hessian[k] = (hessian[k] ?? 0) + p * (1 - p) * value * other; k += 1; });
    });
  }
  expect(sum.rows).toBe(1500);
  expect(sum.loss).toBeCloseTo(loss, 8);
  gradient.forEach((value, i) => expect(sum.gradient[i]).toBeCloseTo(value, 8));
  hessian.forEach((value, i) => expect(sum.hessian[i]).toBeCloseTo(value, 8));
});

test("dropped columns leave the others' sums as they were", () => {
  const rows = madeUpRows(300, 12);
  const zeroed = { ...MODEL, coefficients: [-0.3, 0, -1.1, 0, 0.8, -0.7] };
  const whole = unpackNewton(newtonOf(rows, FEATURES, zeroed), 6);
  const part = unpackNewton(newtonOf(rows, FEATURES, { ...zeroed, dropped: ["job=farmer", "age"] }), 4);
  const kept = [0, 2, 4, 5];
  kept.forEach((i, k) => expect(part.gradient[k]).toBeCloseTo(whole.gradient[i] ?? Number.NaN, 10));
  const triangle = (i: number, j: number) => i * 6 - (i * (i - 1)) / 2 + j - i;
  const pairs = kept.flatMap((i) => kept.filter((j) => j >= i).map((j) => triangle(i, j)));
  pairs.forEach((from, k) => expect(part.hessian[k]).toBeCloseTo(whole.hessian[from] ?? Number.NaN, 10));
});

test("moments count every category and every positive", () => {
  const rows = madeUpRows(200, 13);
  const moments = unpackMoments(momentsOf(rows, FEATURES), FEATURES);
  const count = (column: number, word: number) => [...(rows.categories[column] ?? [])].filter((value) => value === word).length;
  expect(moments.rows).toBe(200);
  expect(moments.positives).toBe([...rows.y].filter((y) => y === 1).length);
  expect([...moments.counts]).toEqual([count(0, 0), count(0, 1), count(0, 2), count(1, 0), count(1, 1)]);
  const units = [...rows.x.subarray(0, 200)].map((age) => (age - 54) / 36);
  expect(moments.sums[0]).toBeCloseTo(units.reduce((a, b) => a + b, 0), 10);
  expect(moments.squares[0]).toBeCloseTo(units.reduce((a, b) => a + b * b, 0), 10);
});

test("training reaches the point that plain gradient descent reaches", () => {
  const rows = madeUpRows(150, 14);
  const fit = fitPooled([contributorOf(rows, FEATURES)], TERMS);
  if (fit.kind !== "fitted") throw new Error(fit.because);
  const design = Array.from({ length: rows.rows }, (_, row) => denseRow(rows, row, fit.model));
  let weights = new Array<number>(6).fill(0);
  for (let iteration = 0; iteration < 4_000; iteration++) {
    const errors = design.map((x, row) => 1 / (1 + Math.exp(-naiveLogit(x, weights))) - (rows.y[row] ?? 0));
    weights = weights.map((w, i) => w - 0.01 * (design.reduce((sum, x, row) => sum + (errors[row] ?? 0) * (x[i] ?? 0), 0) + (i === 0 ? 0 : 2 * w)));
  }
  fit.model.coefficients.forEach((w, i) => expect(w).toBeCloseTo(weights[i] ?? Number.NaN, 7));
});

const GAPPED_PARTS = [gappedRows(700, 21), gappedRows(400, 22), gappedRows(90, 23)];

/** Columns as a statistician would write them out: an absent value is 0 after standardising, and a column of ones says where. */
function denseGapped(rows: LocalRows, row: number, model: LogisticModel): readonly number[] {
  const [age = Number.NaN, rate = Number.NaN] = [rows.x[row], rows.x[rows.rows + row]];
  const [job, loan] = rows.categories.map((column) => column[row]);
  const scaled = (value: number, i: number) => (Number.isNaN(value) ? 0 : (value - (model.means[i] ?? 0)) / (model.deviations[i] ?? 1));
  return [1, job === 1 ? 1 : 0, job === 2 ? 1 : 0, scaled(age, 3), Number.isNaN(age) ? 1 : 0, loan === 1 ? 1 : 0, scaled(rate, 6), Number.isNaN(rate) ? 1 : 0];
}

test("with absent values, the joint coefficients are those of the columns written out, to the sixth digit", () => {
  const rows = together(GAPPED_PARTS);
  const parties = GAPPED_PARTS.map((part) => contributorOf(part, GAPPED));
  const terms = { ...LAYOUT_TERMS, features: GAPPED };
  const joint = fitPooled([{
    moments: () => throughTheRing({ kind: "moments" }, parties.map((one) => one.moments()), terms),
    newton: (model) => throughTheRing({ kind: "newton", model }, parties.map((one) => one.newton(model)), terms),
  }], { ...TERMS, features: GAPPED });
  if (joint.kind !== "fitted") throw new Error(joint.because);
  expect(joint.model.columns).toEqual(["intercept", "job=farmer", "job=retired", "age", "age=(missing)", "loan=yes", "rate", "rate=(missing)"]);
  expect(joint.model.dropped).toEqual([]);
  const design = Array.from({ length: rows.rows }, (_, row) => denseGapped(rows, row, joint.model));
  // Where the penalised gradient of the dense definition vanishes is the one minimum.
  const errors = design.map((x, row) => 1 / (1 + Math.exp(-naiveLogit(x, joint.model.coefficients))) - (rows.y[row] ?? 0));
  joint.model.coefficients.forEach((w, i) => {
    const slope = design.reduce((sum, x, row) => sum + (errors[row] ?? 0) * (x[i] ?? 0), 0) + (i === 0 ? 0 : 2 * w);
    expect(Math.abs(slope) / rows.rows).toBeLessThan(1e-9);
  });
  const pooled = fitPooled([contributorOf(rows, GAPPED)], { ...TERMS, features: GAPPED });
  if (pooled.kind !== "fitted") throw new Error(pooled.because);
  joint.model.coefficients.forEach((w, i) => expect(Math.abs(w / (pooled.model.coefficients[i] ?? Number.NaN) - 1)).toBeLessThan(1e-6));
});

test("gradient and curvature with absent values are those of the dense definition", () => {
  const rows = gappedRows(1500, 11);
  const fit = fitPooled([contributorOf(rows, GAPPED)], { ...TERMS, features: GAPPED });
  if (fit.kind !== "fitted") throw new Error(fit.because);
  const sum = unpackNewton(newtonOf(rows, GAPPED, fit.model), 8);
  const hessian = new Array<number>(36).fill(0);
  for (let row = 0; row < rows.rows; row++) {
    const x = denseGapped(rows, row, fit.model);
    const p = 1 / (1 + Math.exp(-naiveLogit(x, fit.model.coefficients)));
    let k = 0;
    x.forEach((value, i) => x.slice(i).forEach((other) => { hessian[k] = (hessian[k] ?? 0) + p * (1 - p) * value * other; k += 1; }));
  }
  hessian.forEach((value, i) => expect(sum.hessian[i]).toBeCloseTo(value, 8));
});

test("a value that is absent where the charter allows none leaves in no answer", () => {
  const rows = gappedRows(40, 24);
  const { ring, segments } = layoutOf({ kind: "newton", model: MODEL }, LAYOUT_TERMS);
  expect(() => encodeFixed(newtonOf(rows, FEATURES, MODEL), segments, ring)).toThrow(RangeError);
  const moments = layoutOf({ kind: "moments" }, LAYOUT_TERMS);
  expect(() => encodeFixed(momentsOf(rows, FEATURES), moments.segments, moments.ring)).toThrow(RangeError);
});

const PARTS = [madeUpRows(700, 21), madeUpRows(400, 22), madeUpRows(90, 23)];
const LAYOUT_TERMS: LayoutTerms = { features: FEATURES, model: { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 20 }, scoreBins: 4096, parties: 3, rowsMaxPerParty: 1_000 };

/** What aggregation does to answers, without the masks, which cancel: words are added in the ring and decoded. */
function throughTheRing(question: Question, answers: readonly Float64Array[], terms: LayoutTerms = LAYOUT_TERMS): Float64Array {
  const { ring, segments } = layoutOf(question, terms);
  const words = answers.map((answer) => encodeFixed(answer, segments, ring));
  return decodeFixed(words.reduce(added), segments, ring);
}

function added(a: Words, b: Words): Words {
  if (a instanceof Uint32Array && b instanceof Uint32Array) return a.map((word, i) => word + (b[i] ?? 0));
  if (a instanceof BigUint64Array && b instanceof BigUint64Array) return a.map((word, i) => BigInt.asUintN(64, word + (b[i] ?? 0n)));
  throw new Error("one ring");
}

test("three parties' sums through the 64-bit ring train the same model as their rows in one place", () => {
  const parties = PARTS.map((rows) => contributorOf(rows, FEATURES));
  const federated: Contributor = {
    moments: () => throughTheRing({ kind: "moments" }, parties.map((one) => one.moments())),
    newton: (model) => throughTheRing({ kind: "newton", model }, parties.map((one) => one.newton(model))),
  };
  const joint = fitPooled([federated], TERMS);
  const pooled = fitPooled([contributorOf(together(PARTS), FEATURES)], TERMS);
  if (joint.kind !== "fitted" || pooled.kind !== "fitted") throw new Error("both can be trained");
  joint.model.coefficients.forEach((w, i) => expect(Math.abs(w / (pooled.model.coefficients[i] ?? Number.NaN) - 1)).toBeLessThan(1e-6));
});

test("the guard of a sum is the number of parties", () => {
  for (const question of [{ kind: "moments" }, { kind: "newton", model: MODEL }, { kind: "evaluation" }] as const) {
    expect(throughTheRing(question, PARTS.map((rows) => answerTo(question, rows)))[0]).toBe(3);
  }
});

test("every answer is as long as its layout, and within its bounds even in the worst rows", () => {
  // All rows at one corner: the largest sums that the bounds must hold.
  const worst = takeRows(madeUpRows(4, 31), [0, 0, 0, 0, 0]);
  const corner: LocalRows = { ...worst, x: Float64Array.from(worst.x, (_, i) => (i < 5 ? 90 : -5)) };
  for (const question of [{ kind: "moments" }, { kind: "newton", model: { ...MODEL, coefficients: [0, 0, 0, 0, 0, 0] } }, { kind: "newton", model: { ...MODEL, coefficients: [500, 0, 0, 0, 0, 0] } }, { kind: "evaluation" }] as const) {
    const { ring, segments, words } = layoutOf(question, { ...LAYOUT_TERMS, rowsMaxPerParty: 5 });
    const answer = answerTo(question, corner);
    expect(answer.length).toBe(words);
    expect(() => encodeFixed(answer, segments, ring)).not.toThrow();
  }
});

test("the joint histogram of 4,096 bins gives the exact area to 0.0005", () => {
  const rows = together(PARTS);
  const sum = throughTheRing({ kind: "evaluation" }, PARTS.map((part) => evaluationOf(part, FEATURES, MODEL, 4096)));
  const judged = evaluate(unpackHistogram(sum, 4096));
  if (judged.kind !== "evaluated") throw new Error(judged.because);
  const exact = aucExact(logitsOf(rows, FEATURES, MODEL), rows.y);
  expect(Math.abs(judged.auc - exact)).toBeLessThan(0.0005);
  expect(exact).toBeGreaterThan(0.6);
  expect(judged.rows).toBe(1190);
});

function answerTo(question: Question, rows: LocalRows): Float64Array {
  switch (question.kind) {
    case "moments": return momentsOf(rows, FEATURES);
    case "newton": return newtonOf(rows, FEATURES, question.model);
    case "evaluation": return evaluationOf(rows, FEATURES, MODEL, 4096);
    case "bins": case "level": case "update": throw new Error("nobody asks for other kinds of models here");
  }
}

function together(parts: readonly LocalRows[]): LocalRows {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const x = Float64Array.from([0, 1].flatMap((k) => parts.flatMap((part) => [...part.x.subarray(k * part.rows, (k + 1) * part.rows)])));
  const categories = [0, 1].map((k) => Int32Array.from(parts.flatMap((part) => [...(part.categories[k] ?? [])])));
  return { rows, x, categories, y: Uint8Array.from(parts.flatMap((part) => [...part.y])), digest: madeUpRows(2, 5).digest, setDigest: madeUpRows(2, 5).setDigest };
}
