import { DuckDBInstance, StatementType, type DuckDBAppender, type DuckDBConnection } from "@duckdb/node-api";
import { answerOf, joined } from "./answer-of.js";
import { sqlText, type Answer } from "./feed-table.js";

/** A delimited text file and how it is written. `delimiter` and `quote` are one character each. */
export interface CsvFile {
  readonly path: string;
  readonly delimiter: string;
  readonly quote: string;
}

/** The engine could not read the file at all. Its own words are withheld: they quote the rows. */
export class ScanFailed extends Error {
  override readonly name = "ScanFailed";
  /** The line of a file that the engine named, if it did. */
  readonly line: number | null;
  constructor(line: number | null = null) {
    super("the database engine could not read the file");
    this.line = line;
  }
}

/** What an engine may take of the machine. What does not fit into memory is spilled into `scratch`. */
export interface EngineLimits {
  readonly memoryMaxMiB: number;
  readonly threads: number;
  readonly scratch: string;
}

/** Lends a database engine of its own to `use`, and closes it whatever happens. */
export async function withSqlEngine<T>({ memoryMaxMiB, threads, scratch }: EngineLimits, use: (engine: SqlEngine) => Promise<T>): Promise<T> {
  const limits = { memory_limit: `${memoryMaxMiB}MiB`, threads: String(threads), temp_directory: scratch, preserve_insertion_order: "true" };
  return withConnection(limits, (connection) => use(new SqlEngine(connection)));
}

async function withConnection<T>(limits: Readonly<Record<string, string>>, use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    // An extension would be fetched from the internet and run in this process.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    ...limits,
  });
  const connection = await instance.connect();
  try {
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** SQL over one engine. Every failure is a `ScanFailed`, without the engine's own words. */
export class SqlEngine {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql).catch(withheld);
  }

  /** Small answers, value by value. */
  async read(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.#connection.runAndReadAll(sql).catch(withheld)).getRows();
  }

  stream(sql: string, onChunk: (chunk: Answer) => void): Promise<void> {
    return streamed(this.#connection, sql, onChunk);
  }

  async query(sql: string): Promise<Answer> {
    const chunks: Answer[] = [];
    await this.stream(sql, (chunk) => chunks.push(chunk));
    return joined(chunks);
  }

  /** Adds rows of texts to a table of as many VARCHAR columns, as they come. @returns how many there were. */
  async append(table: string, batches: AsyncIterable<readonly (readonly (string | null)[])[]>): Promise<number> {
    const appender = await this.#connection.createAppender(table).catch(withheld);
    let rows = 0;
    try {
      for await (const batch of batches) {
        for (const row of batch) appendRow(appender, row);
        rows += batch.length;
        appender.flushSync();
      }
      return rows;
    } finally {
      appender.closeSync();
    }
  }

  /** The lines that `csvSource` put into this table, ascending. */
  async rejectedLines(rejects: string): Promise<readonly number[]> {
    return (await this.read(`SELECT DISTINCT line::INTEGER FROM ${rejects} ORDER BY 1`)).map(([line]) => Number(line));
  }

  /** From here on no SQL reaches a file, and no setting can be changed back. */
  async lock(): Promise<void> {
    await this.run("SET enable_external_access = false");
    await this.run("SET lock_configuration = true");
  }
}

/** @throws RangeError unless the text is one SELECT, by the engine's own parser: a second statement, or a WITH before a DELETE, would change the rows. */
async function streamed(connection: DuckDBConnection, sql: string, onChunk: (chunk: Answer) => void): Promise<void> {
  const statements = await connection.extractStatements(sql).catch(withheld);
  if (statements.count !== 1) throw new RangeError("a feed answers one SELECT at a time");
  const statement = await statements.prepare(0).catch(withheld);
  try {
    if (statement.statementType !== StatementType.SELECT) throw new RangeError("a feed answers a SELECT");
    const result = await statement.stream().catch(withheld);
    const names = result.columnNames();
    for (;;) {
      const chunk = await result.fetchChunk().catch(withheld);
      if (chunk === null || chunk.rowCount === 0) return;
      onChunk(answerOf(names, chunk));
    }
  } finally {
    statement.destroySync();
  }
}

/**
 * A CSV file as SQL: the fields `f0` … as texts. The header comes as the first row, for the reader to recognise and take out: told to skip a line,
 * the engine may skip rows with it. Lines that are no rows are left out, and stand in the table `rejects` once it was read.
 */
export function csvSource({ path, delimiter, quote }: CsvFile, fields: number, rejects: string): string {
  const columns = Array.from({ length: fields }, (_, i) => `f${i}: 'VARCHAR'`).join(", ");
  // Nothing is guessed: a sniffer that changes its mind between two exports would change the meaning of the columns.
  return `read_csv(${sqlText(literalPath(path))}, auto_detect = false, header = false, skip = 0,
    columns = {${columns}}, delim = ${sqlText(delimiter)}, quote = ${sqlText(quote)}, escape = ${sqlText(quote)},
    strict_mode = true, null_padding = false, compression = 'none', store_rejects = true, rejects_table = ${sqlText(rejects)}, rejects_scan = ${sqlText(`scan_${rejects}`)})`;
}

/** The engine reads a path as a pattern; a bracket round each special character takes it literally. */
export function literalPath(path: string): string {
  return path.replace(/[*?[]/g, (special) => `[${special}]`);
}

function withheld(error: unknown): never {
  const words = typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
  const line = /^Invalid Input Error: Malformed JSON in file ".*", at byte \d+ in line (\d+):/s.exec(words)?.[1];
  // The engine counts one line too far: it says 3 of a fault in the second.
  throw new ScanFailed(line === undefined ? null : Number(line) - 1);
}

function appendRow(appender: DuckDBAppender, row: readonly (string | null)[]): void {
  for (const value of row) {
    if (value === null) appender.appendNull();
    else appender.appendVarchar(value);
  }
  appender.endRow();
}
