import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { TreesClause } from "../../../src/charter/model-clauses.js";
import { modelDigest } from "../../../src/training/model.js";
import { parseTreesModel, type TreesModel } from "../../../src/training/trees/model.js";
import { growPooled } from "../../../src/training/trees/pooled.js";
import { gradientUnits, hessianUnits, probabilityUnits, UNITS } from "../../../src/training/trees/quantise.js";
import { leafValue } from "../../../src/training/trees/split.js";
import { depthsOf, LEAF, leavesOf, leftChildren } from "../../../src/training/trees/tree.js";
import { CLAUSE, FEATURES, madeUpRows, termsOf } from "./made-up.js";
import { nodeOf, plainContributor, plainLogit, type PlainRow } from "../../../src/testing/plain-trees.js";

const grow = (parts: readonly (readonly PlainRow[])[], clause: Partial<TreesClause> = {}): TreesModel => {
  const terms = termsOf(clause);
  const end = growPooled(parts.map((rows) => plainContributor(rows, FEATURES, terms.clause)), terms);
  if (end.kind !== "grown") throw new Error(end.because);
  return end.model;
};

describe("trees of rows that are dealt out among companies", () => {
  const dealt = fc.record({
    count: fc.integer({ min: 60, max: 260 }), seed: fc.nat(1e6), parties: fc.integer({ min: 1, max: 5 }),
    hands: fc.infiniteStream(fc.nat(4)), order: fc.infiniteStream(fc.nat(2 ** 31)),
    clause: fc.record({
      trees: fc.integer({ min: 1, max: 3 }), depth: fc.integer({ min: 1, max: 4 }), learningRate: fc.double({ min: 0.05, max: 1, noNaN: true }),
      lambda: fc.double({ min: 0, max: 5, noNaN: true }), gamma: fc.double({ min: 0, max: 0.5, noNaN: true }), bins: fc.integer({ min: 2, max: 40 }),
      rowSample: fc.double({ min: 0.4, max: 1, noNaN: true }), columnSample: fc.double({ min: 0.3, max: 1, noNaN: true }), seed: fc.nat(2 ** 32 - 1),
      earlyStopping: fc.option(fc.record({ patience: fc.integer({ min: 1, max: 2 }), share: fc.double({ min: 0.1, max: 0.5, noNaN: true }) }), { nil: undefined }),
    }),
  });

  test("are bit for bit those of all rows in one place, however they are dealt, in whatever order, sampled and missing or not", () => {
    fc.assert(fc.property(dealt, ({ count, seed, parties, hands, order, clause }) => {
      const rows = madeUpRows(count, seed);
      const shuffled = rows.map((row) => ({ row, at: order.next().value as number })).sort((a, b) => a.at - b.at).map(({ row }) => row);
      const parts = Array.from({ length: parties }, (): PlainRow[] => []);
      for (const row of shuffled) parts[(hands.next().value as number) % parties]!.push(row);
      expect(modelDigest(grow(parts, clause))).toBe(modelDigest(grow([rows], clause)));
    }), { numRuns: 24 });
  });

  test("are others where the seed of the samples is another", () => {
    const rows = madeUpRows(300, 8);
    const [one, same, other] = [11, 11, 12].map((seed) => modelDigest(grow([rows], { seed, rowSample: 0.6 })));
    expect([one === same, one === other]).toEqual([true, false]);
  });
});

