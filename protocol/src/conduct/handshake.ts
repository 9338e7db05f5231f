import { isStatementBy, NO_ROUND, say, type Member, type Speaker } from "../aggregation/context.js";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { Entry } from "../log/entry.js";
import type { Fault } from "../session/fault.js";
import type { Digest } from "../session/ids.js";
import { orNull } from "../session/or-null.js";
import { parseQualityVector } from "../columns/quality-vector.js";
import { schemaDifferences, type Difference } from "../columns/schema-differences.js";
import type { Schema } from "../charter/columns-schema.js";
import { cellRowsStatedMax, parseStatement, statementJson, tableCommitment, tableSalt, type ColumnClaim, type DataStatement } from "../columns/statement.js";
import { statementSizeMax } from "../charter/statement-size.js";
import { sessionSchema, type SessionPlan } from "./plan.js";

/** What only a node's host knows of its data. `claims` are its own contract's words on `sessionSchema(plan).sources`, one each, or null. */
export interface OwnData {
  readonly table: Digest;
  readonly claims: readonly (ColumnClaim | null)[];
  readonly quality: Json;
  /** Of statistics: below how many rows this node wants a cell withheld, where that is more than the charter says. */
  readonly cellRows?: number | undefined;
}

/** This node's signed statement about its data; null if it is longer than the log and the others' messages have room for. */
export function stateData(speaker: Speaker, plan: SessionPlan, data: OwnData, about: { readonly entropy: Uint8Array; readonly atMs: number }): Entry | null {
  const { table, ...said } = data;
  const statement = { ...said, schema: sessionSchema(plan), table: tableCommitment(table, tableSalt(about.entropy)) };
  const entry = say(speaker, { type: "session.data", round: NO_ROUND, atMs: about.atMs }, statementJson(statement));
  return entry.bytes.length <= statementSizeMax(plan.parties) ? entry : null;
}

/** What a party stated, if the entry is its own and can be read. */
export function statementBy(author: Member, entry: Entry, speaker: Pick<Speaker, "session" | "charter">): DataStatement | null {
  return isStatementBy(author, entry, { type: "session.data", round: NO_ROUND }, speaker) ? readStatement(entry.statement.body) : null;
}

/** A statement from foreign JSON, or null. */
export function readStatement(body: Json): DataStatement | null {
  return orNull(() => parseStatement(body));
}

/**
 * Why these parties must not compute together; null if each of them states the charter's columns and no two of them contradict each other. The
 * coordinator asks this before it lists who takes part, and every node asks it again of what it was shown.
 */
export function disagreement(plan: SessionPlan, parties: readonly string[], stated: ReadonlyMap<string, DataStatement>): Fault | null {
  const silent = parties.filter((name) => !stated.has(name)).map((party): Difference => ({ party, says: `${party} states nothing about its columns` }));
  const statements = parties.flatMap((party) => {
    const statement = stated.get(party);
    return statement === undefined ? [] : [[party, statement] as const];
  });
  const due = sessionSchema(plan);
  const differences = [...silent, ...schemaDifferences(due, statements), ...qualityDifferences(due, statements), ...cellRowsDifferences(plan, statements)];
  return differences.length === 0 ? null : schemaFault(differences);
}

/** Null states no gate. Anything else must be what `qualityVector` makes of the charter's columns: no finer count, no other column. */
function qualityDifferences({ sources }: Schema, statements: readonly (readonly [string, DataStatement])[]): readonly Difference[] {
  const columns = sources.filter(({ feed }) => feed === "rows").map(({ column }) => column);
  return statements.flatMap(([party, { quality }]) => {
    if (quality === null || orNull(() => parseQualityVector(quality, columns)) !== null) return [];
    return [{ party, says: `${party} states of its quality gate what no gate says` }];
  });
}

function cellRowsDifferences(plan: SessionPlan, statements: readonly (readonly [string, DataStatement])[]): readonly Difference[] {
  if (plan.question !== "statistics.ask") return [];
  const most = cellRowsStatedMax(plan);
  return statements.flatMap(([party, { cellRows = 1 }]) => (cellRows <= most ? [] : [{ party, says: `${party} wants cells below ${cellRows} rows withheld, and ${most} is the most it may` }]));
}

/** So many differences are told; whoever mends them sees the next. */
const TOLD_MAX = 3;
const TOLD_LENGTH_MAX = 400;

function schemaFault(differences: readonly Difference[]): Fault {
  const told = differences.slice(0, TOLD_MAX).map(({ says }) => says).join("; ");
  const parties = [...new Set(differences.map(({ party }) => party))].join(" ");
  return { code: "TRAINING_SCHEMA", detail: { parties, differences: differences.length, because: shortened(told) } };
}

/** Cut between characters: half of one has no place in JSON. */
function shortened(told: string): string {
  return told.length > TOLD_LENGTH_MAX ? `${[...told].slice(0, TOLD_LENGTH_MAX).join("")}…` : told;
}
