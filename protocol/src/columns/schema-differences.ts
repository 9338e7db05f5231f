import type { FeatureWords, Schema, SourceWords } from "../charter/columns-schema.js";
import type { ColumnClaim, ContractType, DataStatement } from "./statement.js";

/** One thing on which a company differs from the charter, or from another company, in a sentence. Holds names, types and units; no value. */
export interface Difference {
  readonly party: string;
  readonly says: string;
}

/**
 * Everything in which the statements differ from `due`, the schema that follows from the charter, and from each other. Empty if all of them mean
 * the same columns.
 *
 * Units are compared letter by letter: whether two of them mean the same is for people to say, in a contract or a charter.
 */
export function schemaDifferences(due: Schema, statements: readonly (readonly [string, DataStatement])[]): readonly Difference[] {
  return [
    ...statements.flatMap(([party, statement]) => fromCharter(due, statement).map((says) => ({ party, says: `${party} ${says}` }))),
    ...due.sources.flatMap((source, i) => amongParties(source, statements.map(([party, { claims }]) => [party, claims[i] ?? null]))),
  ];
}

function fromCharter(due: Schema, { schema, claims }: DataStatement): readonly string[] {
  const found = [
    ...labelWords(due, schema), ...featureWords(due.features, schema.features), ...sourceWords(due.sources, schema.sources),
    ...due.sources.flatMap((source, i) => claimWords(source, claims[i] ?? null)),
  ];
  if (found.length > 0 || due.recipe === schema.recipe) return found;
  return ["computes its columns in another way than the charter says: compare the versions of both sides"];
}

function labelWords({ label: due }: Schema, { label }: Schema): readonly string[] {
  if (label?.name === due?.name && label?.positive === due?.positive && label?.negative === due?.negative) return [];
  return [`predicts ${labelText(label)}, the charter says ${labelText(due)}`];
}

function labelText(label: Schema["label"]): string {
  return label === null ? "nothing" : `${label.name} (${label.positive} or ${label.negative})`;
}

function featureWords(due: readonly FeatureWords[], stated: readonly FeatureWords[]): readonly string[] {
  const [dueNames, names] = [due.map(({ name }) => name), stated.map(({ name }) => name)];
  const absent = dueNames.filter((name) => !names.includes(name)).map((name) => `has no column ${name}, which the charter lists`);
  const extra = names.filter((name) => !dueNames.includes(name)).map((name) => `has a column ${name}, which the charter does not list`);
  if (absent.length + extra.length > 0) return [...absent, ...extra];
  const moved = due.findIndex(({ name }, i) => name !== names[i]);
  // Columns are averaged by place: an order that differs is as wrong as a column that does.
  if (moved >= 0 || due.length !== stated.length) return [`has ${names[moved] ?? "more"} where the charter has ${dueNames[moved] ?? "no"} column`];
  return due.flatMap((one, i) => oneFeatureWords(one, stated[i]));
}

function oneFeatureWords(due: FeatureWords, stated: FeatureWords | undefined): readonly string[] {
  if (due.type === "number" && stated?.type === "number") {
    return [
      ...(stated.unit === due.unit ? [] : [`says ${due.name} is in ${stated.unit}, the charter says ${due.unit}`]),
      ...(stated.min === due.min && stated.max === due.max ? [] : [`says ${due.name} runs from ${stated.min} to ${stated.max}, the charter says ${due.min} to ${due.max}`]),
      ...(stated.missing === due.missing ? [] : [`lets absent values of ${due.name} be as "${stated.missing}", the charter says "${due.missing}"`]),
    ];
  }
  if (due.type === "category" && stated?.type === "category") {
    if (stated.categories !== due.categories) return [`lists ${stated.categories} categories of ${due.name}, the charter ${due.categories}`];
    return stated.list === due.list ? [] : [`lists other categories of ${due.name} than the charter, or in another order`];
  }
  return [`takes ${due.name} as a ${stated?.type ?? "nothing"}, the charter as a ${due.type}`];
}

function sourceWords(due: readonly SourceWords[], stated: readonly SourceWords[]): readonly string[] {
  if (due.length !== stated.length) return [`takes ${stated.length} columns from its feeds, the charter names ${due.length}`];
  return due.flatMap((one, i) => {
    const other = stated[i];
    if (other?.column !== one.column || other.feed !== one.feed) return [`takes ${other === undefined ? "nothing" : named(other)} where the charter names ${named(one)}`];
    if (other.holds !== one.holds) return [`takes ${named(one)} as ${HOLDING[other.holds]}, the charter as ${HOLDING[one.holds]}`];
    return other.unit === one.unit ? [] : [`says ${named(one)} is in ${other.unit ?? "no unit"}, the charter says ${one.unit ?? "none"}`];
  });
}

function claimWords(source: SourceWords, claim: ColumnClaim | null): readonly string[] {
  if (claim === null) return [];
  if (claim.logicalType !== null && !FITTING[source.holds].includes(claim.logicalType)) return [`says ${named(source)} is of type ${claim.logicalType}, the charter takes ${HOLDING[source.holds]} from it`];
  // A contract without a unit claims nothing; with one, it must be the charter's.
  if (source.unit === null || claim.unit === null || claim.unit === source.unit) return [];
  return [`says ${named(source)} is in ${claim.unit}, the charter says ${source.unit}`];
}

/** Claims about one column that contradict the first company's that made one. */
function amongParties(source: SourceWords, claims: readonly (readonly [string, ColumnClaim | null])[]): readonly Difference[] {
  const made = claims.flatMap(([party, claim]) => (claim === null ? [] : [{ party, claim }]));
  const first = made.find(({ claim }) => claim.logicalType !== null);
  const firstUnit = made.find(({ claim }) => claim.unit !== null);
  return made.flatMap(({ party, claim }): readonly Difference[] => {
    if (familyOf(claim) !== null && first !== undefined && familyOf(claim) !== familyOf(first.claim)) {
      return [{ party, says: `${party} says ${named(source)} is of type ${String(claim.logicalType)}, ${first.party} says ${String(first.claim.logicalType)}` }];
    }
    // Where the charter names a unit, each company was compared with that.
    const differs = source.unit === null && firstUnit !== undefined && claim.unit !== null && claim.unit !== firstUnit.claim.unit;
    return differs ? [{ party, says: `${party} says ${named(source)} is in ${claim.unit}, ${firstUnit.party} says ${firstUnit.claim.unit}` }] : [];
  });
}

const HOLDING: Readonly<Record<SourceWords["holds"], string>> = { number: "a number", words: "words", key: "a key", time: "a time" };

const FITTING: Readonly<Record<SourceWords["holds"], readonly ContractType[]>> = {
  number: ["number", "integer"], words: ["string", "integer", "boolean"], key: ["string", "integer"], time: ["date", "timestamp"],
};

/** A whole number is a number, and a day a time; a code and its name are two things. */
const FAMILY: Readonly<Record<ContractType, string>> = {
  string: "string", number: "number", integer: "number", boolean: "boolean", date: "time", timestamp: "time", time: "clock", object: "object", array: "array",
};

function familyOf({ logicalType }: ColumnClaim): string | null {
  return logicalType === null ? null : FAMILY[logicalType];
}

function named({ feed, column }: SourceWords): string {
  return feed === "rows" ? column : `${column} of the purchases`;
}
