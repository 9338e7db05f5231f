import { open } from "node:fs/promises";
import { ScanFailed, scanCsv, type CsvFile, type TextColumns } from "./duckdb.js";

/** What became of reading a file. `absent` are the names that do not stand in its header exactly once. */
export type TableRead =
  | { readonly kind: "missing" | "empty" | "unreadable" }
  | { readonly kind: "read"; readonly absent: readonly string[]; readonly malformedLines: readonly number[] };

/** A header longer than this is a file without line breaks, not a table. */
export const HEADER_SIZE_MAX_BYTES = 64 * 1024;

/**
 * Reads the columns called `names`, in that order whatever their order in the file, a few thousand rows at a time.
 *
 * @param onRows - Gets one array per name (empty for an absent one) and the number of rows.
 */
export async function readTable(file: CsvFile, names: readonly string[], onRows: (columns: TextColumns, rows: number) => void): Promise<TableRead> {
  const text = await firstLine(file.path);
  if (text === undefined) return { kind: "missing" };
  if (text === "") return { kind: "empty" };
  const header = splitHeader(text, file);
  if (header === undefined) return { kind: "unreadable" };

  const found = names.map((name) => (header.indexOf(name) === header.lastIndexOf(name) ? header.indexOf(name) : -1));
  const wanted = found.filter((position) => position >= 0);
  const slots = found.map((position) => (position < 0 ? -1 : wanted.indexOf(position)));
  try {
    // The first field is read along, so that rows are counted also when no wanted column was found.
    const malformedLines = await scanCsv(file, header.length, [...wanted, 0], (columns) =>
      onRows(slots.map((slot) => columns[slot] ?? []), columns[wanted.length]?.length ?? 0));
    return { kind: "read", absent: names.filter((_, i) => (found[i] ?? -1) < 0), malformedLines };
  } catch (error) {
    if (error instanceof ScanFailed) return { kind: "unreadable" };
    throw error;
  }
}

async function firstLine(path: string): Promise<string | undefined> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_SIZE_MAX_BYTES), 0, HEADER_SIZE_MAX_BYTES, 0);
    const text = buffer.toString("utf8", 0, bytesRead);
    return text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/, 1)[0] ?? "";
  } finally {
    await handle.close();
  }
}

/** RFC 4180 fields of one line, or `undefined` if its quotes do not pair up. */
function splitHeader(line: string, { delimiter, quote }: CsvFile): readonly string[] | undefined {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === quote && quoted && line.charAt(i + 1) === quote) { field += quote; i++; }
    else if (char === quote) quoted = !quoted;
    else if (char === delimiter && !quoted) { fields.push(field); field = ""; }
    else field += char;
  }
  return quoted ? undefined : [...fields, field];
}
