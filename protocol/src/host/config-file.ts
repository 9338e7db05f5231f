/** The one place that reads YAML. */
import { readFileSync } from "node:fs";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type ParsedNode } from "yaml";
import { isFileError } from "./atomic-file.js";
import { Refusal } from "./refusal.js";

/** A file as it lies on disk. */
export interface ConfigText {
  readonly path: string;
  readonly text: string;
}

/** A parsed file: plain data, and the line each key and list element stands on, by dotted path. */
export interface ConfigFile {
  readonly path: string;
  readonly data: unknown;
  readonly lineOf: ReadonlyMap<string, number>;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** @throws Refusal CONFIG_MISSING if there is no such file. */
export function readConfigText(path: string): ConfigText {
  try {
    return { path, text: readFileSync(path, "utf8") };
  } catch (error) {
    if (!isFileError(error, "ENOENT")) throw error;
    throw new Refusal({ code: "CONFIG_MISSING", title: "there is no configuration file", detail: path, fix: "create it, or name another with --config" });
  }
}

/** YAML 1.2; keys must be unique. Never throws: what is wrong with the text is in `problems`. */
export function parseConfigText({ path, text }: ConfigText): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const lineOf = new Map<string, number>();
  if (document.contents !== null) collectLines(document.contents, "", lines, lineOf);
  const problems = [...document.errors, ...document.warnings].map((problem) => ({ line: lines.linePos(problem.pos[0]).line, message: problem.message }));
  // An empty file says nothing, which is different from saying null.
  const data: unknown = problems.length > 0 || document.contents === null ? {} : document.toJS();
  return { path, data, lineOf, problems };
}

function collectLines(node: ParsedNode, at: string, lines: LineCounter, lineOf: Map<string, number>): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const path = at === "" ? String(key.value) : `${at}.${String(key.value)}`;
      lineOf.set(path, lines.linePos(key.range[0]).line);
      if (value !== null) collectLines(value, path, lines, lineOf);
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const path = `${at}.${index}`;
      lineOf.set(path, lines.linePos(item.range[0]).line);
      collectLines(item, path, lines, lineOf);
    }
  }
}
