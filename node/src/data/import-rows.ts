import { categoricalsOf, numericsOf, type Feature, type Label, type NumericFeature } from "@cohortium/protocol/training/features";
import type { CsvFile, TextColumns } from "./duckdb.js";
import { localRows, type LocalRows } from "./local-rows.js";
import { DATA_PROBLEMS, LINES_NAMED_MAX, fileProblem, type DataProblem, type DataProblemCode } from "./problem.js";
import { readTable, type TableRead } from "./read-table.js";

/** Where a node's rows lie. `keyColumn` names a column whose values must not repeat, or is `null`; keys are compared and forgotten. */
export interface RowSource extends CsvFile {
  readonly keyColumn: string | null;
}

/** What the charter says of one party's rows. */
export interface RowTerms {
  readonly features: readonly Feature[];
  readonly label: Label;
  readonly rowsMin: number;
  readonly rowsMax: number;
}

/** Either every value fits, or all that does not is listed; there is no partial import. */
export type Import =
  | { readonly kind: "rows"; readonly rows: LocalRows }
  | { readonly kind: "refused"; readonly problems: readonly DataProblem[] };

/** Reads a file against the charter. Takes memory for at most `rowsMax` rows. */
export async function importRows(source: RowSource, terms: RowTerms): Promise<Import> {
  const rules = rulesOf(terms, source.keyColumn);
  const columns: number[][] = rules.map(() => []);
  const faults = new FaultList();
  let rows = 0;
  const read = await readTable(source, rules.map(({ column }) => column), (texts, count) => {
    checkRows(rules, texts, { rows, rowsMax: terms.rowsMax, columns, faults });
    rows += count;
  });
  const problems = [...tableProblems(read, rows, terms), ...faults.problems(rules, read)];
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "rows", rows: assemble(terms.features, columns, rows) };
}

/** How one column is read: a text becomes a number, or the code of the rule it breaks. */
interface Rule {
  readonly column: string;
  readonly rule: string;
  parse(text: string | null): number | DataProblemCode;
}

/** Numerics, then categoricals, then the label, then the key: the order `assemble` takes them back in. */
function rulesOf({ features, label }: RowTerms, keyColumn: string | null): readonly Rule[] {
  const labels = [label.negative, label.positive];
  return [
    ...numericsOf(features).map(numericRule),
    ...categoricalsOf(features).map(({ name, categories }) => wordRule(name, categories, "DATA_UNKNOWN_CATEGORY")),
    wordRule(label.name, labels, "DATA_WRONG_LABEL"),
    ...(keyColumn === null ? [] : [keyRule(keyColumn)]),
  ];
}

/** Decimal notation only: `Number` would also take hexadecimal, the empty text and surrounding spaces. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function numericRule({ name, unit, min, max }: NumericFeature): Rule {
  return {
    column: name,
    rule: `${min} to ${max} ${unit}`,
    parse: (text) => {
      const value = text !== null && NUMBER.test(text) ? Number(text) : Number.NaN;
      if (!Number.isFinite(value)) return "DATA_NOT_A_NUMBER";
      // Adding 0 turns -0 into 0, which would otherwise have another digest.
      return value >= min && value <= max ? value + 0 : "DATA_OUT_OF_BOUNDS";
    },
  };
}

function wordRule(column: string, words: readonly string[], otherwise: DataProblemCode): Rule {
  const index = new Map(words.map((word, i) => [word, i]));
  return { column, rule: `one of ${words.join(", ")}`, parse: (text) => index.get(text ?? "") ?? otherwise };
}

function keyRule(column: string): Rule {
  const seen = new Set<string>();
  return {
    column,
    rule: "no value twice",
    parse: (text) => {
      const before = seen.size;
      return seen.add(text ?? "").size > before ? 0 : "DATA_DUPLICATE_KEY";
    },
  };
}

interface Reading {
  /** Rows read before these. */
  readonly rows: number;
  readonly rowsMax: number;
  readonly columns: readonly number[][];
  readonly faults: FaultList;
}

