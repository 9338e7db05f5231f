import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { openNodeDatabase } from "@cohortium/node/database";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import type { TreesClause } from "@cohortium/protocol/charter/model-clauses";
import { treesCharges } from "@cohortium/protocol/training/trees/noisy-charges";
import { join } from "node:path";
import { typeCommand } from "./command-line.js";
import { tinyDraft } from "./tiny-charter.js";
import { foundTiny, trainedOnce, type TinyConsortium } from "./tiny-consortium.js";

const NAMES = ["alder", "birch", "cedar", "dogwood"];
const EPSILON = 20;
/** Two trainings and a half. */
const PRICE = Math.floor((nanoRhoFor(EPSILON, 1e-5) * 2) / 5);
const MODEL: TreesClause & { readonly privacy: { readonly nanoRho: number } } = {
  kind: "trees", trees: 4, depth: 1, learningRate: 0.5, lambda: 1, gamma: 0, childWeightMin: 2.5, bins: 8, rowSample: 1, columnSample: 0.7, seed: 11, privacy: { nanoRho: PRICE },
};
const CHARGES = treesCharges(MODEL);

let tiny: TinyConsortium;
let charter: string;
let first: TrainingView;
beforeAll(async () => {
  tiny = await foundTiny(NAMES, { rows: 900 });
  ({ charter, undisturbed: first } = await trainedOnce(tiny, tinyDraft(NAMES, { name: "tiny-noisy-trees", epsilon: EPSILON, model: { ...MODEL, privacy: { ...MODEL.privacy } } as never })));
});
afterAll(async () => tiny.end());

const launched = async () => tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined);
const chargesAt = (folder: string, session: string) =>
  openNodeDatabase(join(folder, "node.db")).prepare("SELECT nano_rho FROM charges WHERE session = ? ORDER BY round").all(session).map((row) => row["nano_rho"]);

describe("trees under noise, with real processes", () => {
  test("end with a model, each sum at the price that the plan says, to each company", async () => {
    expect(first).toMatchObject({ state: "done" });
    expect(first.rounds.map(({ kind }) => kind)).toEqual(["bins", ...Array.from({ length: 8 }, () => "level"), "evaluation"]);
    expect(tiny.consortium.nodes.map(({ folder }) => chargesAt(folder, first.session))).toEqual(NAMES.map(() => [...CHARGES]));
    expect(CHARGES.reduce((sum, charge) => sum + charge)).toBe(PRICE);
  });

  test("are other trees the second time, and the third finds the budget spent", async () => {
    const second = await launched();
    expect(second).toMatchObject({ state: "done" });
    expect(second.model).not.toEqual(first.model);
    expect(await launched()).toMatchObject({ state: "aborted", fault: { code: "NODE_REFUSED" } });
  });

  test("are followed by an audit from the log and the uploads alone, to the last bit and to the last charge", async () => {
    const { code, says } = await typeCommand(tiny.folder, "audit", "verify", tiny.published).ended;
    expect(says).toContain("Verified: ");
    expect(code).toBe(0);
    const report = JSON.parse((await typeCommand(tiny.folder, "audit", "verify", tiny.published, "--json").ended).says) as { readonly privacy: unknown };
    expect(report.privacy).toEqual([{ charter, chargedNanoRho: 2 * PRICE, budgetNanoRho: nanoRhoFor(EPSILON, 1e-5), reserveNanoRho: 0, answers: 0 }]);
  });
});
