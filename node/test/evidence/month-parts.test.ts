import { expect, test } from "@jest/globals";
import { askedWords } from "../../src/evidence/asked.js";
import { egressOf, meaningOfAll } from "../../src/evidence/month-egress.js";

const LINE = { atMs: Date.UTC(2026, 10, 5), recipient: "hub", session: "5e".repeat(16), round: 3, digest: "dd".repeat(32), entry: null, logEntry: null, nanoRho: null };

test("each kind of vector keeps its own meaning, and lines that differ in numbers alone are one", () => {
  const lines = [
    { ...LINE, n: 2, kind: "masked-vector", bytes: 80, meaning: "masked experiment, of 10 numbers" }, { ...LINE, n: 3, kind: "masked-vector", bytes: 500, meaning: "masked profile, of 40 numbers" },
    { ...LINE, n: 5, kind: "masked-vector", bytes: 700, meaning: "masked profile, of 7 numbers" }, { ...LINE, n: 6, kind: "agreed", bytes: 40, meaning: "agrees" },
  ];
  expect(egressOf(lines)).toMatchObject({
    messages: 4, bytes: 1_320, firstLine: 2, lastLine: 6,
    kinds: [
      { kind: "agreed", messages: 1, bytes: 40, meaning: "agrees" }, { kind: "masked-vector", messages: 1, bytes: 80, meaning: "masked experiment, of 10 numbers" },
      { kind: "masked-vector", messages: 2, bytes: 1_200, meaning: "masked profile, of 7 to 40 numbers" },
    ],
  });
});

test("a digit inside a word is part of the word", () => {
  expect(meaningOfAll(["layer2 of 3 and v1.5x, 12", "layer2 of 4 and v1.5x, 12"])).toBe("layer2 of 3 to 4 and v1.5x, 12");
});

const TRAINING = { questions: [{ id: "propensity.train", model: { kind: "trees" } }] };
const BOTH = { ...TRAINING, statistics: { kinds: ["profile"] } };
const ALONE = { questions: [], statistics: { kinds: ["profile"] } };

test.each([
  ["an answered question", { kind: "answered", query: { kind: "drift", column: "since", bins: 20, nanoRho: 2_000_003 } }, "drift", ALONE, /^a question: how since is distributed/],
  ["a training that ended", { kind: "done" }, null, BOTH, "the training propensity.train, of a model of kind trees"],
  ["a charged training that was aborted", { kind: "aborted" }, "training", BOTH, "the training propensity.train, of a model of kind trees"],
  ["a charged question that was aborted", { kind: "aborted" }, "profile", BOTH, "a question of kind profile, not answered"],
  ["a question that was charged nothing", undefined, null, ALONE, "a question, not answered"],
  ["what may have been either", undefined, null, BOTH, "the training propensity.train, of a model of kind trees; or a question, not answered"],
] as const)("%s is named", (_, outcome, charged, charter, says) => {
  expect(askedWords({ outcome, charged, charter })).toEqual(typeof says === "string" ? says : expect.stringMatching(says));
});
