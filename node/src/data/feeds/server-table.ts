import type { LogicalType } from "./logical-type.js";

/** One table of a server, as its client gives it: every value as text. */
export interface ServerTable {
  readonly columns: readonly { readonly name: string; readonly type: LogicalType | null }[];
  /** A few thousand rows at a time, all of one moment. */
  batches(): AsyncIterable<readonly (readonly (string | null)[])[]>;
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
