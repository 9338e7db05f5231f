import { seededUniform } from "../../src/story/seeded.js";
import { csvOf } from "./tiny-data.js";

/** A made-up customer of an e-mail test: who she is, which mail she got, what came of it, and what she bought before. */
export interface Customer {
  readonly channel: string;
  readonly zip: string;
  readonly segment: string;
  readonly history: number;
  readonly visit: number;
  readonly spend: number;
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
}

export const CHANNELS = ["Phone", "Web", "Multichannel"] as const;
export const ZIPS = ["Urban", "Rural", "Surburban"] as const;
export const SEGMENTS = ["Womens E-Mail", "Mens E-Mail", "No E-Mail"] as const;
const COLUMNS = ["channel", "zip", "segment", "history", "visit", "spend", "recency", "frequency", "monetary"] as const;

/** The same for the same seed. Amounts are quarters of a dollar, so that their sums are exact. */
export function customers(seed: number, rows: number): readonly Customer[] {
  const uniform = seededUniform(seed);
  const one = <T>(words: readonly [T, ...T[]]): T => words[Math.floor(words.length * uniform())] ?? words[0];
  return Array.from({ length: rows }, () => {
    const segment = one(SEGMENTS);
    const history = Math.floor(1_600 * uniform()) / 4;
    const visit = uniform() < (segment === "No E-Mail" ? 0.25 : 0.4) + history / 2_000 ? 1 : 0;
    return {
      channel: one(CHANNELS), zip: one(ZIPS), segment, history, visit,
      spend: visit === 0 ? 0 : Math.floor(200 * uniform() + history) / 4,
      recency: Math.floor(300 * uniform()), frequency: 1 + Math.floor(40 * uniform() ** 2), monetary: 1 + Math.floor(4_000 * uniform() ** 2) / 4,
    };
  });
}

export function customersCsv(rows: readonly Customer[]): string {
  return csvOf(rows.map((row) => COLUMNS.map((column) => String(row[column]))), COLUMNS);
}

/** What a charter says of these columns. */
export const CLAUSE = {
  kinds: ["profile", "histogram", "quantiles", "categories", "rfm", "experiment", "drift"],
  cellRows: 10,
  features: [
    { kind: "categorical", name: "channel", categories: [...CHANNELS] },
    { kind: "categorical", name: "zip", categories: [...ZIPS] },
    { kind: "categorical", name: "segment", categories: [...SEGMENTS] },
    { kind: "numeric", name: "history", unit: "USD", min: 0, max: 400 },
    { kind: "numeric", name: "visit", unit: "visits", min: 0, max: 1 },
    { kind: "numeric", name: "spend", unit: "USD", min: 0, max: 200 },
    { kind: "numeric", name: "recency", unit: "days", min: 0, max: 300 },
    { kind: "numeric", name: "frequency", unit: "orders", min: 0, max: 50 },
    { kind: "numeric", name: "monetary", unit: "USD", min: 0, max: 1_001 },
  ],
};
