import { describe, expect, test } from "@jest/globals";
import { headroomFits } from "@cohortium/crypto/fixed-point";
import { ED25519_TYPE, formatVerifierKey, verifierKey } from "../../src/log/note.js";
import { standardise } from "../../src/training/moments.js";
import { checkCharter } from "../../src/charter/check.js";
import { JOINT_ROWS_MAX } from "../../src/charter/limits.js";
import { CLAUSES, type Problem } from "../../src/charter/clauses.js";
import { bent, key, logKey, SOUND, sound, TREES } from "./fixture.js";
import { BROKEN_RECIPES } from "./recipe-fixture.js";

const problemsOf = (json: Parameters<typeof checkCharter>[0]): readonly Problem[] => {
  const check = checkCharter(json);
  return check.kind === "ok" ? [] : check.problems;
};
const found = (json: Parameters<typeof checkCharter>[0]) => problemsOf(json).map(({ clause, path }) => `${clause} ${path}`);

const Q = "/questions/0";
const [first, second, third, fourth] = SOUND.parties;

test("a sound charter is accepted and comes back as it was", () => {
  expect(checkCharter(SOUND)).toEqual({ kind: "ok", charter: SOUND });
});

/** Each rule with the smallest change of a sound charter that breaks it, and it alone. */
const BROKEN: readonly (readonly [clause: string, at: string, value: unknown, path?: string])[] = [
  ["shape.unknown-key", "/purpos", "spring"],
  ["shape.unknown-key", "/__proto__x", {}],
  ["shape.unknown-key", `${Q}/features/0/units`, "years"],
  ["shape.missing-key", "/purpose", undefined],
  ["shape.missing-key", "/parties/2/agreementKey", undefined],
  ["shape.missing-key", `${Q}/features/1/categories`, undefined],
  ["shape.value", "/version", 2],
  ["shape.value", "/name", "Spring"],
  ["shape.value", "/name", "s".repeat(33)],
  ["shape.value", "/name", "constructor"],
  ["shape.value", "/operator/name", "constructor"],
  ["shape.value", "/parties/1/name", "constructor"],
  ["shape.value", "/purpose", "two\nlines"],
  ["shape.value", "/purpose", "p".repeat(501)],
  ["shape.value", "/parties/1/organisation", "Lantern\u202eliaM"],
  ["shape.value", "/parties/1/organisation", " Lantern"],
  ["shape.value", "/parties/1/signingKey", key(21).slice(0, 40)],
  ["shape.value", "/parties/1/signingKey", key(21).replace(/.=$/, "B=")],
  ["shape.value", "/operator/logKey", "log.example"],
  ["shape.value", "/quorum", 3.5],
  ["shape.value", "/quorum", "3"],
  ["questions.none", "/questions", []],
  ["shape.value", "/questions", [SOUND.questions[0], SOUND.questions[0]]],
  ["shape.value", `${Q}/id`, "propensity.trian"],
  ["shape.value", `${Q}/features`, []],
  ["shape.value", `${Q}/features/0/kind`, "number"],
  ["shape.value", `${Q}/features/0/name`, "job=retired"],
  ["shape.value", `${Q}/features/0/max`, Infinity],
  ["shape.value", `${Q}/features/0/max`, NaN],
  ["shape.value", `${Q}/features/1/categories`, ["clerk"]],
  ["shape.value", `${Q}/model/ridge`, 0],
  ["shape.value", `${Q}/model/gradientTolerance`, 0.011],
  ["shape.value", `${Q}/model/iterationsMax`, 101],
  ["shape.value", `${Q}/evaluation/scoreBins`, 31],
  ["shape.value", `${Q}/evaluation/scoreBins`, 8_193],
  ["shape.value", `${Q}/evaluation/holdout`, "none"],
  ["shape.value", `${Q}/evaluation/holdoutShare`, 0.51],
  ["shape.value", "/rows/perPartyMin", 9],
  ["shape.value", "/rows/jointMin", 9],
  ["shape.value", "/thresholds/categoryRows", 9],
  ["shape.value", "/privacy/mechanism", "gaussian"],
  ["shape.value", "/privacy/budget/releasesMax", 1_000_001],
  ["shape.value", "/aggregation/scheme", "plain"],
  ["shape.value", "/aggregation/deadlineMs", 999],
  ["shape.value", "/aggregation/deadlineMs", 3_600_001],
  ["shape.value", "/notBefore", "2026-12-01"],
  ["shape.value", "/notBefore", "2026-12-01T01:00:00+01:00"],
  ["shape.value", "/expires", "2027-02-30T00:00:00Z"],
  ["shape.value", "/expires", "2027-02-28T00:00:00.5Z"],
  ["operator.log-key", "/operator/logKey", logKey("log.example/callers").replace("callers", "others")],
  ["operator.log-key", "/operator/logKey", formatVerifierKey(verifierKey("log.example/callers", 0x02, new Uint8Array(32).fill(7)))],
  ["operator.log-key", "/operator/logKey", formatVerifierKey(verifierKey("log.example/callers", ED25519_TYPE, new Uint8Array(31).fill(7)))],
  ["charter.size", `${Q}/features/1/categories`, Array.from({ length: 900 }, (_, i) => `${i}`.padStart(80, "x")), ""],
  ["parties.minimum", "/parties", [first, second]],
  ["parties.minimum", "/parties", [first]],
  ["parties.minimum", "/minimumParties", 2],
  ["parties.minimum", "/minimumParties", 5],
  ["parties.names-unique", "/parties/1/name", "harbour"],
  ["parties.names-unique", "/operator/name", "meadow", "/parties/2/name"],
  ["parties.sorted", "/parties", [first, third, second, fourth], "/parties/2/name"],
  ["parties.keys-unique", "/parties/2/agreementKey", key(31)],
  ["parties.keys-unique", "/parties/3/signingKey", key(12)],
  ["parties.keys-unique", "/parties/3/signingKey", key(9)],
  ["quorum.range", "/quorum", 2],
  ["quorum.range", "/quorum", 5],
  ["features.names-unique", `${Q}/features/1/name`, "age"],
  ["features.names-unique", `${Q}/features/0/name`, "intercept"],
  ["features.bounds", `${Q}/features/0/max`, 17],
  ["features.bounds", `${Q}/features/0/max`, 16.5],
  ["features.bounds", `${Q}/features/0/max`, 1.1e15],
  ["features.bounds", `${Q}/features/0/max`, 1e308],
  ["features.bounds", `${Q}/features/0/min`, -1.1e15],
  ["features.bounds", `${Q}/features/0/max`, 17.000000016],
  ["features.bounds", `${Q}/features/0/min`, -1.7e308],
  ["features.bounds", `${Q}/features/0/max`, 17.00000001],
  ["categories.unique", `${Q}/features/1/categories/2`, "clerk"],
  ["label.not-a-feature", `${Q}/label/name`, "job"],
  ["label.two-values", `${Q}/label/negative`, "yes"],
  ["holdout.digest", `${Q}/evaluation/holdout`, "common", `${Q}/evaluation/holdoutDigest`],
  ["holdout.digest", `${Q}/evaluation/holdoutDigest`, "ab".repeat(32)],
  ["holdout.leave-one-out", `${Q}/evaluation/leaveOneOut`, "allowed"],
  ["rows.order", "/rows/perPartyMin", 50_001],
  ["rows.order", "/rows/jointMin", 200_001],
  ["aggregation.headroom", "/rows/perPartyMax", 67_108_864],
  ["budget.covers-training", "/privacy/budget/releasesMax", 22],
  ["expiry.order", "/expires", "2026-12-01T00:00:00Z"],
];

