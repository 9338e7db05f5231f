import type { Subjects } from "./left-out.js";
import type { LogicalType } from "../sql/logical-type.js";

/** What the rows of a feed are about. */
export const FEED_KINDS = ["customers", "transactions", "events"] as const;

export type FeedKind = (typeof FEED_KINDS)[number];

/** A company's table: its name, where it lies and how it is read. Holds no secret. */
export interface Feed {
  readonly name: string;
  readonly kind: FeedKind;
  readonly source: Source;
  /** Types that somebody declared, as a contract does, by column name. They outrank what the source says; values that do not fit refuse the feed. */
  readonly types: Readonly<Record<string, LogicalType>>;
}

export type Source = FileSource | DatabaseSource;

/** Whatever can be opened as a feed: one that was added, or a plain file that a setting names. */
export interface Readable {
  readonly name: string;
  readonly source: Source | PlainSource;
  readonly types: Feed["types"];
  /** Absent where nobody has said it: such a feed is not opened once somebody was removed at the node. */
  readonly subjects?: Subjects;
}

/**
 * One CSV file under its header, every value the text that is written. Lines that are no rows are told beside the rows and do not refuse the feed, so
 * that its owner hears everything that is wrong at once. A name that stands twice in the header is no column.
 */
export interface PlainSource {
  readonly kind: "plain";
  readonly path: string;
  readonly delimiter: string;
  readonly quote: string;
}

/** `path` is absolute: a file, a folder (the files right in it), or a pattern with `*` and `?`. Several files are one table, in order of their names. */
export interface FileSource {
  readonly kind: "files";
  readonly path: string;
  readonly reading: Reading;
}

/** How the bytes of a file become values. `.gz` is recognised by name, except for Parquet, which packs itself. */
export type Reading =
  | CsvReading
  | { readonly format: "parquet" }
  /** One array of objects, or objects one after the other; nested values refuse. */
  | { readonly format: "json" | "jsonl" };

/** `delimiter` and `quote` are one character each. An empty field is null, as is one that spells a word of `nulls`. */
export interface CsvReading {
  readonly format: "csv";
  readonly delimiter: string;
  readonly quote: string;
  /** As the WHATWG Encoding Standard names them: utf-8, utf-16le, windows-1252, gb18030, shift_jis, … */
  readonly encoding: string;
  readonly nulls: readonly string[];
}

/** One table or view of a database server. The password is in the environment or in a file, never here. */
export interface DatabaseSource {
  readonly kind: "postgres" | "mysql";
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly table: TableName;
  readonly password: PasswordAt;
  readonly tls: Tls;
}

/** Without a schema the server's own search path decides (PostgreSQL), or the database is meant (MySQL). */
export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

export type PasswordAt =
  | { readonly kind: "none" }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "file"; readonly path: string };

/** `verify` checks the server's name and chain, against `caFile` or the system's authorities; `off` is for this machine or a network of your own. */
export type Tls = { readonly kind: "off" } | { readonly kind: "verify"; readonly caFile: string | null };
