import { CLASSES, type ContractColumn, type ContractTable } from "./contract.js";
import { endsInUnit, isIdentifierName, isReserved, isSnakeCase, namesIdentifier, namesSensitive, snakeCase, wordsIn } from "./naming.js";
import { finding, type Finding } from "./schema-rules.js";

/** PostgreSQL cuts names at 63 bytes, MySQL at 64 characters. */
const NAME_LENGTH_MAX = 63;

export function lintTableName({ at, name }: ContractTable): readonly Finding[] {
  return caseAndLength(`${at}/name`, name);
}

/** What a column's name says, and whether the rest of the contract agrees. */
export function lintColumnName(column: ContractColumn): readonly Finding[] {
  const at = `${column.at}/name`;
  return [
    ...caseAndLength(at, column.name),
    ...(isReserved(column.name) ? [finding("SCHEMA_NAME_RESERVED", at, `${column.name} is a word of SQL or of ours`)] : []),
    ...lintTime(column, at), ...lintUnit(column, at), ...lintBoolean(column, at), ...lintClass(column, at),
  ];
}

function caseAndLength(at: string, name: string): readonly Finding[] {
  return [
    ...(isSnakeCase(name) ? [] : [finding("SCHEMA_NAME_CASE", at, `${name} is not snake_case`, snakeCase(name) === name ? undefined : `name: ${snakeCase(name)}, physicalName: ${name}`)]),
    ...(name.length <= NAME_LENGTH_MAX ? [] : [finding("SCHEMA_NAME_LENGTH", at, `the name has ${name.length} characters`)]),
  ];
}

function lintTime({ name, type }: ContractColumn, at: string): readonly Finding[] {
  const last = wordsIn(name).at(-1) ?? "";
  const wanted = type === "timestamp" ? ["at"] : type === "date" ? ["on", "date"] : [];
  if (wanted.length === 0 || (wanted.includes(last) && wordsIn(name).length > 1)) return [];
  return [finding("SCHEMA_NAME_TIME", at, `${name} is a ${type ?? ""} and does not end in ${wanted.map((word) => `_${word}`).join(" or ")}`)];
}

function lintUnit({ name, type, extension: { unit, at: place }, classification, at: column }: ContractColumn, at: string): readonly Finding[] {
  const isNumber = type === "integer" || type === "number";
  if (unit === null) {
    return isNumber && classification !== "identifier" ? [finding("SCHEMA_UNIT_MISSING", column, `${name} is a number without a unit`)] : [];
  }
  if (!isNumber) return [finding("SCHEMA_UNIT_FOREIGN", place, `${name} has the unit ${unit} and is ${type === null ? "of no type" : `a ${type}`}`)];
  return endsInUnit(name, unit) ? [] : [finding("SCHEMA_NAME_UNIT", at, `${name} is in ${unit} and its name does not say so`)];
}

function lintBoolean({ name, type }: ContractColumn, at: string): readonly Finding[] {
  const isSaid = /^(?:is|has)_/.test(name) && !/(?:^|_)(?:not|no)_/.test(name);
  return type === "boolean" && !isSaid ? [finding("SCHEMA_NAME_BOOLEAN", at, `${name} is a boolean`)] : [];
}

function lintClass({ name, source, classification, at: column }: ContractColumn, at: string): readonly Finding[] {
  if (classification === null || !CLASSES.some((one) => one === classification)) {
    const says = classification === null ? `${name} has no classification` : `${name} is classified as ${JSON.stringify(classification.slice(0, 40))}`;
    return [finding("SCHEMA_CLASS", classification === null ? column : `${column}/classification`, says, `one of ${CLASSES.join(", ")}`)];
  }
  const place = `${column}/classification`;
  if (classification !== "identifier") {
    return [
      ...(namesIdentifier(name) || namesIdentifier(source) ? [finding("SCHEMA_CLASS_IDENTIFIER", place, `${name} is called like an identifier of persons and classified as ${classification}`)] : []),
      ...(classification !== "sensitive" && (namesSensitive(name) || namesSensitive(source)) ? [finding("SCHEMA_CLASS_SENSITIVE", place, `${name} is classified as ${classification}`)] : []),
    ];
  }
  return isIdentifierName(name) || isIdentifierName(source) ? [] : [finding("SCHEMA_ID_NAME", at, `${name} is an identifier and not called so`)];
}
