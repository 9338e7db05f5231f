interface Meaning {
  readonly means: string;
  readonly fix: string;
}

/** Every way a file can fail to fit the charter. A closed list; the owner of the file reads these words. */
export const DATA_PROBLEMS = {
  DATA_FILE_MISSING: { means: "there is no readable file at the configured path", fix: "put the export there, or correct the path in the node's configuration" },
  DATA_FEED: { means: "the feed cannot be opened", fix: "see the feed with: cohortium feed preview" },
  DATA_ROWS_UNSET: { means: "the node's configuration names no file of rows", fix: "set rows in node.yaml, then start the node again" },
  DATA_HOLDOUT_UNSET: { means: "the charter measures on a common held-out file, and the node's configuration names none", fix: "put the file all parties agreed on beside the rows, set holdout in node.yaml, then start the node again" },
  DATA_EMPTY: { means: "the file has no rows under its header", fix: "export again; a feed without rows cannot take part" },
  DATA_MALFORMED: { means: "lines do not have the header's number of fields, or are not UTF-8 with the configured quotes", fix: "check the delimiter and quote in the node's configuration, then export those lines again" },
  DATA_ENCODING: { means: "the header is not text in UTF-8", fix: "export the file in UTF-8; or add it as a feed and name its encoding, such as: cohortium feed add … --encoding utf-16le" },
  DATA_LINE_ENDS: { means: "some lines of the file end in another way than others, in CR LF or in LF alone", fix: "end all lines alike, with dos2unix or by exporting again" },
  DATA_DELIMITER: { means: "the header has one column", fix: "correct the delimiter in the node's configuration" },
  DATA_COLUMN_MISSING: { means: "a column of the charter does not stand in the header exactly once", fix: "name the column as the charter does; if every column is missing, check the delimiter" },
  DATA_NOT_A_NUMBER: { means: "values are not plain finite numbers", fix: "write numbers with a decimal point, no spaces or separators, and fill or leave out rows where the value is unknown" },
  DATA_NO_VALUES: { means: "the column has no value in any row", fix: "check the export; if the column is empty by nature, agree on a charter without it" },
  DATA_TOO_FEW_VALUES: { means: "the column has values in fewer rows than the charter's threshold for categories, so that their sum could point at persons", fix: "bring more rows with a value, or agree on a charter without the column" },
  DATA_WRONG_TYPE: { means: "the feed's column is of a type that cannot hold what the charter takes from it", fix: "name the right column in the node's configuration, or convert it in the feed" },
  DATA_NOT_A_DATE: { means: "values are not dates", fix: "write days as 2011-12-10, with or without a time of day after them" },
  DATA_OUT_OF_BOUNDS: { means: "values lie outside the charter's bounds", fix: "correct the values or their unit; if they are right, agree on wider bounds in a new charter" },
  DATA_UNKNOWN_CATEGORY: { means: "values are not among the charter's categories", fix: "map them to the charter's words; if a word is missing there, agree on it in a new charter" },
  DATA_WRONG_LABEL: { means: "labels are neither of the charter's two words", fix: "write the label with exactly the charter's two words, and leave out rows whose outcome is unknown" },
  DATA_CHANGING: { means: "the feed changed while it was read", fix: "leave the feed alone during a session, then launch again" },
  DATA_DUPLICATE_KEY: { means: "rows repeat a key that the node's configuration calls unique", fix: "keep one row per key" },
  DATA_KEY_MISSING: { means: "rows have no value in a column that says whose they are, or which purchase they belong to", fix: "fill the column, or leave out rows that have none" },
  DATA_KEY_UNMATCHED: { means: "not one row has a purchase under its key", fix: "check that both feeds write the key in the same way" },
  DATA_TRANSACTIONS_MISSING: { means: "the charter takes columns from purchases, and no feed of purchases is configured", fix: "name the feed of purchases in the node's configuration" },
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

/** Why the header of a file cannot be read, as `csv-header.ts` tells it. */
export const HEADER_PROBLEMS = { missing: "DATA_FILE_MISSING", empty: "DATA_EMPTY", unreadable: "DATA_MALFORMED", bytes: "DATA_ENCODING" } as const satisfies Record<string, DataProblemCode>;

/** Problems of a file, its header or the settings: there is nothing to count. */
const UNCOUNTED: ReadonlySet<DataProblemCode> = new Set([
  "DATA_FILE_MISSING", "DATA_ROWS_UNSET", "DATA_HOLDOUT_UNSET", "DATA_EMPTY", "DATA_ENCODING", "DATA_LINE_ENDS", "DATA_DELIMITER", "DATA_COLUMN_MISSING", "DATA_HOLDOUT_OTHER",
]);

/** One sentence for the owner of the file. */
export function explainProblem({ code, column, rule, count, lines, fix }: DataProblem): string {
  const where = column === null ? "" : ` in column ${column}`;
  const named = lines.length === 0 ? "" : `, first at line${lines.length === 1 ? "" : "s"} ${lines.join(", ")}`;
  const counted = count === 0 || UNCOUNTED.has(code) ? "" : ` (count ${count}${named})`;
  return `${code}${where}: ${DATA_PROBLEMS[code].means}${counted}; the rule: ${rule}; to do: ${fix}`;
}
