import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { equalCells } from "@cohortium/protocol/statistics/cells";
import { sensitivityOf } from "@cohortium/protocol/statistics/grids";
import { statisticLayout } from "@cohortium/protocol/statistics/layout";
import { partsOf } from "@cohortium/protocol/statistics/parts";
import type { StatisticPlan, StatisticQuestion } from "@cohortium/protocol/statistics/plan";
import type { Query, RfmEdges } from "@cohortium/protocol/statistics/query";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import type { Feature } from "@cohortium/protocol/charter/features";
import { computeStatistic } from "../../src/statistics/compute.js";
import { localRows, type LocalRows } from "../../src/data/local-rows.js";

const FEATURES: readonly Feature[] = [
  { kind: "numeric", name: "days", unit: "days", min: 0, max: 365, missing: "indicate" },
  { kind: "categorical", name: "region", categories: ["north", "south", "east", "(missing)"] },
  { kind: "numeric", name: "visits", unit: "visits", min: 0, max: 90 },
  { kind: "numeric", name: "spend", unit: "EUR", min: -20, max: 480 },
  { kind: "categorical", name: "arm", categories: ["control", "mail"] },
];
const [REGION, ARM] = [["north", "south", "east", "(missing)"], ["control", "mail"]] as const;

interface Person { readonly days: number; readonly visits: number; readonly spend: number; readonly region: number; readonly arm: number }

const person: fc.Arbitrary<Person> = fc.record({
  days: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 365 })), visits: fc.integer({ min: 0, max: 90 }),
  spend: fc.oneof(fc.double({ min: -20, max: 480, noNaN: true }), fc.constantFrom(-20, 480, 0.1)), region: fc.nat({ max: 3 }), arm: fc.nat({ max: 1 }),
});
const people = fc.array(person, { maxLength: 40 });

const tableOf = (rows: readonly Person[]): LocalRows => localRows(
  Float64Array.from([...rows.map(({ days }) => days), ...rows.map(({ visits }) => visits), ...rows.map(({ spend }) => spend)]),
  [Int32Array.from(rows, ({ region }) => region), Int32Array.from(rows, ({ arm }) => arm)], new Uint8Array(rows.length));

const PAID = { nanoRho: 50_000_000 };
const COHORT = [{ dimension: "region", words: ["south", "(missing)"] }, { dimension: "arm", words: ["mail"] }];
const EDGES: RfmEdges = { recency: [7, 30, 90, 200], frequency: [1, 3, 9, 40], monetary: [0, 25.5, 100, 300] };
const isIn = ({ region, arm }: Person) => (region === 1 || region === 3) && arm === 1;

const planOf = (query: Query, noise: StatisticPlan["noise"] = { honest: 2 }): StatisticPlan => ({
  question: "statistics.ask", query, clause: { kinds: [query.kind], features: [], cellRows: 5 }, features: FEATURES, parties: 3,
  rowsMaxPerParty: 1_000, rowsMinPerParty: 1, rowsMinJoint: 1, noise, rounds: 2,
});
const asked = (edges: RfmEdges | null = null): StatisticQuestion => ({ kind: "statistic", step: 0, edges });

/** Counted anew from the words of the catalogue, by people who are filtered, not by cells. */
type Naive = (rows: readonly Person[]) => readonly number[];
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const count = (rows: readonly Person[], holds: (one: Person) => boolean) => rows.filter(holds).length;
const inCell = (value: number, edges: readonly number[], i: number) => value >= (edges[i] ?? 0) && (value < (edges[i + 1] ?? 0) || (i === edges.length - 2 && value === edges[i + 1]));
const histogram = (values: readonly number[], edges: readonly number[]) => edges.slice(1).map((_, i) => values.filter((value) => inCell(value, edges, i)).length);
const score = (value: number, edges: readonly number[]) => 1 + edges.filter((edge) => edge < value).length;

