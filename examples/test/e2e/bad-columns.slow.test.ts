import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { z } from "zod";
import { tinyDraft } from "./tiny-charter.js";
import { foundTiny, NO_STEPS, type TinyConsortium } from "./tiny-consortium.js";
import { csvOf, TINY_COLUMNS, tinyRows } from "./tiny-data.js";

// What is wrong with a whole column, under either kind of model: each a refusal that names the column, or the rule that protocol/spec/columns.md
// and protocol/spec/training.md give. Single bad cells are in bad-rows.slow.test.ts.

const NAMES = ["alder", "birch", "cedar"];
const MODELS: Readonly<Record<string, Json>> = {
  logistic: { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 15 },
  trees: { kind: "trees", trees: 3, depth: 2, learningRate: 0.3, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 16, rowSample: 1, columnSample: 1, seed: 11 },
};
const AGE = TINY_COLUMNS.indexOf("age");
const VISITS = TINY_COLUMNS.indexOf("visits");
const REGION = TINY_COLUMNS.indexOf("region");

let tiny: TinyConsortium;
const charters = new Map<string, string>();

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  await tiny.consortium.enrol(NO_STEPS);
  for (const [kind, model] of Object.entries(MODELS)) charters.set(kind, await tiny.consortium.agree(tinyDraft(NAMES, { name: kind, model })));
});
afterEach(() => NAMES.forEach((name) => bring(name, (row) => row)));
afterAll(async () => tiny.end());

describe.each(Object.keys(MODELS))("a model of %s", (kind) => {
  const train = async () => tiny.consortium.follow(await tiny.consortium.launch(charters.get(kind) ?? ""), () => undefined);
  const refusal = (clause: string) => ({
    state: "aborted", model: null, rounds: [], fault: { code: "NODE_REFUSED", says: expect.stringContaining(`cedar refused with DATA_REFUSED (${clause}`) },
  });

  test.each<readonly [string, string, number, (i: number) => string]>([
    ["holds nothing but absent numbers", "DATA_NO_VALUES age", AGE, () => ""],
    ["holds nothing but absent words", "DATA_NO_VALUES region", REGION, () => ""],
    ["holds infinities as words", "DATA_NOT_A_NUMBER age", AGE, (i) => (i % 3 === 0 ? "Infinity" : "40")],
    ["holds numbers beyond every double", "DATA_NOT_A_NUMBER age", AGE, (i) => (i % 3 === 0 ? "1e400" : "40")],
    ["lies outside its bounds", "DATA_OUT_OF_BOUNDS age", AGE, (i) => String(101 + i)],
    ["has one category that nobody agreed on", "DATA_UNKNOWN_CATEGORY region", REGION, (i) => (i === 7 ? "east" : "north")],
    ["has a category of its own in every row", "DATA_UNKNOWN_CATEGORY region", REGION, (i) => `region ${i}`],
  ])("is not trained where a column %s", async (_, clause, column, cell) => {
    bring("cedar", (row, i) => row.map((text, at) => (at === column ? cell(i) : text)));
    expect(await train()).toMatchObject(refusal(clause));
  });

  test("is not trained where a company's contract contradicts its rows", async () => {
    const folder = join(tiny.consortium.node("cedar").folder, "contracts");
    mkdirSync(folder, { recursive: true });
    const contract = join(folder, "rows.odcs.yaml");
    writeFileSync(contract, "apiVersion: v3.1.0\nkind: DataContract\nid: cedar\nversion: \"1\"\nstatus: active\nschema:\n  - name: rows\n    properties:\n      - { name: age, logicalType: date }\n");
    try {
      const view = await train();
      expect(view).toMatchObject({ state: "aborted", model: null, rounds: [], fault: { says: expect.stringMatching(/cedar (refused with DATA_REFUSED \(QUALITY_TYPE|says age is)/) } });
    } finally {
      rmSync(contract);
    }
  });

  test("is trained where a column is constant at one company, for it varies over all rows", async () => {
    bring("cedar", (row) => row.map((text, at) => (at === VISITS ? "20" : text)));
    expect(await train()).toMatchObject({ state: "done" });
  });

  test("does not use a column that is constant at all companies", async () => {
    NAMES.forEach((name) => bring(name, (row) => row.map((text, at) => (at === VISITS ? "20" : text))));
    const view = await train();
    expect(view.state).toBe("done");
    const { model } = await tiny.consortium.coordinator.admin.get(`/v1/models/${view.model}`, z.object({ model: z.union([logistic, trees]) }));
    if (model.kind === "logistic") expect(model.dropped).toEqual(["visits"]);
    else expect(new Set(model.trees.flatMap(({ feature }) => feature))).not.toContain(VISITS);
  });
});

const logistic = z.object({ kind: z.literal("logistic"), dropped: z.array(z.string()) });
const trees = z.object({ kind: z.literal("trees"), trees: z.array(z.object({ feature: z.array(z.number()) })).min(1) });

/** Other rows, at a node that remembers none before them: what is another table for the gate is drift, not what is tried here. */
function bring(party: string, change: (row: readonly string[], i: number) => readonly string[]): void {
  rmSync(join(tiny.consortium.node(party).folder, "quality"), { recursive: true, force: true });
  writeFileSync(tiny.rowsFile(party), csvOf(tinyRows(NAMES.indexOf(party) + 1).map(change)));
}
