import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { importRows } from "@cohortium/node/data/import-rows";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import { compareAlone, contributorOf } from "@cohortium/node/learning/alone";
import { aucExact } from "@cohortium/node/learning/exact-auc";
import { logitsOf } from "@cohortium/node/learning/logistic";
import { fitPooled } from "@cohortium/protocol/training/logistic/fit";
import type { LogisticModel } from "@cohortium/protocol/training/logistic/model";
import { FEATURES, LABEL } from "../../src/bank-marketing/columns.js";
import { CONTACTS_FILE, CSV_FORM, HOLDOUT_FILE, prepareData, type PreparedData } from "../../src/bank-marketing/data.js";
import { TRUTH } from "../../src/bank-marketing/generated.js";
import { doubtAbout, findRealRows } from "../../src/bank-marketing/real-data.js";

const PARTNERS = ["harbour", "meadow", "lantern"] as const;
const DATASETS = process.env["COHORTIUM_DATASETS"] ?? join(import.meta.dirname, "../../../../shared/datasets");
const CLAUSE = { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 25 } as const;
const TERMS = { features: FEATURES, clause: CLAUSE, minimums: { rowsMin: 100, categoryRowsMin: 10 } };
const ALONE = { features: FEATURES, model: CLAUSE, categoryRowsMin: 10 };

async function load(path: string): Promise<LocalRows> {
  const result = await importRows({ path, ...CSV_FORM, keyColumn: null }, { recipe: { features: FEATURES, label: LABEL }, rowsMin: 100, rowsMax: 50_000 });
  if (result.kind !== "rows") throw new Error(JSON.stringify(result.problems));
  return result.rows;
}

const ROOT = mkdtempSync(join(tmpdir(), "cohortium-bank-"));
afterAll(() => rmSync(ROOT, { recursive: true }));

/** Writes, imports and trains as the example does, in folders of its own. */
async function world(places: readonly string[]) {
  const root = mkdtempSync(join(ROOT, "world-"));
  const folders = { harbour: join(root, "harbour"), meadow: join(root, "meadow"), lantern: join(root, "lantern") };
  const prepared = await prepareData(folders, { folders: places, download: false });
  const [harbour, meadow, lantern] = await Promise.all(PARTNERS.map((name) => load(join(folders[name], CONTACTS_FILE))));
  const held = await load(join(folders.harbour, HOLDOUT_FILE));
  if (harbour === undefined || meadow === undefined || lantern === undefined) throw new Error("three partners");
  const fit = fitPooled([harbour, meadow, lantern].map((rows) => contributorOf(rows, FEATURES)), TERMS);
  if (fit.kind !== "fitted") throw new Error(fit.because);
  return { folders, prepared, harbour, meadow, lantern, held, model: fit.model, auc: aucExact(logitsOf(held, FEATURES, fit.model), held.y) };
}

async function gainOf({ held, model }: { readonly held: LocalRows; readonly model: LogisticModel }, train: LocalRows): Promise<number> {
  const result = await compareAlone({ train, held }, model, ALONE);
  if (result.kind !== "compared") throw new Error(result.because);
  return result.joint.auc - result.alone.auc;
}

const SIZES: PreparedData["rows"] = { harbour: 20_000, meadow: 8_000, lantern: 300, holdout: 8_237 };

describe("with made-up rows", () => {
  let made: Awaited<ReturnType<typeof world>>;
  beforeAll(async () => { made = await world([]); });

  test("it says so, and deals them out as it would the real ones", () => {
    expect(made.prepared).toMatchObject({ source: "generated", rows: SIZES });
    expect([made.harbour, made.meadow, made.lantern, made.held].map(({ rows }) => rows)).toEqual(Object.values(SIZES));
  });

  test("training finds the truth they were made from", () => {
    const coefficient = (name: string) => made.model.coefficients[made.model.columns.indexOf(name)];
    for (const name of ["contact=telephone", "poutcome=success", "month=mar", "default=unknown"] as const) {
      expect(Math.abs((coefficient(name) ?? Number.NaN) - TRUTH.category[name])).toBeLessThan(0.25);
    }
  });

  test("the newcomer gains from the joint model", async () => {
    expect(await gainOf(made, made.lantern)).toBeGreaterThan(0.05);
  });

  test("every partner holds the same held-out file, whose digest is the one to sign", () => {
    const digests = PARTNERS.map((name) => createHash("sha256").update(readFileSync(join(made.folders[name], HOLDOUT_FILE))).digest("hex"));
    expect(new Set(digests)).toEqual(new Set([made.prepared.holdoutDigest]));
  });
});

test("a folder that was named and has not the published file is told with the path that was looked for", async () => {
  const folder = mkdtempSync(join(ROOT, "named-"));
  const path = join(folder, "bank-marketing", "bank-additional-full.csv");
  expect(await doubtAbout(folder)).toBe(`there is no readable ${path}`);
  mkdirSync(join(folder, "bank-marketing"));
  writeFileSync(path, "age;y\n");
  expect(await doubtAbout(folder)).toBe(`${path} is another file than the one published`);
});

const real = (await findRealRows({ folders: [DATASETS], download: false })) === undefined ? describe.skip : describe;

real("with the real rows", () => {
  let found: Awaited<ReturnType<typeof world>>;
  beforeAll(async () => { found = await world([DATASETS]); });

  test("it says so, and every row fits what the companies agreed on", () => {
    expect(found.prepared).toMatchObject({ source: "bank-marketing", rows: SIZES });
  });

  test("harbour calls mobile phones alone, meadow landlines alone, lantern both", () => {
    const contact = 6;
    const words = [found.harbour, found.meadow, found.lantern].map((rows) => [...new Set(rows.categories[contact])].sort());
    expect(words).toEqual([[0], [1], [0, 1]]);
  });

  test("the joint model is as good as published for pooled rows", () => {
    expect(found.auc).toBeGreaterThan(0.777);
    expect(found.model.dropped).toEqual(["default=yes", "month=jan", "month=feb"]);
  });

  test("every partner gains, the newcomer most", async () => {
    const gains = await Promise.all([found.harbour, found.meadow, found.lantern].map((rows) => gainOf(found, rows)));
    expect(Math.min(...gains)).toBeGreaterThan(0.01);
    expect(gains[2]).toBe(Math.max(...gains));
    expect(gains[2]).toBeGreaterThan(0.05);
  });
});

