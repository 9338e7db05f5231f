import type { ContractTable, Freshness } from "../contract/contract.js";
import { HOURS_OF_UNIT } from "../contract/lint-quality.js";
import type { FeedColumn } from "../sql/feed-table.js";
import { made, type Check } from "./check.js";
import { asTime } from "../contract/expressions.js";
import type { GatePlan } from "./terms.js";

/** The checks on the table as a whole: how many rows, how fresh, which keys. */
export function tableChecks({ table, terms, columns }: GatePlan): readonly Check[] {
  const { rowsMin, rowsMax, keyColumn } = terms;
  const rows = { kind: "rows" } as const;
  return [
    ...(rowsMin === null ? [] : [made("QUALITY_ROWS", null, rows, { limits: [{ operator: "mustBeGreaterOrEqualTo", value: rowsMin }], source: { kind: "charter", at: "rows.perPartyMin" } })]),
    ...(rowsMax === null ? [] : [made("QUALITY_ROWS", null, rows, { limits: [{ operator: "mustBeLessOrEqualTo", value: rowsMax }], source: { kind: "charter", at: "rows.perPartyMax" } })]),
    ...(keyColumn === null ? [] : [made("QUALITY_DUPLICATES", keyColumn, { kind: "duplicates", columns: [keyColumn] }, { source: { kind: "settings", at: "rows.key" } })]),
    ...(table === null ? [] : contractChecks(table, columns)),
  ];
}

function contractChecks(table: ContractTable, columns: readonly FeedColumn[]): readonly Check[] {
  const key = table.columns.filter(({ primaryKey }) => primaryKey);
  return [
    ...table.rules.flatMap(({ at, limits, unit, severity, measure }): readonly Check[] => {
      const terms = { limits, unit, severity, source: { kind: "contract", at } } as const;
      switch (measure.metric) {
        case "rowCount": return [made("QUALITY_ROWS", null, { kind: "rows" }, terms)];
        case "duplicateValues": return [made("QUALITY_DUPLICATES", null, { kind: "duplicates", columns: sourcesOf(table, measure.properties ?? []) }, terms)];
        case "nullValues": case "missingValues": case "invalidValues": return [];
      }
    }),
    ...(key.length === 0 ? [] : [made("QUALITY_DUPLICATES", null, { kind: "duplicates", columns: key.map(({ source }) => source) }, { source: { kind: "contract", at: key[0]?.at ?? table.at } })]),
    ...table.freshness.map((one) => freshnessCheck(one, table, columns)),
  ];
}

function sourcesOf({ columns }: ContractTable, names: readonly string[]): readonly string[] {
  return names.map((name) => columns.find((column) => column.name === name)?.source ?? name);
}

function freshnessCheck({ at, element, value, unit }: Freshness, table: ContractTable, columns: readonly FeedColumn[]): Check {
  const source = { kind: "contract", at } as const;
  const name = table.columns.find((column) => column.name === element)?.source ?? "";
  const column = columns.find((one) => one.name === name);
  const key = unit?.toLowerCase() ?? "";
  const hours = Object.hasOwn(HOURS_OF_UNIT, key) ? value * (HOURS_OF_UNIT[key] ?? Number.NaN) : Number.NaN;
  if (column === undefined || !(hours > 0)) return made("QUALITY_CONTRACT", null, { kind: "broken", because: "the promise of freshness names no column, number or unit that we know" }, { source });
  return made("QUALITY_FRESHNESS", null, { kind: "age", time: asTime(column) }, { limits: [{ operator: "mustBeLessOrEqualTo", value: hours }], source });
}
