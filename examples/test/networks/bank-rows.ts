import { existsSync } from "node:fs";
import { join } from "node:path";
import { splitOwn, type Split } from "@cohortium/node/data/holdout";
import { importRows } from "@cohortium/node/data/import-rows";
import { FEATURES, LABEL } from "../../src/bank-marketing/columns.js";

const DATASETS = process.env["COHORTIUM_DATASETS"] ?? join(import.meta.dirname, "../../../../shared/datasets");
const FILE = join(DATASETS, "bank-marketing", "bank-additional-full.csv");

/** Whether the real calls are on this machine. Without them there is nothing to say about them. */
export const HAS_BANK = existsSync(FILE);

/** All calls, without their length, which is known only afterwards: four fifths to train on, a fifth held out. */
export async function bankRows(): Promise<Split> {
  const read = await importRows({ path: FILE, delimiter: ";", quote: '"', keyColumn: null }, { recipe: { features: FEATURES, label: LABEL }, rowsMin: 1, rowsMax: 50_000 });
  if (read.kind === "refused") throw new Error(JSON.stringify(read.problems));
  return splitOwn(read.rows, 0.2);
}
