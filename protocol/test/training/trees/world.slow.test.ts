import { describe, expect, test } from "@jest/globals";
import type { PartyId } from "../../../src/session/ids.js";
import { plainContributor } from "../../../src/testing/plain-trees.js";
import { World, type WorldGiven } from "../../../src/testing/world.js";
import { modelDigest, modelJson, type Model } from "../../../src/training/model.js";
import { growPooled } from "../../../src/training/trees/pooled.js";
import { loggedTraining, type Told } from "../../conduct/logged-training.js";
import { plainRows, TREES, TREES_PLAN, treesWords } from "./tiny-trees.js";

const FIVE = ["ada", "bob", "cleo", "dot", "eve"] as PartyId[];
const TERMS = { scheme: "masked", minimumParties: 3, quorum: 3, deadlineMs: 30_000, dropouts: "continue" } as const;

const world = (more: Partial<WorldGiven> = {}) => new World({ seed: 5, names: FIVE, terms: TERMS, plan: TREES_PLAN, answer: (party, ask) => treesWords(party, ask), ...more });

const pooled = (names: readonly PartyId[]): Model => {
  const parts = names.map((name) => plainContributor(plainRows(name), TREES_PLAN.features, TREES));
  const end = growPooled(parts, { plan: TREES_PLAN, clause: TREES });
  if (end.kind !== "grown") throw new Error(end.because);
  return end.model;
};

function modelOf(step: ReturnType<World["run"]>): Model {
  if (step.kind !== "done") throw new Error(`the training ended with ${JSON.stringify(step.kind === "abort" ? step.fault : step.kind)}`);
  if (step.result.kind !== "model") throw new Error("trees were to be trained");
  return step.result.model;
}

describe("trees in a seeded world", () => {
  test.each([FIVE.slice(0, 3), FIVE].map((names) => [names.length, names] as const))("of %i parties are bit for bit those of their rows in one place", (_, names) => {
    const model = modelOf(world({ names }).run());
    expect(modelDigest(model)).toBe(modelDigest(pooled(names)));
    expect(model).toMatchObject({ kind: "trees", iteration: 3 });
  });

  test("do not depend on the order of delivery", () => {
    expect(new Set([1, 2, 3].map((seed) => modelDigest(modelOf(world({ seed }).run())))).size).toBe(1);
  });

  test("are the same where processes crash and replay their journals, and no state is changed in place", () => {
    const stormy = world({ crashChance: 0.05, seed: 77, guarded: true });
    expect(modelDigest(modelOf(stormy.run()))).toBe(modelDigest(pooled(FIVE)));
    expect(stormy.crashes).toBeGreaterThan(8);
  });

  test("end early where the loss on rows set apart does not fall, at every company's node alike", () => {
    const clause = { ...TREES, trees: 20, learningRate: 1, lambda: 0, earlyStopping: { patience: 2, share: 0.4 } };
    const plan = { ...TREES_PLAN, model: clause, rounds: 3 + 40 + 2 };
    const run = world({ plan, answer: (party, ask) => treesWords(party, ask, plan) });
    const model = modelOf(run.run());
    expect(model.iteration).toBeLessThan(10);
    expect([...run.nodes.values()].map(({ step }) => step?.kind === "done" && step.result.kind === "model" && modelDigest(step.result.model))).toEqual(FIVE.map(() => modelDigest(model)));
  });

  test("survive a company that falls silent in any round", () => {
    const rounds = world().run();
    const all = rounds.kind === "done" ? rounds.result.rounds.length : 0;
    expect(all).toBeGreaterThan(7);
    for (let round = 2; round <= all; round++) {
      const run = world({ silentWhen: (party, message) => party === "bob" && message.kind === "round" && message.offer.statement.round === round });
      const model = modelOf(run.run());
      expect(model.iteration).toBe(3);
      if (round > all - 1) expect(modelDigest(model)).toBe(modelDigest(pooled(FIVE)));
    }
  });
});

describe("an auditor of trees", () => {
  const plan = (parties: number) => ({ ...TREES_PLAN, parties });
  const logged = (more: Partial<WorldGiven> = {}, names = FIVE.slice(0, 4)) =>
    loggedTraining(names, { answer: (party, ask) => treesWords(party, ask, plan(names.length)), ...more }, "done", { clauses: [["/questions/0/model", TREES]] });
  const { told, check } = logged();
  const offers = told.filter(({ statement }) => statement.type === "round.offer").length;

  test("follows an honest training from the bins to the release, and grows every tree again", () => {
    const report = check(told);
    expect(report).toMatchObject({ verified: true, findings: [], sumsRecomputed: offers });
    // The final model is kept before it is evaluated, so it is in the log once.
    expect(told.filter(({ statement }) => statement.type === "model")).toHaveLength(1);
  });

  test("follows it over fewer companies too", () => {
    const lossy = logged({ silentWhen: (party, message) => party === "eve" && message.kind === "round" && message.offer.statement.round === 5 }, FIVE);
    expect(lossy.check(lossy.told)).toMatchObject({ verified: true, findings: [] });
  });

  test.each([
    ["asks about other nodes than the sums lead to", "round.offer", 5, { model: "ab".repeat(32) }, "what the round shows does not follow from the sums before it"],
    ["keeps another model", "model", undefined, { hash: "ab".repeat(32) }, "the model is not the one that follows from the sums before it"],
    ["releases another model", "session.close", 0, { model: "ab".repeat(32) }, "the released model is not the one that was evaluated"],
  ] as const)("finds a coordinator that %s", (_, type, round, change, says) => {
    const at = told.findIndex(({ statement }) => statement.type === type && (round === undefined || statement.round === round));
    const forged = told.map((one, i): Told => (i === at ? { ...one, statement: { ...one.statement, body: { ...(one.statement.body as object), ...change } } } : one));
    expect(check(forged).findings).toContainEqual(expect.objectContaining({ entry: at, says }));
  });

  test("needs a model of a size that travels", () => {
    expect(JSON.stringify(modelJson(pooled(FIVE))).length).toBeLessThan(2_000);
  });
});
