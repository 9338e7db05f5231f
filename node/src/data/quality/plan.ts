import type { ContractColumn } from "../contract/contract.js";
import { made, type Check } from "./check.js";
import { columnChecks } from "./plan-column.js";
import { leakageChecks } from "./plan-leakage.js";
import { tableChecks } from "./plan-table.js";
import type { AskedColumn, GatePlan, GateTerms, PlannedColumn } from "./terms.js";

/**
 * Everything to be checked, column by column in the feed's order, the table last.
 *
 * What the contract says of a column replaces the default; what the charter says is asked besides. Without both, the defaults hold for every column.
 */
export function planGate(plan: GatePlan): readonly Check[] {
  const planned = plannedColumns(plan);
  return [...missingColumns(plan), ...planned.flatMap(columnChecks), ...leakageChecks(plan, planned), ...tableChecks(plan)];
}

function plannedColumns({ table, terms, columns }: GatePlan): readonly PlannedColumn[] {
  const all = table === null && terms.columns.length === 0 && terms.label === null;
  return columns.flatMap((feed) => {
    const contract = table?.columns.find(({ source }) => source === feed.name) ?? null;
    const asked = askedOf(terms).filter(({ name }) => name === feed.name);
    return contract !== null || asked.length > 0 || all ? [{ feed, contract, asked }] : [];
  });
}

/** The label is asked for as a column of two words. */
function askedOf({ columns, label }: GateTerms): readonly AskedColumn[] {
  if (label === null) return columns;
  return [...columns, { name: label.name, at: label.at, kind: { kind: "categorical", categories: [label.negative, label.positive], isOpen: false, mayBeNull: false } }];
}

function missingColumns({ table, terms, columns }: GatePlan): readonly Check[] {
  const isThere = (name: string): boolean => columns.some((column) => column.name === name);
  const contracted: readonly ContractColumn[] = table?.columns ?? [];
  const asked = askedOf(terms).filter(({ name }, i, all) => all.findIndex((other) => other.name === name) === i);
  return [
    ...contracted.filter(({ source }) => !isThere(source)).map(({ source, at }) => missing(source, { kind: "contract", at })),
    ...asked.filter(({ name }) => !isThere(name) && !contracted.some(({ source }) => source === name)).map(({ name, at }) => missing(name, { kind: "charter", at })),
  ];
}

function missing(column: string, source: Check["source"]): Check {
  return made("QUALITY_CONTRACT", column, { kind: "broken", because: `there is no column ${column} in the feed` }, { source });
}
