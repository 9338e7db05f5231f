import { resolve } from "node:path";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { CsvReading, DatabaseSource, PasswordAt, Reading, Source, TableName, Tls } from "./feed.js";
import { isEncoding } from "./transcode.js";

/** What a person says of a feed on the command line, beside where it lies. All optional. */
export interface SourceOptions {
  readonly table?: string | undefined;
  readonly format?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly encoding?: string | undefined;
  /** Words that mean no value, with commas between. */
  readonly nulls?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly tls?: string | undefined;
  readonly ca?: string | undefined;
}

/** A path or `postgres://user@host:port/database`, `mysql://…`, as a source. @throws Refusal USAGE_… */
export function sourceOf(from: string, options: SourceOptions, folder: string): Source {
  return /^(postgres|postgresql|mysql|mariadb):\/\//i.test(from) ? databaseOf(from, options, folder) : filesOf(from, options, folder);
}

function filesOf(from: string, options: SourceOptions, folder: string): Source {
  return { kind: "files", path: resolve(folder, from), reading: readingOf(from, options) };
}

function readingOf(path: string, options: SourceOptions): Reading {
  const format = options.format ?? formatOf(path);
  if (format === undefined) throw usage("the format cannot be told from the name", path, "name it with --format csv, parquet, json or jsonl");
  switch (format) {
    case "csv": return csvOf(path, options);
    case "parquet": case "json": case "jsonl": return { format };
    default: throw usage("there is no such format", format, "write csv, parquet, json or jsonl");
  }
}

function formatOf(path: string): Reading["format"] | undefined {
  const [, ending] = /\.(csv|tsv|txt|parquet|json|jsonl|ndjson)(?:\.gz)?$/i.exec(path) ?? [];
  switch (ending === undefined ? "" : ending.toLowerCase()) {
    case "csv": case "tsv": case "txt": return "csv";
    case "parquet": return "parquet";
    case "json": return "json";
    case "jsonl": case "ndjson": return "jsonl";
    default: return undefined;
  }
}

function csvOf(path: string, { delimiter, quote = "\"", encoding = "utf-8", nulls = "" }: SourceOptions): CsvReading {
  const between = delimiter === "\\t" ? "\t" : delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? "\t" : ",");
  if (between.length !== 1) throw usage("a delimiter is one character", between, "write --delimiter ';', or '\\t' for a tab");
  if (quote.length !== 1) throw usage("a quote is one character", quote, "write --quote '\"'");
  if (!isEncoding(encoding)) throw usage("there is no such encoding", encoding, "name one of the WHATWG Encoding Standard, such as utf-8, gb18030, big5, shift_jis or windows-1252");
  return { format: "csv", delimiter: between, quote, encoding: encoding.toLowerCase(), nulls: nulls === "" ? [] : nulls.split(",") };
}

function databaseOf(from: string, options: SourceOptions, folder: string): DatabaseSource {
  const url = URL.parse(from);
  if (url === null || url.hostname === "" || url.username === "" || url.pathname.length < 2) throw usage("this is no address of a database", redacted(from), "write postgres://user@host:5432/database or mysql://user@host:3306/database");
  if (url.password !== "") throw usage("a password does not belong on a command line", redacted(from), "leave it out, and say --password-env NAME or --password-file FILE");
  const kind = url.protocol.startsWith("postgres") ? "postgres" : "mysql";
  return {
    kind, host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? (kind === "postgres" ? 5432 : 3306) : Number(url.port),
    database: decodeURIComponent(url.pathname.slice(1)), user: decodeURIComponent(url.username), table: tableOf(options.table),
    password: passwordOf(options, folder), tls: tlsOf(options, url.hostname, folder),
  };
}

function tableOf(table: string | undefined): TableName {
  if (table === undefined || table === "") throw usage("a database has many tables", "none was named", "name it with --table NAME or --table SCHEMA.NAME");
  const [first = "", ...rest] = table.split(".");
  return rest.length === 0 ? { schema: null, name: first } : { schema: first, name: rest.join(".") };
}

function passwordOf({ passwordEnv, passwordFile }: SourceOptions, folder: string): PasswordAt {
  if (passwordEnv !== undefined) return { kind: "environment", variable: passwordEnv };
  return passwordFile === undefined ? { kind: "none" } : { kind: "file", path: resolve(folder, passwordFile) };
}

/** Verified unless somebody says otherwise; to a server on this machine nothing leaves it. */
function tlsOf({ tls, ca }: SourceOptions, host: string, folder: string): Tls {
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(host);
  if (tls === "off" || (tls === undefined && ca === undefined && isLocal)) return { kind: "off" };
  if (tls !== undefined && tls !== "verify") throw usage("--tls is verify or off", tls, "write one of the two");
  return { kind: "verify", caFile: ca === undefined ? null : resolve(folder, ca) };
}

function redacted(from: string): string {
  return from.replace(/(:\/\/[^:@/]*):[^@/]*@/, "$1:…@");
}

function usage(title: string, detail: string, fix: string): Refusal {
  return new Refusal({ code: "USAGE_FEED", title, detail, fix });
}
