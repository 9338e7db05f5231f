import type { FaultCode } from "../session/fault.js";

/** What a command's exit status tells the script that called it. Stable: a number never changes its meaning. */
export const EXIT_CODES = {
  0: "ok",
  1: "unexpected",
  2: "usage or configuration",
  3: "data-quality gate",
  4: "charter or policy refused",
  5: "privacy budget",
  6: "verification failed",
  7: "partner or network",
  8: "not authorised",
  9: "timed out or superseded",
  130: "interrupted",
} as const;

export type ExitCode = keyof typeof EXIT_CODES;
export type FailureExitCode = Exclude<ExitCode, 0>;

/** The exit status that goes with the code of a fault or a refusal; 1 for a code this table has never heard of. */
export function exitCodeOf(code: string): FailureExitCode {
  if (isFaultCode(code)) return EXIT_OF_FAULT[code];
  return EXIT_OF_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 1;
}

/** Faults one by one, so that a new one does not compile before somebody decided what a script should do about it. */
const EXIT_OF_FAULT: Readonly<Record<FaultCode, FailureExitCode>> = {
  AGGREGATION_TOO_FEW: 7,
  AGGREGATION_TWO_PARTIES: 4,
  AGGREGATION_EQUIVOCATION: 7,
  AGGREGATION_BUNDLE: 6,
  AGGREGATION_SHARES: 7,
  AGGREGATION_SURVIVORS: 6,
  AGGREGATION_SECOND_ANSWER: 6,
  AGGREGATION_SIGNATURES: 6,
  AGGREGATION_COMMITMENT: 6,
  AGGREGATION_CIPHERTEXT: 6,
  AGGREGATION_NOISE: 6,
  AGGREGATION_PART_MISSING: 7,
  AGGREGATION_LOST: 7,
  AGGREGATION_GUARD: 6,
  AGGREGATION_BOUNDS: 3,
  AGGREGATION_OVERFLOW: 4,
  TRAINING_ORDER: 7,
  TRAINING_PLAN: 6,
  TRAINING_SCHEMA: 4,
  TRAINING_MODEL: 6,
  TRAINING_REPEAT: 5,
  TRAINING_ABSENT: 7,
  TRAINING_DIVERGED: 3,
  TRAINING_DEGENERATE: 3,
  NODE_REFUSED: 4,
  BUDGET_SPENT: 5,
  DATA_REFUSED: 3,
  DATA_CHANGED: 3,
  LOG_EVIDENCE: 6,
  SESSION_EXPIRED: 9,
  SESSION_BROKEN: 7,
  SESSION_CANCELLED: 9,
};

/** Refusals by the first word of their code. The first entry that fits wins, so exceptions stand before their family. */
const EXIT_OF_PREFIX: readonly (readonly [string, FailureExitCode])[] = [
  ["ENROL_FINGERPRINT", 6],
  ["ENROL_WAITING", 9],
  ["ENROL_REQUEST", 2],
  ["ENROL_", 8],
  ["ACCESS_", 8],
  ["CONFIG_", 2],
  ["USAGE_", 2],
  ["REQUEST_", 2],
  ["JOIN_CODE_", 2],
  ["KEY_", 2],
  ["FILE_", 2],
  ["LOCK_", 2],
  ["QUALITY_", 3],
  ["DATA_", 3],
  ["CHARTER_", 4],
  ["POLICY_", 4],
  ["BUDGET_", 5],
  ["CERTIFICATE_", 6],
  ["VERIFY_", 6],
  ["LOG_", 6],
  ["NETWORK_", 7],
  ["PARTNER_", 7],
  ["TIMEOUT_", 9],
  ["SESSION_", 9],
];

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(EXIT_OF_FAULT, code);
}
