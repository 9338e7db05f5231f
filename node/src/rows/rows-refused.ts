import type { Logger } from "@cohortium/protocol/host/logger";
import { CLAUSE_LENGTH_MAX } from "@cohortium/protocol/wire/limits";
import type { Admission } from "./admission-gate.js";
import { explainProblem } from "../data/problem.js";
import type { RowsRefused } from "./session-rows.js";

/** Where what concerns the company alone is said. */
export interface OwnLog {
  readonly session: string;
  readonly logger: Logger;
}

/** Says to the company what is wrong with its rows; returns what others learn: which of the two files, which columns and rules, not where it lies. */
export function clauseOfRows({ file, path, problems }: RowsRefused, { session, logger }: OwnLog): string {
  for (const problem of problems) logger.error(file === "rows" ? "the rows do not fit the charter" : "the held-out file does not fit the charter", { session, file, path, code: problem.code, because: explainProblem(problem) });
  const rules = [...new Set(problems.map(({ code, column }) => (column === null ? code : `${code} ${column}`)))].slice(0, 3).join(", ");
  return `${file === "rows" ? "" : "holdout: "}${rules}`.slice(0, CLAUSE_LENGTH_MAX);
}

/** Says to the company what the gate found; returns what others learn where it refused: which rule it was, and nothing of the rows. Null where it did not. */
export function clauseOfGate(gate: Admission, { session, logger }: OwnLog): string | null {
  for (const { rule, outcome, because } of gate.notes) logger[outcome === "fail" ? "error" : "warn"]("the rows and the quality gate", { session, rule, outcome, because });
  return gate.kind === "refused" ? gate.rules.join(", ").slice(0, CLAUSE_LENGTH_MAX) : null;
}
