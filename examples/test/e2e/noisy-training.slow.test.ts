import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import { openNodeDatabase } from "@cohortium/node/database";
import { nanoRhoFor } from "@cohortium/protocol/charter/privacy-budget";
import { join } from "node:path";
import { typeCommand } from "./command-line.js";
import { tinyDraft } from "./tiny-charter.js";
import { foundTiny, trainedOnce, type TinyConsortium } from "./tiny-consortium.js";

const NAMES = ["alder", "birch", "cedar", "dogwood"];
const EPSILON = 20;
/** Two trainings and a half. */
const PRICE = Math.floor((nanoRhoFor(EPSILON, 1e-5) * 2) / 5);
const MODEL = { kind: "logistic", ridge: 1, gradientTolerance: 1e-8, iterationsMax: 15, privacy: { nanoRho: PRICE, rowNormMax: 3, iterations: 4 } };

let tiny: TinyConsortium;
let charter: string;
let first: TrainingView;
beforeAll(async () => {
  tiny = await foundTiny(NAMES, { rows: 900 });
  ({ charter, undisturbed: first } = await trainedOnce(tiny, tinyDraft(NAMES, { name: "tiny-noisy", epsilon: EPSILON, model: MODEL })));
});
afterAll(async () => tiny.end());

const launched = async () => tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined);
const spentAt = (folder: string) => openNodeDatabase(join(folder, "node.db")).prepare("SELECT sum(nano_rho) AS spent FROM charges").get()?.["spent"];

describe("trainings under noise, with real processes", () => {
  test("end with a model, and no sum of one is that of another", async () => {
    expect(first).toMatchObject({ state: "done" });
    expect(first.rounds.map(({ kind }) => kind)).toEqual(["moments", "newton", "newton", "newton", "newton", "evaluation"]);
    const second = await launched();
    expect(second).toMatchObject({ state: "done" });
    expect(second.model).not.toEqual(first.model);
  });

  test("cost every company exactly what the charter says, and the third finds the budget spent", async () => {
    expect(await launched()).toMatchObject({ state: "aborted", fault: { code: "NODE_REFUSED" } });
    expect(tiny.consortium.nodes.map(({ folder }) => spentAt(folder))).toEqual(NAMES.map(() => 2 * PRICE));
  });

  test("are followed by an audit from the log and the uploads alone, to the last bit and to the last charge", async () => {
    const { code, says } = await typeCommand(tiny.folder, "audit", "verify", tiny.published).ended;
    expect(says).toContain("Verified: ");
    expect(code).toBe(0);
    const report = JSON.parse((await typeCommand(tiny.folder, "audit", "verify", tiny.published, "--json").ended).says) as { readonly privacy: unknown };
    expect(report.privacy).toEqual([{ charter, chargedNanoRho: 2 * PRICE, budgetNanoRho: nanoRhoFor(EPSILON, 1e-5), reserveNanoRho: 0, answers: 0 }]);
  });
});
