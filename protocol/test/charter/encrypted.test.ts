import { describe, expect, test } from "@jest/globals";
import { ciphertextsFor } from "@cohortium/crypto/he/packing";
import type { PropensityQuestion } from "../../src/charter/charter.js";
import { checkCharter } from "../../src/charter/check.js";
import { cutLimits } from "../../src/charter/cell-limits.js";
import { charterDiff } from "../../src/charter/diff.js";
import { HALVES_PER_ROUND_MAX, PARTIES_MAX } from "../../src/charter/limits.js";
import { charterWords } from "../../src/charter/words.js";
import { ciphertextsOfTraining } from "../../src/charter/sum-size.js";
import { columnsOf } from "../../src/charter/features.js";
import { NUMBERS_MAX } from "../../src/statistics/query-limits.js";
import { layoutOf, type Question } from "../../src/training/layout.js";
import type { LayoutTerms } from "../../src/training/layout-parts.js";
import { firstBins } from "../../src/training/trees/bins.js";
import { noisyLevelQuestion } from "../../src/training/trees/noisy-progress.js";
import { noisyStartQuestion } from "../../src/training/trees/noisy-start.js";
import { zeroModel } from "../../src/training/logistic/model.js";
import type { NetworkClause } from "../../src/charter/network-clause.js";
import { layersOf, weightCount } from "../../src/training/network/shape.js";
import { updateLayout } from "../../src/training/network/update.js";
import { layoutTerms, planOf } from "../../src/training/plan.js";
import { bent, NOISY, NOISY_NETWORK, NOISY_TREES, OPEN_STATISTICS, SOUND, sound, STATISTICS, TREES } from "./fixture.js";

const ENCRYPTED = bent("/quorum", 4, bent("/aggregation/scheme", "encrypted") as object) as object;
const found = (json: Parameters<typeof checkCharter>[0]) => {
  const check = checkCharter(json);
  return check.kind === "ok" ? [] : check.problems.map(({ clause, path }) => `${clause} ${path}`);
};
const encryptedOf = (json: object) => bent("/quorum", 4, bent("/aggregation/scheme", "encrypted", json) as object);
const longestOf = (questions: readonly Question[], terms: LayoutTerms) => Math.max(...questions.map((question) => layoutOf(question, terms)).map(({ ring, words }) => ciphertextsFor(ring, words)));
/** One categorical column of so many categories, which is that many coefficients. */
const wide = (categories: number) => [{ kind: "categorical", name: "town", categories: Array.from({ length: categories }, (_, i) => `t${i}`) }];

/** With how many categories a training still takes at most so many ciphertexts. */
function widestOf(question: PropensityQuestion, most: number): number {
  return Array.from({ length: 1_000 }, (_, i) => i + 2).filter((n) => ciphertextsOfTraining({ ...question, features: wide(n) as never }) <= most).at(-1) ?? 0;
}

