import { readContract, type ContractRead } from "../../../src/data/contract/read-contract.js";
import type { DataContract } from "../../../src/data/contract/contract.js";
import { lintContract } from "../../../src/data/contract/lint-contract.js";

/** A contract that breaks no rule. */
export const SOUND = `apiVersion: v3.1.0
kind: DataContract
id: 7f5c1c9e-orders
version: "1.2.0"
status: active
description:
  purpose: to find out who buys again
schema:
  - name: orders
    logicalType: object
    quality:
      - { metric: rowCount, mustBeGreaterThan: 100 }
    properties:
      - name: customer_id
        physicalName: CustomerID
        logicalType: string
        required: true
        primaryKey: true
        classification: identifier
      - name: age_years
        logicalType: integer
        logicalTypeOptions: { minimum: 17, maximum: 100 }
        classification: quasi-identifier
        quality:
          - { metric: nullValues, mustBeLessThan: 5, unit: percent }
        customProperties:
          - property: cohortium
            value: { unit: years }
      - name: channel
        logicalType: string
        classification: none
        quality:
          - metric: invalidValues
            arguments: { validValues: [shop, web, phone] }
            mustBe: 0
      - name: diagnosis
        logicalType: string
        logicalTypeOptions: { minLength: 3, maxLength: 8, pattern: "^[A-Z]" }
        classification: sensitive
        customProperties:
          - property: cohortium
            value: { purpose: to leave out who is ill }
      - name: is_member
        logicalType: boolean
        classification: none
      - name: ordered_at
        logicalType: timestamp
        logicalTypeOptions: { minimum: "2020-01-01T00:00:00Z" }
        classification: none
      - name: bought_again
        logicalType: string
        classification: none
        quality:
          - metric: invalidValues
            arguments: { validValues: ["yes", "no"] }
            mustBe: 0
        customProperties:
          - property: cohortium
            value: { positive: "yes" }
slaProperties:
  - { property: latency, value: 2, unit: d, element: orders.ordered_at }
`;

/** `SOUND` with one piece of text instead of another. */
export function bent(from: string, to: string): string {
  if (SOUND.split(from).length !== 2) throw new RangeError(`${JSON.stringify(from)} does not stand there exactly once`);
  return SOUND.replace(from, () => to);
}

export function contractIn(text: string): DataContract {
  const read = readContract(text);
  if (read.kind === "contract") return read.contract;
  throw new Error(JSON.stringify(read.findings));
}

/** Everything a text breaks, unreadable or not, as `RULE /at`. */
export function broken(text: string): readonly string[] {
  const read: ContractRead = readContract(text);
  const findings = read.kind === "refused" ? read.findings : lintContract(read.contract);
  return findings.map(({ rule, at }) => `${rule} ${at}`);
}
