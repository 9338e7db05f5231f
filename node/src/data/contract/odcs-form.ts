import type { ContractType as StatedType } from "@cohortium/protocol/columns/statement";
import { z } from "zod";

/**
 * The form of a contract: the Open Data Contract Standard, version 3.1.0 (bitol-io/open-data-contract-standard), as far as we read it.
 *
 * Keys of the standard that we do not act on are listed as `foreign`: they are kept and ignored. Any other key is a slip of the hand.
 */
export const API_VERSION = "v3.1.0";

/** The quality metrics of the standard's library. */
export const METRICS = ["nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"] as const;
export type Metric = (typeof METRICS)[number];

/** The standard's logical types that a column of a feed can have. */
export const CONTRACT_TYPES = ["string", "integer", "number", "boolean", "date", "timestamp"] as const satisfies readonly StatedType[];
export type ContractType = (typeof CONTRACT_TYPES)[number];

/** Columns of one table; more than a charter may name, fewer than a mistake. */
export const COLUMNS_MAX = 2_000;
/** What one column may list. The form is generous so that the refusal can be clear: see `SCHEMA_CATEGORY_COUNT`. */
export const VALUES_MAX = 100_000;
const TEXT_MAX = 4_000;
const NAME_MAX = 256;

const foreign = z.unknown().optional();
const text = z.string().min(1).max(TEXT_MAX);
const name = z.string().min(1).max(NAME_MAX);
const flag = z.boolean().nullish();
const word = z.union([z.string().max(TEXT_MAX), z.number(), z.boolean(), z.null()]);

/** What a contract says to us alone: the value of a column's custom property `cohortium`. */
export const extensionForm = z.strictObject({
  unit: text.nullish().describe("what a number counts or measures, such as years, EUR or 1 for a plain number"),
  purpose: text.nullish().describe("what the column is used for"),
  guessed: z.array(text).max(20).nullish().describe("what schema map guessed and nobody confirmed yet; delete a word to confirm it"),
  positive: z.union([z.string(), z.number(), z.boolean()]).nullish().describe("marks the column as the label; the value that is predicted"),
  knownBefore: flag.describe("true: the value is known before the outcome, whatever the leakage lint suspects"),
  hashed: flag.describe("true: the column has too many values to list and is used hashed, so no list is asked for"),
});

const { $schema: _, ...extensionSchema } = z.toJSONSchema(extensionForm);

/** Only the value of our own property has a form; those of others are theirs. */
const OURS = { if: { properties: { property: { const: "cohortium" } } }, then: { properties: { value: extensionSchema } } };

const customProperties = z.array(z.strictObject({ property: name.describe("cohortium, for what we read"), value: z.unknown(), id: foreign, description: foreign }).meta(OURS))
  .max(100).nullish();

const number = z.number().nullish().describe("a number of rows, or per cent where unit says so");
const range = z.array(z.number()).length(2).nullish().describe("two numbers, the smaller first; neither is inside");

const quality = z.strictObject({
  type: z.enum(["library", "text", "sql", "custom"]).nullish().describe("library, or left out, for rules that are run here"),
  metric: name.nullish().describe(METRICS.join(", ")),
  arguments: z.record(z.string(), z.unknown()).nullish().describe("missingValues, validValues, pattern or properties, as the metric asks"),
  unit: name.nullish().describe("rows, or percent"),
  severity: name.nullish().describe("error refuses a training; warning and info are shown"),
  mustBe: number, mustNotBe: number, mustBeGreaterThan: number, mustBeGreaterOrEqualTo: number, mustBeLessThan: number, mustBeLessOrEqualTo: number,
  mustBeBetween: range, mustNotBeBetween: range,
  id: foreign, name: foreign, description: foreign, query: foreign, engine: foreign, implementation: foreign, dimension: foreign, method: foreign,
  businessImpact: foreign, customProperties: foreign, tags: foreign, authoritativeDefinitions: foreign, scheduler: foreign, schedule: foreign,
});

const bound = z.union([z.number(), z.string().max(NAME_MAX)]).nullish();
const length = z.int().min(0).nullish();

