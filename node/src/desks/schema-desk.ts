import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { tableOf, type DataContract } from "../data/contract/contract.js";
import { contractText } from "../data/contract/contract-file.js";
import { lintContract } from "../data/contract/lint-contract.js";
import { lintData } from "../data/contract/lint-data.js";
import { profileOf } from "../data/contract/profile.js";
import { propose, type Proposal } from "../data/contract/propose.js";
import { readContract } from "../data/contract/read-contract.js";
import { finding, SCHEMA_RULES, type Finding, type SchemaRule } from "../data/contract/schema-rules.js";
import { writeContract } from "../data/contract/write-contract.js";
import type { FeedTable } from "../data/sql/feed-table.js";

/** Opens one of the node's feeds and lends it to `use`. */
export type OpenFeed = <T>(name: string, use: (table: FeedTable) => Promise<T>) => Promise<T>;

export interface Mapped {
  readonly path: string;
  readonly proposal: Proposal;
}

/** Proposes a contract from a feed's rows and writes it. @throws Refusal CONFIG_EXISTS rather than overwrite one, unless told to. */
export async function mapFeed(open: OpenFeed, feed: string, { path, overwrite }: { readonly path: string; readonly overwrite: boolean }): Promise<Mapped> {
  if (!overwrite && existsSync(path)) {
    throw new Refusal({ code: "CONFIG_EXISTS", title: "there is a contract already", detail: path, fix: "name another file with --out, or write over it with --force" });
  }
  const proposal = await open(feed, async (table) => propose(feed, table.rows, await profileOf(table)));
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, writeContract(proposal, { id: feed, schemaUrl: null }), 0o644);
  return { path, proposal };
}

/** A finding with where it stands and how much it weighs. */
export interface LintLine extends Finding {
  readonly line: number;
  readonly level: "fatal" | "error" | "warning";
}

/** Everything a contract breaks; with a feed also where it contradicts that. */
export async function lintFile(path: string, beside: { readonly open: OpenFeed; readonly feed: string } | null): Promise<readonly LintLine[]> {
  const read = readContract(contractText(path));
  const lines = (findings: readonly Finding[]): readonly LintLine[] =>
    findings.map((one) => ({ ...one, line: read.lineOf(one.at), level: levelOf(one.rule) })).toSorted((a, b) => a.line - b.line);
  if (read.kind === "refused") return lines(read.findings);
  const own = lintContract(read.contract);
  if (beside === null) return lines(own);
  return lines([...own, ...await contradictions(read.contract, beside)]);
}

async function contradictions(contract: DataContract, { open, feed }: { readonly open: OpenFeed; readonly feed: string }): Promise<readonly Finding[]> {
  const table = tableOf(contract, feed);
  if (table === null) return [finding("SCHEMA_DATA_MISSING", "/schema", `the contract has no table for the feed ${feed}`, "name a table, or its physicalName, as the feed is called")];
  return open(feed, (rows) => lintData(table, rows));
}

function levelOf(rule: SchemaRule): LintLine["level"] {
  return SCHEMA_RULES[rule].level;
}
