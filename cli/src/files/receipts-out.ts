import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { utf8 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { checkFree, checkWritable, isFolder, writeOut } from "./write-out.js";

/** Where the receipt of each person goes: one file if it is one person, a folder with a file of her own for each of several. */
export type ReceiptPlaces = readonly string[];

/**
 * Decided before anybody is removed: that cannot be undone, and a receipt that nobody gets is none.
 *
 * @param lines - Of each person's key in the file of keys; null for a key that was typed.
 * @throws Refusal USAGE_WRITE or USAGE_EXISTS
 */
export function receiptPlaces(path: string, lines: readonly (number | null)[]): ReceiptPlaces {
  const [first = null] = lines;
  const intoFolder = lines.length > 1 || (first !== null && isFolder(path));
  const places = intoFolder ? lines.map((line) => join(path, `receipt-line-${String(line ?? 0).padStart(4, "0")}.json`)) : [path];
  if (intoFolder && !existsSync(path)) checkWritable(path);
  else for (const place of places) checkWritable(place);
  for (const place of places) checkFree(place, "name another with --receipt; a receipt is replaced by nothing");
  return places;
}

/** As many documents as places, in the same order. Only their owner reads them. */
export function writeReceipts(places: ReceiptPlaces, documents: readonly Json[]): void {
  for (const place of places) mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
  places.forEach((place, i) => writeOut(place, utf8(`${JSON.stringify(documents[i] ?? null, null, 2)}\n`), 0o600));
}
