import { describe, expect, test } from "@jest/globals";
import { objectionInOrder, objectionToKept, type AskedRound } from "../../src/training/order.js";
import type { TrainingPlan } from "../../src/training/plan.js";
import { TINY_PLAN } from "./tiny-rows.js";
import { TINY_NETWORK } from "./network/tiny-network.js";
import { TREES } from "./trees/tiny-trees.js";

const NOISY: TrainingPlan = { ...TINY_PLAN, model: { ...TINY_PLAN.model, privacy: { nanoRho: 9_000_000, rowNormMax: 4, iterations: 2 } }, evaluation: { ...TINY_PLAN.evaluation, scoreBins: 64 }, noise: { honest: 2 }, rounds: 4 };
const NETWORK: TrainingPlan = { ...TINY_PLAN, model: { ...TINY_NETWORK, rounds: 2, strips: "hidden", stopping: { kind: "rounds" } }, rounds: 4 };
const STALLING: TrainingPlan = { ...NETWORK, model: { ...TINY_NETWORK, rounds: 3, stopping: { kind: "stall", patience: 1, tolerance: 0.1 } }, rounds: 5 };
const GROWING: TrainingPlan = { ...TINY_PLAN, model: { ...TREES, trees: 1, depth: 2, earlyStopping: undefined }, rounds: 6 };
const STOPPING: TrainingPlan = { ...GROWING, model: { ...TREES, trees: 1, depth: 2, earlyStopping: { patience: 1, share: 0.3 } }, rounds: 7 };
const NOISY_TREES: TrainingPlan = { ...GROWING, model: { ...TREES, trees: 2, depth: 2, earlyStopping: undefined, privacy: { nanoRho: 9_000_000 } }, noise: { honest: 2 }, rounds: 8 };
/** As many as these trees may have. */
const LEVELS = ["level", "level", "level", "level", "level", "level"];
const LOGISTIC: TrainingPlan = { ...TINY_PLAN, model: { ...TINY_PLAN.model, iterationsMax: 1 }, rounds: 4 };

/** Rounds of these kinds, each of another model, and the size that its kind has (of a step: over all columns). */
const asked = (kinds: readonly string[]): readonly AskedRound[] => kinds.map((purpose, i) => ({ purpose, model: i.toString(16).padStart(64, "0"), ring: 64, words: 17 }));
/** Which kinds may follow, as far as they are not refused for their turn. */
const mayFollow = (plan: TrainingPlan, kinds: readonly string[]) => ["moments", "newton", "update", "bins", "level", "evaluation"].filter((purpose) => {
  const says = objectionInOrder(asked(kinds), { purpose, model: "ff", ring: 64, words: 1 }, plan, null);
  return says === null || !/where/.test(says);
});

describe("the order of a training that cannot be seen", () => {
  test.each([
    ["of exact Newton steps, at least one and no more than the charter's", LOGISTIC, [["moments"], ["moments", "newton"], ["moments", "newton", "newton"], ["moments", "newton", "newton", "evaluation"]], [["newton"], ["newton", "evaluation"], ["evaluation"], []]],
    ["of noisy steps, exactly as many as are paid for", NOISY, [["moments"], ["moments", "newton"], ["moments", "newton", "newton"]], [["newton"], ["newton"], ["evaluation"]]],
    ["of a network's rounds, all of them", NETWORK, [["moments"], ["moments", "update"], ["moments", "update", "update"]], [["update"], ["update"], ["evaluation"]]],
    ["of a network that may stall, at least one", STALLING, [["moments"], ["moments", "update"], ["moments", "update", "update", "update"]], [["update"], ["update", "evaluation"], ["evaluation"]]],
    ["of trees: bins three times at most, then levels, no more than the trees have", GROWING, [["bins"], ["bins", "bins", "bins"], ["bins", "level"], ["bins", "level", "level"]], [["bins", "level"], ["level"], ["level", "evaluation"], ["evaluation"]]],
    ["of trees that may stop early: one level more", STOPPING, [["bins", "level", "level"], ["bins", "level", "level", "level"]], [["level", "evaluation"], ["evaluation"]]],
    ["of noisy trees: counts once, then a sum of bins and one over the leaves of each tree at least", NOISY_TREES, [["bins"], ["bins", "level", "level", "level"], ["bins", ...LEVELS.slice(2)], ["bins", ...LEVELS]], [["level"], ["level"], ["level", "evaluation"], ["evaluation"]]],
  ])("is that %s", (_, plan, before, due) => {
    expect(before.map((kinds) => mayFollow(plan, kinds))).toEqual(due);
  });

  test("ends with the plan's rounds", () => {
    expect(mayFollow({ ...LOGISTIC, rounds: 2 }, ["moments", "newton"])).toEqual([]);
  });
});

describe("the size of a first step", () => {
  const says = (plan: TrainingPlan, purpose: string, words: number, ring: 32 | 64) => objectionInOrder(asked([plan.model.kind === "trees" ? "bins" : "moments"]), { purpose, model: "ff", ring, words }, plan, null);

  test("is that of one column to all, and of nothing between", () => {
    const sizes = (plan: TrainingPlan, purpose: string, ring: 32 | 64) => Array.from({ length: 60 }, (_, words) => words).filter((words) => says(plan, purpose, words, ring) === null);
    expect(sizes(LOGISTIC, "newton", 64)).toEqual([1, 2, 3, 4].map((columns) => 3 + columns + (columns * (columns + 1)) / 2));
    expect(sizes(NOISY, "newton", 64)).toEqual([1, 2, 3, 4].map((columns) => 1 + columns + (columns * (columns + 1)) / 2));
    expect(sizes(LOGISTIC, "newton", 32)).toEqual([]);
    const [hidden = 0, ...more] = TINY_NETWORK.hidden;
    expect(more).toEqual([]);
    expect(sizes(NETWORK, "update", 32)).toEqual([0, 1, 2, 3].map((inputs) => 4 + (inputs + 1) * hidden + hidden + 1).filter((words) => words < 60));
  });
});

describe("a kept model", () => {
  const of = (purpose: string, iteration: number) => ({ purpose, hash: "ff", iteration });

  test("has the kind of the charter and the number of the steps before it", () => {
    expect([objectionToKept(asked(["moments"]), of("logistic", 0), LOGISTIC), objectionToKept(asked(["moments", "newton"]), of("logistic", 1), LOGISTIC)]).toEqual([null, null]);
    for (const [kinds, purpose, iteration] of [[["moments"], "logistic", 1], [["moments"], "network", 0], [["moments", "newton", "evaluation"], "logistic", 1]] as const) {
      expect(objectionToKept(asked(kinds), of(purpose, iteration), LOGISTIC)).toContain("not one that can be known");
    }
    expect(objectionToKept(asked(["bins", "level"]), of("trees", 1), GROWING)).toBeNull();
    expect(objectionToKept(asked(["bins", "level"]), of("trees", 2), GROWING)).toContain("not one");
  });
});
