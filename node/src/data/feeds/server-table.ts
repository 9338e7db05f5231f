import { Refusal } from "@cohortium/protocol/host/refusal";
import type { RawForm } from "./raw-table.js";

/** One table of a server, as its client gives it: every value as text. */
export interface ServerTable {
  readonly columns: readonly ServerColumn[];
  /** A few thousand rows at a time, all of one moment. */
  batches(): AsyncIterable<readonly (readonly (string | null)[])[]>;
}

/** `truth`: the server's word for whether, as 1 and 0 or t and f. A server that only has small integers for it may hold others; then they are integers. */
export interface ServerColumn {
  readonly name: string;
  readonly form: RawForm | { readonly kind: "truth" };
}

/** A connection and a table on it. */
export interface OpenTable {
  readonly table: ServerTable;
  close(): Promise<void>;
}

/** How a server is reached. The password is here and nowhere else. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ca: string | null;
  readonly tls: boolean;
}

/** @throws Refusal DATA_NESTED, because a row holds single values. */
export function refuseNested(names: readonly string[]): void {
  if (names.length === 0) return;
  const detail = names.slice(0, 5).join(", ");
  throw new Refusal({ code: "DATA_NESTED", title: "a column holds more than single values", detail, fix: "make a view without lists, objects and bytes, or with their parts as columns" });
}
