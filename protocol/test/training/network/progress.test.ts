import { describe, expect, test } from "@jest/globals";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { layoutOf } from "../../../src/training/layout.js";
import type { NetworkClause } from "../../../src/charter/network-clause.js";
import { layoutTerms } from "../../../src/training/plan.js";
import { advance, contextOf, firstOf, type Progress } from "../../../src/training/progress.js";
import { TINY_PLAN, tinyAnswers, tinyRows } from "../tiny-rows.js";
import { networkPlan, plainUpdate } from "./tiny-network.js";

const ROWS = tinyRows("ada");
const stage = (more: Partial<NetworkClause> = {}, plan = networkPlan({ rowsCap: 1_000, ...more })) => {
  const words = (progress: Progress, values: Float64Array) => {
    const { segments, ring } = layoutOf(progress.question, layoutTerms(plan));
    return encodeFixed(values, segments, ring);
  };
  const started = () => {
    const first = firstOf(plan);
    const next = advance(first, words(first, tinyAnswers(ROWS).moments()), 1, plan);
    if (next.kind !== "next") throw new Error(`the moments are sound: ${JSON.stringify(next)}`);
    return next.progress;
  };
  const updateOf = (progress: Progress, rows = ROWS) => {
    if (progress.question.kind !== "update") throw new Error("an update is asked");
    return plainUpdate(rows, { question: progress.question, moved: new Float64Array() }, new Float32Array(progress.question.control.length)).values;
  };
  return { plan, words, started, updateOf };
};

test("moments, updates, evaluation: a round shows nothing, then weights, then the model alone", () => {
  const { plan, words, started, updateOf } = stage({ rounds: 2 });
  const shown: unknown[] = [contextOf(firstOf(plan))];
  let progress = started();
  for (let round = 0; round < 2; round++) {
    shown.push(Object.keys(contextOf(progress) as object));
    const next = advance(progress, words(progress, updateOf(progress)), 1, plan);
    if (next.kind !== "next") throw new Error("a sound update");
    expect(next).toMatchObject({ rows: ROWS.length, measure: { what: "mean loss" }, keep: { iteration: round + 1 } });
    progress = next.progress;
  }
  expect(progress.kind).toBe("evaluation");
  shown.push((contextOf(progress) as { readonly kind: string; readonly iteration: number }).iteration);
  expect(shown).toEqual([null, ["model", "control"], ["model", "control"], 2]);
});

describe("a training ends", () => {
  test("where the same companies bring another number of rows than before", () => {
    const { plan, words, started, updateOf } = stage();
    const progress = started();
    expect(advance(progress, words(progress, updateOf(progress, ROWS.slice(1))), 1, plan)).toMatchObject({ kind: "failed", code: "DATA_CHANGED", detail: { rows: ROWS.length - 1, before: ROWS.length } });
  });

  test("where too few rows are left", () => {
    const { plan, words, started, updateOf } = stage();
    const progress = started();
    const strict = { ...plan, rowsMinJoint: ROWS.length + 1 };
    expect(advance(progress, words(progress, updateOf(progress)), 1, strict)).toMatchObject({ kind: "failed", code: "TRAINING_DEGENERATE", detail: { because: "too-few-rows" } });
  });

  test("where a step leaves the numbers", () => {
    const { plan, words, started, updateOf } = stage({ optimiser: { kind: "fedavg", serverRate: 1e9 } });
    const progress = started();
    expect(advance(progress, words(progress, updateOf(progress)), 1, plan)).toMatchObject({ kind: "failed", code: "TRAINING_DIVERGED", detail: { because: "weights-too-large", iteration: 0 } });
  });

  test("where the moments are of one class", () => {
    const { plan, words } = stage();
    const first = firstOf(plan);
    const values = tinyAnswers(ROWS.map((row) => ({ ...row, y: 1 }))).moments();
    expect(advance(first, words(first, values), 1, plan)).toMatchObject({ kind: "failed", code: "TRAINING_DEGENERATE", detail: { because: "one-class" } });
  });
});

test("categories too rare for the charter have no input", () => {
  const plan = { ...networkPlan({ rowsCap: 1_000 }), categoryRowsMin: ROWS.filter(({ job }) => job === 1).length + 1 };
  const { started } = stage({}, plan);
  const { model } = started();
  if (model?.kind !== "network") throw new Error("a network");
  expect(model.dropped).toContain("job=farmer");
  expect(model.weights.length).toBeLessThan(4 * (TINY_PLAN.features.length + 2) + 5);
});
