import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededUniform, shuffled } from "../story/seeded.js";
import { CUSTOMER_COLUMNS, type Customer } from "./customers.js";

/** How many of the 64,000 customers each company has; nobody is at two. */
export const DEALT = { harbour: 40_000, lantern: 4_000, meadow: 20_000 } as const;
export type Company = keyof typeof DEALT;

const SEED = 6;

/** Deals the customers out by chance, the same way each time. @returns Where each company's file is. */
export async function dealCustomers(rows: readonly Customer[], folder: string): Promise<Readonly<Record<Company, string>>> {
  const order = shuffled(rows, seededUniform(SEED));
  const write = async (company: Company, from: number): Promise<string> => {
    const own = join(folder, company, "data");
    await mkdir(own, { recursive: true });
    const path = join(own, "customers.csv");
    await writeFile(path, csvOf(order.slice(from, from + DEALT[company])));
    return path;
  };
  return { harbour: await write("harbour", 0), lantern: await write("lantern", DEALT.harbour), meadow: await write("meadow", DEALT.harbour + DEALT.lantern) };
}

/** No word holds a semicolon or a quote. */
function csvOf(rows: readonly Customer[]): string {
  return [CUSTOMER_COLUMNS, ...rows.map((row) => CUSTOMER_COLUMNS.map((name) => String(row[name])))].map((fields) => `${fields.join(";")}\n`).join("");
}
