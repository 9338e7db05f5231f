import { open } from "node:fs/promises";
import type { CsvFile } from "./sql/duckdb.js";
import { DELIMITERS } from "./likely-delimiter.js";

/** The names in the first line of a CSV file, or why there are none. `bytes`: the line is not text in UTF-8. */
export type CsvHeader = { readonly kind: "missing" | "empty" | "unreadable" | "bytes" } | { readonly kind: "names"; readonly names: readonly string[] };

/** A header longer than this is a file without line breaks, not a table. */
export const HEADER_SIZE_MAX_BYTES = 64 * 1024;

/** Reads the first line alone. */
export async function readHeader(file: CsvFile): Promise<CsvHeader> {
  const text = await firstLine(file.path);
  if (text === undefined) return { kind: "missing" };
  if (text === "") return { kind: "empty" };
  // Every second byte of UTF-16 is zero where the names are Latin; other encodings have bytes that UTF-8 has not.
  if (/[\0\uFFFD]/.test(text)) return { kind: "bytes" };
  const names = splitHeader(text, file) ?? undivided(text, file);
  return names === undefined ? { kind: "unreadable" } : { kind: "names", names };
}

/** A line of quoted names that another character divides is one column, so that its owner hears of the delimiter; it reads as no row the engine gives. */
function undivided(line: string, { delimiter, quote }: CsvFile): readonly string[] | undefined {
  const isDivided = DELIMITERS.some((other) => other !== delimiter && (splitHeader(line, { delimiter: other, quote }) ?? []).length > 1);
  return isDivided ? [line] : undefined;
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

type Writing = Pick<CsvFile, "delimiter" | "quote">;

/** RFC 4180 fields of one line, or `undefined` if a quoted one does not end in its quote. */
function splitHeader(line: string, writing: Writing): readonly string[] | undefined {
  const fields: string[] = [];
  for (let from = 0; from <= line.length;) {
    const field = fieldAt(line, from, writing);
    if (field === undefined) return undefined;
    fields.push(field.text);
    from = field.end + 1;
  }
  return fields;
}

interface Field {
  readonly text: string;
  /** Where its delimiter stands, or the line ends. */
  readonly end: number;
}

/** As the engine reads a field: a quote opens it at its start alone, and spaces around a quoted one are not of it. */
function fieldAt(line: string, from: number, { delimiter, quote }: Writing): Field | undefined {
  const start = pastSpaces(line, from, delimiter);
  if (line.charAt(start) !== quote) {
    const found = line.indexOf(delimiter, from);
    const end = found < 0 ? line.length : found;
    return { text: line.slice(from, end), end };
  }
  let text = "";
  for (let i = start + 1; i < line.length; i++) {
    const char = line.charAt(i);
    if (char !== quote) text += char;
    else if (line.charAt(i + 1) === quote) text += line.charAt(i++);
    else {
      const end = pastSpaces(line, i + 1, delimiter);
      return end === line.length || line.charAt(end) === delimiter ? { text, end } : undefined;
    }
  }
  return undefined;
}

function pastSpaces(line: string, from: number, delimiter: string): number {
  let at = from;
  while (delimiter !== " " && line.charAt(at) === " ") at++;
  return at;
}
