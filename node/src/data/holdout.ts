import { readFile } from "node:fs/promises";
import { concat, toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import type { Digest } from "@cohortium/protocol/session/ids";
import type { FeedSettings } from "./feeds/with-feed.js";
import { importRows, type Import, type RowSource, type RowTerms } from "./import-rows.js";
import { takeRows, type LocalRows } from "./local-rows.js";
import { fileProblem, type DataProblem } from "./problem.js";

/** Rows to train on and rows to judge by. No row is in both. */
export interface Split {
  readonly train: LocalRows;
  readonly held: LocalRows;
}

/**
 * Holds out about `share` of the rows: row `i` if SHA-256 of the rows' digest and `i`, read as a fraction, is below it.
 *
 * The same rows are held out every time, also after a restart, and nobody chose which.
 */
export function splitOwn(rows: LocalRows, share: number): Split {
  const indices = Array.from({ length: rows.rows }, (_, row) => row);
  const held = indices.map((row) => fractionOf(rows.digest, row) < share);
  return { train: takeRows(rows, indices.filter((row) => held[row] === false)), held: takeRows(rows, indices.filter((row) => held[row] === true)) };
}

/** The rows of a common file that party `index` of `parties` answers for, so that together each is counted once. */
export function shareOfCommon(rows: LocalRows, parties: number, index: number): LocalRows {
  return takeRows(rows, Array.from({ length: rows.rows }, (_, row) => row).filter((row) => row % parties === index));
}

/** What the charter says of the common held-out file. */
export interface CommonTerms extends RowTerms {
  readonly digest: Digest;
}

/**
 * Reads the common held-out file, if it is byte for byte the one whose SHA-256 the charter names, before and after its rows are read. All companies
 * have the same file, so its columns are called as the charter calls them.
 */
export async function importCommon(file: RowSource, { digest, ...terms }: CommonTerms, settings: FeedSettings): Promise<Import> {
  const other = await otherThanAgreed(file.path, digest);
  if (other !== null) return { kind: "refused", problems: [other] };
  const read = await importRows(file, terms, settings);
  const changed = read.kind === "refused" ? null : await otherThanAgreed(file.path, digest);
  return changed === null ? read : { kind: "refused", problems: [changed] };
}

/** Says so if a file is there that is not the one whose SHA-256 the charter names. */
export async function otherThanAgreed(path: string, digestInCharter: string): Promise<DataProblem | null> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || toHex(sha256(bytes)) === digestInCharter) return null;
  return fileProblem("DATA_HOLDOUT_OTHER", `the file with SHA-256 ${digestInCharter}`, 1);
}

const FRACTION_BYTES = 6;

function fractionOf(digest: string, row: number): number {
  const hash = sha256(concat(utf8(`cohortium/holdout/v1\n${digest}\n`), utf8(String(row))));
  return hash.slice(0, FRACTION_BYTES).reduce((value, byte) => value * 256 + byte, 0) / 256 ** FRACTION_BYTES;
}