describe("a tree", () => {
  const rows = madeUpRows(800, 21);
  const model = grow([rows], { trees: 5, depth: 4 });

  test("has as many levels as the charter says at most, and a model as many trees", () => {
    expect(model.trees).toHaveLength(5);
    expect(model.trees.map((tree) => Math.max(...depthsOf(tree)))).toEqual([4, 4, 4, 4, 4]);
    expect(parseTreesModel(JSON.parse(JSON.stringify(model)), FEATURES)).toEqual(model);
  });

  test("has leaves that follow from the sums over the very rows that fall into them, none lighter than the least", () => {
    model.trees.forEach((tree, t) => {
      const sums = tree.feature.map(() => ({ g: 0, h: 0 }));
      for (const row of rows) {
        const probability = probabilityUnits(plainLogit(row, FEATURES, model.base, model.trees.slice(0, t)));
        const sum = sums[nodeOf(row.values, FEATURES, tree)]!;
        sum.g += gradientUnits(probability, row.label);
        sum.h += hessianUnits(probability);
      }
      for (const leaf of leavesOf(tree)) {
        expect(tree.value[leaf]).toBe(leafValue(sums[leaf]!, CLAUSE));
        expect(sums[leaf]!.h).toBeGreaterThanOrEqual(2.5 * UNITS);
      }
    });
  });

  test("gives a split to no category that is rarer than the charter's threshold", () => {
    const rare = rows.filter(({ values }) => values[0] === 3).length;
    const splitsOn = (minimum: number) => {
      const terms = termsOf({ trees: 20, childWeightMin: 0.01 });
      const end = growPooled([plainContributor(rows, FEATURES, terms.clause)], { ...terms, plan: { ...terms.plan, categoryRowsMin: minimum } });
      return end.kind === "grown" ? end.model.trees.flatMap((tree) => tree.value.filter((value, node) => tree.feature[node] === 0 && value === 3)).length : NaN;
    };
    expect(rare).toBeGreaterThan(5);
    expect(splitsOn(rare)).toBeGreaterThan(0);
    expect(splitsOn(rare + 1)).toBe(0);
  });

  test("lowers the loss over its own rows, and ranks them well", () => {
    const loss = (trees: number) => rows.reduce((sum, row) => {
      const p = 1 / (1 + Math.exp(-plainLogit(row, FEATURES, model.base, model.trees.slice(0, trees))));
      return sum - Math.log(row.label === 1 ? p : 1 - p);
    }, 0) / rows.length;
    const losses = [0, 1, 2, 3, 4, 5].map(loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(losses[5]).toBeLessThan(0.85 * losses[0]!);
  });

  test("is a leaf alone where no split is worth its price", () => {
    expect(grow([rows], { trees: 2, gamma: 1_000 }).trees.map(({ feature }) => feature)).toEqual([[LEAF], [LEAF]]);
  });

  test("numbers the children of its splits one after the other", () => {
    for (const { feature } of model.trees) {
      const children = [...leftChildren(feature)].filter((left) => left !== LEAF).flatMap((left) => [left, left + 1]);
      expect(children).toEqual(Array.from({ length: feature.length - 1 }, (_, i) => i + 1));
    }
  });
});

describe("early stopping", () => {
  // Labels that depend on nothing: every tree beyond the first few only learns these rows by heart.
  const noise = madeUpRows(400, 33).map((row, i) => ({ ...row, label: (i * 7_919) % 13 < 5 ? 1 : 0 }));
  const clause = { trees: 20, learningRate: 1, lambda: 0, gamma: 0, earlyStopping: { patience: 3, share: 0.4 } };

  test("keeps the trees up to the lowest loss on the rows set apart", () => {
    expect(grow([noise], clause).trees.length).toBeLessThan(10);
    expect(grow([madeUpRows(400, 33)], { ...clause, learningRate: 0.1 }).trees.length).toBeGreaterThan(5);
  });

  test("counts the loss of the last tree too", () => {
    expect(grow([madeUpRows(400, 33)], { ...clause, learningRate: 0.1, trees: 3 }).trees).toHaveLength(3);
  });

  test("grows trees on the other rows alone", () => {
    const stopped = grow([noise], { ...clause, trees: 2 });
    const all = grow([noise], { ...clause, trees: 2, earlyStopping: undefined });
    expect(stopped.trees[0]).not.toEqual(all.trees[0]);
  });
});

describe("rows that cannot be learned from", () => {
  const rows = madeUpRows(100, 3);
  test.each([
    { what: "too few", rows: rows.slice(0, 19), because: "too-few-rows" },
    { what: "of one class", rows: rows.map((row) => ({ ...row, label: 1 })), because: "one-class" },
    { what: "all alike", rows: rows.map(({ label }) => ({ values: [3, 40, 500, 0], label })), because: "nothing-to-split" },
    { what: "without any set apart", rows, clause: { earlyStopping: { patience: 2, share: 1e-9 } }, because: "no-rows-set-apart" },
  ])("because they are $what", ({ rows: given, clause = {}, because }) => {
    const terms = termsOf(clause);
    expect(growPooled([plainContributor(given, FEATURES, terms.clause)], { ...terms, plan: { ...terms.plan, categoryRowsMin: 101 } })).toEqual({ kind: "degenerate", because });
  });
});