describe("a charter of encrypted sums", () => {
  test("is sound where all parties are the quorum", () => expect(found(ENCRYPTED as never)).toEqual([]));

  test.each([
    ["aggregation.encrypted-quorum /quorum", "/quorum", 3],
    ["aggregation.encrypted-dropouts /aggregation/dropouts", "/aggregation/dropouts", "continue"],
    ["shape.value /aggregation/scheme", "/aggregation/scheme", "paillier"],
  ])("breaks %s", (clause, pointer, value) => expect(found(bent(pointer, value, ENCRYPTED))).toEqual([clause]));

  test("under masks none of these rules holds", () => {
    expect(found(bent("/aggregation/dropouts", "continue"))).toEqual([]);
    expect(found(bent("/questions/0/features", wide(1_000)))).toEqual([]);
  });

  test("takes as many ciphertexts as a round may have, and not one more", () => {
    const most = HALVES_PER_ROUND_MAX / SOUND.parties.length;
    const widest = widestOf(sound().questions[0]!, most);
    expect(widest).toBeLessThan(1_000);
    expect(found(bent("/questions/0/features", wide(widest), ENCRYPTED))).toEqual([]);
    expect(found(bent("/questions/0/features", wide(widest + 1), ENCRYPTED))).toEqual(["aggregation.encrypted-size /questions/0"]);
  });

  test.each([3, 40, 400])("is held to what the layouts of its questions take, with %i categories", (categories) => {
    const charter = sound(bent("/questions/0/features", [...SOUND.questions[0]!.features.slice(0, 1), ...wide(categories)]));
    const plan = planOf(charter);
    const columns = columnsOf(plan.features).map(({ name }) => name);
    const model = zeroModel({ columns, means: columns.map(() => 0), deviations: columns.map(() => 1), dropped: [] });
    const layouts = [{ kind: "moments" }, { kind: "newton", model }, { kind: "evaluation" }] as const;
    const longest = Math.max(...layouts.map((question) => layoutOf(question, layoutTerms(plan))).map(({ ring, words }) => ciphertextsFor(ring, words)));
    expect(ciphertextsOfTraining(charter.questions[0]!)).toBe(longest);
  });

  test("counts a column that marks missing values like any other", () => {
    const ages = Array.from({ length: 90 }, (_, i) => ({ kind: "numeric", name: `age${i}`, unit: "year", min: 18, max: 100 }));
    const sizeOf = (features: readonly object[]) => ciphertextsOfTraining(sound(bent("/questions/0/features", features)).questions[0]!);
    expect(sizeOf(ages.map((age) => ({ ...age, missing: "indicate" })))).toBe(sizeOf([...ages, ...ages.map((age) => ({ ...age, name: `${age.name}b` }))]));
    expect(sizeOf(ages.map((age) => ({ ...age, missing: "indicate" })))).toBeGreaterThan(sizeOf(ages));
  });

  test("counts the words that a recipe makes of a column", () => {
    const sizeOf = (features: readonly object[]) => ciphertextsOfTraining(sound(bent("/questions/0/features", features)).questions[0]!);
    const hashed = { kind: "hash", name: "town", buckets: 256, salt: "s" };
    expect(sizeOf([hashed])).toBe(sizeOf(wide(256)));
  });

  test.each([1, 2, 3, 6, 8])("is held to the longest answer of trees of %i levels", (depth) => {
    const model = { ...TREES.questions[0]!.model, depth, trees: 20 };
    const charter = sound(bent("/questions/0/model", model, bent("/questions/0/features", [...SOUND.questions[0]!.features.slice(0, 1), ...wide(40)]) as object));
    const plan = planOf(charter);
    const slots = model.bins + 40;
    const level = { kind: "level", nodes: Math.max(1, 2 ** (depth - 2)), slots, root: depth < 3, validated: depth < 3 } as const;
    const first = firstBins(plan.features);
    const { parts } = cutLimits(model.bins);
    const refined = { ...first, round: 1, cells: [{ lows: Array(parts).fill(0), highs: Array(parts).fill(1) }], missing: 0, words: 0 };
    const longest = Math.max(...[level, first, refined, { kind: "evaluation" } as const].map((question) => layoutOf(question, layoutTerms(plan))).map(({ ring, words }) => ciphertextsFor(ring, words)));
    expect(ciphertextsOfTraining(charter.questions[0]!)).toBe(longest);
  });

  // 65 weights a unit, and a ciphertext after every 126 units or so.
  test.each([["scaffold", "shown"], ["fedavg", "hidden"], ["fedavg", "shown"]] as const)("is held to the longest answer of a network trained by %s, its strips %s", (kind, strips) => {
    for (const units of [1, 62, 63, 64, 125, 126, 127, 256]) {
      const model: NetworkClause = {
        kind: "network", hidden: [units], activation: "relu", optimiser: { kind, serverRate: 1 }, rounds: 3, localEpochs: 1, batchSize: 8, localRate: 0.1, weightDecay: 0, clip: 1,
        rowsCap: 100, seed: 1, stopping: { kind: "rounds" }, strips,
      };
      const charter = sound(bent("/questions/0/model", { ...model }, bent("/questions/0/features", wide(64)) as object));
      const plan = planOf(charter);
      const weights = new Float32Array(weightCount(layersOf(columnsOf(plan.features).length - 1, model.hidden)));
      const shown = { kind: "network", iteration: 0, hidden: model.hidden, activation: "relu", weights, columns: [], means: [], deviations: [], dropped: [] } as const;
      const update = updateLayout({ kind: "update", clause: model, model: shown, control: kind === "scaffold" ? weights : new Float32Array() }, layoutTerms(plan));
      const longest = Math.max(...[update, layoutOf({ kind: "evaluation" }, layoutTerms(plan))].map(({ ring, words }) => ciphertextsFor(ring, words)));
      expect(ciphertextsOfTraining(charter.questions[0]!)).toBe(longest);
    }
  });

  test.each([["a regression", NOISY], ["trees", NOISY_TREES], ["a network", NOISY_NETWORK], ["questions", STATISTICS], ["open questions", OPEN_STATISTICS]])("may have noise: with %s it is sound where all parties are the quorum", (_, json) => {
    expect(found(encryptedOf(json))).toEqual([]);
    expect(found(bent("/quorum", 3, encryptedOf(json) as object))).toEqual(["aggregation.encrypted-quorum /quorum"]);
    expect(found(bent("/privacy/colluders", 4, encryptedOf(json) as object))).toEqual(["privacy.honest /privacy/colluders"]);
  });

  test.each([3, 40, 120])("with noise is held to what the layouts of a regression take, with %i categories", (categories) => {
    const charter = sound(bent("/questions/0/features", [...SOUND.questions[0]!.features.slice(0, 1), ...wide(categories)], encryptedOf(NOISY) as object));
    const plan = planOf(charter);
    const columns = columnsOf(plan.features).map(({ name }) => name);
    const model = zeroModel({ columns, means: columns.map(() => 0), deviations: columns.map(() => 1), dropped: [] });
    expect(ciphertextsOfTraining(charter.questions[0]!)).toBe(longestOf([{ kind: "moments" }, { kind: "newton", model }, { kind: "evaluation" }], layoutTerms(plan)));
  });

  test.each([1, 2, 6, 8])("with noise is held to the longest answer of trees of %i levels", (depth) => {
    const model = { ...NOISY_TREES.questions[0]!.model, depth, trees: 2, bins: 16 };
    const charter = sound(bent("/questions/0/model", model, bent("/questions/0/features", [...SOUND.questions[0]!.features.slice(0, 1), ...wide(40)], encryptedOf(NOISY_TREES) as object) as object));
    const plan = planOf(charter);
    const nodes = (count: number) => Array.from({ length: count }, (_, i) => i);
    const slots = [{ feature: 0, space: { kind: "numeric", thresholds: [], missing: true }, first: 0, slots: model.bins }, { feature: 1, space: { kind: "categorical", kept: [] }, first: model.bins, slots: 40 }] as const;
    const questions = [noisyStartQuestion(plan.features), noisyLevelQuestion(nodes(2 ** (depth - 1)), slots), noisyLevelQuestion(nodes(2 ** depth), []), { kind: "evaluation" } as const];
    expect(ciphertextsOfTraining(charter.questions[0]!)).toBe(longestOf(questions, layoutTerms(plan)));
  });

  // 65 weights a unit, each of 64 bits: a ciphertext after every 63 units or so.
  test.each([1, 62, 63, 64, 126, 200])("with noise is held to the longest answer of a network of %i units, each weight in 64 bits", (units) => {
    const noisy = { ...NOISY_NETWORK.questions[0]!.model, hidden: [units] };
    const charter = sound(bent("/questions/0/model", noisy, bent("/questions/0/features", wide(64), encryptedOf(NOISY_NETWORK) as object) as object));
    const plan = planOf(charter);
    const weights = new Float32Array(weightCount(layersOf(columnsOf(plan.features).length - 1, noisy.hidden)));
    const shown = { kind: "network", iteration: 0, hidden: noisy.hidden, activation: "relu", weights, columns: [], means: [], deviations: [], dropped: [] } as const;
    const clause = charter.questions[0]!.model as NetworkClause;
    expect(ciphertextsOfTraining(charter.questions[0]!)).toBe(longestOf([{ kind: "moments" }, { kind: "update", clause, model: shown, control: new Float32Array() }, { kind: "evaluation" }], layoutTerms(plan)));
    expect(ciphertextsOfTraining(charter.questions[0]!)).toBe(ciphertextsFor(64, 1 + Math.max(weights.length, 2 * 64)));
  });

  test("with noise takes as many ciphertexts as a round may have, and not one more", () => {
    const most = HALVES_PER_ROUND_MAX / SOUND.parties.length;
    const widest = widestOf(sound(NOISY).questions[0]!, most);
    expect(widest).toBeLessThan(1_000);
    expect(found(bent("/questions/0/features", wide(widest), encryptedOf(NOISY) as object))).toEqual([]);
    expect(found(bent("/questions/0/features", wide(widest + 1), encryptedOf(NOISY) as object))).toEqual(["aggregation.encrypted-size /questions/0"]);
  });

  test("needs no rule for the size of questions: the longest fits into one ciphertext of each of the most parties", () => {
    expect(ciphertextsFor(64, 1 + NUMBERS_MAX)).toBe(1);
    expect(PARTIES_MAX).toBeLessThanOrEqual(HALVES_PER_ROUND_MAX);
  });

  test("differs from one under masks by the scheme and the quorum", () => {
    expect(charterDiff(sound(), sound(ENCRYPTED as never)).map(({ clause }) => clause)).toEqual(["quorum", "aggregation.scheme"]);
  });

  test.each([
    ["en", "A sum can be read only if all four nodes help. A company that falls silent ends the training."],
    ["en", "switchboard runs the coordinator: it adds encrypted vectors and sees no row and no identifier, nor any one company's numbers as long as all nodes follow the protocol. A company whose node sends a malformed ciphertext could bring out what the others encrypted; sums under masks withstand that."],
    ["zh-CN", "4 个节点全部参与，合计值才能读出。若有企业中途失联，训练即告结束。"],
    ["zh-CN", "switchboard 运行协调方：它只把加密的向量相加，看不到任何一行数据、任何标识符；只要所有节点都遵守协议，也看不到任何一家企业的数值。若有企业的节点发送畸形密文，就可能使其他企业加密的数值泄露；加掩码的求和能够抵御这种攻击。"],
  ] as const)("says in %s: %s", (language, sentence) => {
    expect(charterWords(sound(ENCRYPTED as never), language)).toContain(sentence);
    expect(charterWords(sound(), language)).not.toContain(sentence);
  });

  test.each([
    ["en", "A company whose node departs from the protocol could bring out what another one sent, under that one's share of the noise alone."],
    ["zh-CN", "若有企业的节点不遵守协议，就可能使另一家企业发送的数值泄露，其上只有后者自己的那一份噪声。"],
  ] as const)("with noise says in %s against whom it does not hold, unless each company's noise is enough for itself", (language, sentence) => {
    const said = (json: object) => charterWords(sound(json as never), language).join("\n");
    expect(said(encryptedOf(NOISY) as object)).toContain(sentence);
    expect(said(NOISY)).not.toContain(sentence);
    expect(said(bent("/privacy/colluders", 3, encryptedOf(NOISY) as object) as object)).not.toContain(sentence);
  });
});