const logicalTypeOptions = z.strictObject({
  minimum: bound.describe("the least value, itself allowed"), maximum: bound.describe("the greatest value, itself allowed"),
  exclusiveMinimum: bound.describe("every value is greater"), exclusiveMaximum: bound.describe("every value is less"),
  minLength: length.describe("in characters"), maxLength: length.describe("in characters"),
  pattern: text.nullish().describe("a regular expression that every value matches; anchor it with ^ and $"),
  multipleOf: foreign, format: foreign, timezone: foreign, defaultTimezone: foreign, minItems: foreign, maxItems: foreign, uniqueItems: foreign,
  minProperties: foreign, maxProperties: foreign, required: foreign,
});

const column = z.strictObject({
  name: name.describe("the column's name; snake_case"),
  physicalName: name.nullish().describe("its name in the feed, where that is another"),
  logicalType: name.nullish().describe(CONTRACT_TYPES.join(", ")),
  logicalTypeOptions: logicalTypeOptions.nullish().describe("bounds, lengths, pattern"),
  required: flag.describe("true: no value is null"),
  unique: flag.describe("true: no value stands twice"),
  primaryKey: flag.describe("true: part of the key that no two rows share"),
  classification: name.nullish().describe("identifier, quasi-identifier, sensitive or none"),
  quality: z.array(quality).max(50).nullish().describe("rules on this column"),
  customProperties: customProperties.describe("unit, purpose and more, under the property cohortium"),
  id: foreign, businessName: foreign, description: foreign, physicalType: foreign, primaryKeyPosition: foreign, partitioned: foreign,
  partitionKeyPosition: foreign, criticalDataElement: foreign, encryptedName: foreign, examples: foreign, items: foreign, properties: foreign,
  transformSourceObjects: foreign, transformLogic: foreign, transformDescription: foreign, tags: foreign, authoritativeDefinitions: foreign,
  relationships: foreign,
});

const table = z.strictObject({
  name: name.describe("the table's name; that of the feed"),
  physicalName: name.nullish().describe("the feed's name, where that is another"),
  properties: z.array(column).min(1).max(COLUMNS_MAX).describe("the columns"),
  quality: z.array(quality).max(50).nullish().describe("rules on the table"),
  id: foreign, logicalType: foreign, physicalType: foreign, businessName: foreign, description: foreign, dataGranularityDescription: foreign, tags: foreign,
  authoritativeDefinitions: foreign, relationships: foreign, customProperties: foreign,
});

const slaProperty = z.strictObject({
  property: name.describe("latency is read: how old the newest row may be"),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]).describe("a number, for latency"),
  unit: name.nullish().describe("m, h, d or y"),
  element: name.nullish().describe("table.column with the time"),
  id: foreign, valueExt: foreign, driver: foreign, description: foreign, scheduler: foreign, schedule: foreign,
});

const description = z.strictObject({
  purpose: text.nullish().describe("what the tables are used for"),
  usage: foreign, limitations: foreign, authoritativeDefinitions: foreign, customProperties: foreign,
});

export const odcsForm = z.strictObject({
  apiVersion: z.literal(API_VERSION).describe(API_VERSION),
  kind: z.literal("DataContract").describe("DataContract"),
  id: name.describe("a name for this contract, such as a UUID"),
  version: name.describe("the contract's own version, in quotes"),
  status: name.describe("proposed, draft, active, deprecated or retired"),
  name: name.nullish().describe("what people call it"),
  description: description.nullish().describe("purpose, usage, limitations"),
  schema: z.array(table).min(1).max(100).describe("the tables; one for each feed"),
  slaProperties: z.array(slaProperty).max(100).nullish().describe("promises about time"),
  tenant: foreign, tags: foreign, servers: foreign, dataProduct: foreign, domain: foreign, support: foreign, price: foreign, team: foreign, roles: foreign,
  slaDefaultElement: foreign, authoritativeDefinitions: foreign, customProperties: foreign, contractCreatedTs: foreign,
});

export type OdcsDocument = z.output<typeof odcsForm>;
export type OdcsTable = z.output<typeof table>;
export type OdcsColumn = z.output<typeof column>;
export type OdcsQuality = z.output<typeof quality>;
export type OdcsSla = z.output<typeof slaProperty>;
export type OdcsWord = z.output<typeof word>;

/** Words of `missingValues` and `validValues`. */
export const wordsForm = z.array(word).min(1).max(VALUES_MAX);

/** JSON Schema, draft 2020-12; `npm run generate` publishes it as `protocol/spec/data-contract.schema.json`. */
export function contractJsonSchema() {
  return z.toJSONSchema(odcsForm.meta({ title: "Data contract of a Cohortium feed: the part of ODCS v3.1.0 that is read" }), { io: "input" });
}
