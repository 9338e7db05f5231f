import { describe, expect, test } from "@jest/globals";
import { packBins, unpackBins } from "../../../src/training/trees/bins.js";
import { packLevel, unpackLevel, type LevelQuestion } from "../../../src/training/trees/level.js";
import { advanceTrees, treesFirst, type TreesProgress } from "../../../src/training/trees/progress.js";
import { readTreesScene, type TreesScene } from "../../../src/training/trees/script.js";
import { LEAF } from "../../../src/training/trees/tree.js";
import { FEATURES, madeUpRows, termsOf } from "./made-up.js";
import { plainContributor } from "../../../src/testing/plain-trees.js";

const TERMS = termsOf({ trees: 2, depth: 3 });
const rowsOf = [madeUpRows(200, 1), madeUpRows(150, 2), madeUpRows(120, 3)];
const companies = rowsOf.map((rows) => plainContributor(rows, FEATURES, TERMS.clause));
const all = rowsOf.reduce((sum, { length }) => sum + length, 0);

interface At { readonly progress: TreesProgress; readonly scene: TreesScene }

function sumAt({ scene }: At, of = companies): Float64Array {
  return of.map((one) => one.answer(scene)).reduce((sum, vector) => sum.map((value, i) => value + vector[i]!));
}

function after(at: At, of = companies, change: (sum: Float64Array) => void = () => undefined) {
  const sum = sumAt(at, of);
  change(sum);
  return advanceTrees(sum, of.length, at.progress, TERMS);
}

function follow(at: At, of = companies): At {
  const next = after(at, of);
  if (next.kind !== "next" || next.progress.kind === "evaluation") throw new Error(JSON.stringify(next));
  const scene = readTreesScene(next.progress.kind, next.progress.context, { features: FEATURES, clause: TERMS.clause }, at.scene);
  if (scene === null) throw new Error("a node would refuse");
  return { progress: next.progress, scene };
}

const begun = (() => {
  const progress = treesFirst(TERMS.plan);
  return { progress, scene: readTreesScene("bins", null, { features: FEATURES, clause: TERMS.clause }, null)! };
})();

/** The first point where this holds. */
function where(isIt: (at: At) => boolean): At {
  let at = begun;
  while (!isIt(at)) at = follow(at);
  return at;
}

const root = where(({ scene }) => scene.stage === "level");
const deeper = where(({ scene }) => scene.stage === "level" && scene.level === 1);

describe("a step of a training of trees", () => {
  test("looks at the columns first, then asks for the root of the first tree, then for one child of each split", () => {
    expect(begun.progress.context).toBeNull();
    expect(root.progress.question).toMatchObject({ kind: "level", nodes: 1, root: true });
    expect(deeper.progress.question).toMatchObject({ kind: "level", nodes: 1, root: false });
  });

  test("shows only what is new, and names what came before by its digest", () => {
    expect(Object.keys(deeper.progress.context as object).sort()).toEqual(["ask", "before", "level", "splits", "tree"]);
    expect(JSON.stringify(deeper.progress.context).length).toBeLessThan(300);
    expect((deeper.progress.context as { before: string }).before).toBe(root.scene.digest);
  });

  test("says how many trees there are when one is grown, and ends with the evaluation of a model worth keeping", () => {
    let at = root;
    for (;;) {
      const next = after(at);
      if (next.kind !== "next") throw new Error("it goes on");
      if (next.progress.kind === "evaluation") {
        expect(next).toMatchObject({ measure: { what: "trees", value: 2 }, keep: next.progress.model, rows: all });
        return;
      }
      if (next.progress.kind === "level" && next.progress.trees.length > 0 && next.progress.growth?.level === 0) expect(next.measure).toEqual({ what: "trees", value: 1 });
      at = follow(at);
    }
  });

  test.each([
    { what: "the same companies bring other rows", at: deeper, change: (sum: Float64Array) => { sum[1]! += 1; }, fault: { code: "DATA_CHANGED", detail: { rows: all + 1, before: all } } },
    { what: "too few rows come together", at: begun, change: (sum: Float64Array) => { sum[1] = 19; }, fault: { code: "TRAINING_DEGENERATE", detail: { because: "too-few-rows" } } },
    { what: "cells do not add up to the rows", at: begun, change: (sum: Float64Array) => { sum[sum.length - 1]! += 1; }, fault: { code: "TRAINING_DEGENERATE", detail: { because: "impossible-counts" } } },
    { what: "categories do not add up to the rows", at: begun, change: (sum: Float64Array) => { sum[6]! -= 1; }, fault: { code: "TRAINING_DEGENERATE", detail: { because: "impossible-counts" } } },
    { what: "there are more positives than rows", at: begun, change: (sum: Float64Array) => { sum[2] = all + 1; }, fault: { code: "TRAINING_DEGENERATE", detail: { because: "impossible-counts" } } },
    { what: "bins do not add up to the root", at: root, change: (sum: Float64Array) => { sum[sum.length - 7]! += 1; }, fault: { code: "TRAINING_DEGENERATE", detail: { because: "impossible-sums" } } },
    { what: "a child has more than its split left it", at: deeper, change: (sum: Float64Array) => { sum[10]! += 1; }, fault: { code: "TRAINING_DEGENERATE", detail: { because: "impossible-sums" } } },
    { what: "a weight is not a number", at: deeper, change: (sum: Float64Array) => { sum[11] = NaN; }, fault: { code: "TRAINING_DEGENERATE", detail: { because: "impossible-sums" } } },
  ])("fails where $what", ({ at, change, fault }) => {
    expect(after(at, companies, change)).toMatchObject({ kind: "failed", ...fault });
  });
});

