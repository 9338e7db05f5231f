import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { parseDigest, type Digest } from "@cohortium/protocol/session/ids";
import { CSV_COLUMNS, type TextRow } from "./columns.js";
import { generateRows } from "./generated.js";
import { findRealRows, type Places } from "./real-data.js";
import { splitRows } from "./split.js";

/** The folder each partner keeps its files in. */
export interface PartnerFolders {
  readonly harbour: string;
  readonly meadow: string;
  readonly lantern: string;
}

/** What was written: `contacts.csv` and the common `holdout.csv` in each folder. */
export interface PreparedData {
  /** Whether the rows are real calls or made up. */
  readonly source: "bank-marketing" | "generated";
  readonly rows: { readonly harbour: number; readonly meadow: number; readonly lantern: number; readonly holdout: number };
  /** SHA-256 of `holdout.csv`, for the charter. */
  readonly holdoutDigest: Digest;
}

export const CONTACTS_FILE = "contacts.csv";
export const HOLDOUT_FILE = "holdout.csv";
/** How those files are written. */
export const CSV_FORM = { delimiter: ";", quote: '"' } as const;

/** Writes each partner's rows, and the rows all are judged by, into their folders. Real rows if they can be found, else made-up ones. */
export async function prepareData(folders: PartnerFolders, places: Places): Promise<PreparedData> {
  const real = await findRealRows(places);
  const { holdout, ...partners } = splitRows(real ?? generateRows(GENERATOR_SEED), SPLIT_SEED);
  const held = csvOf(holdout);
  for (const name of ["harbour", "meadow", "lantern"] as const) {
    await mkdir(folders[name], { recursive: true });
    await writeFile(join(folders[name], CONTACTS_FILE), csvOf(partners[name]));
    await writeFile(join(folders[name], HOLDOUT_FILE), held);
  }
  return {
    source: real === undefined ? "generated" : "bank-marketing",
    rows: { harbour: partners.harbour.length, meadow: partners.meadow.length, lantern: partners.lantern.length, holdout: holdout.length },
    holdoutDigest: parseDigest(toHex(sha256(utf8(held)))),
  };
}

const GENERATOR_SEED = 2014;
/**
 * Of the seeds 1 to 24 the one whose gain for `lantern` (0.059 AUC) is nearest to their mean (0.058; they range from 0.028 to 0.095):
 * a typical deal of the cards, not a lucky one.
 */
const SPLIT_SEED = 6;

/** Names and texts hold no quote and no semicolon. */
function csvOf(rows: readonly TextRow[]): string {
  return [CSV_COLUMNS, ...rows].map((row) => `${row.map((field) => `"${field}"`).join(CSV_FORM.delimiter)}\n`).join("");
}