const CASES: readonly (readonly [string, Query, StatisticQuestion, Naive])[] = [
  ["profile", { kind: "profile", cohort: COHORT, by: ["region", "arm"], measures: ["spend", "days"], ...PAID }, asked(), (rows) => {
    const cohort = rows.filter(isIn);
    const both = (of: (some: readonly Person[]) => readonly number[]) => [...of(rows), ...of(cohort)];
    return [
      ...both((some) => [some.length]), ...both((some) => REGION.map((_, i) => count(some, ({ region }) => region === i))), ...both((some) => ARM.map((_, i) => count(some, ({ arm }) => arm === i))),
      ...both((some) => [sum(some.map(({ spend }) => spend))]), ...both((some) => [sum(some.map(({ days }) => (Number.isNaN(days) ? 0 : days)))]),
    ];
  }],
  ["histogram", { kind: "histogram", cohort: COHORT, measure: "spend", edges: [-20, 0, 0.1, 200, 480], ...PAID }, asked(), (rows) => histogram(rows.filter(isIn).map(({ spend }) => spend), [-20, 0, 0.1, 200, 480])],
  ["quantiles", { kind: "quantiles", cohort: [], measure: "visits", probabilities: [0.5], bins: 16, spacing: "log", ...PAID }, asked(), (rows) => histogram(rows.map(({ visits }) => visits), equalCells({ min: 0, max: 90 }, 16, "log"))],
  ["categories", { kind: "categories", cohort: [COHORT[1]!], dimension: "region", top: 2, ...PAID }, asked(), (rows) => REGION.map((_, i) => count(rows, ({ region, arm }) => region === i && arm === 1))],
  ["rfm, first", { kind: "rfm", recency: "days", frequency: "visits", monetary: "spend", edges: null, ...PAID }, asked(), (rows) => [
    ...histogram(rows.map(({ days }) => days), equalCells({ min: 0, max: 365 }, 64, "log")), ...histogram(rows.map(({ visits }) => visits), equalCells({ min: 0, max: 90 }, 64, "log")),
    ...histogram(rows.map(({ spend }) => spend), equalCells({ min: -20, max: 480 }, 64, "log")),
  ]],
  ["rfm, grid", { kind: "rfm", recency: "days", frequency: "visits", monetary: "spend", edges: EDGES, ...PAID }, asked(EDGES), (rows) => {
    const whole = rows.filter(({ days }) => !Number.isNaN(days));
    const cells = [1, 2, 3, 4, 5].flatMap((r) => [1, 2, 3, 4, 5].map((f) => whole.filter(({ days, visits }) => 6 - score(days, EDGES.recency) === r && score(visits, EDGES.frequency) === f)));
    return [...cells.map((some) => some.length), ...cells.map((some) => sum(some.map(({ spend }) => spend))), ...[1, 2, 3, 4, 5].map((m) => count(whole, ({ spend }) => score(spend, EDGES.monetary) === m))];
  }],
  ["experiment", { kind: "experiment", arm: "arm", control: "control", shares: [0.5, 0.5], metrics: ["spend"], covariate: "visits", from: "2026-01-01", to: "2026-02-01", ...PAID }, asked(), (rows) => {
    const arms = (of: (one: Person) => number) => ARM.map((_, i) => sum(rows.filter(({ arm }) => arm === i).map(of)));
    return [() => 1, ({ spend }: Person) => spend, ({ spend }: Person) => spend * spend, ({ visits }: Person) => visits, ({ visits }: Person) => visits * visits, ({ spend, visits }: Person) => spend * visits].flatMap(arms);
  }],
  ["drift of a measure", { kind: "drift", column: "days", bins: 10, ...PAID }, asked(), (rows) => [...histogram(rows.map(({ days }) => days), equalCells({ min: 0, max: 365 }, 10, "linear")), count(rows, ({ days }) => Number.isNaN(days))]],
  ["drift of words", { kind: "drift", column: "region", bins: 10, ...PAID }, asked(), (rows) => REGION.map((_, i) => count(rows, ({ region }) => region === i))],
];

