import { pointer } from "@cohortium/protocol/charter/clauses";
import type { Digest } from "@cohortium/protocol/session/ids";
import { closest } from "@cohortium/protocol/session/suggestion";
import type { Bound, ContractColumn, ContractTable, DataContract, Freshness } from "./contract.js";
import { extensionOf } from "./extension.js";
import { CONTRACT_TYPES, type ContractType, type OdcsColumn, type OdcsDocument, type OdcsSla, type OdcsTable } from "./odcs-form.js";
import { clausesOf } from "./quality-clause.js";
import { finding, type Finding } from "./schema-rules.js";

type Path = readonly PropertyKey[];

type Made =
  | { readonly kind: "contract"; readonly contract: DataContract }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

/** A document of the right form as a contract, or what in it has no meaning. */
export function contractOf(document: OdcsDocument, digest: Digest): Made {
  const found: Finding[] = [];
  const tables = document.schema.map((_, i) => tableAt(document, i, found));
  found.push(...namesTwice(tables.flatMap(({ at, name, feed }) => placesOf(at, name, feed)), "table"));
  if (found.length > 0) return { kind: "refused", findings: found };
  const { id, version, status, name = null, description } = document;
  return { kind: "contract", contract: { id, version, status, name, purpose: description?.purpose ?? null, tables, digest } };
}

function tableAt({ schema, slaProperties }: OdcsDocument, index: number, found: Finding[]): ContractTable {
  const table = schema[index];
  if (table === undefined) throw new RangeError("no such table");
  const path = ["schema", index];
  const columns = table.properties.map((column, i) => columnOf(column, [...path, "properties", i], found));
  found.push(...namesTwice(columns.flatMap(({ at, name, source }) => placesOf(at, name, source)), "column"));
  const { clauses, foreign, findings } = clausesOf(table.quality ?? [], [...path, "quality"], columns.map(({ name }) => name));
  found.push(...findings);
  const freshness = freshnessOf(slaProperties ?? [], schema, index);
  return { at: pointer(...path), name: table.name, feed: table.physicalName ?? table.name, columns, rules: clauses, foreignRules: foreign, freshness };
}

function columnOf(column: OdcsColumn, path: Path, found: Finding[]): ContractColumn {
  const { name, physicalName, logicalTypeOptions: options } = column;
  const { clauses, foreign, findings } = clausesOf(column.quality ?? [], [...path, "quality"], null);
  const { extension, findings: foreignKeys } = extensionOf(column.customProperties ?? [], [...path, "customProperties"]);
  const type = typeOf(column.logicalType ?? null);
  if (type === undefined) found.push(unknownType(column.logicalType ?? "", path));
  found.push(...findings, ...foreignKeys);
  return {
    at: pointer(...path), name, source: physicalName ?? name, type: type ?? null,
    bounds: { min: boundOf(column, "minimum", "exclusiveMinimum", path), max: boundOf(column, "maximum", "exclusiveMaximum", path) },
    lengths: { min: options?.minLength ?? null, max: options?.maxLength ?? null }, pattern: options?.pattern ?? null,
    required: column.required ?? false, unique: column.unique ?? false, primaryKey: column.primaryKey ?? false,
    classification: column.classification ?? null, extension, rules: clauses, foreignRules: foreign,
  };
}

function typeOf(word: string | null): ContractType | null | undefined {
  return word === null ? null : CONTRACT_TYPES.find((type) => type === word);
}

function unknownType(word: string, path: Path): Finding {
  const near = closest(word, CONTRACT_TYPES);
  const says = `a column of a feed cannot have the logicalType ${JSON.stringify(word.slice(0, 40))}${near === undefined ? "" : `; did you mean ${near}?`}`;
  return finding("SCHEMA_TYPE", pointer(...path, "logicalType"), says, near === undefined ? undefined : `write logicalType: ${near}`);
}

type OptionKey = "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum";

/** If both ends of one side are given, the lint objects; until then the exclusive one counts. */
function boundOf({ logicalTypeOptions: options }: OdcsColumn, inclusive: OptionKey, exclusive: OptionKey, path: Path): Bound | null {
  const outer = options?.[exclusive] ?? null;
  if (outer !== null) return { at: pointer(...path, "logicalTypeOptions", exclusive), value: outer, exclusive: true };
  const inner = options?.[inclusive] ?? null;
  return inner === null ? null : { at: pointer(...path, "logicalTypeOptions", inclusive), value: inner, exclusive: false };
}

/** `latency`, its synonym, and what it was called before; names of SLA properties are case-insensitive (ODCS v3.1.0, service-level agreement). */
const LATENCY = ["latency", "ly", "freshness"];

/** The promises about the age of one table's rows. One about a table that does not exist goes to the first, where the lint finds it. */
function freshnessOf(sla: readonly OdcsSla[], tables: readonly OdcsTable[], index: number): readonly Freshness[] {
  return sla.flatMap(({ property, value, unit = null, element }, i) => {
    if (!LATENCY.includes(property.toLowerCase())) return [];
    const named = tables.findIndex(({ name }) => (element ?? "").startsWith(`${name}.`));
    if (Math.max(named, 0) !== index) return [];
    const column = named < 0 ? element ?? null : (element ?? "").slice((tables[named]?.name.length ?? 0) + 1);
    return [{ at: pointer("slaProperties", i), element: column, value: typeof value === "number" ? value : Number.NaN, unit }];
  });
}

interface Place {
  readonly at: string;
  readonly spelled: string;
}

/** One name if it is called alike in the contract and in the feed. */
function placesOf(at: string, name: string, source: string): readonly Place[] {
  return name.toLowerCase() === source.toLowerCase() ? [{ at, spelled: name }] : [{ at, spelled: name }, { at, spelled: source }];
}

function namesTwice(places: readonly Place[], what: string): readonly Finding[] {
  const first = new Map<string, Place>();
  return places.flatMap((place) => {
    const before = first.get(place.spelled.toLowerCase());
    if (before === undefined) first.set(place.spelled.toLowerCase(), place);
    return before === undefined ? [] : [finding("SCHEMA_NAME_TWICE", place.at, `another ${what} is called ${place.spelled} already`)];
  });
}
