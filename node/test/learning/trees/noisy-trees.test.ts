import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Json } from "@cohortium/crypto/canonical-json";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { addWordsInto } from "@cohortium/crypto/masking";
import { zeroWords } from "@cohortium/crypto/words";
import { plainNoisyAnswer, type PlainRow } from "@cohortium/protocol/testing/plain-trees";
import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import type { Evaluation } from "@cohortium/protocol/training/evaluation";
import type { Feature } from "@cohortium/protocol/charter/features";
import { gridsOf, layoutOf, noiseOf } from "@cohortium/protocol/training/layout";
import { layoutTerms, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { chargeOfQuestion } from "@cohortium/protocol/training/price";
import { advance, contextOf, firstOf, type Progress } from "@cohortium/protocol/training/progress";
import { readScene } from "@cohortium/protocol/training/script";
import type { TreesModel } from "@cohortium/protocol/training/trees/model";
import type { TreesScene } from "@cohortium/protocol/training/trees/script";
import { takeRows, type LocalRows } from "../../../src/data/local-rows.js";
import { aucExact } from "../../../src/learning/exact-auc.js";
import { growAlone } from "../../../src/learning/trees/grow-alone.js";
import { learnerOf, type Learner } from "../../../src/learning/learner.js";
import { scoresOf } from "../../../src/learning/scores.js";
import { addNoise } from "../../../src/egress/noise.js";
import { FEATURES, GAPPED, gappedRows, madeUpRows } from "../made-up-rows.js";

const CLAUSE: TreesClause = {
  kind: "trees", trees: 4, depth: 3, learningRate: 0.5, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 8, rowSample: 1, columnSample: 0.8, seed: 3, privacy: { nanoRho: 50_000_000 },
};
const planFor = (features: readonly Feature[], nanoRho = 50_000_000, clause: Partial<TreesClause> = {}): TrainingPlan => ({
  question: "propensity.train", recipe: { features: [], label: { name: "y", positive: "1", negative: "0" } }, features,
  label: { name: "y", positive: "1", negative: "0" }, model: { ...CLAUSE, ...clause, privacy: { nanoRho } }, evaluation: { scoreBins: 64, holdout: "own", holdoutShare: 0.2 },
  parties: 3, rowsMaxPerParty: 9_000, rowsMinPerParty: 10, rowsMinJoint: 20, categoryRowsMin: 5, rounds: 18, noise: { honest: 2 },
});

const learner = (rows: LocalRows, plan: TrainingPlan): Learner =>
  learnerOf(plan, { train: rows, held: rows, counted: rows, digest: "", setDigest: rows.setDigest, notes: [] }, { party: "p", memory: null as never, entropy: new Uint8Array(32), say: () => undefined });

/** What a node would encode, before noise and masks. */
async function encoded(of: Learner, scene: TreesScene, plan: TrainingPlan): Promise<BigUint64Array> {
  const { segments, ring } = layoutOf(scene.question, layoutTerms(plan));
  const words = encodeFixed(await of.answer(scene, ""), segments, ring);
  if (!(words instanceof BigUint64Array)) throw new Error("another ring");
  return words;
}

interface Grown { readonly scenes: readonly TreesScene[]; readonly model: TreesModel; readonly evaluation: Evaluation; readonly charged: number }

/** All rounds, as nodes and the coordinator run them, without masks. @param noisy - Whether the nodes add their shares. */
async function grown(parts: readonly LocalRows[], plan: TrainingPlan, noisy: boolean): Promise<Grown> {
  const learners = parts.map((rows) => learner(rows, plan));
  const scenes: TreesScene[] = [];
  let [progress, charged]: [Progress, number] = [firstOf(plan), 0];
  for (;;) {
    const scene = readScene(progress.question.kind, contextOf(progress), plan, scenes.at(-1) ?? null);
    if (scene?.kind !== "trees") throw new Error("a question that no node answers");
    scenes.push(scene);
    charged += chargeOfQuestion(scene.question, plan, charged);
    const { ring, words } = layoutOf(scene.question, layoutTerms(plan));
    const sum = zeroWords(ring, words);
    for (const [party, one] of learners.entries()) {
      const own = await encoded(one, scene, plan);
      if (noisy) addNoise(own, { segments: noiseOf(scene.question, layoutTerms(plan)) ?? [], entropy: new Uint8Array(32).fill(party + 1), label: String(scenes.length) });
      addWordsInto(sum, own);
    }
    const next = advance(progress, sum, parts.length, plan);
    if (next.kind === "failed") throw new Error(JSON.stringify(next));
    if (next.kind === "evaluated") return { scenes, model: next.model as TreesModel, evaluation: next.evaluation, charged };
    ({ progress } = next);
  }
}

const signed = (words: BigUint64Array) => [...words].map((word) => BigInt.asIntN(64, word));

describe.each([["without gaps", FEATURES, madeUpRows(150, 7)], ["with gaps", GAPPED, gappedRows(150, 8)]] as const)("a row, added or removed, %s", (_, features, rows) => {
  const plan = planFor(features);

  test("moves each segment of each sum of trees by no more than its noise is made for", async () => {
    const { scenes } = await grown([madeUpLike(features, 31), rows, madeUpLike(features, 32)], plan, true);
    const wholeOf = learner(rows, plan);
    const whole: bigint[][] = [];
    for (const scene of scenes) whole.push(signed(await encoded(wholeOf, scene, plan)));
    let nearest = 0;
    await fc.assert(fc.asyncProperty(fc.nat(149), async (gone) => {
      const without = learner(takeRows(rows, others(gone)), plan);
      for (const [round, scene] of scenes.entries()) {
        const less = signed(await encoded(without, scene, plan));
        let at = 1;
        for (const { segment, sensitivitySquared } of gridsOf(scene.question, layoutTerms(plan))) {
          const moved = less.slice(at, at + segment.length).reduce((sum, word, i) => sum + (word - (whole[round]?.[at + i] ?? 0n)) ** 2n, 0n);
          expect(moved <= sensitivitySquared).toBe(true);
          if (scene.stage === "level") nearest = Math.max(nearest, Number(moved) / Number(sensitivitySquared));
          at += segment.length;
        }
      }
    }), { numRuns: 25 });
    // The bound is no idle one: some row comes near it.
    expect(nearest).toBeGreaterThan(0.5);
  });

  // A coordinator may show any base: at 30 a negative row has a slope of 1, at 0 every row a weight of 1.
  test.each([["slopes", 30, 0], ["weights", 0, 1]] as const)("can move the %s just so far, under trees that are as wrong as can be", async (what, base, place) => {
    const first = readScene("bins", null, plan, null);
    const [, shown] = (await grown([madeUpLike(features, 31), rows, madeUpLike(features, 32)], plan, false)).scenes;
    if (first === null || shown?.stage !== "level") throw new Error("no question");
    const { spaces } = shown.start;
    const context = JSON.parse(JSON.stringify({ before: first.digest, tree: 0, level: 0, start: { base, spaces } })) as Json;
    const scene = readScene("level", context, plan, first) as TreesScene;
    const gone = rows.y.indexOf(0);
    const [whole, less] = [signed(await encoded(learner(rows, plan), scene, plan)), signed(await encoded(learner(takeRows(rows, others(gone)), plan), scene, plan))];
    const grids = gridsOf(scene.question, layoutTerms(plan));
    const at = grids.slice(0, place).reduce((sum, { segment: { length } }) => sum + length, 1);
    const moved = whole.slice(at, at + (grids[place]?.segment.length ?? 0)).reduce((sum, word, i) => sum + (word - (less[at + i] ?? 0n)) ** 2n, 0n);
    expect([grids[place]?.segment.name, moved]).toEqual([what, grids[place]?.sensitivitySquared]);
  });
});

const others = (gone: number) => Array.from({ length: 150 }, (_, i) => i).filter((i) => i !== gone);

function madeUpLike(features: readonly Feature[], seed: number): LocalRows {
  return features === GAPPED ? gappedRows(700, seed) : madeUpRows(700, seed);
}

describe("a noisy answer about trees", () => {
  const plan = planFor(GAPPED);
  const rows = gappedRows(300, 9);
  const run = grown([rows, gappedRows(600, 41), gappedRows(600, 42)], plan, true);

  test("is what the plainest arithmetic makes of the rows, bit by bit", async () => {
    const { scenes } = await run;
    const one = learner(rows, plan);
    for (const scene of scenes) {
      if (scene.stage !== "evaluation") expect(await one.answer(scene, "")).toEqual(plainNoisyAnswer(plainOf(rows), GAPPED, scene));
    }
  });

  test("depends on no order of rows, nor on what the process was asked before", async () => {
    const { scenes } = await run;
    const one = learner(rows, plan);
    const turned = takeRows(rows, Array.from({ length: 300 }, (_, i) => (i * 77 + 5) % 300));
    for (const scene of scenes) {
      const answer = await encoded(one, scene, plan);
      expect(await encoded(learner(rows, plan), scene, plan)).toEqual(answer);
      expect(await encoded(learner(turned, plan), scene, plan)).toEqual(answer);
    }
  });
});

/** Row by row in charter order: job, age, loan, rate. */
function plainOf({ rows, x, categories, y }: LocalRows): readonly PlainRow[] {
  const at = (list: ArrayLike<number> | undefined, place: number) => list?.[place] ?? Number.NaN;
  return Array.from({ length: rows }, (_, row) => ({ values: [at(categories[0], row), at(x, row), at(categories[1], row), at(x, rows + row)], label: at(y, row) }));
}

describe("a noisy training of trees", () => {
  const parts = [madeUpRows(1_300, 21), madeUpRows(900, 22), madeUpRows(1_100, 23)];
  const unseen = madeUpRows(2_000, 24);
  const auc = ({ model }: Grown) => aucExact(scoresOf(unseen, FEATURES, model), unseen.y);

  test("costs what the charter says, and no less where trees stop growing: held-out rows are told of as much", async () => {
    expect((await grown(parts, planFor(FEATURES, 1e12), true)).charged).toBe(1e12);
    expect((await grown(parts, planFor(FEATURES, 200_000), true)).charged).toBe(200_000);
  });

  test("ranks as exact trees do as the price goes up, less at a usual one, and less again at next to none", async () => {
    const exact = await growAlone(madeUpRows(3_300, 25), { plan: planFor(FEATURES), clause: { ...CLAUSE, trees: 8, columnSample: 1 } });
    if (exact.kind !== "trees") throw new Error(exact.kind);
    const best = aucExact(scoresOf(unseen, FEATURES, exact), unseen.y);
    const [dear, usual, cheap] = await Promise.all([1e12, 100_000_000, 1_000_000].map(async (nanoRho) => auc(await grown(parts, planFor(FEATURES, nanoRho, { trees: 8 }), true))));
    expect(dear).toBeGreaterThan(best - 0.01);
    expect(usual).toBeGreaterThan(best - 0.05);
    expect(cheap).toBeLessThan((usual ?? 0) - 0.02);
  });

  test("says of itself what its noisy scores leave open", async () => {
    const run = await grown(parts, planFor(FEATURES, 100_000_000), true);
    const all = parts.map((rows) => aucExact(scoresOf(rows, FEATURES, run.model), rows.y));
    const { aucInterval: { low, high } } = run.evaluation;
    expect([low < Math.max(...all), high > Math.min(...all)]).toEqual([true, true]);
  });

  test("without noise is exact: the sums of all parties are those of one that has all rows", async () => {
    const plan = planFor(FEATURES, 1e12);
    const { scenes, model } = await grown(parts, plan, false);
    const all = parts.flatMap(plainOf);
    for (const scene of scenes.slice(0, 4)) {
      if (scene.stage === "evaluation") continue;
      const { ring, words, segments } = layoutOf(scene.question, layoutTerms(plan));
      const sum = zeroWords(ring, words);
      for (const rows of parts) addWordsInto(sum, await encoded(learner(rows, plan), scene, plan));
      sum[0] = ring === 32 ? 1 : 1n;
      expect(sum).toEqual(encodeFixed(plainNoisyAnswer(all, FEATURES, scene), segments.map((segment) => ({ ...segment, boundAbs: 3 * segment.boundAbs })), ring));
    }
    // Control: the same training with noise is another.
    expect((await grown(parts, plan, true)).model).not.toEqual(model);
  });
});
