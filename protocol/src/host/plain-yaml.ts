import type { Json } from "@cohortium/crypto/canonical-json";
import { isNode, LineCounter, parseDocument, visit, type Document, type Node } from "yaml";
import { z } from "zod";

/** The text is not YAML as charters and contracts use it. `line` counts from 1. */
export class PlainYamlError extends Error {
  override readonly name = "PlainYamlError";
  readonly line: number;

  constructor(line: number, says: string) {
    super(`line ${line}: ${says}`);
    this.line = line;
  }
}

/** A YAML document as JSON, and where in the text things stand. */
export interface PlainYaml {
  readonly json: Json;
  /** The line, from 1, of what a JSON pointer (RFC 6901) means, or of the nearest thing around it that exists. */
  lineOf(pointer: string): number;
}

/**
 * Reads one YAML 1.2 document as JSON. Says nothing about its meaning.
 *
 * Repeated keys, aliases, tags and second documents are refused: what a person reads must be what is meant, and no text is longer than it looks.
 *
 * @param lengthMax - In UTF-16 units of the text.
 * @throws PlainYamlError naming the first line at fault.
 */
export function readPlainYaml(text: string, lengthMax: number): PlainYaml {
  const { document, lines } = parsed(text, lengthMax);
  // Warnings are unknown tags: the value would be read as something other than it says it is.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new PlainYamlError(lines.linePos(problem.pos[0]).line, problem.message);
  refuseForeign(document, lines);
  return { json: z.json().parse(document.toJS({ maxAliasCount: 0 })), lineOf: (pointer) => lineAt(document, lines, pointer) };
}

/** As `PlainYaml.lineOf`, in a text that may be anything. */
export function plainYamlLine(text: string, pointer: string, lengthMax: number): number {
  const { document, lines } = parsed(text, lengthMax);
  return lineAt(document, lines, pointer);
}

function lineAt(document: Document.Parsed, lines: LineCounter, pointer: string): number {
  const path = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return lineOf(node, lines);
  }
  return 1;
}

interface Parsed {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

function parsed(text: string, lengthMax: number): Parsed {
  if (text.length > lengthMax) throw new PlainYamlError(1, `longer than ${lengthMax} characters`);
  const lines = new LineCounter();
  // The core schema has no yes/no/on/off, dates or merge keys, whatever a %YAML directive says.
  const rules = { version: "1.2", schema: "core", merge: false, stringKeys: true, uniqueKeys: true } as const;
  return { document: parseDocument(text, { ...rules, prettyErrors: false, lineCounter: lines }), lines };
}

function refuseForeign(document: Document.Parsed, lines: LineCounter): void {
  visit(document, {
    Alias: (_, node) => { throw new PlainYamlError(lineOf(node, lines), "aliases are not allowed; write the value out"); },
    Scalar: (_, node) => {
      if (typeof node.value === "number" && !Number.isFinite(node.value)) throw new PlainYamlError(lineOf(node, lines), "not a finite number");
    },
  });
}

function lineOf(node: Node, lines: LineCounter): number {
  return lines.linePos(node.range?.[0] ?? 0).line;
}
