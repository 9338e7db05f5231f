import { open } from "node:fs/promises";
import type { CsvFile } from "./duckdb.js";

/** The names in the first line of a CSV file, or why there are none. */
export type CsvHeader = { readonly kind: "missing" | "empty" | "unreadable" } | { readonly kind: "names"; readonly names: readonly string[] };

/** A header longer than this is a file without line breaks, not a table. */
export const HEADER_SIZE_MAX_BYTES = 64 * 1024;

/** Reads the first line alone. */
export async function readHeader(file: CsvFile): Promise<CsvHeader> {
  const text = await firstLine(file.path);
  if (text === undefined) return { kind: "missing" };
  if (text === "") return { kind: "empty" };
  const names = splitHeader(text, file);
  return names === undefined ? { kind: "unreadable" } : { kind: "names", names };
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
