import { z } from "zod";
import type { Json } from "@cohortium/crypto/canonical-json";
import { SPELLED_MAX } from "../charter/limits.js";
import { words } from "../charter/texts.js";
import type { Digest } from "../session/ids.js";
import { issueWords } from "../session/issue-words.js";
import { jsonDigest } from "../session/json-digest.js";
import type { Query } from "./query.js";
import {
  BINS_MAX, BINS_MIN, CONDITIONS_MAX, DIMENSIONS_MAX, MEASURES_MAX, NANO_RHO_MAX, PROBABILITIES_MAX, TOP_MAX, WORDS_MAX,
} from "./query-limits.js";

const nanoRho = z.int().min(0).max(NANO_RHO_MAX);
const cohort = z.array(z.strictObject({ dimension: words, words: z.array(words).min(1).max(WORDS_MAX) })).max(CONDITIONS_MAX);
const bins = z.int().min(BINS_MIN).max(BINS_MAX);
const fifths = z.array(z.number()).length(4);

const profile = z.strictObject({
  kind: z.literal("profile"), cohort, by: z.array(words).min(1).max(DIMENSIONS_MAX), measures: z.array(words).max(MEASURES_MAX), nanoRho,
});
const histogram = z.strictObject({ kind: z.literal("histogram"), cohort, measure: words, edges: z.array(z.number()).min(3).max(BINS_MAX + 1), nanoRho });
const quantiles = z.strictObject({
  kind: z.literal("quantiles"), cohort, measure: words, probabilities: z.array(z.number().gt(0).lt(1)).min(1).max(PROBABILITIES_MAX), bins,
  spacing: z.enum(["linear", "log"]), nanoRho,
});
const length = z.int().min(1).max(SPELLED_MAX);
const categories = z.strictObject({
  kind: z.literal("categories"), cohort, dimension: words, top: z.int().min(1).max(TOP_MAX),
  words: z.array(words).min(1).max(WORDS_MAX).optional(), length: length.optional(), nanoRho,
});
const spelled = z.strictObject({ kind: z.literal("words"), cohort, dimension: words, length, nanoRho });
const rfm = z.strictObject({
  kind: z.literal("rfm"), recency: words, frequency: words, monetary: words,
  edges: z.strictObject({ recency: fifths, frequency: fifths, monetary: fifths }).nullable(), nanoRho,
});
const experiment = z.strictObject({
  kind: z.literal("experiment"), arm: words, control: words, shares: z.array(z.number().gt(0).lt(1)).min(2).max(WORDS_MAX),
  metrics: z.array(words).min(1).max(MEASURES_MAX), covariate: words.nullable(), from: z.iso.date(), to: z.iso.date(), nanoRho,
});
const drift = z.strictObject({ kind: z.literal("drift"), column: words, bins, nanoRho });

const querySchema = z.discriminatedUnion("kind", [profile, histogram, quantiles, categories, spelled, rfm, experiment, drift]) satisfies z.ZodType<Query>;

/**
 * Reads a query that claims to be one. Whether a charter allows it is for `queryProblems`.
 *
 * @throws RangeError that names the first place, as a JSON pointer, where it has another form.
 */
export function parseQuery(json: Json): Query {
  const read = querySchema.safeParse(json);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  const unknown = first?.code === "unrecognized_keys" ? first.keys.slice(0, 1) : [];
  const at = [...first?.path ?? [], ...unknown].map((step) => `/${String(step)}`).join("");
  const says = first === undefined ? "not a query" : issueWords(first);
  throw new RangeError(`the query's ${at === "" ? "form" : at} is not right: ${says}`);
}

/** The query as JSON: what the log shows before anybody answers. */
export function queryJson(query: Query): Json {
  return z.json().parse(query);
}

/** SHA-256 of the query's canonical JSON. */
export function queryDigest(query: Query): Digest {
  return jsonDigest(queryJson(query));
}