test.each(BROKEN)("%s refuses %s = %j, names the place and nothing else", (clause, at, value, path = at) => {
  expect(found(bent(at, value))).toEqual([`${clause} ${path}`]);
});

/** The same for a charter of trees. */
const BROKEN_TREES: readonly (readonly [clause: string, at: string, value: unknown, path?: string])[] = [
  ["shape.value", `${Q}/model/trees`, 801],
  ["shape.value", `${Q}/model/depth`, 9],
  ["shape.value", `${Q}/model/learningRate`, 0],
  ["shape.value", `${Q}/model/childWeightMin`, 2.4],
  ["shape.value", `${Q}/model/bins`, 257],
  ["shape.value", `${Q}/model/bins`, 1],
  ["shape.value", `${Q}/model/rowSample`, 1.01],
  ["shape.value", `${Q}/model/seed`, 2 ** 32],
  ["shape.value", `${Q}/model/earlyStopping/share`, 0.6],
  ["shape.value", `${Q}/model/earlyStopping/patience`, 0],
  ["shape.missing-key", `${Q}/model/gamma`, undefined],
  ["shape.unknown-key", `${Q}/model/ridge`, 1],
  ["trees.size", `${Q}/model`, { ...TREES.questions[0]!.model, trees: 65, depth: 8 }, `${Q}/model/trees`],
  ["trees.answer-size", `${Q}/model/bins`, 256],
  ["trees.bounds", `${Q}/features/0`, { kind: "numeric", name: "age", unit: "years", min: 1e9, max: 1e9 + 20 }, `${Q}/features/0/max`],
  ["budget.covers-training", "/privacy/budget/releasesMax", 604],
  ["training.rounds", `${Q}/model/trees`, 224, `${Q}/model`],
];

