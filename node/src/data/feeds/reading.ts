import { Refusal } from "@cohortium/protocol/host/refusal";
import { ScanFailed, type SqlEngine } from "../sql/duckdb.js";

/** Where a source is read to: the engine, under a name of ours, with a folder for what has to be unpacked. */
export interface ReadTo {
  readonly engine: SqlEngine;
  readonly relation: string;
  readonly scratch: string;
  onProgress(says: string): void;
}

export async function describedColumns(engine: SqlEngine, relation: string): Promise<readonly { readonly name: string; readonly type: string }[]> {
  return (await engine.read(`SELECT column_name, column_type FROM (DESCRIBE ${relation})`)).map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/** The engine's own words are withheld: they quote rows. */
export function asRefusal(path: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ScanFailed)) throw error;
    throw unreadable(path, error.line === null ? "it is damaged, or not of that format" : `line ${error.line} is not of that format`, "check the format; copy or export the file again");
  };
}

export function unreadable(path: string, why: string, fix: string): Refusal {
  return new Refusal({ code: "DATA_MALFORMED", title: "the file cannot be read as rows", detail: `${path}: ${why}`, fix });
}

export function nested(detail: string): Refusal {
  return new Refusal({ code: "DATA_NESTED", title: "a column holds more than single values", detail, fix: "flatten it into columns of numbers, texts, dates or booleans" });
}
