import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { checkCharter } from "../../src/charter/check.js";
import { charterDiff } from "../../src/charter/diff.js";
import { charterWords } from "../../src/charter/words.js";
import { releasesOfTraining } from "../../src/charter/release-count.js";
import { updateScales } from "../../src/training/network/update.js";
import { planDigest, planOf } from "../../src/training/plan.js";
import { bent, type SOUND, sound } from "./fixture.js";

const M = "/questions/0/model";
export const NETWORK = {
  kind: "network", hidden: [16, 8], activation: "relu", optimiser: { kind: "fedprox", serverRate: 0.8, mu: 0.05 }, rounds: 30, localEpochs: 2, batchSize: 64,
  localRate: 0.05, weightDecay: 0.0001, clip: 2.5, rowsCap: 20_000, seed: 7, stopping: { kind: "stall", patience: 4, tolerance: 0.001 }, strips: "shown",
};
const WITH = bent(M, NETWORK) as typeof SOUND;
const found = (json: Json) => {
  const check = checkCharter(json);
  return check.kind === "ok" ? [] : check.problems.map(({ clause, path }) => `${clause} ${path}`);
};
const ADAPTIVE = { kind: "fedyogi", serverRate: 0.02, beta1: 0.9, beta2: 0.99, tau: 0.001 };

test("a charter may ask for a network, in as many rounds as its budget and set-up cover", () => {
  expect(sound(WITH)).toEqual(WITH);
  expect(releasesOfTraining(sound(WITH).questions[0]!.model)).toBe(32);
});

test.each([
  ["/kind", "perceptron"], ["/hidden", []], ["/hidden", [8, 8, 8, 8]], ["/hidden/0", 257], ["/hidden/0", 0], ["/activation", "gelu"],
  ["/optimiser/kind", "sgd"], ["/optimiser/mu", 0], ["/optimiser/serverRate", 0], ["/rounds", 0], ["/rounds", 501], ["/localEpochs", 51], ["/batchSize", 0],
  ["/localRate", 0], ["/localRate", 1.1], ["/weightDecay", -0.1], ["/clip", 0], ["/clip", 101], ["/rowsCap", 0], ["/seed", -1], ["/seed", 2 ** 32], ["/seed", 0.5],
  ["/stopping/patience", 0], ["/stopping/tolerance", 0.2], ["/strips", "named"],
])("%s = %j is refused", (at, value) => {
  expect(found(bent(M + at, value, WITH))).not.toEqual([]);
});

test.each([
  ["/optimiser", { kind: "fedavg", serverRate: 1 }], ["/optimiser", { kind: "scaffold", serverRate: 10 }], ["/optimiser", ADAPTIVE], ["/optimiser", { ...ADAPTIVE, kind: "fedadam", beta1: 0 }],
  ["/hidden", [256]], ["/clip", 100], ["/seed", 2 ** 32 - 1], ["/weightDecay", 0], ["/stopping", { kind: "rounds" }], ["/strips", "hidden"], ["/rowsCap", 50_000],
])("%s = %j is accepted", (at, value) => {
  expect(found(bent(M + at, value, WITH))).toEqual([]);
});

test.each([
  ["a number that only another optimiser has", "/optimiser/beta1", 0.9, "shape.unknown-key"],
  ["an optimiser without its number", "/optimiser/mu", undefined, "shape.missing-key"],
  ["patience where nothing is waited for", "/stopping", { kind: "rounds", patience: 3 }, "shape.unknown-key"],
  ["a missing clause", "/clip", undefined, "shape.missing-key"],
])("%s is refused: what is not written was not agreed", (_, at, value, clause) => {
  expect(found(bent(M + at, value, WITH)).map((one) => one.split(" ")[0])).toContain(clause);
});

