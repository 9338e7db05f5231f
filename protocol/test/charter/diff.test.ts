import { expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import fc from "fast-check";
import { checkCharter } from "../../src/charter/check.js";
import { charterDiff } from "../../src/charter/diff.js";
import { charterDigest } from "../../src/charter/digest.js";
import { bent, key, logKey, SOUND, sound, TREES } from "./fixture.js";

const Q = "/questions/0";
const BASE = bent("/quorum", 4) as object;

/** A way to change each clause of the sample charter, and what the diff must say. */
const CHANGES: readonly (readonly [at: string, value: unknown, clause: string, before: string | undefined, after: string | undefined])[] = [
  ["/name", "autumn-campaign", "name", "spring-campaign", "autumn-campaign"],
  ["/purpose", "Decide whom to write to", "purpose", "Decide whom to call in spring", "Decide whom to write to"],
  ["/consortium", "writers-circle", "consortium", "callers-circle", "writers-circle"],
  ["/operator/name", "exchange", "operator.name", "switchboard", "exchange"],
  ["/operator/signingKey", key(8), "operator.signingKey", key(9), key(8)],
  ["/operator/logKey", logKey("log.example/b"), "operator.logKey", SOUND.operator.logKey, logKey("log.example/b")],
  ["/parties/1/organisation", "Lantern Post", "parties.lantern.organisation", "Lantern Mail", "Lantern Post"],
  ["/parties/1/signingKey", key(24), "parties.lantern.signingKey", key(21), key(24)],
  ["/parties/1/agreementKey", key(25), "parties.lantern.agreementKey", key(22), key(25)],
  ["/minimumParties", 4, "minimumParties", "3 companies", "4 companies"],
  ["/quorum", 3, "quorum", "4 nodes", "3 nodes"],
  [`${Q}/features/0/max`, 110, "propensity.train.features.age", "17 to 100, in \"years\"", "17 to 110, in \"years\""],
  [`${Q}/features/0/unit`, "months", "propensity.train.features.age", "17 to 100, in \"years\"", "17 to 100, in \"months\""],
  [`${Q}/features/1/categories`, ["student", "clerk", "retired"], "propensity.train.features.job",
    "one of \"clerk\", \"student\", \"retired\"; the first is the reference", "one of \"student\", \"clerk\", \"retired\"; the first is the reference"],
  [`${Q}/features`, [...(SOUND.questions[0]?.features ?? [])].reverse(), "propensity.train.features", "in this order: \"age\", \"job\"", "in this order: \"job\", \"age\""],
  [`${Q}/label/name`, "reply", "propensity.train.label.name", "answer", "reply"],
  [`${Q}/label/positive`, "ja", "propensity.train.label.positive", "yes", "ja"],
  [`${Q}/label/negative`, "nein", "propensity.train.label.negative", "no", "nein"],
  [`${Q}/model/ridge`, 3, "propensity.train.model.ridge", "2.5", "3"],
  [`${Q}/model/gradientTolerance`, 1e-7, "propensity.train.model.gradientTolerance", "1e-8", "1e-7"],
  [`${Q}/model/iterationsMax`, 25, "propensity.train.model.iterationsMax", "20 steps", "25 steps"],
  [`${Q}/evaluation/scoreBins`, 2048, "propensity.train.evaluation.scoreBins", "4096 bins", "2048 bins"],
  [`${Q}/evaluation/holdoutShare`, 0.25, "propensity.train.evaluation.holdoutShare", "0.2 of the rows", "0.25 of the rows"],
  ["/rows/perPartyMin", 300, "rows.perPartyMin", "200 rows", "300 rows"],
  ["/rows/perPartyMax", 60_000, "rows.perPartyMax", "50000 rows", "60000 rows"],
  ["/rows/jointMin", 3_000, "rows.jointMin", "2000 rows", "3000 rows"],
  ["/thresholds/categoryRows", 60, "thresholds.categoryRows", "50 rows", "60 rows"],
  ["/privacy/note", "Exact sums.", "privacy.note", "Sums are exact.", "Exact sums."],
  ["/privacy/budget/releasesMax", 500, "privacy.budget.releasesMax", "240 sums", "500 sums"],
  ["/aggregation/deadlineMs", 90_000, "aggregation.deadlineMs", "60000 ms", "90000 ms"],
  ["/aggregation/dropouts", "continue", "aggregation.dropouts", "end", "continue"],
  ["/notBefore", "2026-12-02T00:00:00Z", "notBefore", "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"],
  ["/expires", "2027-07-31T12:00:00Z", "expires", "2027-06-30T12:00:00Z", "2027-07-31T12:00:00Z"],
];

test.each(CHANGES)("a change of %s to %j is one line, clause %s", (at, value, clause, before, after) => {
  expect(charterDiff(sound(BASE as Json), sound(bent(at, value, BASE)))).toEqual([{ clause, before, after }]);
});

const TREE_CHANGES: readonly (readonly [at: string, value: unknown, clause: string, before: string | undefined, after: string | undefined])[] = [
  ["trees", 100, "trees", "150 trees", "100 trees"],
  ["depth", 5, "depth", "4 levels", "5 levels"],
  ["learningRate", 0.2, "learningRate", "0.1", "0.2"],
  ["lambda", 2, "lambda", "1", "2"],
  ["gamma", 0.5, "gamma", "0", "0.5"],
  ["childWeightMin", 20, "childWeightMin", "2.5", "20"],
  ["bins", 32, "bins", "64 bins", "32 bins"],
  ["rowSample", 0.5, "rowSample", "0.8 of the rows", "0.5 of the rows"],
  ["columnSample", 0.5, "columnSample", "0.9 of the columns", "0.5 of the columns"],
  ["seed", 8, "seed", "7", "8"],
  ["earlyStopping/patience", 5, "earlyStopping.patience", "10 trees", "5 trees"],
  ["earlyStopping/share", 0.2, "earlyStopping.share", "0.1 of the training rows", "0.2 of the training rows"],
];

test.each(TREE_CHANGES)("a change of the trees' %s to %j is one line", (at, value, clause, before, after) => {
  const base = bent("/privacy/budget/releasesMax", 10_000, TREES);
  expect(charterDiff(sound(base), sound(bent(`${Q}/model/${at}`, value, base as object)))).toEqual([{ clause: `propensity.train.model.${clause}`, before, after }]);
});

test("a charter differs from itself in nothing", () => {
  expect(charterDiff(sound(), sound())).toEqual([]);
});

test("a party that leaves is three lines without an after", () => {
  const three = sound(bent("/parties", SOUND.parties.slice(0, 3)));
  expect(charterDiff(sound(), three)).toEqual([
    { clause: "parties.tower.organisation", before: "Tower Telecom", after: undefined },
    { clause: "parties.tower.signingKey", before: key(41), after: undefined },
    { clause: "parties.tower.agreementKey", before: key(42), after: undefined },
  ]);
});

test("a common holdout shows its digest", () => {
  const common = sound(bent(`${Q}/evaluation/holdoutDigest`, "ab".repeat(32), bent(`${Q}/evaluation/holdout`, "common") as object));
  expect(charterDiff(sound(), common)).toEqual([
    { clause: "propensity.train.evaluation.holdout", before: "own", after: "common" },
    { clause: "propensity.train.evaluation.holdoutDigest", before: undefined, after: "ab".repeat(32) },
  ]);
});

test("what becomes of each company's gain shows", () => {
  expect(charterDiff(sound(), sound(bent(`${Q}/evaluation/perPartner`, "shared")))).toEqual([{ clause: "propensity.train.evaluation.perPartner", before: undefined, after: "shared" }]);
});

test("a diff is empty exactly if the digests agree", () => {
  const some = fc.subarray(CHANGES.map((change) => change)).map((changes) => changes.reduce<object>((from, [at, value]) => bent(at, value, from) as object, BASE));
  fc.assert(fc.property(some, some, (a, b) => {
    const [before, after] = [checkCharter(a as Json), checkCharter(b as Json)];
    fc.pre(before.kind === "ok" && after.kind === "ok");
    expect(charterDiff(before.charter, after.charter).length === 0).toBe(charterDigest(before.charter) === charterDigest(after.charter));
  }), { numRuns: 60 });
});
