/** What a zod schema says about keys: which exist, what their texts mean, which one somebody may have meant. */
import { z } from "zod";

type Schema = z.core.$ZodType;

/** The keys below `path`: a closed list, any name at all, or none. Past unions and lists the schema itself must be strict. */
export type KeysAt =
  | { readonly kind: "closed"; readonly fields: Readonly<Record<string, Schema>> }
  | { readonly kind: "open"; readonly each: Schema }
  | { readonly kind: "leaf" };

export function keysAt(schema: Schema): KeysAt {
  const bare = unwrap(schema);
  if (bare instanceof z.core.$ZodObject) return { kind: "closed", fields: bare._zod.def.shape };
  if (bare instanceof z.core.$ZodRecord) return { kind: "open", each: bare._zod.def.valueType };
  return { kind: "leaf" };
}

/** The schema of one key, or null if there is no such key. */
export function schemaOf(schema: Schema, key: string): Schema | null {
  const keys = keysAt(schema);
  switch (keys.kind) {
    case "closed": return Object.hasOwn(keys.fields, key) ? keys.fields[key] ?? null : null;
    case "open": return keys.each;
    case "leaf": return null;
  }
}

/** Dotted paths in `data` for which the schema has no key. */
export function unknownKeys(schema: Schema, data: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  const bare = unwrap(schema);
  if (bare instanceof z.core.$ZodArray && Array.isArray(data)) {
    return data.flatMap((item, index) => unknownKeys(bare._zod.def.element, item, [...at, String(index)]));
  }
  if (keysAt(schema).kind === "leaf" || !isTree(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const below = schemaOf(schema, key);
    return below === null ? [[...at, key]] : unknownKeys(below, value, [...at, key]);
  });
}

/** The known key closest to `key` at the place `path` leads to, or null if none is close. */
export function nearestKey(schema: Schema, path: readonly string[], key: string): string | null {
  const place = path.reduce<Schema | null>((found, step) => (found === null ? null : elementOf(found) ?? schemaOf(found, step)), schema);
  const keys = place === null ? null : keysAt(place);
  if (keys?.kind !== "closed") return null;
  return nearest(key, Object.keys(keys.fields));
}

/** The closest of `candidates` that is near enough to be a slip of the hand. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const scored = candidates.map((candidate) => ({ candidate, edits: edits(word.toLowerCase(), candidate.toLowerCase()) }));
  const best = scored.toSorted((a, b) => a.edits - b.edits)[0];
  return best !== undefined && best.edits <= Math.ceil(word.length / 3) ? best.candidate : null;
}

/** A text from a flag or the environment as the schema's kind of value. A text that does not read as one stays a text, and fails there. */
export function readText(schema: Schema, text: string): unknown {
  const bare = unwrap(schema);
  if (bare instanceof z.core.$ZodNumber) return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : text;
  if (bare instanceof z.core.$ZodBoolean) return text === "true" ? true : text === "false" ? false : text;
  if (bare instanceof z.core.$ZodArray && !text.trimStart().startsWith("[")) {
    return text === "" ? [] : text.split(",").map((item) => readText(bare._zod.def.element, item.trim()));
  }
  if (bare instanceof z.core.$ZodArray || keysAt(bare).kind !== "leaf") return readJson(text);
  return text;
}

/** Whether the name says that its value is a secret. A path to one, as in `tokenFile`, is not. */
export function namesSecret(key: string): boolean {
  return /(?:secret|token|password|passphrase|seed|privateKey|apiKey|credential)s?$/i.test(key);
}

export function isTree(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

/** The schema under "optional", "default" and the like. */
function unwrap(schema: Schema): Schema {
  if (
    schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodNullable || schema instanceof z.core.$ZodDefault
    || schema instanceof z.core.$ZodPrefault || schema instanceof z.core.$ZodReadonly || schema instanceof z.core.$ZodNonOptional
  ) return unwrap(schema._zod.def.innerType);
  return schema instanceof z.core.$ZodPipe ? unwrap(schema._zod.def.in) : schema;
}

function elementOf(schema: Schema): Schema | null {
  const bare = unwrap(schema);
  return bare instanceof z.core.$ZodArray ? bare._zod.def.element : null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}

/** Levenshtein distance, row by row. */
function edits(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
