import { describe, expect, test } from "@jest/globals";
import { QUERY_KINDS } from "@cohortium/protocol/charter/statistics-clause";
import { queryProblems } from "@cohortium/protocol/statistics/plan";
import { coverageOf } from "../src/canary/coverage.js";
import { rehearsedKinds } from "../src/canary/queries.js";
import { shortened } from "../src/canary/shortened.js";
import { BASE, charterWith, OPEN, QUESTION, STATISTICS } from "./canary-stage.js";

const number = (name: string) => ({ kind: "numeric", name, unit: "days", min: 0, max: 100 });
const asking = (statistics: object) => charterWith({ ...STATISTICS, statistics: { ...STATISTICS.statistics, ...statistics } });

describe("which questions are rehearsed", () => {
  test("one of every kind there is, where the columns are enough, and none that the charter refuses", () => {
    const charter = asking({ kinds: QUERY_KINDS, features: [...QUESTION.features.slice(0, 2), number("days"), number("visits")] });
    const planned = rehearsedKinds(charter);
    expect(planned.map(({ plan, kind }) => `${plan} ${kind}`)).toEqual(QUERY_KINDS.map((kind) => `ask ${kind}`));
    expect(planned.flatMap((one) => (one.plan === "ask" ? queryProblems(charter, one.query) : []))).toEqual([]);
  });

  test.each([[12, 2], [1, 1]])("of an open column that may be spelled out to %i characters, to %i", (lengthMax, length) => {
    const words = rehearsedKinds(asking({ kinds: ["words"], open: [{ ...OPEN, lengthMax }] }));
    expect(words).toEqual([expect.objectContaining({ plan: "ask", query: expect.objectContaining({ kind: "words", dimension: "town", length }) })]);
  });

  test("categories of an open column, and drift of words, where there is nothing else", () => {
    expect(rehearsedKinds(asking({ kinds: ["categories", "words"], features: [number("days")] })).map(({ plan }) => plan)).toEqual(["ask", "ask"]);
    expect(rehearsedKinds(asking({ kinds: ["drift", "words"], features: QUESTION.features.slice(1, 2) })).map(({ plan }) => plan)).toEqual(["ask", "ask"]);
  });

  test("none of a kind that has no columns", () => {
    expect(rehearsedKinds(asking({ kinds: ["rfm", "profile", "words"] }))).toEqual([{ plan: "unaskable", kind: "rfm" }, expect.objectContaining({ plan: "ask", kind: "profile" }), expect.objectContaining({ plan: "ask", kind: "words" })]);
  });

  test("for what the training leaves of the budget, of nine parts in ten", () => {
    const { statistics, privacy } = STATISTICS;
    const train = { ...QUESTION, evaluation: { ...QUESTION.evaluation, scoreBins: 64 }, model: { ...QUESTION.model, privacy: { nanoRho: 100_000_000, rowNormMax: 2, iterations: 4 } } };
    const spent = (questions: readonly object[]) => rehearsedKinds(charterWith({ questions, statistics, privacy }))
      .reduce((sum, one) => sum + (one.plan === "ask" ? one.query.nanoRho : 0), 0);
    expect(Math.abs(spent([]) - spent([train]) - 90_000_000)).toBeLessThanOrEqual(statistics.kinds.length);
  });

  test("and why one would be refused", () => {
    const { privacy } = STATISTICS;
    const charter = charterWith({ ...STATISTICS, statistics: { ...STATISTICS.statistics, kinds: ["words"] }, privacy: { ...privacy, budget: { ...privacy.budget, releasesMax: 1 } } });
    expect(rehearsedKinds(charter)).toEqual([{ plan: "refused", kind: "words", because: expect.stringContaining("the answer takes 2 sums, and the charter allows 1") }]);
  });
});

describe("what was rehearsed", () => {
  test("is what came to its end: a session that did not, and a question that would be refused, are told with why", () => {
    const sessions = [{ what: "the training", state: "aborted", says: "too few rows" }, { what: "a question: profile", state: "done", says: "answered" }] as const;
    const kinds = [{ plan: "refused", kind: "words", because: "too many sums" }, { plan: "unaskable", kind: "rfm" }] as const;
    expect(coverageOf(sessions, kinds)).toEqual({
      allowed: 4, rehearsed: 1, unaskable: ["rfm"], missed: [{ what: "the training", because: "too few rows" }, { what: "a question: words", because: "too many sums" }],
    });
  });
});

describe("the rehearsal's charter", () => {
  test.each([[2_000, 120, 120], [30, 120, 30], [2_000, 3, 10]])("of %i joint rows, over copies of %i, asks for %i", (asked, rows, least) => {
    const charter = charterWith({ questions: [QUESTION], rows: { ...BASE.rows, jointMin: asked } });
    expect(shortened(charter, ["one", "two", "three"], { nowMs: Date.parse("2026-06-01T00:00:00Z"), rows })).toMatchObject({ rows: { ...BASE.rows, jointMin: least } });
  });
});
