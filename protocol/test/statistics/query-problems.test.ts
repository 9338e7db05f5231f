import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { chargeOf } from "../../src/statistics/charge.js";
import { queryProblems, statisticPlanDigest, statisticPlanOf } from "../../src/statistics/plan.js";
import { parseQuery, queryDigest, queryJson } from "../../src/statistics/query-schema.js";
import type { Query } from "../../src/statistics/query.js";
import { bent, sound, STATISTICS } from "../charter/fixture.js";
import { bentQuery, EACH, EDGES, EXACT, NOISY, QUERIES, RFM_WITH_EDGES, unpaid } from "./queries.js";

describe("a query", () => {
  test.each(EACH.map((query) => [query.kind, query] as const))("of kind %s is read as it was written, and a charter of noise answers it", (_, query) => {
    expect(parseQuery(queryJson(query))).toEqual(query);
    expect(queryProblems(NOISY, query)).toEqual([]);
    expect(queryProblems(EXACT, unpaid(query))).toEqual([]);
  });

  test("has the digest of its canonical JSON, in whatever order it was written", () => {
    const turned = Object.fromEntries(Object.entries(QUERIES.profile).reverse());
    expect(queryDigest(parseQuery(turned as Json))).toBe(queryDigest(QUERIES.profile));
    expect(queryDigest({ ...QUERIES.profile, nanoRho: 10_000_008 })).not.toBe(queryDigest(QUERIES.profile));
  });

  test.each<readonly [at: string, value: unknown, query?: Query]>([
    ["/kind", "means"], ["/kind", undefined], ["/nanoRho", -1], ["/nanoRho", 2.5], ["/nanoRho", Number.NaN], ["/nanoRho", Infinity], ["/nanoRho", "0.1"], ["/nanoRho", undefined],
    ["/nanoRho", 1_000_000_000_001], ["/epsilon", 1], ["/by", []], ["/by", "age"], ["/cohort/0/words", []], ["/cohort/0/word", "Germany"], ["/by/0", "two\nlines"],
    ["/edges/1", Number.NaN, QUERIES.histogram], ["/edges", [0, 500], QUERIES.histogram], ["/bins", 1, QUERIES.quantiles], ["/bins", 1_025, QUERIES.quantiles],
    ["/probabilities/0", 0, QUERIES.quantiles], ["/probabilities/0", 1, QUERIES.quantiles], ["/spacing", "cubic", QUERIES.quantiles],
    ["/top", 0, QUERIES.categories], ["/top", -1, QUERIES.categories], ["/top", 1.5, QUERIES.categories],
    ["/edges", [1, 2], QUERIES.rfm], ["/edges/recency", [1, 2, 3], RFM_WITH_EDGES], ["/edges/recency/0", "10", RFM_WITH_EDGES],
    ["/shares/0", 0, QUERIES.experiment], ["/shares/0", 1, QUERIES.experiment], ["/metrics", [], QUERIES.experiment], ["/from", "October", QUERIES.experiment], ["/from", "2026-02-30", QUERIES.experiment],
  ])("with %s = %j has another form, and the refusal names the place", (at, value, query = QUERIES.profile) => {
    expect(() => parseQuery(bentQuery(query, at, value))).toThrow(new RegExp(`^the query's ${at} is not right: (it|there|a|one|write) [a-z ]{3,}`));
    expect(() => parseQuery(bentQuery(query, at, value))).not.toThrow(/expected|Too |Invalid|<=|>=/);
  });

  test.each([null, 7, "profile", [], [QUERIES.profile]])("is not %j", (json) => expect(() => parseQuery(json as unknown as Json)).toThrow(RangeError));
});

