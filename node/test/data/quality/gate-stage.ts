import type { DataContract } from "../../../src/data/contract/contract.js";
import { tableOf } from "../../../src/data/contract/contract.js";
import { readContract } from "../../../src/data/contract/read-contract.js";
import type { FeedTable } from "../../../src/data/sql/feed-table.js";
import type { Spread } from "../../../src/data/contract/spread.js";
import { runGate, type GateResult } from "../../../src/data/quality/gate.js";
import { NO_TERMS, type AskedColumn, type GateTerms } from "../../../src/data/quality/terms.js";

/** 2026-11-22T10:00:00Z. */
export const NOW_MS = Date.UTC(2026, 10, 22, 10);

export interface Around {
  readonly contract?: DataContract;
  readonly terms?: Partial<GateTerms>;
  readonly accepted?: ReadonlyMap<string, Spread>;
}

export function gate(table: FeedTable, { contract, terms = {}, accepted = new Map() }: Around = {}): Promise<GateResult> {
  return runGate(table, { table: contract === undefined ? null : tableOf(contract, table.name), contract: contract?.digest ?? null, terms: { ...NO_TERMS, ...terms }, accepted, nowMs: NOW_MS });
}

/** What did not pass, as `outcome RULE column`. */
export function objections({ results }: GateResult): readonly string[] {
  return results.filter(({ outcome }) => outcome === "fail" || outcome === "warn").map(({ outcome, check: { rule, column } }) => `${outcome} ${rule} ${column ?? "-"}`);
}

/** The one result of a rule on a column. */
export function resultOf({ results }: GateResult, rule: string, column: string | null = null) {
  const found = results.filter(({ check }) => check.rule === rule && check.column === column);
  if (found.length !== 1 || found[0] === undefined) throw new RangeError(`${found.length} results of ${rule} on ${column}`);
  return found[0];
}

/** A contract over one table called rows, from the YAML of its columns and rules. */
export function contractOver(properties: string, more = ""): DataContract {
  const read = readContract(`apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: "1"\nstatus: active\nschema:\n  - name: rows\n    properties:\n${properties}\n${more}`);
  if (read.kind === "contract") return read.contract;
  throw new Error(JSON.stringify(read.findings));
}

export const numeric = (name: string, min: number | null, max: number | null, mayBeNull = false): AskedColumn => ({ name, at: `features.${name}`, kind: { kind: "numeric", min, max, mayBeNull } });
export const categorical = (name: string, categories: readonly string[]): AskedColumn => ({ name, at: `features.${name}`, kind: { kind: "categorical", categories, isOpen: false, mayBeNull: false } });
export const any = (name: string): AskedColumn => ({ name, at: `features.${name}`, kind: { kind: "any" } });
