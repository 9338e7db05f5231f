import type { Query } from "../../src/statistics/query.js";
import { Dice } from "../../src/testing/dice.js";
import type { Feature } from "../../src/charter/features.js";
import type { Row } from "./pooled.js";

const CITIES = ["Bern", "Chur", "Genf", "Olten"];
export const FEATURES: readonly Feature[] = [
  { kind: "categorical", name: "city", categories: CITIES },
  { kind: "categorical", name: "plan", categories: ["free", "paid", "(missing)"] },
  { kind: "categorical", name: "arm", categories: ["none", "mail"] },
  { kind: "numeric", name: "age", unit: "years", min: 0, max: 100, missing: "indicate" },
  { kind: "numeric", name: "days", unit: "days", min: 0, max: 365 },
  { kind: "numeric", name: "orders", unit: "purchases", min: 0, max: 50 },
  { kind: "numeric", name: "spend", unit: "CHF", min: 0, max: 1_000 },
];

/** A thousand people; few in Olten, some without an age or a plan. */
export function people(seed: number, length = 1_000): readonly Row[] {
  const dice = new Dice(seed);
  return Array.from({ length }, () => ({
    city: dice.chance(0.008) ? "Olten" : CITIES[dice.roll(3)]!, plan: dice.chance(0.1) ? "(missing)" : dice.chance(0.3) ? "paid" : "free",
    arm: dice.chance(0.5) ? "mail" : "none", age: dice.chance(0.05) ? Number.NaN : 18 + dice.roll(70),
    days: dice.roll(366), orders: dice.roll(51), spend: dice.roll(100_001) / 100,
  }));
}

/** One question of each kind, without noise. */
export const QUERIES = {
  profile: { kind: "profile", cohort: [{ dimension: "plan", words: ["paid"] }], by: ["city", "plan"], measures: ["spend"], nanoRho: 0 },
  histogram: { kind: "histogram", cohort: [], measure: "age", edges: [0, 18, 40, 65, 100], nanoRho: 0 },
  quantiles: { kind: "quantiles", cohort: [], measure: "spend", probabilities: [0.005, 0.5, 0.9], bins: 100, spacing: "linear", nanoRho: 0 },
  categories: { kind: "categories", cohort: [], dimension: "city", top: 3, nanoRho: 0 },
  rfm: { kind: "rfm", recency: "days", frequency: "orders", monetary: "spend", edges: null, nanoRho: 0 },
  experiment: { kind: "experiment", arm: "arm", control: "none", shares: [0.5, 0.5], metrics: ["spend"], covariate: "orders", from: "2026-01-01", to: "2026-02-01", nanoRho: 0 },
  drift: { kind: "drift", column: "age", bins: 10, nanoRho: 0 },
} as const satisfies Record<string, Query>;
