import { toBase64 } from "@cohortium/crypto/bytes";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { signerFromSeed } from "@cohortium/crypto/signing";
import type { Words } from "@cohortium/crypto/words";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { AnswerAsked } from "../../src/conduct/participant.js";
import { termsOf } from "../../src/charter/parties.js";
import type { Charter } from "../../src/charter/charter.js";
import type { PartyId } from "../../src/session/ids.js";
import { cellOf, reversedScoreOf, scoreOf } from "../../src/statistics/cells.js";
import { statisticLayout } from "../../src/statistics/layout.js";
import { cellCount, dimensionOf, partsOf, type Cells } from "../../src/statistics/parts.js";
import { statisticPlanOf, type StatisticPlan } from "../../src/statistics/plan.js";
import type { ProfileQuery, Query, RfmQuery, WordsQuery } from "../../src/statistics/query.js";
import { Dice } from "../../src/testing/dice.js";
import { seedOf, World, type WorldGiven } from "../../src/testing/world.js";
import { LOG_KEY } from "../log/small-log.js";
import { bent, EXACT_STATISTICS, sound, STATISTICS } from "../charter/fixture.js";

export const THREE = ["ada", "bob", "cleo"] as PartyId[];
export const FIVE = [...THREE, "dot", "eve"] as PartyId[];

/** One customer of one company. */
export interface TinyCustomer {
  readonly country: string;
  readonly letter: string;
  readonly spend: number;
  readonly visits: number;
  readonly since: number;
  /** No charter lists them. */
  readonly town: string;
}

/** Half live in one town, a third in another, the rest in one that has its company's name, and one alone in a place that nobody else has. */
function townOf(party: string, i: number): string {
  if (i === 0) return `xx${party}`;
  return i % 2 === 0 ? "bern" : i % 3 === 0 ? party : "basel";
}

/** A party's customers: a fixed function of its name. */
export function tinyCustomers(party: string): readonly TinyCustomer[] {
  const dice = new Dice([...party].reduce((sum, letter) => sum * 37 + letter.charCodeAt(0), 11) >>> 0);
  // One in thirty is from Spain, so that its cell is a small one.
  const countryOf = (draw: number) => (draw === 0 ? "Spain" : draw < 20 ? "France" : "Germany");
  return Array.from({ length: 90 + dice.roll(30) }, (_, i) => ({
    country: countryOf(dice.roll(30)), letter: ["none", "blue", "red"][dice.roll(3)] ?? "none", spend: dice.roll(400), visits: 1 + dice.roll(30), since: dice.roll(300),
    town: townOf(party, i),
  }));
}

export const PROFILE: ProfileQuery = { kind: "profile", cohort: [{ dimension: "country", words: ["Germany"] }], by: ["letter"], measures: ["spend"], nanoRho: 0 };
/** Two sums: the edges, then the grid. */
export const RFM: RfmQuery = { kind: "rfm", recency: "since", frequency: "visits", monetary: "spend", edges: null, nanoRho: 0 };

/** What leaves the towns open, with a budget that finds some. */
export const OPEN_CLAUSES: Clauses = [
  ["/statistics/kinds", ["profile", "rfm", "categories", "words"]], ["/privacy/budget/epsilon", 8],
  ["/statistics/open", [{ name: "town", characters: "abcdefghijklmnopqrstuvwxyz", letters: "lower", lengthMax: 6 }]],
];
export const TOWNS: WordsQuery = { kind: "words", cohort: [], dimension: "town", length: 5, nanoRho: 400_000_001 };

type Clauses = readonly (readonly [pointer: string, value: unknown])[];

