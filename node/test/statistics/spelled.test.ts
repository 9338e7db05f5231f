import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { StatisticPlan } from "@cohortium/protocol/statistics/plan";
import type { Feature } from "@cohortium/protocol/charter/features";
import { localRows } from "../../src/data/local-rows.js";
import { computeStatistic } from "../../src/statistics/compute.js";

const LENGTH = 4;
const SYMBOLS = ["a", "b", "c", "(end)", "(other)"];
const FEATURES: readonly Feature[] = [
  { kind: "categorical", name: "region", categories: ["north", "south"] },
  ...Array.from({ length: LENGTH }, (_, i): Feature => ({ kind: "categorical", name: `town=${i + 1}`, categories: SYMBOLS })),
];
const PLAN: StatisticPlan = {
  question: "statistics.ask", query: { kind: "words", cohort: [{ dimension: "region", words: ["south"] }], dimension: "town", length: LENGTH, nanoRho: 4_000_000 },
  clause: { kinds: ["words"], features: [], cellRows: 10 }, features: FEATURES, parties: 3, rowsMaxPerParty: 1_000, rowsMinPerParty: 1, rowsMinJoint: 1, noise: { honest: 2 }, rounds: LENGTH,
};

const word = fc.array(fc.constantFrom("a", "b", "c", "x"), { maxLength: LENGTH }).map((characters) => characters.join(""));
const person = fc.record({ word, region: fc.nat({ max: 1 }) });
const symbolAt = (text: string, i: number) => (i >= text.length ? 3 : text[i] === "x" ? 4 : SYMBOLS.indexOf(text[i] ?? ""));
const beginnings = fc.nat({ max: LENGTH - 1 }).chain((length) => fc.uniqueArray(fc.array(fc.constantFrom("a", "b", "c"), { minLength: length, maxLength: length }).map((one) => one.join("")), { minLength: 1, maxLength: 9 }))
  .map((prefixes) => prefixes.toSorted());

test("of each beginning is counted who goes on with which character, ends there, or goes on with any other; and nobody without one of the beginnings", () => {
  fc.assert(fc.property(fc.array(person, { maxLength: 60 }), beginnings, (people, prefixes) => {
    const columns = [Int32Array.from(people, ({ region }) => region), ...Array.from({ length: LENGTH }, (_, i) => Int32Array.from(people, (one) => symbolAt(one.word, i)))];
    const rows = localRows(new Float64Array(0), columns, new Uint8Array(people.length));
    const step = prefixes[0]?.length ?? 0;
    const [guard, ...counts] = computeStatistic(rows, { kind: "statistic", step, edges: null, prefixes }, PLAN);
    const due = prefixes.flatMap((prefix) => SYMBOLS.map((_, symbol) => people.filter(({ word: own, region }) => region === 1 && own.slice(0, step) === prefix && symbolAt(own, step) === symbol).length));
    expect([guard, counts]).toEqual([1, due]);
    // One row is in one cell at the most.
    expect(counts.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(people.length);
  }));
});
