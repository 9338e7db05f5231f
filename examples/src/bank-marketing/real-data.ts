import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { CSV_COLUMNS, type TextRow } from "./columns.js";
import { unzipMember } from "./zip.js";

/** bank-additional-full.csv: S. Moro, P. Cortez, P. Rita, Decision Support Systems 62 (2014); UCI Machine Learning Repository, CC BY 4.0. */
const FILE = "bank-additional-full.csv";
const FILE_SHA256 = "74adfc578bf77a7ff4bb1ba4a9f8709d9e3c6907342959c2c8416847e0afb4d8";
const ARCHIVE_URL = "https://archive.ics.uci.edu/static/public/222/bank+marketing.zip";
const DOWNLOAD_TIMEOUT_MS = 5_000;

/** Where to look for the data set. */
export interface Places {
  /** Folders that may hold `bank-marketing/bank-additional-full.csv`, in the order to try them. */
  readonly folders: readonly string[];
  /** Whether to ask the UCI repository if no folder has it. */
  readonly download: boolean;
}

/** The rows of the data set without the call's length, or `undefined` if nobody has the very file that is pinned here. */
export async function findRealRows({ folders, download }: Places): Promise<readonly TextRow[] | undefined> {
  for (const folder of folders) {
    const bytes = await readFile(join(folder, "bank-marketing", FILE)).catch(() => undefined);
    if (bytes !== undefined && isPinned(bytes)) return rowsOf(bytes);
  }
  const bytes = download ? await fetchFile().catch(() => undefined) : undefined;
  return bytes !== undefined && isPinned(bytes) ? rowsOf(bytes) : undefined;
}

/** What is wrong with a folder that somebody named on purpose; null if the data is there. */
export async function doubtAbout(folder: string): Promise<string | null> {
  const path = join(folder, "bank-marketing", FILE);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return `there is no readable ${path}`;
  return isPinned(bytes) ? null : `${path} is another file than the one published`;
}

function isPinned(bytes: Uint8Array): boolean {
  return toHex(sha256(bytes)) === FILE_SHA256;
}

/** The archive holds another archive, which holds the file. */
async function fetchFile(): Promise<Buffer> {
  const response = await fetch(ARCHIVE_URL, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  const archive = Buffer.from(await response.arrayBuffer());
  return unzipMember(unzipMember(archive, "bank-additional.zip"), `bank-additional/${FILE}`);
}

/** The file is pinned, so its form is known: semicolons, every text in quotes, none inside a text. */
function rowsOf(bytes: Buffer): readonly TextRow[] {
  const [header = [], ...rows] = bytes.toString("utf8").trimEnd().split(/\r?\n/).map((line) => line.replaceAll('"', "").split(";"));
  const positions = CSV_COLUMNS.map((name) => header.indexOf(name));
  return rows.map((row) => positions.map((position) => row[position] ?? ""));
}