/** Numbers of 256 bins in trees of eight levels, which is what an answer may grow to. */
function manyColumns(count: number) {
  return Array.from({ length: count }, (_, i) => ({ kind: "numeric", name: `column ${i}`, unit: "units", min: 0, max: 9 }));
}
const wide = (columns: number) => bent(`${Q}/features`, manyColumns(columns), bent(`${Q}/model`, { ...TREES.questions[0]!.model, trees: 64, depth: 8 }, TREES) as object) as object;

test.each(BROKEN_TREES)("%s refuses trees with %s = %j, names the place and nothing else", (clause, at, value, path = at) => {
  const from = clause === "trees.answer-size" ? wide(129) : clause === "training.rounds" ? bent("/privacy/budget/releasesMax", 10_000, TREES) as object : TREES;
  expect(found(bent(at, value, from))).toEqual([`${clause} ${path}`]);
});

test.each([
  ["trees", 223], ["learningRate", 1], ["lambda", 0], ["childWeightMin", 2.5], ["bins", 256], ["bins", 2], ["seed", 2 ** 32 - 1], ["earlyStopping", undefined],
])("trees with %s = %j are just good enough", (key, value) => {
  expect(found(bent(`${Q}/model/${key}`, value, bent("/privacy/budget/releasesMax", 10_000, TREES) as object))).toEqual([]);
});

test("trees fill one document, one answer and one set-up, but no more", () => {
  expect(found(bent(`${Q}/model`, { ...TREES.questions[0]!.model, trees: 64, depth: 8 }, TREES))).toEqual([]);
  expect(found(bent(`${Q}/model/bins`, 256, wide(128)))).toEqual([]);
  expect(found(bent("/privacy/budget/releasesMax", 605, TREES))).toEqual([]);
  expect(found(bent(`${Q}/model/earlyStopping`, undefined, bent("/privacy/budget/releasesMax", 604, TREES) as object))).toEqual([]);
});

