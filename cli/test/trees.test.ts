import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { modelDigest } from "@cohortium/protocol/training/model";
import type { TreesModel } from "@cohortium/protocol/training/trees/model";
import { EVALUATION } from "./evaluation-fixture.js";
import { get, NOW_MS, openStage, play } from "./stage.js";

const [SESSION, CHARTER] = ["5e".repeat(16), "a1".repeat(32)] as const;
const model: TreesModel = {
  kind: "trees", iteration: 2, base: -0.25,
  trees: [
    { feature: [1, 0, 0, -1, -1, -1, -1], value: [2, 40.5, 60, 0.5, -0.5, 0.125, -0.125], missing: [] },
    { feature: [0, -1, -1], value: [33, 0.25, 0.0625], missing: [] },
  ],
};
const MODEL = modelDigest(model);
const logistic = { kind: "logistic", iteration: 6, columns: ["intercept"], means: [0], deviations: [1], coefficients: [-2.25], dropped: [] };

const key = (byte: number) => Buffer.alloc(32, byte).toString("base64");
const charter = {
  version: 1, name: "spring", purpose: "Decide whom to call", consortium: "callers",
  operator: { name: "switchboard", signingKey: key(9), logKey: "log.example/callers+bad12c20+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH" },
  parties: ["harbour", "lantern", "meadow"].map((name, i) => ({ name, organisation: name, signingKey: key(11 + 2 * i), agreementKey: key(12 + 2 * i) })),
  minimumParties: 3, quorum: 3,
  questions: [{
    id: "propensity.train",
    features: [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }, { kind: "categorical", name: "job", categories: ["clerk", "student", "pilot"] }],
    label: { name: "answer", positive: "yes", negative: "no" },
    model: { kind: "trees", trees: 2, depth: 2, learningRate: 0.5, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 16, rowSample: 1, columnSample: 1, seed: 7 },
    evaluation: { scoreBins: 1024, holdout: "own", holdoutShare: 0.2 },
  }],
  rows: { perPartyMax: 50_000, perPartyMin: 200, jointMin: 2_000 }, thresholds: { categoryRows: 50 },
  privacy: { mechanism: "none", note: "Sums are exact.", budget: { releasesMax: 240 } }, aggregation: { scheme: "masked", deadlineMs: 60_000, dropouts: "end" },
  notBefore: "2026-12-01T00:00:00Z", expires: "2027-06-30T12:00:00Z",
};
const text = { digest: CHARTER, name: "spring", state: "in-force", expires: charter.expires, words: [], charter };

const operator = (kept: unknown = model) => openStage("coordinator", [
  get("/v1/models", { models: [{ digest: MODEL, session: SESSION, charter: CHARTER, iteration: 2, final: true, createdAtMs: NOW_MS, auc: 0.79312 }] }),
  get(`/v1/models/${MODEL}`, { digest: MODEL, session: SESSION, charter: CHARTER, model: kept, evaluation: EVALUATION, comparisons: [] }),
  get(`/v1/charters/${CHARTER}`, text),
]);
const partner = () => openStage("node", [
  get("/v1/models", { models: [{ session: SESSION, model, evaluation: EVALUATION, comparisons: [] }] }),
  get("/v1/trainings", { trainings: [{ session: SESSION, charter: CHARTER, endedAtMs: NOW_MS, outcome: { kind: "done", evaluation: EVALUATION, comparison: { kind: "not-comparable", because: "few rows" } } }] }),
  get(`/v1/charters/${CHARTER}`, text),
]);
const SIDES = [["the coordinator", operator], ["a node", partner]] as const;

describe("model show", () => {
  test.each(SIDES)("says of trees at %s what they split on", async (_, side) => {
    const { folder } = await side();
    expect((await play(["model", "show", MODEL.slice(0, 6)], { folder })).out).toContain(["trees    2", "", "column  splits", "age          3  ++++++++++++++++++++", "job          1  +++++++", ""].join("\n"));
  });
});

describe("model export", () => {
  test.each(SIDES)("writes a file at %s, and says which columns it reads", async (_, side) => {
    const { folder } = await side();
    const { code, out } = await play(["model", "export", MODEL.slice(0, 6), "--to", "model.json"], { folder });
    expect(out).toBe([
      `${join(folder, "model.json")}: XGBoost 1.7 or newer loads it (Booster.load_model)`,
      "It reads 4 columns in this order, a category as 1 or 0, a missing number as NaN:", "  age", "  job=clerk", "  job=student", "  job=pilot", "",
    ].join("\n"));
    expect(code).toBe(0);
    const written = JSON.parse(readFileSync(join(folder, "model.json"), "utf8")) as { learner: { gradient_booster: { model: { trees: readonly { split_indices: readonly number[] }[] } } } };
    expect(written.learner.gradient_booster.model.trees.map(({ split_indices }) => split_indices)).toEqual([[3, 0, 0, 0, 0, 0, 0], [0, 0, 0]]);
  });

  test("prints the model itself where no file is named, and one document for programs", async () => {
    const { folder } = await operator();
    expect(JSON.parse((await play(["model", "export", MODEL.slice(0, 6)], { folder })).out)).toMatchObject({ learner: { feature_names: ["age", "job=clerk", "job=student", "job=pilot"] } });
    expect(JSON.parse((await play(["model", "export", MODEL.slice(0, 6), "--json"], { folder })).out)).toMatchObject({ digest: MODEL, format: "xgboost", columns: ["age", "job=clerk", "job=student", "job=pilot"] });
  });

  test.each([
    { what: "a format there is not", args: ["--format", "onnx"], kept: model, says: "there is no format onnx" },
    { what: "a regression", args: [], kept: logistic, says: "this is no model of trees" },
  ])("refuses $what, and says what to do", async ({ args, kept, says }) => {
    const { folder } = await operator(kept);
    const { code, err } = await play(["model", "export", MODEL.slice(0, 6), ...args], { folder });
    expect(err).toContain(says);
    expect(err).toMatch(/to do/);
    expect(code).toBe(2);
  });
});
