import type { Json } from "@cohortium/crypto/canonical-json";
import { isNode, LineCounter, parseDocument, visit, type Document, type Node } from "yaml";
import { z } from "zod";
import { CHARTER_TEXT_LENGTH_MAX } from "../session/charter-limits.js";

/** The text is not YAML as charters use it. `line` counts from 1. */
export class CharterYamlError extends Error {
  override readonly name = "CharterYamlError";
  readonly line: number;

  constructor(line: number, says: string) {
    super(`line ${line}: ${says}`);
    this.line = line;
  }
}

/**
 * Reads one YAML 1.2 document as JSON. Says nothing about its meaning; `checkCharter` does.
 *
 * Repeated keys, aliases, tags and second documents are refused: what a person reads must be what gets signed.
 *
 * @throws CharterYamlError naming the first line at fault.
 */
export function readCharterYaml(text: string): Json {
  const { document, lines } = parsed(text);
  // Warnings are unknown tags: the value would be read as something other than it says it is.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new CharterYamlError(lines.linePos(problem.pos[0]).line, problem.message);
  refuseForeign(document, lines);
  return z.json().parse(document.toJS({ maxAliasCount: 0 }));
}

/** The line, from 1, of what a JSON pointer (RFC 6901) means in this text, or of the nearest thing around it that exists. */
export function charterYamlLine(text: string, pointer: string): number {
  const { document, lines } = parsed(text);
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

function parsed(text: string): Parsed {
  if (text.length > CHARTER_TEXT_LENGTH_MAX) throw new CharterYamlError(1, `longer than ${CHARTER_TEXT_LENGTH_MAX} characters`);
  const lines = new LineCounter();
  // The core schema has no yes/no/on/off, dates or merge keys, whatever a %YAML directive says.
  const rules = { version: "1.2", schema: "core", merge: false, stringKeys: true, uniqueKeys: true } as const;
  return { document: parseDocument(text, { ...rules, prettyErrors: false, lineCounter: lines }), lines };
}

function refuseForeign(document: Document.Parsed, lines: LineCounter): void {
  visit(document, {
    Alias: (_, node) => { throw new CharterYamlError(lineOf(node, lines), "aliases are not allowed; write the value out"); },
    Scalar: (_, node) => {
      if (typeof node.value === "number" && !Number.isFinite(node.value)) throw new CharterYamlError(lineOf(node, lines), "not a finite number");
    },
  });
}

function lineOf(node: Node, lines: LineCounter): number {
  return lines.linePos(node.range?.[0] ?? 0).line;
}
