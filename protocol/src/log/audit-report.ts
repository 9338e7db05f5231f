/** What an audit looked at, in the order a person reads it. */
export const CHECKS = ["checkpoint", "witnesses", "kept checkpoint", "tree", "entries", "signatures", "charters", "schemas", "rounds", "sums", "models", "answers", "budgets", "comparisons"] as const;
export type CheckName = (typeof CHECKS)[number];

/** Everything an audit can object to, and the check that fails with it. */
export const FINDINGS = {
  CHECKPOINT_MISSING: "checkpoint",
  CHECKPOINT_UNREADABLE: "checkpoint",
  COSIGNATURE_BAD: "witnesses",
  ANCHOR_UNREADABLE: "kept checkpoint",
  ANCHOR_ROLLBACK: "kept checkpoint",
  ANCHOR_FORK: "kept checkpoint",
  BUNDLE_MISSING: "tree",
  BUNDLE_LENGTH: "tree",
  TILE_MISSING: "tree",
  TILE_HASH: "tree",
  ENTRY_HASH: "tree",
  TREE_ROOT: "tree",
  ENTRY_FORM: "entries",
  ENTRY_BODY: "entries",
  LOG_OPENED: "entries",
  ENTRY_AUTHOR: "signatures",
  ENTRY_SIGNATURE: "signatures",
  KEY_REVOKED: "signatures",
  REVOCATION_UNKNOWN: "signatures",
  CHARTER_UNKNOWN: "charters",
  CHARTER_DIGEST: "charters",
  CHARTER_KEY: "charters",
  CHARTER_OPERATOR: "charters",
  CHARTER_UNSIGNED: "charters",
  CHARTER_OTHER: "charters",
  CHARTER_PERIOD: "charters",
  CHARTER_BUDGET: "charters",
  SCHEMA_MISSING: "schemas",
  SCHEMA_DIFFERS: "schemas",
  ROUND_ORDER: "rounds",
  ROUND_SCHEME: "rounds",
  ROUND_SECOND: "rounds",
  ROUND_PARTY: "rounds",
  ROUND_WORDS: "rounds",
  ROUND_TOO_FEW: "rounds",
  ROUND_BOTH_KEYS: "rounds",
  ROUND_KEYS: "rounds",
  UPLOAD_MISSING: "sums",
  UPLOAD_ROOT: "sums",
  CIPHERTEXT_FORM: "sums",
  SUM_NOISE: "sums",
  SUM_DIFFERS: "sums",
  SUM_GUARD: "sums",
  MODEL_DIFFERS: "models",
  CLOSE_DIFFERS: "models",
  QUERY_REFUSED: "answers",
  QUESTION_DIFFERS: "answers",
  ANSWER_DIFFERS: "answers",
  BUDGET_OVERSPENT: "budgets",
  COMPARISON_PARTY: "comparisons",
  COMPARISON_SECOND: "comparisons",
  COMPARISON_MODEL: "comparisons",
  COMPARISON_CHARTER: "comparisons",
  COMPARISON_FORM: "comparisons",
} as const satisfies Record<string, CheckName>;
export type FindingCode = keyof typeof FINDINGS;

/** `entry` is the index of the entry that is wrong, or null if no single one can be named. */
export interface Finding {
  readonly entry: number | null;
  readonly code: FindingCode;
  readonly says: string;
}

/** What an audit remarks on without objecting: the protocol allows it, and somebody should know. */
export const NOTICES = {
  SUMS_APART: "sums under one charter were opened, or could be, over other companies than before; on the same rows the difference would tell what some company brought",
  SUMS_WITHOUT: "sums were opened, or could be, without one company, as the charter allows; next to those with all, they tell what that company brought, and several of them what others did",
} as const;
export type NoticeCode = keyof typeof NOTICES;

export interface Notice {
  readonly entry: number;
  readonly code: NoticeCode;
  readonly says: string;
}

/** How many things a check looked at, and whether all of them held. */
export interface Check {
  readonly name: CheckName;
  readonly count: number;
  readonly ok: boolean;
}

/** What the answers under one charter cost, in 10^-9 of ρ: the company that answered most, and what the charter allows each. */
export interface CharterPrivacy {
  readonly charter: string;
  readonly chargedNanoRho: number;
  /** Null where no noise is added: then nothing is charged, and nothing bounds what all answers tell together. */
  readonly budgetNanoRho: number | null;
  /** How much of that is the reserve, which a company opens by its own settings: no log says which did. */
  readonly reserveNanoRho: number;
  /** How many answers were released. */
  readonly answers: number;
}

/** Once an early entry is wrong, nearly every later one may be; the first ones are what a person looks at. */
export const FINDINGS_MAX = 1000;

/** The outcome of an audit. `verified` only if there is no finding at all; they come in the order of their entries, at most `FINDINGS_MAX`. */
export interface AuditReport {
  readonly verified: boolean;
  readonly entries: number;
  readonly checkpointSize: number;
  readonly checks: readonly Check[];
  readonly sumsRecomputed: number;
  readonly findings: readonly Finding[];
  /** At most `FINDINGS_MAX`. They change no verdict. */
  readonly notices: readonly Notice[];
  /** Of every charter under which something was asked of statistics, in the order of the log. */
  readonly privacy: readonly CharterPrivacy[];
}

/** Collects findings while an audit runs. */
export class Findings {
  readonly #kept: Finding[] = [];
  readonly #failed = new Set<CheckName>();
  readonly #notices: Notice[] = [];

  add(entry: number | null, code: FindingCode, says: string): void {
    this.#failed.add(FINDINGS[code]);
    if (this.#kept.length < FINDINGS_MAX) this.#kept.push({ entry, code, says });
  }

  notice(entry: number, code: NoticeCode, says: string): void {
    if (this.#notices.length < FINDINGS_MAX) this.#notices.push({ entry, code, says });
  }

  /** `counts` says what each check looked at; null, that there was nothing to look at, and then no check has held. */
  report(counts: Readonly<Record<CheckName, number>> | null, checkpointSize: number, privacy: readonly CharterPrivacy[] = []): AuditReport {
    return {
      verified: counts !== null && this.#failed.size === 0,
      entries: counts?.entries ?? 0,
      checkpointSize,
      checks: CHECKS.map((name) => ({ name, count: counts?.[name] ?? 0, ok: counts !== null && !this.#failed.has(name) })),
      sumsRecomputed: counts?.sums ?? 0,
      // What concerns the log as a whole comes last, because it names nothing one could look at.
      findings: this.#kept.toSorted((a, b) => (a.entry ?? Infinity) - (b.entry ?? Infinity) || 0),
      notices: [...this.#notices],
      privacy,
    };
  }
}