/** The charter of statistics of these companies: with exact sums, or with a budget of noise. */
export function charterOfStatistics(names: readonly string[], privacy: "exact" | "noisy" = "exact", clauses: Clauses = []): Charter {
  const signingKey = (name: string) => toBase64(signerFromSeed(seedOf(name as PartyId, "signing")).publicKey);
  const parties = names.map((name) => ({
    name, organisation: `The ${name} company`, signingKey: signingKey(name), agreementKey: toBase64(x25519PublicKey(seedOf(name as PartyId, "agreement"))),
  }));
  const all: Clauses = [
    ["/rows", { perPartyMax: 1_000, perPartyMin: 10, jointMin: 20 }], ["/operator", { name: "coordinator", signingKey: signingKey("coordinator"), logKey: LOG_KEY }],
    ["/parties", parties], ["/quorum", Math.floor((2 * names.length) / 3) + 1], ["/aggregation/dropouts", "continue"], ...clauses,
  ];
  return sound(all.reduce<Json>((json, [pointer, value]) => bent(pointer, value, json as object), structuredClone(privacy === "exact" ? EXACT_STATISTICS : STATISTICS) as unknown as Json));
}

/** What a node's host answers to `contribute` in its plainest form, before masks; without noise. */
export function tinyAnswer(party: PartyId, { scene }: AnswerAsked, plan: StatisticPlan): Words {
  if (scene.kind !== "statistic") throw new Error("a question of statistics was to be asked");
  const customers = tinyCustomers(party);
  const values = partsOf(scene.question, plan).flatMap(({ cells, over, factors }) => {
    const sums = new Array<number>(cellCount(cells, plan)).fill(0);
    for (const customer of customers) {
      const place = placeOf(cells, customer, plan);
      if (place < 0 || (over === "cohort" && !isInCohort(plan.query, customer))) continue;
      sums[place] = (sums[place] ?? 0) + factors.reduce((product, name) => product * valueOf(customer, name), 1);
    }
    return sums;
  });
  const { segments, ring } = statisticLayout(scene.question, plan);
  return encodeFixed(Float64Array.of(1, ...values), segments, ring);
}

/** A world of one question under a charter. */
export function askedWorld(charter: Charter, query: Query, more: Partial<WorldGiven> = {}): World {
  const plan = statisticPlanOf(charter, query);
  return new World({ seed: 7, names: charter.parties.map(({ name }) => name), terms: termsOf(charter), plan, answer: (party, ask) => tinyAnswer(party, ask, plan), ...more });
}

function placeOf(cells: Cells, customer: TinyCustomer, plan: StatisticPlan): number {
  switch (cells.kind) {
    case "one": return 0;
    case "words": case "words-or-missing": return dimensionOf(plan, cells.dimension).categories.indexOf(wordOf(customer, cells.dimension));
    case "spelled": {
      const { categories: characters } = dimensionOf(plan, `${cells.dimension}=1`);
      const word = wordOf(customer, cells.dimension);
      const at = cells.prefixes.findIndex((prefix) => word.startsWith(prefix));
      const next = word[cells.prefixes[0]?.length ?? 0];
      return at < 0 ? -1 : at * characters.length + (next === undefined ? characters.length - 2 : characters.includes(next) ? characters.indexOf(next) : characters.length - 1);
    }
    case "between": case "between-or-missing": return cellOf(valueOf(customer, cells.measure), cells.edges);
    case "rfm-grid": {
      const { query, edges } = cells;
      return (reversedScoreOf(valueOf(customer, query.recency), edges.recency) - 1) * 5 + scoreOf(valueOf(customer, query.frequency), edges.frequency) - 1;
    }
    case "rfm-monetary": return scoreOf(valueOf(customer, cells.query.monetary), cells.edges.monetary) - 1;
  }
}

function valueOf(customer: TinyCustomer, name: string): number {
  const found = Object.entries(customer).find(([key]) => key === name)?.[1] as unknown;
  if (typeof found !== "number") throw new Error(`a customer has no measure ${name}`);
  return found;
}

function wordOf(customer: TinyCustomer, name: string): string {
  const found = Object.entries(customer).find(([key]) => key === name)?.[1] as unknown;
  if (typeof found !== "string") throw new Error(`a customer has no dimension ${name}`);
  return found;
}

function isInCohort(query: Query, customer: TinyCustomer): boolean {
  return !("cohort" in query) || query.cohort.every(({ dimension, words }) => words.includes(wordOf(customer, dimension)));
}