function checkRows(rules: readonly Rule[], texts: TextColumns, { rows, rowsMax, columns, faults }: Reading): void {
  rules.forEach((rule, i) => {
    // Past the cap the file is refused anyway; what is kept, keys included, must not outgrow it.
    texts[i]?.slice(0, Math.max(0, rowsMax - rows)).forEach((text, row) => {
      const parsed = rule.parse(text);
      if (typeof parsed === "number") columns[i]?.push(parsed);
      else faults.add(i, parsed, rows + row);
    });
  });
}

/** Counts broken rules as they are met, by column and code. */
class FaultList {
  readonly #found = new Map<string, { readonly column: number; readonly code: DataProblemCode; count: number; readonly rows: number[] }>();

  add(column: number, code: DataProblemCode, row: number): void {
    const key = `${column} ${code}`;
    const fault = this.#found.get(key) ?? { column, code, count: 0, rows: [] };
    fault.count += 1;
    if (fault.rows.length < LINES_NAMED_MAX) fault.rows.push(row);
    this.#found.set(key, fault);
  }

  problems(rules: readonly Rule[], read: TableRead): readonly DataProblem[] {
    const malformed = read.kind === "read" ? read.malformedLines : [];
    return [...this.#found.values()].sort((a, b) => a.column - b.column).map(({ column, code, count, rows }) => ({
      code, column: rules[column]?.column ?? null, rule: rules[column]?.rule ?? "", count,
      lines: rows.map((row) => lineOf(row, malformed)), fix: DATA_PROBLEMS[code].fix,
    }));
  }
}

/** The line of the `row`th well-formed row, counted from 0: the header is line 1, and malformed lines stand between. */
function lineOf(row: number, malformedLines: readonly number[]): number {
  return malformedLines.reduce((line, malformed) => (malformed <= line ? line + 1 : line), row + 2);
}

const TABLE_RULE = "a header line, then one line per row with as many fields";

function tableProblems(read: TableRead, rows: number, { rowsMin, rowsMax }: RowTerms): readonly DataProblem[] {
  switch (read.kind) {
    case "missing": return [fileProblem("DATA_FILE_MISSING", TABLE_RULE, 0)];
    case "empty": return [fileProblem("DATA_EMPTY", TABLE_RULE, 0)];
    case "unreadable": return [fileProblem("DATA_MALFORMED", TABLE_RULE, 0)];
    case "read": {
      const malformed = read.malformedLines.length;
      const all = rows + malformed;
      return [
        ...read.absent.map((column) => ({ ...fileProblem("DATA_COLUMN_MISSING", "a header with every column of the charter", 1), column })),
        ...(malformed === 0 ? [] : [{ ...fileProblem("DATA_MALFORMED", TABLE_RULE, malformed), lines: read.malformedLines.slice(0, LINES_NAMED_MAX) }]),
        ...(all === 0 ? [fileProblem("DATA_EMPTY", TABLE_RULE, 0)] : []),
        ...(all > rowsMax ? [fileProblem("DATA_TOO_MANY_ROWS", `at most ${rowsMax} rows`, all)] : []),
        ...(all > 0 && rows < rowsMin ? [fileProblem("DATA_TOO_FEW_ROWS", `at least ${rowsMin} rows`, rows)] : []),
      ];
    }
  }
}

function assemble(features: readonly Feature[], columns: readonly number[][], rows: number): LocalRows {
  const numerics = numericsOf(features).length;
  const categoricals = categoricalsOf(features).length;
  const x = new Float64Array(numerics * rows);
  columns.slice(0, numerics).forEach((column, k) => x.set(column, k * rows));
  const words = columns.slice(numerics, numerics + categoricals).map((column) => Int32Array.from(column));
  return localRows(x, words, Uint8Array.from(columns[numerics + categoricals] ?? []));
}