/** The same places, with the value that is just good enough. */
test.each([
  ["/name", "s".repeat(32)],
  ["/purpose", "p".repeat(500)],
  ["/parties/1/organisation", "灯笼邮政"],
  ["/quorum", 4],
  ["/minimumParties", 3],
  [`${Q}/features/0/max`, 17.5],
  [`${Q}/model/gradientTolerance`, 0.01],
  [`${Q}/evaluation/scoreBins`, 1_024],
  [`${Q}/evaluation/scoreBins`, 8_192],
  [`${Q}/evaluation/holdoutShare`, 0.5],
  ["/rows/perPartyMin", 10],
  ["/rows/perPartyMin", 50_000],
  ["/rows/jointMin", 200_000],
  ["/rows/perPartyMax", 67_108_863],
  ["/thresholds/categoryRows", 10],
  ["/privacy/budget/releasesMax", 23],
  ["/aggregation/deadlineMs", 1_000],
  ["/expires", "2028-02-29T00:00:00Z"],
  ["/expires", "2026-12-01T00:00:01Z"],
])("%s = %j is just good enough", (at, value) => {
  expect(found(bent(at, value))).toEqual([]);
});

test.each([
  [0, 1e-310, false], [0, 9.9e-16, false], [0, 1.1e-15, true], [1.7e9, 1.7e9 + 1, false], [1.7e9, 1.7e9 + 86_400, true], [-1e308, 1e308, false], [2000, 2026, true],
])("whether rows between %d and %d can be told apart: %j", (min, max, fits) => {
  const json = bent(`${Q}/features/0/min`, min, bent(`${Q}/features/0/max`, max) as object);
  expect(found(json).map((problem) => problem.split(" ")[0])).toEqual(fits ? [] : ["features.bounds"]);
});

test.each([[-1e15, 1e15], [0, 1.1e-15], [1.7e9, 1.7e9 + 86_400], [-1, 1e15]])("bounds of %d and %d that pass give a model of finite numbers, that any node reads, from any sums", (min, max) => {
  const feature = { kind: "numeric", name: "amount", unit: "euro", min, max } as const;
  for (const unitMean of [-1, -0.5, 0, 0.9, 1]) {
    for (const square of [unitMean * unitMean, unitMean * unitMean + 1e-9, 1]) {
      const moments = { rows: 1_000, positives: 100, sums: Float64Array.of(1_000 * unitMean), squares: Float64Array.of(1_000 * square), missing: Float64Array.of(), counts: Float64Array.of() };
      const start = standardise(moments, [feature], { rowsMin: 1, categoryRowsMin: 1 });
      if (start.kind !== "scaling") throw new Error(start.because);
      expect([...start.scaling.means, ...start.scaling.deviations].every(Number.isFinite)).toBe(true);
      expect(start.scaling.deviations.every((deviation) => Number.isFinite(1 / deviation))).toBe(true);
    }
  }
});

test("a common holdout with its digest is accepted", () => {
  const json = bent(`${Q}/evaluation/holdoutDigest`, "ab".repeat(32), bent(`${Q}/evaluation/holdout`, "common") as object);
  expect(sound(json).questions[0]?.evaluation.holdoutDigest).toBe("ab".repeat(32));
});

test("with five parties a quorum of three is too few, and with a minimum of five so is four", () => {
  const five = bent("/parties/4", { name: "vale", organisation: "Vale Stores", signingKey: key(51), agreementKey: key(52) });
  expect(found(five)).toEqual(["quorum.range /quorum"]);
  const strict = bent("/quorum", 4, bent("/minimumParties", 5, five as object) as object);
  expect(found(strict)).toEqual(["quorum.range /quorum"]);
});

/** 64 parties with all that must fit them, so that only what is said next can be wrong. */
const CROWD = [
  ["/parties", Array.from({ length: 64 }, (_, i) => ({ name: `p${String(i).padStart(2, "0")}`, organisation: "One of many", signingKey: key(2 * i + 100), agreementKey: key(2 * i + 101) }))],
  ["/quorum", 43], ["/rows/perPartyMax", 2_000],
].reduce<object>((from, [at, value]) => bent(String(at), value, from) as object, SOUND);

