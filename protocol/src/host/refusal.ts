import { exitCodeOf, type FailureExitCode } from "./exit-codes.js";

/** What a refusal says. `rule` names a charter clause, `entry` a log entry; `status` only where the code's family does not fit. */
export interface RefusalText {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly fix?: string | undefined;
  readonly rule?: string | undefined;
  readonly entry?: number | undefined;
  readonly status?: number | undefined;
}

/** A problem document (RFC 9457) with our extension members. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly rule?: string;
  readonly entry?: number;
  readonly fix?: string;
}

export const PROBLEM_CONTENT_TYPE = "application/problem+json";

/**
 * "No" with a reason: thrown by routes and start-up code, shown to people as written, turned into a problem document and an exit status.
 * Texts hold names of parties, files, keys and counts, never secrets and never records.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly fix: string | undefined;
  readonly rule: string | undefined;
  readonly entry: number | undefined;
  readonly status: number;
  readonly exitCode: FailureExitCode;

  constructor(text: RefusalText, options?: ErrorOptions) {
    super(`${text.code}: ${text.title}: ${text.detail}`, options);
    this.code = text.code;
    this.title = text.title;
    this.detail = text.detail;
    this.fix = text.fix;
    this.rule = text.rule;
    this.entry = text.entry;
    this.exitCode = exitCodeOf(text.code);
    this.status = text.status ?? STATUS_OF_EXIT[this.exitCode];
  }
}

/** A file of ours that does not hold what we once wrote there. The cause stays out of the text: it may quote the file. */
export function damagedFile(path: string, what: string, cause?: unknown): Refusal {
  return new Refusal({
    code: "FILE_DAMAGED", title: `${what} cannot be read`, detail: `${path} does not hold what it should`, fix: "restore the folder from its backup, or enrol again from an empty one",
  }, { cause });
}

/** The refusal as a server says it. */
export function toProblem(refusal: Refusal): ProblemDocument {
  const { code, title, status, detail, rule, entry, fix } = refusal;
  return {
    type: `urn:cohortium:problem:${code.toLowerCase()}`,
    title, status, code, detail,
    ...(rule === undefined ? {} : { rule }),
    ...(entry === undefined ? {} : { entry }),
    ...(fix === undefined ? {} : { fix }),
  };
}

/** The refusal as a client hears it; null if `document` is no problem document of ours. */
export function parseProblem(document: unknown): Refusal | null {
  if (typeof document !== "object" || document === null) return null;
  const { code, title, detail, status, fix, rule, entry } = document as Readonly<Record<string, unknown>>;
  if (typeof code !== "string" || typeof title !== "string" || typeof detail !== "string" || typeof status !== "number") return null;
  return new Refusal({
    code, title, detail, status,
    fix: typeof fix === "string" ? fix : undefined,
    rule: typeof rule === "string" ? rule : undefined,
    entry: typeof entry === "number" ? entry : undefined,
  });
}

const STATUS_OF_EXIT: Readonly<Record<FailureExitCode, number>> = {
  1: 500, 2: 400, 3: 422, 4: 403, 5: 409, 6: 422, 7: 502, 8: 401, 9: 504, 130: 503,
};