describe.each(CASES)("%s", (_, query, question, naive) => {
  const plan = planOf(query);
  const { segments, words } = statisticLayout(question, plan);

  test("counts as who counts by hand, to the rounding of each row", () => {
    fc.assert(fc.property(people, (rows) => {
      const values = computeStatistic(tableOf(rows), question, plan);
      const expected = [1, ...naive(rows)];
      expect([values.length, expected.length]).toEqual([words, words]);
      let at = 0;
      for (const { length, scaleBits } of segments) {
        const slack = (rows.length + 1) * 2 ** -scaleBits;
        for (const end = at + length; at < end; at++) expect(Math.abs((values[at] ?? Number.NaN) - (expected[at] ?? Number.NaN))).toBeLessThanOrEqual(slack);
      }
    }));
  });

  test("of a table in three parts adds up to that of the whole, to the last bit, in whatever order", () => {
    fc.assert(fc.property(people, people, people, (a, b, c) => {
      const whole = computeStatistic(tableOf([...c, ...a.toReversed(), ...b]), question, plan);
      const parts = [a, b, c].map((rows) => computeStatistic(tableOf(rows), question, plan));
      expect([...whole].slice(1)).toEqual([...whole].slice(1).map((__, i) => sum(parts.map((part) => part[i + 1] ?? Number.NaN))));
      expect(parts.map(([guard]) => guard)).toEqual([1, 1, 1]);
    }));
  });

  test("changes by no more than the sensitivity that the noise is made for when a row comes or goes", () => {
    const extreme: fc.Arbitrary<Person> = fc.record({ days: fc.constantFrom(Number.NaN, 0, 365), visits: fc.constantFrom(0, 90), spend: fc.constantFrom(-20, 480, 479.99999999999994), region: fc.nat({ max: 3 }), arm: fc.nat({ max: 1 }) });
    fc.assert(fc.property(people, fc.oneof(person, extreme), fc.nat({ max: 40 }), (rows, more, place) => {
      const without = encodeFixed(computeStatistic(tableOf(rows), question, plan), segments, 64);
      const with1 = encodeFixed(computeStatistic(tableOf([...rows.slice(0, place), more, ...rows.slice(place)]), question, plan), segments, 64);
      let at = 1;
      for (const part of partsOf(question, plan)) {
        const segment = segments.find(({ name }) => name === part.name);
        let squares = 0;
        for (const end = at + (segment?.length ?? 0); at < end; at++) squares += Number(BigInt.asIntN(64, BigInt(with1[at] ?? 0) - BigInt(without[at] ?? 0))) ** 2;
        expect(Math.sqrt(squares)).toBeLessThanOrEqual(sensitivityOf(part, segment?.scaleBits ?? 0, plan));
      }
    }), { numRuns: 200 });
  });
});

test("the sensitivity is not far above what a row can do: without it, the noise would be for nothing", () => {
  const [, query, question] = CASES.find(([name]) => name === "experiment")!;
  const plan = planOf(query);
  const { segments } = statisticLayout(question, plan);
  const none = computeStatistic(tableOf([]), question, plan);
  const one = computeStatistic(tableOf([{ days: 365, visits: 90, spend: 480, region: 0, arm: 1 }]), question, plan);
  let at = 1;
  for (const part of partsOf(question, plan)) {
    const { scaleBits, length } = segments.find(({ name }) => name === part.name)!;
    const change = Math.max(...[...one.subarray(at, at + length)].map((value, i) => Math.abs(value - (none[at + i] ?? 0)))) * 2 ** scaleBits;
    expect(change / sensitivityOf(part, scaleBits, plan)).toBeGreaterThan(0.99);
    at += length;
  }
});

test("a value beyond its bounds, which a reader should have refused, is counted nowhere: the answer is refused", () => {
  const [, query, question] = CASES.find(([name]) => name === "experiment")!;
  const beyond = tableOf([{ days: 1, visits: 1, spend: 481, region: 0, arm: 0 }]);
  expect(() => computeStatistic(beyond, question, planOf(query))).toThrow(RangeError);
});

test("a column that the charter does not have is refused", () => {
  expect(() => computeStatistic(tableOf([]), asked(), planOf({ kind: "histogram", cohort: [], measure: "age", edges: [0, 1, 2], ...PAID }))).toThrow(RangeError);
  expect(() => computeStatistic(tableOf([]), asked(), planOf({ kind: "categories", cohort: [{ dimension: "town", words: [] }], dimension: "region", top: 2, ...PAID }))).toThrow(RangeError);
});

test("where no noise is added the numbers are the same, at a scale of their own", () => {
  const [, query, question, naive] = CASES.find(([name]) => name === "profile")!;
  const rows = [{ days: 3, visits: 2, spend: 12.25, region: 1, arm: 1 }, { days: Number.NaN, visits: 9, spend: 0.1, region: 0, arm: 0 }];
  expect([...computeStatistic(tableOf(rows), question, planOf(query, null))].map((value, i) => value - [1, ...naive(rows)][i]!).every((gap) => Math.abs(gap) < 1e-9)).toBe(true);
});
