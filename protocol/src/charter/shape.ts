import type { Json } from "@cohortium/crypto/canonical-json";
import type { z } from "zod";
import { pointer, type Problem } from "./clauses.js";
import { charterJsonSchema, charterSchema } from "./schema.js";
import type { Charter } from "./charter.js";
import { issueWords } from "../session/issue-words.js";
import { closest } from "../session/suggestion.js";

/** The top-level keys of a charter whose form is right. Rules across keys look at what they find, so that one typing error hides no other. */
export type Sections = { readonly [Key in keyof Charter]?: Charter[Key] | undefined };

export type Form =
  | { readonly kind: "whole"; readonly charter: Charter }
  | { readonly kind: "parts"; readonly sections: Sections; readonly problems: readonly Problem[] };

/** What the schema says: a charter of the right form, or the sections that have it and everything that is wrong with the others. */
export function readForm(json: Json): Form {
  const whole = charterSchema.safeParse(json);
  if (whole.success) return { kind: "whole", charter: whole.data };

  const schema = charterJsonSchema();
  const problems = whole.error.issues.flatMap((issue) => problemsOf(issue, json, schema));
  const wrong = new Set(whole.error.issues.flatMap(topKeys));
  const rest = charterSchema.partial().safeParse(isRecord(json) ? Object.fromEntries(Object.entries(json).filter(([key]) => !wrong.has(key))) : {});
  return { kind: "parts", sections: rest.success ? rest.data : {}, problems };
}

type Issue = z.core.$ZodIssue;
type Schema = z.core.JSONSchema._JSONSchema;

function topKeys(issue: Issue): readonly PropertyKey[] {
  return issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys : issue.path.slice(0, 1);
}

function problemsOf(issue: Issue, json: Json, schema: Schema): readonly Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(issue.path, key, schema));

  const path = pointer(...issue.path);
  const wanted = schemasAt(issue.path, schema).map(descriptionOf).find((words) => words !== undefined);
  const value = wanted ?? "what protocol/spec/charter.schema.json asks";
  return isPresent(json, issue.path)
    ? [{ clause: "shape.value", path, says: sentence(issue), fix: `write ${value}` }]
    : [{ clause: "shape.missing-key", path, says: "this key is missing", fix: `add it: ${value}` }];
}

function unknownKey(parent: readonly PropertyKey[], key: string, schema: Schema): Problem {
  const places = schemasAt(parent, schema);
  const known = [...new Set(places.flatMap((place) => (typeof place === "boolean" ? [] : Object.keys(place.properties ?? {}))))];
  const near = closest(key, known);
  return {
    clause: "shape.unknown-key",
    path: pointer(...parent, key),
    says: near === undefined ? "a charter has no such key here" : `a charter has no such key here; did you mean "${near}"?`,
    fix: near === undefined ? `remove it; known here: ${known.join(", ")}` : `write "${near}"`,
  };
}

/** A pattern says nothing to the people who write charters. */
function sentence(issue: Issue): string {
  return issue.code === "invalid_format" ? "this does not have the right form" : issueWords(issue);
}

/** Every place of the schema that `path` may lead to: alternatives (numeric, categorical) are all followed. */
function schemasAt(path: readonly PropertyKey[], schema: Schema): readonly Schema[] {
  let here = alternatives(schema);
  for (const part of path) here = here.flatMap((place) => inside(place, part)).flatMap(alternatives);
  return here;
}

function alternatives(schema: Schema): readonly Schema[] {
  if (typeof schema === "boolean") return [];
  return [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
}

function inside(schema: Schema, part: PropertyKey): readonly Schema[] {
  if (typeof schema === "boolean") return [];
  const found = typeof part === "string" ? schema.properties?.[part] : schema.items;
  return found === undefined || Array.isArray(found) ? [] : [found];
}

function descriptionOf(schema: Schema): string | undefined {
  return typeof schema === "boolean" ? undefined : schema.description;
}

function isPresent(json: Json, path: readonly PropertyKey[]): boolean {
  let here: unknown = json;
  for (const part of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, part)) return false;
    here = Reflect.get(here, part);
  }
  return true;
}

function isRecord(json: Json): json is { readonly [member: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