/** Every refusal of a query whose form is right, by the smallest change that brings it about. */
const REFUSED: readonly (readonly [says: string, query: Query, at: string, value: unknown, path?: string, fix?: string])[] = [
  ["costs 1 at the least, in 10^-9 of rho, and this is 0", QUERIES.profile, "/nanoRho", 0],
  ["costs 2 at the least, in 10^-9 of rho, and this is 1", QUERIES.rfm, "/nanoRho", 1],
  ["whole budget of the charter is 185069840", QUERIES.profile, "/nanoRho", 185_069_841, "/nanoRho", "ask for less: 152781242 at the most"],
  ["no dimension \"contry\"; did you mean \"country\"?", QUERIES.profile, "/cohort/0/dimension", "contry", "/cohort/0/dimension", "write \"country\""],
  ["\"spend\" is a measure, and a dimension is needed here", QUERIES.profile, "/cohort/0/dimension", "spend"],
  ["\"country\" has no word \"Germania\"; did you mean \"Germany\"?", QUERIES.profile, "/cohort/0/words/0", "Germania", "/cohort/0/words/0", "write \"Germany\""],
  ["\"country\" has no word \"Atlantis\"", QUERIES.profile, "/cohort/0/words/0", "Atlantis", "/cohort/0/words/0", "write one of: France, Germany, Spain"],
  ["\"Spain\" is listed twice", QUERIES.profile, "/cohort/0/words/0", "Spain", "/cohort/0/words/1"],
  ["has a condition already", QUERIES.profile, "/cohort", [{ dimension: "country", words: ["Spain"] }, { dimension: "country", words: ["France"] }], "/cohort/1/dimension"],
  ["no dimension \"zebra\"", QUERIES.profile, "/by/0", "zebra", "/by/0", "write one of: country, age, letter"],
  ["\"letter\" is listed twice", QUERIES.profile, "/by/0", "letter", "/by/1"],
  ["no measure \"spent\"; did you mean \"spend\"?", QUERIES.profile, "/measures/0", "spent"],
  ["\"age\" is a dimension, and a measure is needed here", QUERIES.profile, "/measures/0", "age"],
  ["\"visits\" is listed twice", QUERIES.profile, "/measures/0", "visits", "/measures/1"],
  ["no mean over all rows", QUERIES.profile, "/measures/0", "since"],
  ["no measure \"spant\"", QUERIES.histogram, "/measure", "spant"],
  ["edges do not ascend", QUERIES.histogram, "/edges/2", 10, "/edges", "write ascending numbers from 0 to 500"],
  ["not the bounds of \"spend\"", QUERIES.histogram, "/edges/3", 501, "/edges"],
  ["not the bounds of \"spend\"", QUERIES.histogram, "/edges/0", -1, "/edges"],
  ["\"letter\" is a dimension", QUERIES.quantiles, "/measure", "letter"],
  ["probabilities do not ascend", QUERIES.quantiles, "/probabilities/2", 0.5, "/probabilities"],
  ["no dimension \"contry\"", QUERIES.categories, "/dimension", "contry"],
  ["\"country\" has 3 words", QUERIES.categories, "/top", 4, "/top", "write 3 or less"],
  ["no measure \"sins\"", QUERIES.rfm, "/recency", "sins"],
  ["\"spend\" is named twice", QUERIES.rfm, "/frequency", "spend", "/monetary"],
  ["an edge is below the one before", RFM_WITH_EDGES, "/edges/recency/1", 9, "/edges/recency"],
  ["an edge lies beyond the bounds of \"spend\"", RFM_WITH_EDGES, "/edges/monetary/3", 500.5, "/edges/monetary"],
  ["no dimension \"leter\"", QUERIES.experiment, "/arm", "leter"],
  ["\"letter\" has no word \"non\"", QUERIES.experiment, "/control", "non"],
  ["there are 2 shares, and \"letter\" has 3 words", QUERIES.experiment, "/shares", [0.5, 0.5], "/shares"],
  ["shares do not add up to 1", QUERIES.experiment, "/shares/0", 0.4, "/shares"],
  ["no mean over all rows", QUERIES.experiment, "/metrics/0", "since"],
  ["\"spend\" is listed twice", QUERIES.experiment, "/metrics/0", "spend", "/metrics/1"],
  ["no measure \"incom\"", QUERIES.experiment, "/covariate", "incom"],
  ["no mean over all rows", QUERIES.experiment, "/covariate", "since"],
  ["\"spend\" would explain itself", QUERIES.experiment, "/covariate", "spend"],
  ["window would end before it begins", QUERIES.experiment, "/to", "2026-09-30"],
  ["no column \"sine\"; did you mean \"since\"?", QUERIES.drift, "/column", "sine"],
];

