import { describe, expect, test } from "@jest/globals";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { Json } from "@cohortium/crypto/canonical-json";
import { plainNoisyAnswer } from "../../../src/testing/plain-trees.js";
import { layoutOf } from "../../../src/training/layout.js";
import { layoutTerms, type TrainingPlan } from "../../../src/training/plan.js";
import { advance, contextOf, firstOf, type Progress } from "../../../src/training/progress.js";
import { readScene, type Scene } from "../../../src/training/script.js";
import type { LevelScene } from "../../../src/training/trees/script.js";
import { TINY_PLAN } from "../tiny-rows.js";
import { CLAUSE, FEATURES, madeUpRows } from "./made-up.js";

/** Whatever a foreign JSON may hold. */
type Loose = ReturnType<typeof JSON.parse>;

const PLAN: TrainingPlan = {
  ...TINY_PLAN, features: FEATURES, model: { ...CLAUSE, trees: 2, gamma: 0, privacy: { nanoRho: 1e13 } }, evaluation: { ...TINY_PLAN.evaluation, scoreBins: 64 },
  rowsMaxPerParty: 5_000, rowsMinJoint: 20, categoryRowsMin: 10, rounds: 10, noise: { honest: 2 },
};

interface Shown { readonly question: string; readonly context: Json; readonly last: Scene | null; readonly scene: Scene }

/** Everything an honest coordinator shows, the evaluation at the end included. */
function honest(): readonly Shown[] {
  const rows = madeUpRows(3_000, 5);
  const shown: Shown[] = [];
  let [progress, last]: [Progress, Scene | null] = [firstOf(PLAN), null];
  for (;;) {
    const [question, context] = [progress.question.kind, contextOf(progress)];
    const scene = readScene(question, context, PLAN, last);
    if (scene?.kind !== "trees") throw new Error("a question that no node answers");
    shown.push({ question, context, last, scene });
    if (scene.stage === "evaluation") return shown;
    const { segments, ring } = layoutOf(scene.question, layoutTerms(PLAN));
    const next = advance(progress, encodeFixed(plainNoisyAnswer(rows, FEATURES, scene), segments, ring), 1, PLAN);
    if (next.kind !== "next") throw new Error(JSON.stringify(next));
    [progress, last] = [next.progress, scene];
  }
}

const SHOWN = honest();
const levelAt = (trees: number, level: number) => SHOWN.find(({ scene }) => scene.kind === "trees" && scene.stage === "level" && scene.trees.length === trees && scene.level === level)!;
const [root, second, leaves, other, end] = [levelAt(0, 0), levelAt(0, 1), levelAt(0, 3), levelAt(1, 0), SHOWN.at(-1)!];
const changed = ({ context }: Shown, change: (context: Loose) => void): Json => {
  const copy = structuredClone(context);
  change(copy);
  return copy;
};
const read = ({ question, last }: Shown, context: Json, plan = PLAN) => readScene(question, context, plan, last);

describe("a node under noise", () => {
  test("follows an honest coordinator: counts, three levels and the leaves of each tree, the evaluation, and nothing after", () => {
    expect(SHOWN.map(({ question }) => question)).toEqual(["bins", ...Array.from({ length: 8 }, () => "level"), "evaluation"]);
    expect((leaves.scene as LevelScene).question).toMatchObject({ slots: 0, columns: 0 });
    for (const one of SHOWN) expect(readScene(one.question, one.context, PLAN, end.scene)).toBeNull();
  });

  test("answers no question twice, and none out of turn", () => {
    for (const { scene } of SHOWN) {
      for (const { question, context, last } of SHOWN) expect(readScene(question, context, PLAN, scene) !== null).toBe(last === scene);
    }
  });

  test("answers no evaluation before all trees are paid for, and none of a tree it was not shown", () => {
    const early = { kind: "trees", iteration: 1, base: (end.scene.model as Loose).base, trees: [(end.scene.model as Loose).trees[0]] };
    expect(readScene("evaluation", early, PLAN, leaves.scene)).toBeNull();
    expect(read(end, changed(end, ({ trees }: Loose) => { trees[0].value[trees[0].feature.indexOf(-1)] += 0.5; }))).toBeNull();
    expect(read(end, changed(end, ({ trees }: Loose) => { trees[1] = trees[0]; }))).toBeNull();
    expect(read(end, changed(end, (model: Loose) => { model.base = 1; }))).toBeNull();
    // Values of the last tree's leaves it cannot know, an auditor can.
    expect(read(end, changed(end, ({ trees }: Loose) => { trees[1].value[trees[1].feature.lastIndexOf(-1)] += 0.5; }))).not.toBeNull();
  });

  test.each<[what: string, shown: Shown, change: (context: Loose) => void]>([
    ["thresholds that do not follow from the charter", root, ({ start }) => { start.spaces[1].thresholds[1] += 1; }],
    ["fewer thresholds", root, ({ start }) => { start.spaces[1].thresholds.pop(); }],
    ["a bin for missing values that the charter does not have", root, ({ start }) => { start.spaces[1].missing = true; }],
    ["a history that is another", second, (context) => { context.before = "0".repeat(64); }],
    ["a level that is skipped", second, (context) => { context.level = 2; }],
    ["another tree", second, (context) => { context.tree = 1; }],
    ["a split of a node that is not open", second, ({ splits }) => { splits[0][0] = 5; }],
    ["a split at no threshold", second, ({ splits }) => { splits[0] = [0, 1, 33.3, 0]; }],
    ["a list of nodes to ask about, which is not the coordinator's to choose", second, (context) => { context.ask = [1]; }],
    ["too few leaves", other, ({ leaves: values }) => { values.pop(); }],
    ["a leaf that is no number", other, ({ leaves: values }) => { values[0] = null; }],
  ])("does not answer after %s", (_, shown, change) => {
    expect(read(shown, shown.context)).toEqual(shown.scene);
    expect(read(shown, changed(shown, change))).toBeNull();
  });

  test("goes on to the leaves where no split was found, and asks for no level beyond the charter's", () => {
    const stopped = read(second, changed(second, (context: Loose) => { context.splits = []; }));
    expect(stopped).toMatchObject({ stage: "level", asked: [0], question: { nodes: 1, slots: 0, columns: 0 } });
    expect((leaves.scene as LevelScene).level).toBe(3);
    expect(readScene("level", { before: leaves.scene.digest, tree: 0, level: 4, splits: [] }, PLAN, leaves.scene)).toBeNull();
    expect(readScene("level", { before: (SHOWN.at(-2)!.scene).digest, tree: 2, level: 0, leaves: [0] }, PLAN, SHOWN.at(-2)!.scene)).toBeNull();
  });

  test("reads no question of exact trees, nor an exact one a question under noise", () => {
    const { noise: _, ...exact } = PLAN;
    const first = readScene("bins", null, exact, null);
    expect(first?.question).not.toEqual(SHOWN[0]?.scene.question);
    expect(readScene("level", second.context, exact, root.scene)).toBeNull();
    expect(readScene("bins", { before: SHOWN[0]!.scene.digest, cut: [[[0, 2]], []] }, PLAN, SHOWN[0]!.scene)).toBeNull();
  });
});
