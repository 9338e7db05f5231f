import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { modelJson } from "../../../src/training/model.js";
import { pooledFirst, pooledNext, type Pooled } from "../../../src/training/trees/pooled.js";
import { advanceTrees } from "../../../src/training/trees/progress.js";
import { readTreesScene, type TreesScene } from "../../../src/training/trees/script.js";
import { FEATURES, madeUpRows, termsOf } from "./made-up.js";
import { plainContributor } from "../../../src/testing/plain-trees.js";

/** Whatever a foreign JSON may hold. */
type Loose = ReturnType<typeof JSON.parse>;

const CLAUSE_OF = { trees: 2, depth: 3, bins: 8 };

interface Shown { readonly question: string; readonly context: Json; readonly last: TreesScene | null; readonly scene: TreesScene }

/** Everything an honest coordinator shows, the evaluation at the end included. */
function honest(clause: Parameters<typeof termsOf>[0] = CLAUSE_OF): readonly Shown[] {
  const terms = termsOf(clause);
  const rows = plainContributor(madeUpRows(500, 4), FEATURES, terms.clause);
  const shown: Shown[] = [];
  let step: Pooled = pooledFirst(terms);
  for (let last: TreesScene | null = null; ; last = step.scene) {
    if (last !== null) {
      const next = pooledNext(step, rows.answer(step.scene), terms);
      if (next.kind !== "asks") break;
      step = next;
    }
    shown.push({ question: step.progress.kind, context: step.progress.context, last, scene: step.scene });
  }
  const end = advanceTrees(rows.answer(step.scene), 1, step.progress, terms);
  if (end.kind !== "next" || end.progress.kind !== "evaluation") throw new Error("it ends");
  const context = modelJson(end.progress.model);
  shown.push({ question: "evaluation", context, last: step.scene, scene: read("evaluation", context, step.scene, clause)! });
  return shown;
}

const read = (question: unknown, context: Json, last: TreesScene | null, clause = CLAUSE_OF as Parameters<typeof termsOf>[0]) =>
  readTreesScene(question, context, { features: FEATURES, clause: termsOf(clause).clause }, last);

const SHOWN = honest();
const at = (isIt: (shown: Shown) => boolean) => SHOWN.find(isIt)!;
const finer = at(({ scene }) => scene.stage === "bins" && scene.question.round === 1);
const first = at(({ scene }) => scene.stage === "level");
const second = at(({ scene }) => scene.stage === "level" && scene.level === 1);
const third = at(({ scene }) => scene.stage === "level" && scene.level === 2);
const other = at(({ scene }) => scene.stage === "level" && scene.trees.length === 1);
const end = SHOWN.at(-1)!;

const changed = ({ context }: Shown, change: (context: Loose) => void): Json => {
  const copy = structuredClone(context);
  change(copy);
  return copy;
};