describe("a node's charter refuses", () => {
  test.each(REFUSED)("%s", (says, query, at, value, path = at, fix = "") => {
    const problems = queryProblems(NOISY, parseQuery(bentQuery(query, at, value)));
    expect(problems).toEqual([{ path, says: expect.stringContaining(says), fix: expect.stringContaining(fix) }]);
    expect(problems[0]?.fix).toMatch(/^(?:write|ask|list|remove|sign|give) /);
  });

  test("a kind that it does not list, and everything where it has no statistics", () => {
    const few = sound(bent("/statistics/kinds", ["rfm", "drift"], STATISTICS));
    expect(queryProblems(few, QUERIES.profile)).toEqual([{ path: "/kind", says: expect.stringContaining("no question of the kind \"profile\""), fix: "ask one of: rfm, drift" }]);
    expect(queryProblems(sound(), QUERIES.profile)).toEqual([{ path: "/kind", says: "the charter allows no statistics", fix: "sign a charter with statistics" }]);
  });

  test("a price where sums are exact", () => {
    expect(queryProblems(EXACT, QUERIES.drift)).toEqual([{ path: "/nanoRho", says: expect.stringContaining("sums are exact"), fix: "write 0" }]);
  });

  test("a cohort where sums are exact, unless the signers said that cohorts may be asked for", () => {
    const charter = sound(bent("/privacy", EXACT.privacy, STATISTICS));
    const problem = { path: "/cohort", says: expect.stringContaining("a cohort may be one person"), fix: expect.stringContaining("statistics.exactCohorts: allowed") };
    for (const query of [QUERIES.profile, QUERIES.quantiles]) {
      expect(queryProblems(charter, unpaid(query))).toEqual([problem]);
      expect(queryProblems(charter, unpaid({ ...query, cohort: [] }))).toEqual([]);
      expect(queryProblems(EXACT, unpaid(query))).toEqual([]);
    }
    expect(queryProblems(charter, unpaid(QUERIES.experiment))).toEqual([]);
  });

  test("two sums where it allows one in all", () => {
    const one = sound(bent("/privacy/budget/releasesMax", 1, STATISTICS));
    expect(queryProblems(one, QUERIES.rfm)).toEqual([{ path: "/kind", says: "the answer takes 2 sums, and the charter allows 1 in all", fix: expect.any(String) }]);
    expect(queryProblems(one, RFM_WITH_EDGES)).toEqual([]);
  });

  test("cells equal in the logarithm of what hardly varies", () => {
    const narrow = sound(bent("/statistics/features/3", { kind: "numeric", name: "spend", unit: "EUR", min: 0, max: 1.1e-15 }, STATISTICS));
    const query: Query = { ...QUERIES.quantiles, measure: "spend" };
    expect(queryProblems(narrow, query)).toEqual([{ path: "/spacing", says: expect.stringContaining("spans too little"), fix: "write linear" }]);
    expect(queryProblems(narrow, { ...query, spacing: "linear" })).toEqual([]);
  });

  test.each([
    ["too wide for doubles to add up exactly", { min: 0, max: 1e15 }], ["too narrow for the finest scale", { min: 0, max: 1e-12 }], ["far from zero for what they span", { min: 1e12, max: 1e12 + 86_400 }],
  ])("sums of a measure whose bounds are %s", (_, bounds) => {
    const charter = sound(bent("/statistics/features/3", { kind: "numeric", name: "spend", unit: "EUR", ...bounds }, STATISTICS));
    expect(queryProblems(charter, QUERIES.profile)).toHaveLength(2);
    expect(queryProblems(charter, { ...QUERIES.profile, measures: ["visits"] })).toEqual([]);
    expect(() => statisticPlanOf(charter, QUERIES.profile)).toThrow(RangeError);
  });

  test("more numbers than an answer may be read off from", () => {
    const hashes = Array.from({ length: 2 }, (_, i) => ({ kind: "hash", name: `h${i}`, buckets: [1_000, 23][i], salt: "s" }));
    const charter = sound(bent("/statistics/features", [...STATISTICS.statistics.features, ...hashes], STATISTICS));
    const wide = (...by: readonly string[]): Query => ({ ...QUERIES.profile, measures: [], by });
    // Of all rows and of the cohort each: the rows, and those with each word.
    expect(queryProblems(charter, wide("h0", "h1"))).toEqual([]);
    const [problem, ...others] = queryProblems(charter, wide("h0", "h1", "age"));
    expect([problem?.says, others]).toEqual(["the answer would be read off from 2054 numbers, and 2048 are the most", []]);
  });

  test("a query that no entry of the log holds", () => {
    const words = Array.from({ length: 500 }, (_, i) => String(i).padEnd(70, "x"));
    const charter = sound(bent("/statistics/features/0", { kind: "categorical", name: "country", categories: words }, STATISTICS));
    expect(queryProblems(charter, { ...QUERIES.profile, cohort: [{ dimension: "country", words: words.slice(0, 400) }] })).toEqual([]);
    expect(queryProblems(charter, { ...QUERIES.profile, cohort: [{ dimension: "country", words }] }))
      .toEqual([{ path: "", says: expect.stringMatching(/^the query is 36\d\d\d bytes long/), fix: "list fewer words or edges" }]);
  });
});

