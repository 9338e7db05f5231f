import type { ContractColumn, ContractTable, DataContract } from "./contract.js";
import { lintColumn, lintLabel } from "./lint-columns.js";
import { lintColumnName, lintTableName } from "./lint-names.js";
import { lintQuality } from "./lint-quality.js";
import { finding, type Finding } from "./schema-rules.js";

/** Everything a contract breaks by itself, without a look at the feed. In the order of the file. */
export function lintContract(contract: DataContract): readonly Finding[] {
  const purpose = contract.purpose === null ? [finding("SCHEMA_PURPOSE", "/description", "the contract has no purpose", "add description: { purpose: … }")] : [];
  return [...purpose, ...contract.tables.flatMap(lintTable)];
}

function lintTable(table: ContractTable): readonly Finding[] {
  const columns = table.columns.flatMap((column) => [...lintColumnName(column), ...lintPurpose(column), ...lintColumn(column)]);
  return [...lintTableName(table), ...columns, ...lintLabel(table), ...lintQuality(table)];
}

function lintPurpose({ name, classification, extension: { at, purpose, guessed } }: ContractColumn): readonly Finding[] {
  return [
    ...(classification === "sensitive" && purpose === null ? [finding("SCHEMA_PURPOSE", at, `${name} is sensitive and has no purpose`)] : []),
    ...(guessed.length === 0 ? [] : [finding("SCHEMA_GUESSED", at, `of ${name} was guessed: ${guessed.join(", ").slice(0, 200)}`)]),
  ];
}