describe("a node", () => {
  test("follows an honest coordinator from the bins to the evaluation", () => {
    expect(SHOWN.map(({ question }) => question)).toEqual(["bins", "bins", "level", "level", "level", "level", "level", "level", "evaluation"]);
    expect(SHOWN.every(({ scene }) => scene !== null)).toBe(true);
    expect(end.scene.model).toEqual(end.context);
  });

  test("answers nothing out of its place: each context follows one scene and no other", () => {
    SHOWN.forEach(({ question, context }, i) => SHOWN.forEach(({ scene }, j) => {
      const follows = i === j + 1;
      expect([i, j, read(question, context, scene) !== null]).toEqual([i, j, follows]);
    }));
    expect(SHOWN.filter(({ question, context }) => read(question, context, null) !== null)).toHaveLength(1);
  });

  const REFUSED: readonly (readonly [what: string, shown: Shown, change: (context: Loose) => void])[] = [
    ["names another history", second, (c) => { c.before = first.last!.digest; }],
    ["has a member more", second, (c) => { c.more = 1; }],
    ["lacks a member", second, (c) => { delete c.tree; }],
    ["skips a tree", other, (c) => { c.tree = 2; }],
    ["skips a level", second, (c) => { c.level = 2; }],
    ["cuts a cell that is not there", finer, (c) => { c.cut[0] = [[5_000, 9]]; }],
    ["cuts one cell twice", finer, (c) => { c.cut[0] = [[4, 9], [4, 9]]; }],
    ["cuts into parts of one value each", finer, (c) => { c.cut[0] = [[4, 1_025]]; }],
    ["cuts more cells than could hold half a bin", finer, (c) => { c.cut[0] = Array.from({ length: 17 }, (_, i) => [i, 2]); }],
    ["cuts into more parts than all bins need", finer, (c) => { c.cut[0] = [[3, 100], [4, 45]]; }],
    ["cuts nothing", finer, (c) => { c.cut = c.cut.map(() => []); }],
    ["cuts a column that is not there", finer, (c) => { c.cut.push([]); }],
    ["begins beyond 32 bits", first, (c) => { c.start.base = 0.1; }],
    ["has a space too few", first, (c) => { c.start.spaces.pop(); }],
    ["has a space of another kind", first, (c) => { c.start.spaces[0] = c.start.spaces[1]; }],
    ["has a threshold beyond the bounds", first, (c) => { c.start.spaces[1].thresholds.push(98); }],
    ["has thresholds out of order", first, (c) => { c.start.spaces[1].thresholds.reverse(); }],
    ["has more thresholds than bins", first, (c) => { c.start.spaces[1].thresholds = Array.from({ length: 9 }, (_, i) => 17 + i); }],
    ["begins above the lower bound", first, (c) => { c.start.spaces[1].thresholds.shift(); }],
    ["has missing values where none may be", first, (c) => { c.start.spaces[1].missing = true; }],
    ["keeps a category that is not there", first, (c) => { c.start.spaces[0].kept.push(4); }],
    ["leaves nothing to split on", first, (c) => { c.start.spaces = c.start.spaces.map((s: Loose) => (s.kind === "numeric" ? { ...s, thresholds: s.thresholds.slice(0, 1), missing: false } : { ...s, kept: [] })); }],
    ["splits a node that is not open", third, (c) => { c.splits[0][0] = 0; }],
    ["splits a node twice", third, (c) => { c.splits = [c.splits[0], c.splits[0]]; }],
    ["splits on a column that is not there", second, (c) => { c.splits[0][1] = 4; }],
    ["splits between thresholds", second, (c) => { c.splits[0][2] += 0.0625; }],
    ["sends values right that are never missing", second, (c) => { c.splits[0] = [0, 0, 1, 1]; }],
    ["sends values nowhere", second, (c) => { c.splits[0][3] = 2; }],
    ["has a split that is no list of numbers", second, (c) => { c.splits[0][2] = "52"; }],
    ["asks about both children of a split", second, (c) => { c.ask = [1, 2]; }],
    ["asks about nobody", second, (c) => { c.ask = []; }],
    ["asks about a node that is not there", second, (c) => { c.ask = [3]; }],
    ["asks about the parent again", third, (c) => { c.ask = [1]; }],
    ["has a leaf too few", other, (c) => { c.leaves.pop(); }],
    ["has a leaf beyond 32 bits", other, (c) => { c.leaves[0] = 0.1; }],
    ["has another base at the end", end, (c) => { c.base = Math.fround(0.3); }],
    ["has another tree at the end", end, (c) => { c.trees[0].value[0] += 1; }],
    ["has trees in another order at the end", end, (c) => { c.trees.reverse(); }],
    ["has a tree more at the end", end, (c) => { c.trees.push(c.trees[0]); c.iteration = 3; }],
    ["has another split in the last tree", end, (c) => { c.trees[1].feature[0] = c.trees[1].feature[0] === 1 ? 2 : 1; }],
    ["counts other trees than it has", end, (c) => { c.iteration = 1; }],
  ];
  test.each(REFUSED)("refuses a context that %s", (_, shown, change) => {
    expect(read(shown.question, changed(shown, change), shown.last)).toBeNull();
    // The control: unchanged, it is answered.
    expect(read(shown.question, changed(shown, () => undefined), shown.last)).not.toBeNull();
  });

  test.each([["moments"], ["newton"], [7], [null]])("has no answer to a question called %p", (question) => {
    expect(read(question, null, null)).toBeNull();
  });

  test("may be asked for the evaluation of fewer trees than were grown", () => {
    const stopping = { ...CLAUSE_OF, trees: 40, learningRate: 1, lambda: 0, earlyStopping: { patience: 2, share: 0.4 } };
    const shown = honest(stopping);
    const { scene, last } = shown.at(-1)!;
    expect(scene.model!.trees.length).toBeLessThan((last as { trees: readonly unknown[] }).trees.length);
  });

  test("is asked for nothing behind the last tree, but for its loss where training may stop early", () => {
    const stopping = { ...CLAUSE_OF, learningRate: 0.05, earlyStopping: { patience: 5, share: 0.3 } };
    const shown = honest(stopping);
    const loss = shown.at(-2)!;
    expect(loss.scene).toMatchObject({ stage: "level", question: { nodes: 0, slots: 0, root: false, validated: true } });
    expect(read("level", loss.context, loss.last, { ...stopping, earlyStopping: undefined })).toBeNull();
    expect(read("level", { ...(loss.context as object), before: loss.scene.digest, tree: 3 }, loss.scene, stopping)).toBeNull();
  });
});
