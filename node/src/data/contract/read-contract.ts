import type { Json } from "@cohortium/crypto/canonical-json";
import { isTree, nearestKey } from "@cohortium/protocol/host/config-keys";
import { PlainYamlError, readPlainYaml } from "@cohortium/protocol/host/plain-yaml";
import { pointer } from "@cohortium/protocol/charter/clauses";
import { jsonDigest } from "@cohortium/protocol/session/json-digest";
import type { z } from "zod";
import { contractOf } from "./contract-of.js";
import type { DataContract } from "./contract.js";
import { API_VERSION, odcsForm } from "./odcs-form.js";
import { finding, type Finding } from "./schema-rules.js";

/** A contract file as it lies on disk. */
export interface ContractText {
  readonly path: string;
  readonly text: string;
}

/** A contract and where in its file things stand, or everything that keeps it from being one. */
export type ContractRead =
  | { readonly kind: "contract"; readonly contract: DataContract; lineOf(at: string): number }
  | { readonly kind: "refused"; readonly findings: readonly Finding[]; lineOf(at: string): number };

/** In UTF-16 units. The longest lists of values a column may have fit in; a parser need not read more. */
export const CONTRACT_LENGTH_MAX = 2_000_000;
/** More than this of one kind is one mistake made often. */
const FINDINGS_MAX = 100;

/** Reads a contract. Never throws: what is wrong with the text is in the findings. */
export function readContract(text: string): ContractRead {
  const yaml = parseYaml(text);
  if (yaml instanceof PlainYamlError) {
    return { kind: "refused", findings: [finding("SCHEMA_YAML", "", yaml.message.replace(/^line \d+: /, ""))], lineOf: () => yaml.line };
  }
  const { json, lineOf } = yaml;
  const foreign = versionFindings(json);
  // The keys of another version would all seem wrong; the version is what is.
  if (foreign.length > 0) return { kind: "refused", findings: foreign, lineOf };

  const form = odcsForm.safeParse(json);
  if (!form.success) return { kind: "refused", findings: form.error.issues.flatMap((issue) => findingsOf(odcsForm, issue, json, [])).slice(0, FINDINGS_MAX), lineOf };
  const made = contractOf(form.data, jsonDigest(json));
  return made.kind === "contract" ? { ...made, lineOf } : { kind: "refused", findings: made.findings.slice(0, FINDINGS_MAX), lineOf };
}

function parseYaml(text: string) {
  try {
    return readPlainYaml(text, CONTRACT_LENGTH_MAX);
  } catch (error) {
    if (error instanceof PlainYamlError) return error;
    throw error;
  }
}

function versionFindings(json: Json): readonly Finding[] {
  if (!isTree(json)) return [finding("SCHEMA_VALUE", "", "a contract is a mapping of keys to values")];
  const { apiVersion, kind } = json;
  const said = typeof apiVersion === "string" ? ` it says ${JSON.stringify(apiVersion.slice(0, 40))}` : "";
  return [
    ...(apiVersion === API_VERSION ? [] : [finding("SCHEMA_VERSION", Object.hasOwn(json, "apiVersion") ? "/apiVersion" : "", `apiVersion is ${API_VERSION}, the one version read here;${said === "" ? " it is missing or no text" : said}`)]),
    ...(kind === "DataContract" ? [] : [finding("SCHEMA_VERSION", Object.hasOwn(json, "kind") ? "/kind" : "", "kind is DataContract", "write kind: DataContract")]),
  ];
}

/** What the schema says of a document, in our words. `around` leads to the place that `issue.path` starts from. */
export function findingsOf(form: z.core.$ZodType, issue: z.core.$ZodIssue, json: unknown, around: readonly PropertyKey[]): readonly Finding[] {
  const path = [...around, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const near = nearestKey(form, issue.path.map(String), key);
      return finding("SCHEMA_KEY", pointer(...path, key), `there is no key ${JSON.stringify(key.slice(0, 80))} here${near === null ? "" : `; did you mean ${near}?`}`, near === null ? undefined : `write ${near}`);
    });
  }
  const there = issue.path.reduce<unknown>((at, step) => (typeof at === "object" && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined), json);
  const says = there === undefined ? `${String(path.at(-1))} is missing` : issue.message.replace(/^Invalid input: /, "");
  return [finding("SCHEMA_VALUE", pointer(...(there === undefined ? path.slice(0, -1) : path)), says)];
}
