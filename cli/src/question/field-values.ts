import type { Json } from "@cohortium/crypto/canonical-json";
import type { FieldType } from "./fields.js";

/** What was given for a field is not of its form. */
export class FieldError extends Error {
  override readonly name = "FieldError";
  readonly fix: string;

  constructor(says: string, fix: string) {
    super(says);
    this.fix = fix;
  }
}

/** The value that texts of a command line mean: each may hold several, with commas between. @throws FieldError */
export function valueOfTexts(type: FieldType, texts: readonly string[]): Json {
  switch (type) {
    case "cohort": return conditionsOf(texts.map(pairOf));
    case "column": case "word": return onlyOne(texts);
    case "columns": return distinct(splitAll(texts));
    case "count": return countOf(numberOf(onlyOne(texts)));
    case "numbers": return splitAll(texts).map(numberOf);
    case "shares": return sharesOf(splitAll(texts).map(numberOf));
    case "day": return dayOf(onlyOne(texts));
    case "spacing": return spacingOf(onlyOne(texts));
    case "scores": return scoresOf(texts.map(pairOf).map(([name, words]) => [name, words.map(numberOf)]));
  }
}

/** The value that a file's JSON means. @throws FieldError */
export function valueOfJson(type: FieldType, json: Json): Json {
  switch (type) {
    case "cohort": return conditionsOf(conditionsIn(json).map(([name, words]) => [name, textsOf(words)]));
    case "column": case "word": return textOf(json);
    case "columns": return distinct(textsOf(json));
    case "count": return countOf(numberIn(json));
    case "numbers": return itemsIn(json).map(numberIn);
    case "shares": return sharesOf(itemsIn(json).map(numberIn));
    case "day": return dayOf(textOf(json));
    case "spacing": return spacingOf(textOf(json));
    case "scores": return scoresOf(entriesOf(json).map(([name, edges]) => [name, itemsIn(edges).map(numberIn)]));
  }
}

/** A number as people write it. Empty text, hexadecimal, NaN and infinities are none. @throws FieldError */
export function numberOf(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))) return Number(text);
  throw new FieldError(`${quoted(text)} is not a number`, "write a number such as 0.5");
}

/** People say 1,1,1 or 50,25,25; a query says what part of the whole each is. */
function sharesOf(parts: readonly number[]): Json {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  if (parts.length > 1 && parts.every((part) => part > 0) && Number.isFinite(whole)) return parts.map((part) => part / whole);
  throw new FieldError("it is not what two arms or more were meant to get", "write a number above 0 for each arm, as in 1,1,1");
}

type Pair = readonly [name: string, words: readonly string[]];

function pairOf(text: string): Pair {
  const at = text.indexOf("=");
  if (at < 1) throw new FieldError(`${quoted(text)} has no name before an equals sign`, "write it as name=value,value");
  return [text.slice(0, at).trim(), split(text.slice(at + 1))];
}

function conditionsOf(pairs: readonly Pair[]): Json {
  distinct(pairs.map(([name]) => name));
  return pairs.map(([dimension, words]) => ({ dimension, words: distinct(words) }));
}

const SCORES = ["recency", "frequency", "monetary"] as const;

function scoresOf(pairs: readonly (readonly [name: string, edges: readonly number[]])[]): Json {
  const names = distinct(pairs.map(([name]) => name));
  const edges = Object.fromEntries(pairs);
  if (names.length === SCORES.length && SCORES.every((name) => edges[name]?.length === 4)) return edges;
  throw new FieldError(`it holds ${names.length === 0 ? "nothing" : names.join(", ")}`, "give four ascending edges each for recency, frequency and monetary, or none at all");
}

function splitAll(texts: readonly string[]): readonly string[] {
  return texts.flatMap(split);
}

function split(text: string): readonly string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.includes("")) throw new FieldError(`${quoted(text)} has nothing at one side of a comma`, "write names with one comma between each two");
  return parts;
}

function distinct(names: readonly string[]): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new FieldError(`${quoted(twice)} stands there twice`, "write it once");
  return names;
}

function onlyOne(texts: readonly string[]): string {
  const [text = "", ...more] = texts;
  if (more.length > 0) throw new FieldError(`${texts.length} were given`, "give one");
  if (text.trim() === "") throw new FieldError("it is empty", "give one");
  return text.trim();
}

function countOf(value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new FieldError(`${value} is no count`, "write a whole number from 1");
}

function dayOf(text: string): string {
  const atMs = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // `Date` turns 30 February into 2 March.
  if (Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text)) return text;
  throw new FieldError(`${quoted(text)} is not a day of the calendar`, "write it as 2026-03-01");
}

function spacingOf(text: string): string {
  if (text === "linear" || text === "log") return text;
  throw new FieldError(`${quoted(text)} is no spacing`, "write linear or log");
}

/** As names with their words, or as a query has it: a list of dimension and words. */
function conditionsIn(json: Json): readonly (readonly [string, Json])[] {
  if (!Array.isArray(json)) return entriesOf(json);
  return itemsIn(json).map((one) => {
    const { dimension, words, ...rest } = Object.fromEntries(entriesOf(one));
    if (typeof dimension === "string" && words !== undefined && Object.keys(rest).length === 0) return [dimension, words];
    throw new FieldError("a condition of a list has a dimension and words, and nothing else", "write it as {dimension: channel, words: [Web, Phone]}");
  });
}

function entriesOf(json: Json): readonly (readonly [string, Json])[] {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return Object.entries(json);
  throw new FieldError("it is not a list of names with values", "write one line a name, as in channel: [Web, Phone]");
}

function itemsIn(json: Json): readonly Json[] {
  if (Array.isArray(json)) return json.map((item: Json) => item);
  throw new FieldError("it is not a list", "write it as [a, b]");
}

function textsOf(json: Json): readonly string[] {
  return (Array.isArray(json) ? itemsIn(json) : [json]).map(textOf);
}

function textOf(json: Json): string {
  if (typeof json === "string" && json.trim() !== "") return json;
  throw new FieldError(`${quoted(JSON.stringify(json))} is no text`, "put words that look like numbers, yes or no into quotes");
}

function numberIn(json: Json): number {
  if (typeof json === "number" && Number.isFinite(json)) return json;
  throw new FieldError(`${quoted(JSON.stringify(json))} is not a number`, "write a number such as 0.5, without quotes");
}

const SHOWN_LENGTH_MAX = 60;

function quoted(text: string): string {
  return `"${text.replace(/^"|"$/g, "").slice(0, SHOWN_LENGTH_MAX)}"`;
}
