interface Meaning {
  readonly means: string;
  readonly fix: string;
}

/** Every way a file can fail to fit the charter. A closed list; the owner of the file reads these words. */
export const DATA_PROBLEMS = {
  DATA_FILE_MISSING: { means: "there is no readable file at the configured path", fix: "put the export there, or correct the path in the node's configuration" },
  DATA_EMPTY: { means: "the file has no rows under its header", fix: "export again; a feed without rows cannot take part" },
  DATA_MALFORMED: { means: "lines do not have the header's number of fields, or are not UTF-8 with the configured quotes", fix: "check the delimiter and quote in the node's configuration, then export those lines again" },
  DATA_COLUMN_MISSING: { means: "a column of the charter does not stand in the header exactly once", fix: "name the column as the charter does; if every column is missing, check the delimiter" },
  DATA_NOT_A_NUMBER: { means: "values are not plain finite numbers", fix: "write numbers with a decimal point, no spaces or separators, and fill or leave out rows where the value is unknown" },
  DATA_OUT_OF_BOUNDS: { means: "values lie outside the charter's bounds", fix: "correct the values or their unit; if they are right, agree on wider bounds in a new charter" },
  DATA_UNKNOWN_CATEGORY: { means: "values are not among the charter's categories", fix: "map them to the charter's words; if a word is missing there, agree on it in a new charter" },
  DATA_WRONG_LABEL: { means: "labels are neither of the charter's two words", fix: "write the label with exactly the charter's two words, and leave out rows whose outcome is unknown" },
  DATA_DUPLICATE_KEY: { means: "rows repeat a key that the node's configuration calls unique", fix: "keep one row per key" },
  DATA_TOO_MANY_ROWS: { means: "the file has more rows than the charter lets one party bring", fix: "bring a sample, or agree on a higher cap in a new charter" },
  DATA_TOO_FEW_ROWS: { means: "the file has fewer rows than the charter asks of every party", fix: "bring more rows, or agree on a lower minimum in a new charter" },
  DATA_HOLDOUT_OTHER: { means: "the common held-out file is not the one whose digest the charter names", fix: "fetch the file all parties agreed on, unchanged" },
} as const satisfies Record<string, Meaning>;

export type DataProblemCode = keyof typeof DATA_PROBLEMS;

/**
 * One rule that some rows break. Never holds a value from the file: `column` and `rule` are the charter's words, `lines` count from the
 * header as line 1 (an empty line, or a break inside quotes, does not count).
 */
export interface DataProblem {
  readonly code: DataProblemCode;
  readonly column: string | null;
  /** What the charter asks, such as `17 to 100 years`. */
  readonly rule: string;
  readonly count: number;
  /** The first few lines. */
  readonly lines: readonly number[];
  readonly fix: string;
}

/** How many lines a problem names: enough to find the cause, too few to fill a screen. */
export const LINES_NAMED_MAX = 5;

/** A problem of the file as a whole. */
export function fileProblem(code: DataProblemCode, rule: string, count: number): DataProblem {
  return { code, column: null, rule, count, lines: [], fix: DATA_PROBLEMS[code].fix };
}

/** One sentence for the owner of the file. */
export function explainProblem({ code, column, rule, count, lines, fix }: DataProblem): string {
  const where = column === null ? "" : ` in column ${column}`;
  const named = lines.length === 0 ? "" : `, first at line${lines.length === 1 ? "" : "s"} ${lines.join(", ")}`;
  return `${code}${where}: ${DATA_PROBLEMS[code].means} (count ${count}${named}); the rule: ${rule}; to do: ${fix}`;
}
