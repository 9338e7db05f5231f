import { Refusal } from "@cohortium/protocol/host/refusal";
import { qualityRule, type QualityRule } from "@cohortium/protocol/columns/quality-rules";
import type { QualityVector } from "@cohortium/protocol/columns/quality-vector";
import { schemaOf, type SourceWords } from "@cohortium/protocol/charter/columns-schema";
import type { ColumnClaim } from "@cohortium/protocol/columns/statement";
import { statementSizeMax } from "@cohortium/protocol/charter/statement-size";
import type { ContractTable } from "../data/contract/contract.js";
import type { FeedTable } from "../data/sql/feed-table.js";
import { charterNames, charterTerms, type CharterAsks } from "../data/quality/charter-terms.js";
import { passes, type GateResult } from "../data/quality/gate.js";
import { reportOf, type ReportedCheck } from "../data/quality/report.js";
import { vectorOf } from "../data/quality/vector.js";
import { ROWS_FEED } from "./feed-contract.js";
import { runQuality } from "../data/quality/run-quality.js";
import { feedContract, type FeedContract } from "../data/contract/contract-file.js";
import type { Feed } from "./session-rows.js";

/**
 * What the gate says before a training: what may be stated of the rows, or which rules refuse them. `notes` are for the company's own log; `result` is
 * what the next run is compared with, once the training is entered.
 */
export type Admission =
  | { readonly kind: "admitted"; readonly quality: QualityVector; readonly claims: readonly (ColumnClaim | null)[]; readonly notes: readonly GateNote[]; readonly result: GateResult }
  | { readonly kind: "refused"; readonly rules: readonly QualityRule[]; readonly notes: readonly GateNote[] };

/** One check that did not pass, for the owner of the rows: counts and names of columns, no value. */
export interface GateNote {
  readonly rule: QualityRule;
  readonly outcome: "warn" | "fail";
  readonly because: string;
}

/** Half a statement is for the schema. */
const VECTOR_SHARE = 0.5;

/** What a session asks of the gate. What is stated of the rows has room in a message with the statements of all parties. */
export interface GateAsks extends CharterAsks {
  readonly parties: number;
}

/** Holds a table, opened for a session, to the contract, the charter and the defaults. */
export async function passGate(feed: Feed, asks: GateAsks, { table, nowMs }: { readonly table: FeedTable; readonly nowMs: number }): Promise<Admission> {
  const { gate: { contract: contractFile, folder }, words } = feed;
  try {
    const path = contractFile();
    const contract = path === null ? null : feedContract(path, ROWS_FEED);
    const terms = charterTerms(asks, words, feed.rows.keyColumn);
    const result = await runQuality({ ...table, name: ROWS_FEED }, { folder, contract, terms, nowMs });
    if (!passes(result)) return { kind: "refused", rules: failedRules(result), notes: notesOn(result) };
    const quality = vectorOf(result, charterNames(asks.recipe, words), VECTOR_SHARE * statementSizeMax(asks.parties));
    const claims = schemaOf(asks.recipe).sources.map((source) => claimOn(source, words.columnOf(source), contract) ?? words.claimOf(source));
    return { kind: "admitted", quality, claims, notes: notesOn(result), result };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Nobody knows what the rows are held to: that is a reason to refuse, not to go on without.
    const rule = qualityRule(error.rule ?? "") ?? "QUALITY_CONTRACT";
    return { kind: "refused", rules: [rule], notes: [{ rule, outcome: "fail", because: `${error.title}: ${error.detail}` }] };
  }
}

function failedRules({ results }: GateResult): readonly QualityRule[] {
  return [...new Set(results.filter(({ outcome }) => outcome === "fail").map(({ check }) => check.rule))];
}

function notesOn(result: GateResult): readonly GateNote[] {
  return reportOf(result).checks.flatMap((check) => (check.outcome === "warn" || check.outcome === "fail" ? [noteOn(check, check.outcome)] : []));
}

function noteOn({ rule, column, says, asks, source, wouldPass }: ReportedCheck, outcome: GateNote["outcome"]): GateNote {
  const where = column === null ? "" : `${column}: `;
  return { rule, outcome, because: `${where}${says}; asked: ${asks} (${source})${wouldPass === null ? "" : `; would pass: ${wouldPass}`}` };
}

/** What the contract says of a column the charter names; null if it says nothing of its type. */
function claimOn({ feed }: SourceWords, own: string, contract: FeedContract | null): ColumnClaim | null {
  const column = feed === "rows" ? contractColumn(contract?.table ?? null, own) : undefined;
  return column === undefined || column.type === null ? null : { logicalType: column.type, unit: column.extension.unit };
}

function contractColumn(table: ContractTable | null, own: string): ContractTable["columns"][number] | undefined {
  return table?.columns.find(({ source }) => source === own);
}