describe("a company that falls silent", () => {
  const two = companies.slice(0, 2);

  test("between two trees costs nothing but its rows", () => {
    const next = follow(root, two);
    expect(next.scene).toMatchObject({ stage: "level", level: 1, trees: [] });
  });

  test("in the middle of a tree ends that tree where all of it is known, and the next one begins without it", () => {
    const next = follow(deeper, two);
    if (next.scene.stage !== "level" || deeper.scene.stage !== "level") throw new Error("a level follows");
    expect(next.scene).toMatchObject({ level: 0, question: { root: true } });
    expect(next.scene.trees.map(({ feature }) => feature)).toEqual([deeper.scene.tree.feature]);
    expect(next.scene.trees[0]!.value.filter((value, node) => next.scene.stage === "level" && next.scene.trees[0]!.feature[node] === LEAF && value !== 0)).toHaveLength(2);
    expect(follow(next, two).scene).toMatchObject({ level: 1 });
  });

  test("among those that look at the columns leaves thresholds that are good enough", () => {
    const finer = where(({ scene }) => scene.stage === "bins" && scene.question.round === 1);
    expect(follow(finer, two).progress.question).toBeDefined();
  });
});

describe("what is packed is what is read", () => {
  const question: LevelQuestion = { kind: "level", nodes: 2, slots: 3, root: true, validated: true };
  test.each([[true, true], [true, false], [false, true], [false, false]])("of a level with a root: %p, with rows set apart: %p", (withRoot, validated) => {
    const asked = { ...question, root: withRoot, validated };
    const sums = {
      rows: 9, validationRows: validated ? 4 : 0, validationLoss: validated ? 77 : 0, rootG: withRoot ? -5 : 0, rootH: withRoot ? 6 : 0,
      histograms: Float64Array.from({ length: 12 }, (_, i) => i * i - 20),
    };
    const packed = packLevel(asked, sums);
    expect(packed[0]).toBe(1);
    expect(unpackLevel(asked, packed)).toEqual(sums);
    expect(() => unpackLevel(asked, packed.slice(1))).toThrow(RangeError);
  });

  test("of the bins", () => {
    const counts = { rows: 9, positives: 4, missing: Float64Array.of(2, 3), words: Float64Array.of(5, 4), cells: Float64Array.of(1, 8) };
    const asked = { kind: "bins", round: 0, cells: [{ lows: [0, 5], highs: [5, Infinity] }], missing: 2, words: 2 } as const;
    expect(packBins(counts)[0]).toBe(1);
    expect(unpackBins(asked, packBins(counts))).toEqual(counts);
    expect(() => unpackBins(asked, packBins(counts).slice(1))).toThrow(RangeError);
  });
});