test("one set-up has seeds for 100 rounds among 64 parties", () => {
  expect(found(bent(`${Q}/model/iterationsMax`, 97, CROWD))).toEqual([]);
  expect(found(bent(`${Q}/model/iterationsMax`, 98, CROWD))).toEqual(["training.rounds /questions/0/model"]);
});

test("as many joint rows as a charter may allow fit both rings, at the steepest curvature that the moments let pass", () => {
  const boundAbs = JOINT_ROWS_MAX / 4;
  expect(headroomFits(32, { boundAbs, scaleBits: 0 }, 4)).toBe(true);
  expect(headroomFits(64, { boundAbs: boundAbs * 2e5 ** 2 / 4, scaleBits: 0 }, 4)).toBe(true);
});

test("with two parties the reason is given", () => {
  const [problem] = problemsOf(bent("/parties", [first, second]));
  expect(problem?.says).toMatch(/each subtracts its own part/);
  expect(problem?.fix).toMatch(/third party/);
});

test("a slip of the pen is recognised", () => {
  const [problem] = problemsOf(bent("/quorom", 3));
  expect(problem).toMatchObject({ path: "/quorom", says: expect.stringMatching(/did you mean "quorum"\?/), fix: "write \"quorum\"" });
});

test("a key that resembles nothing is answered with the keys there are", () => {
  const [problem] = problemsOf(bent(`${Q}/label/zzzzz`, "maybe"));
  expect(problem?.fix).toBe("remove it; known here: name, positive, negative");
});

test("the alternatives of a feature are all suggested from", () => {
  const [problem] = problemsOf(bent(`${Q}/features/1/categorys`, ["clerk", "student"]));
  expect(problem?.says).toMatch(/"categories"/);
});

test("all problems are reported at once, those of form beside those across keys", () => {
  const json = [["/quorum", 5], ["/purpose", ""], ["/colour", "red"], ["/expires", "2026-01-01T00:00:00Z"], [`${Q}/features/0/max`, 3]]
    .reduce<object>((from, [at, value]) => bent(String(at), value, from) as object, SOUND);
  expect(found(json as never).sort()).toEqual([
    "expiry.order /expires", "features.bounds /questions/0/features/0/max", "quorum.range /quorum", "shape.unknown-key /colour", "shape.value /purpose",
  ]);
});

test.each([null, 7, "charter", [], [SOUND], true])("%j is not a charter", (json) => {
  expect(found(json)).toEqual(["shape.value "]);
});

test("an own member named __proto__ is an unknown key", () => {
  expect(found(JSON.parse(`{"__proto__": {"quorum": 3}, ${JSON.stringify(SOUND).slice(1)}`))).toEqual(["shape.unknown-key /__proto__"]);
});

describe("the table of clauses", () => {
  const elsewhere = (clause: string) => ["request.", "enrolment.", "network.", "statistics.", "privacy."].some((kind) => clause.startsWith(kind));

  test("every rule of a charter has a fixture that breaks it", () => {
    // A common held-out file with windows takes two changes; `charter-recipe.test.ts` has it.
    const encrypted = ["aggregation.encrypted-quorum", "aggregation.encrypted-dropouts", "aggregation.encrypted-size"];
    const tables = [...BROKEN, ...BROKEN_TREES, ...BROKEN_RECIPES].map(([clause]) => clause);
    const broken = new Set([...encrypted, ...tables, "training.rounds", "windows.holdout"]);
    expect([...broken].sort()).toEqual(Object.keys(CLAUSES).filter((clause) => !elsewhere(clause)).sort());
  });

  test("every problem says what is wrong and how to pass", () => {
    for (const [, at, value] of BROKEN) {
      for (const { says, fix } of problemsOf(bent(at, value))) {
        expect(says.length).toBeGreaterThan(9);
        expect(fix).toMatch(/^(?:write|add|remove|bring|give|list) /);
      }
    }
  });
});
