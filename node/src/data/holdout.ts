import { readFile } from "node:fs/promises";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
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
 *
 * @param coins - In place of the digest where a row's coin must not depend on other rows: secret hex digits of that length.
 */
export function splitOwn(rows: LocalRows, share: number, coins: string = rows.digest): Split {
  const fraction = fractionsOf(coins);
  const isHeld = new Uint8Array(rows.rows);
  for (let row = 0; row < isHeld.length; row++) isHeld[row] = fraction(row) < share ? 1 : 0;
  return { train: takeRows(rows, placesOf(isHeld, 0)), held: takeRows(rows, placesOf(isHeld, 1)) };
}

function placesOf(flags: Uint8Array, flag: number): Int32Array {
  const places = new Int32Array(flags.reduce((count, one) => count + (one === flag ? 1 : 0), 0));
  let filled = 0;
  flags.forEach((one, row) => { if (one === flag) places[filled++] = row; });
  return places;
}

/** The rows of a common file that party `index` of `parties` answers for, so that together each is counted once. */
export function shareOfCommon(rows: LocalRows, parties: number, index: number): LocalRows {
  return takeRows(rows, Int32Array.from({ length: Math.max(0, Math.ceil((rows.rows - index) / parties)) }, (_, i) => index + i * parties));
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

/** One buffer for all rows: of very many, making the text anew costs more than its hash. */
function fractionsOf(digest: string): (row: number) => number {
  const bytes = utf8(`cohortium/holdout/v1\n${digest}\n${"0".repeat(ROW_DIGITS_MAX)}`);
  const start = bytes.length - ROW_DIGITS_MAX;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (row) => {
    const hash = sha256(bytes.subarray(0, start + view.write(String(row), start, "latin1")));
    let value = 0;
    for (let i = 0; i < FRACTION_BYTES; i++) value = value * 256 + (hash[i] ?? 0);
    return value / 256 ** FRACTION_BYTES;
  };
}

const ROW_DIGITS_MAX = 16;
