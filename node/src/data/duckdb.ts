import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

/** A delimited text file and how it is written. `delimiter` and `quote` are one character each. */
export interface CsvFile {
  readonly path: string;
  readonly delimiter: string;
  readonly quote: string;
}

/** Some consecutive rows, column by column, as text. An empty field is `null`. */
export type TextColumns = readonly (readonly (string | null)[])[];

/** The engine could not read the file at all. Its own words are withheld: they quote the rows. */
export class ScanFailed extends Error {
  override readonly name = "ScanFailed";
  constructor() { super("the database engine could not read the file"); }
}

/**
 * Reads the `wanted` fields of every record under the header, in file order and as text, handing on a few thousand rows at a time.
 *
 * @param fields - How many fields the header has; a record with another number is not handed on.
 * @param wanted - Positions of the fields to read, from 0.
 * @returns the lines not handed on, ascending: wrong number of fields, unbalanced quotes, not UTF-8.
 * @throws ScanFailed if there is nothing to be read.
 */
export async function scanCsv(file: CsvFile, fields: number, wanted: readonly number[], onRows: (rows: TextColumns) => void): Promise<readonly number[]> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    // An extension would be fetched from the internet and run in this process.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    await streamRows(connection, scanStatement(file, fields, wanted), onRows);
    return await rejectedLines(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function streamRows(connection: DuckDBConnection, statement: string, onRows: (rows: TextColumns) => void): Promise<void> {
  const result = await connection.stream(statement).catch(withheld);
  for (;;) {
    const chunk = await result.fetchChunk().catch(withheld);
    if (chunk === null || chunk.rowCount === 0) return;
    onRows(chunk.getColumns().map((column) => column.map((value) => (typeof value === "string" ? value : null))));
  }
}

function scanStatement({ path, delimiter, quote }: CsvFile, fields: number, wanted: readonly number[]): string {
  const columns = Array.from({ length: fields }, (_, i) => `f${i}: 'VARCHAR'`).join(", ");
  // Nothing is guessed: a sniffer that changes its mind between two exports would change the meaning of the columns.
  return `SELECT ${wanted.map((i) => `f${i}`).join(", ")} FROM read_csv(${literal(literalPath(path))}, auto_detect = false, header = false, skip = 1,
    columns = {${columns}}, delim = ${literal(delimiter)}, quote = ${literal(quote)}, escape = ${literal(quote)},
    strict_mode = true, null_padding = false, compression = 'none', store_rejects = true)`;
}

async function rejectedLines(connection: DuckDBConnection): Promise<readonly number[]> {
  const result = await connection.runAndReadAll("SELECT DISTINCT line::INTEGER FROM reject_errors ORDER BY 1").catch(withheld);
  return result.getRows().map(([line]) => Number(line));
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The engine reads a path as a pattern; a bracket round each special character takes it literally. */
function literalPath(path: string): string {
  return path.replace(/[*?[]/g, (special) => `[${special}]`);
}

function withheld(): never {
  throw new ScanFailed();
}