describe("across clauses", () => {
  test("a network of more weights than one message holds is refused", () => {
    const wide = bent(`${M}/hidden`, [256, 252], WITH);
    expect(found(wide)).toEqual([`network.size ${M}/hidden`]);
    // (3 + 1) · 256 + 257 · 250 + 251 = 65,525.
    expect(found(bent(`${M}/hidden`, [256, 250], WITH))).toEqual([]);
  });

  test("a local step that would be pulled back beyond where it came from is refused", () => {
    const prox = (mu: number, localRate: number, weightDecay = 0) =>
      bent(`${M}/weightDecay`, weightDecay, bent(`${M}/localRate`, localRate, bent(`${M}/optimiser/mu`, mu, WITH) as object) as object);
    expect(found(prox(10, 0.4))).toEqual([`network.local-rate ${M}/localRate`]);
    expect(found(prox(2.5, 0.4))).toEqual([]);
    expect(found(prox(2.5, 0.4, 0.001))).toEqual([`network.local-rate ${M}/localRate`]);
    expect(found(prox(100, 0.01))).toEqual([]);
    // Only fedprox pulls, and the decay alone is never so strong.
    expect(found(bent(`${M}/weightDecay`, 1, bent(`${M}/localRate`, 1, bent(`${M}/optimiser`, { kind: "scaffold", serverRate: 1 }, WITH) as object) as object))).toEqual([]);
    const check = checkCharter(prox(3, 0.4));
    expect(check.kind === "refused" ? check.problems[0]?.fix : "").toBe("write 0.3333 or less, or a smaller optimiser.mu");
  });

  test("a company cannot count with more rows than it may bring", () => {
    expect(found(bent(`${M}/rowsCap`, 50_001, WITH))).toEqual([`network.rows-cap ${M}/rowsCap`]);
  });

  test("a cap far above the joint rows would round updates too coarsely", () => {
    const few = bent("/rows", { perPartyMax: 50_000, perPartyMin: 10, jointMin: 40 }, WITH) as object;
    // 40 · 2^14 / 4².
    expect(found(bent(`${M}/rowsCap`, 40_960, few))).toEqual([]);
    expect(found(bent(`${M}/rowsCap`, 40_961, few))).toEqual([`network.resolution ${M}/rowsCap`]);
    const { update } = updateScales({ parties: 4 }, NETWORK);
    expect((4 * 2 ** -(update + 1) * 40_960) / 40).toBeLessThanOrEqual(NETWORK.clip * 2 ** -15);
  });

  test("its rounds count against the budget and the set-up", () => {
    expect(found(bent("/privacy/budget/releasesMax", 31, WITH))).toEqual(["budget.covers-training /privacy/budget/releasesMax"]);
  });
});

describe("people read", () => {
  test("what they learn on the way, in both languages", () => {
    expect(charterWords(sound(WITH), "en").join("\n")).toContain(
      "how often each category occurs, in each of up to 30 rounds the mean loss, the rows that count and the mean change of the weights (no company's is longer than 2.5, and none counts with more than 20,000 rows), and how many companies' changes were how long and agreed how far with the last step, though not whose, and how the scores spread.",
    );
    expect(charterWords(sound(WITH), "zh-CN").join("\n")).toContain("最多 30 轮中每一轮的平均损失、计入的行数和权重的平均变化（每家的变化长度不超过 2.5，计入行数不超过 20,000）、各家更新的长度及其与上一步方向一致程度的家数分布（不显示是哪一家），以及得分的分布");
  });

  test("nothing of strips where there are none", () => {
    expect(charterWords(sound(bent(`${M}/strips`, "hidden", WITH)), "en").join("\n")).not.toContain("changes were how long");
  });

  const CHANGES: readonly (readonly [at: string, value: unknown, before: string, after: string])[] = [
    ["hidden", [16, 4], "16, 8 units", "16, 4 units"], ["activation", "tanh", "relu", "tanh"],
    ["optimiser", ADAPTIVE, "fedprox with server rate 0.8, mu 0.05", "fedyogi with server rate 0.02, beta1 0.9, beta2 0.99, tau 0.001"],
    ["rounds", 40, "30 rounds", "40 rounds"], ["localEpochs", 3, "2 passes", "3 passes"], ["batchSize", 128, "64 rows", "128 rows"], ["localRate", 0.1, "0.05", "0.1"],
    ["weightDecay", 0, "0.0001", "0"], ["clip", 5, "2.5", "5"], ["rowsCap", 10_000, "20000 rows", "10000 rows"], ["seed", 8, "7", "8"], ["strips", "hidden", "shown", "hidden"],
    ["stopping", { kind: "rounds" }, "after 4 rounds that each lower the loss by less than 0.001 of it", "after all rounds"],
  ];
  test.each(CHANGES)("a change of %s to %j as one line, and the plan has another digest", (member, value, before, after) => {
    const other = sound(bent(`${M}/${member}`, value, WITH));
    expect(charterDiff(sound(WITH), other)).toEqual([{ clause: `propensity.train.model.${member}`, before, after }]);
    expect(planDigest(planOf(other))).not.toBe(planDigest(planOf(sound(WITH))));
  });
});

test("a foreign validator with the published schema accepts and refuses the same", () => {
  const schema: object = JSON.parse(readFileSync(join(import.meta.dirname, "../../spec/charter.schema.json"), "utf8"));
  const accepts = new Ajv2020({ strict: true, formats: { date: true, "date-time": true } }).compile(schema);
  expect(accepts(WITH)).toBe(true);
  expect(accepts(bent(`${M}/optimiser/mu`, undefined, WITH))).toBe(false);
  expect(accepts(bent(`${M}/optimiser`, ADAPTIVE, WITH))).toBe(true);
});
