import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isFileError } from "@cohortium/protocol/host/atomic-file";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { tableOf, type ContractTable, type DataContract } from "./contract.js";
import { readContract } from "./read-contract.js";

/** Where `schema map` writes a feed's contract, unless told otherwise. */
export function contractPath(folder: string, feed: string): string {
  return join(folder, "contracts", `${feed}.odcs.yaml`);
}

/** What a contract says of one feed. */
export interface FeedContract {
  readonly contract: DataContract;
  readonly table: ContractTable;
}

/**
 * What the contract in a file says of a feed.
 *
 * @throws Refusal CONFIG_CONTRACT if it cannot be read, or says nothing of the feed: it must not pass for none, or the defaults would hold in silence.
 */
export function feedContract(path: string, feed: string): FeedContract {
  const contract = contractAt(path);
  const table = tableOf(contract, feed);
  if (table !== null) return { contract, table };
  throw new Refusal({
    code: "CONFIG_CONTRACT", title: "the contract says nothing of this feed", detail: `${path} has no table called ${feed}`, rule: "QUALITY_CONTRACT",
    fix: "name a table, or its physicalName, as the feed is called",
  });
}

/** @throws Refusal CONFIG_CONTRACT with every problem and its line, if the file holds no contract. */
export function contractAt(path: string): DataContract {
  const read = readContract(contractText(path));
  if (read.kind === "contract") return read.contract;
  const problems = read.findings.map(({ rule, at, says, fix }) => `${path}:${read.lineOf(at)}: ${rule}${at === "" ? "" : ` at ${at}`}: ${says}; to do: ${fix}`);
  throw new Refusal({ code: "CONFIG_CONTRACT", title: "the contract cannot be used", detail: `\n  ${problems.join("\n  ")}`, rule: read.findings[0]?.rule, fix: "correct the lines above" });
}

/** @throws Refusal CONFIG_CONTRACT if the file cannot be read. */
export function contractText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isFileError(error, "ENOENT")) throw new Refusal({ code: "CONFIG_CONTRACT", title: "there is no such contract", detail: path, fix: "let one be proposed with: cohortium schema map FEED" });
    if (!UNREADABLE.some((code) => isFileError(error, code))) throw error;
    throw new Refusal({ code: "CONFIG_CONTRACT", title: "the contract cannot be read", detail: path, fix: "make it a file that this process may read" });
  }
}

const UNREADABLE = ["EISDIR", "EACCES", "ENOTDIR"] as const;
