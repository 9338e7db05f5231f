import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { initialControl, initialModel } from "@cohortium/protocol/training/network/progress";
import type { NetworkClause, Optimiser } from "@cohortium/protocol/charter/network-clause";
import { networkJson, type NetworkModel } from "@cohortium/protocol/training/network/model";
import { updateContext } from "@cohortium/protocol/training/network/script";
import { layoutOf } from "@cohortium/protocol/training/layout";
import type { AnswerAsked } from "@cohortium/protocol/conduct/participant";
import { layoutTerms, planDigest, planOf } from "@cohortium/protocol/training/plan";
import { mayFollow, readScene, type Scene } from "@cohortium/protocol/training/script";
import { scratchFolder } from "../../../protocol/test/host/scratch-folder.js";
import { CHARTER_WORDS } from "../../src/data/recipe/own-words.js";
import { NO_SETTINGS } from "../../src/budget/limits.js";
import { Egress } from "../../src/egress/egress.js";
import { NO_NODE } from "../../src/data/import-rows.js";
import { DEFAULT_GATE } from "../../src/rows/session-rows.js";
import { openNodeDatabase } from "../../src/database.js";
import { TrainingWork } from "../../src/sessions/training-work.js";
import { asked, CHARTER_JSON, charterOf, DIGEST, MILL, NOW_MS, QUARRY, recordingLogger, SELF, SESSION } from "../stage.js";

const NETWORK: NetworkClause = {
  kind: "network", hidden: [5], activation: "relu", optimiser: { kind: "scaffold", serverRate: 1 }, rounds: 3, localEpochs: 2, batchSize: 8, localRate: 0.1,
  weightDecay: 0, clip: 1, rowsCap: 100, seed: 4, stopping: { kind: "rounds" }, strips: "shown",
};
const ROWS = ["age;job;answer", ...Array.from({ length: 60 }, (_, i) => `${20 + i};${i % 3 === 0 ? "student" : "clerk"};${i % 4 < 2 ? "yes" : "no"}`)].join("\n");
const SCALING = { columns: ["intercept", "age", "job=student"], means: [0, 50, 0], deviations: [1, 17, 1], dropped: [] };

/** A node's folder, any process that runs on it, and the questions of a coordinator that keeps to the script. */
function stage(optimiser: Optimiser = NETWORK.optimiser) {
  const question = CHARTER_JSON.questions[0]!;
  const clause = { ...NETWORK, optimiser };
  const charter = charterOf({ ...CHARTER_JSON, questions: [{ ...question, model: clause }], privacy: { ...CHARTER_JSON.privacy, budget: { releasesMax: 40 } } });
  const plan = planOf(charter);
  const [folder, database, logger] = [scratchFolder(), openNodeDatabase(":memory:"), recordingLogger()];
  writeFileSync(join(folder, "rows.csv"), ROWS);
  const egress = new Egress(database, folder);
  const process = () => new TrainingWork({
    session: SESSION, digest: DIGEST, charter, plan, self: SELF, entropy: new Uint8Array(32).fill(8), settings: NO_SETTINGS, egress, database, logger, nowMs: () => NOW_MS, doing: () => undefined,
    feed: { rows: { path: join(folder, "rows.csv"), delimiter: ";", quote: '"', keyColumn: null }, transactions: null, holdout: null, words: CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE },
  });
  const start = initialModel(SCALING, plan, clause);
  const scenes: Scene[] = [];
  const scene = (kind: string, context: Parameters<typeof readScene>[1]): Scene => {
    const last = scenes.at(-1) ?? null;
    const read = readScene(kind, context, plan, last);
    if (read === null || !mayFollow(last, read)) throw new Error("the script is broken");
    scenes.push(read);
    return read;
  };
  const update = (model: NetworkModel, control = initialControl(model, clause)) => scene("update", updateContext({ kind: "update", clause, model, control }));
  const contribution = (round: number, of: Scene): AnswerAsked => {
    const { ring, words } = layoutOf(of.question, layoutTerms(plan));
    return { ...asked({ round, question: { kind: of.question.kind, model: of.digest, plan: planDigest(plan), ring, words } }), scene: of, parties: [SELF, MILL, QUARRY] };
  };
  const permit = (round: number, of: Scene) => process().resultOf({ kind: "permit", round, question: contribution(round, of).question, survivors: [SELF, MILL, QUARRY] });
  const root = async (round: number, of: Scene) => {
    const result = await process().resultOf(contribution(round, of));
    if (result.kind !== "contributed") throw new Error(`refused: ${JSON.stringify(result)}`);
    return result.root;
  };
  const lose = (round: number) => rmSync(egress.ledger.release(SESSION, round)?.path ?? "");
  return { process, start, scene, update, contribution, permit, root, lose, database, logger, plan };
}

const next = (model: NetworkModel, by: number): NetworkModel => ({ ...model, iteration: model.iteration + 1, weights: model.weights.map((weight, i) => weight + (i % 3) * by) });

async function admitted(optimiser?: Optimiser) {
  const it = stage(optimiser);
  expect(await it.process().resultOf({ kind: "admit" })).toMatchObject({ kind: "admitted" });
  const moments = it.scene("moments", null);
  await it.root(1, moments);
  await it.permit(1, moments);
  return it;
}

describe("a node in the training of a network", () => {
  test.each<Optimiser>([{ kind: "fedavg", serverRate: 1 }, { kind: "scaffold", serverRate: 1 }])("gives the same bytes after a crash anywhere, with $kind", async (optimiser) => {
    const it = await admitted(optimiser);
    const first = it.update(it.start);
    const roots = [await it.root(2, first)];
    // The file was acknowledged and deleted; whatever a process before it computed and kept, the next one computes the same.
    it.lose(2);
    expect(await it.root(2, first)).toBe(roots[0]);
    await it.permit(2, first);
    it.lose(2);
    expect(await it.root(2, first)).toBe(roots[0]);

    const control = optimiser.kind === "scaffold" ? it.start.weights.map((_, i) => Math.fround(Math.sin(i) / 100)) : new Float32Array();
    const second = it.update(next(it.start, 0.05), control);
    roots.push(await it.root(3, second));
    it.lose(3);
    it.lose(2);
    expect([await it.root(2, first), await it.root(3, second)]).toEqual(roots);
    const evaluation = it.scene("evaluation", networkJson(next(next(it.start, 0.05), 0.01)));
    expect(await it.root(4, evaluation)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("starts SCAFFOLD's next round from its own variate only if it was among the survivors", async () => {
    const roots = await Promise.all([true, false].map(async (survived) => {
      const it = await admitted();
      const first = it.update(it.start);
      await it.root(2, first);
      if (survived) await it.permit(2, first);
      return it.root(3, it.update(next(it.start, 0.05)));
    }));
    expect(roots[0]).not.toBe(roots[1]);
  });

  test("says nothing of the backend where it is the ordinary one, and nothing of a row ever", async () => {
    const it = await admitted();
    await it.root(2, it.update(it.start));
    expect(it.logger.lines).toEqual([]);
  });

  test("does not go on with a session that began on a backend it no longer has", async () => {
    const it = await admitted();
    it.database.prepare("INSERT INTO network_sessions VALUES (?, 'tensorflow')").run(SESSION);
    await expect(it.process().resultOf(it.contribution(2, it.update(it.start)))).rejects.toThrow("the tensor backend tensorflow is gone");
    expect(it.logger.lines.join()).toContain("began on the tensor backend tensorflow, which is gone: install it again");
  });
});
