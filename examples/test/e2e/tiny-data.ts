import { seededUniform } from "../../src/story/seeded.js";

/** Rows of a party as texts: two numbers, one word, one label. */
export type TinyRow = readonly [age: string, visits: string, region: string, bought: string];

export const TINY_COLUMNS = ["age", "visits", "region", "bought"] as const;
export const REGIONS = ["north", "south", "west"] as const;

/** Made-up customers with a known tendency, the same for the same seed. */
export function tinyRows(seed: number, rows = 300): TinyRow[] {
  const uniform = seededUniform(seed);
  return Array.from({ length: rows }, (): TinyRow => {
    const age = 18 + Math.floor(70 * uniform());
    const visits = Math.floor(40 * uniform());
    const region = REGIONS[Math.floor(REGIONS.length * uniform())] ?? "north";
    const score = (age - 50) / 25 + (visits - 20) / 15 + (region === "south" ? 0.7 : 0);
    return [String(age), String(visits), region, uniform() < 1 / (1 + Math.exp(-score)) ? "yes" : "no"];
  });
}

/** The text of a file, as `LocalConsortium` configures its nodes to read it. */
export function csvOf(rows: readonly (readonly string[])[], columns: readonly string[] = TINY_COLUMNS): string {
  return [columns, ...rows].map((row) => `${row.join(";")}\n`).join("");
}
