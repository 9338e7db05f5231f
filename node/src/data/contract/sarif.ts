import type { Json } from "@cohortium/crypto/canonical-json";
import { SCHEMA_RULES, type Finding } from "./schema-rules.js";

/** Findings of one contract as a SARIF 2.1.0 log, which editors and code hosts show beside the lines. */
export function sarifOf(findings: readonly Finding[], path: string, lineOf: (at: string) => number): Json {
  const used = [...new Set(findings.map(({ rule }) => rule))].toSorted();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "cohortium schema lint",
          rules: used.map((id) => ({
            id, shortDescription: { text: SCHEMA_RULES[id].asks }, help: { text: SCHEMA_RULES[id].fix }, defaultConfiguration: { level: levelOf(id) },
          })),
        },
      },
      results: findings.map(({ rule, at, says, fix }) => ({
        ruleId: rule, ruleIndex: used.indexOf(rule), level: levelOf(rule), message: { text: `${says}; to do: ${fix}` },
        locations: [{
          physicalLocation: { artifactLocation: { uri: path.replaceAll("\\", "/") }, region: { startLine: lineOf(at) } },
          logicalLocations: [{ fullyQualifiedName: at === "" ? "/" : at }],
        }],
      })),
    }],
  };
}

/** SARIF has no level above error. */
export function levelOf(rule: Finding["rule"]): "error" | "warning" {
  return SCHEMA_RULES[rule].level === "warning" ? "warning" : "error";
}