describe("the plan of an answer", () => {
  test("follows from the charter and the query", () => {
    expect(statisticPlanOf(NOISY, QUERIES.rfm)).toMatchObject({
      question: "statistics.ask", query: QUERIES.rfm, clause: NOISY.statistics, parties: 4, rowsMaxPerParty: 50_000, rowsMinPerParty: 200, rowsMinJoint: 2_000, noise: { honest: 2 }, rounds: 2,
    });
    expect(statisticPlanOf(EXACT, unpaid(RFM_WITH_EDGES))).toMatchObject({ noise: null, rounds: 1 });
  });

  test("of a query that is refused is none, and the first reason is told", () => {
    expect(() => statisticPlanOf(NOISY, { ...QUERIES.categories, top: 4 })).toThrow("/top: \"country\" has 3 words; write 3 or less");
  });

  test("has a digest that changes with all that decides the answer", () => {
    const plan = statisticPlanOf(NOISY, RFM_WITH_EDGES);
    const changed = [
      { ...plan, query: QUERIES.rfm }, { ...plan, query: { ...RFM_WITH_EDGES, nanoRho: 7 } }, { ...plan, parties: 5 }, { ...plan, rowsMaxPerParty: 49_999 }, { ...plan, noise: { honest: 3 } }, { ...plan, noise: null },
      { ...plan, rounds: 2 }, { ...plan, features: plan.features.slice(1) }, { ...plan, clause: { ...plan.clause, cellRows: 21 } }, { ...plan, rowsMinPerParty: 201 }, { ...plan, rowsMinJoint: 2_001 },
    ];
    expect(new Set([plan, ...changed].map(statisticPlanDigest)).size).toBe(changed.length + 1);
    expect(statisticPlanDigest(structuredClone(plan))).toBe(statisticPlanDigest(plan));
    expect(chargeOf({ edges: EDGES }, plan)).toBe(RFM_WITH_EDGES.nanoRho);
  });
});
