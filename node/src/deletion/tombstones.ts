import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { hmacSha256 } from "@cohortium/crypto/hash";
import type { Secret } from "@cohortium/crypto/secret";
import { integerOf, textOf, type Database } from "@cohortium/protocol/host/sqlite";
import type { Deletions } from "../data/feeds/left-out.js";

/** `token` is what is kept of a person: nothing without the node's secret. */
export const TOMBSTONES_SCHEMA = `
  CREATE TABLE tombstones (n INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, receipt TEXT NOT NULL) STRICT;
  CREATE TRIGGER tombstones_stay BEFORE DELETE ON tombstones BEGIN SELECT RAISE(ABORT, 'who was removed stays removed'); END;
`;

const BLOCK_BYTES = 64;
const INNER = 0x36;
const OUTER = 0x5c;

/**
 * Who was removed at this node: a keyed token for each key, under a secret of 256 bits that never leaves the folder `keys/`. Whoever reads the database
 * alone cannot tell a person from it, nor try names; whoever has the secret as well can.
 */
export class Tombstones implements Deletions {
  readonly #db: Database;
  readonly #secret: Secret;

  constructor(database: Database, secret: Secret) {
    this.#db = database;
    this.#secret = secret;
  }

  /** HMAC-SHA-256 of the key as the feed writes it, in hex. */
  tokenOf(key: string): string {
    return this.#secret.lend((secret) => toHex(hmacSha256(secret, utf8(key))));
  }

  /** False if this person was removed before. */
  keep(token: string, { atMs, receipt }: { readonly atMs: number; readonly receipt: string }): boolean {
    return this.#db.prepare("INSERT INTO tombstones (token, at_ms, receipt) VALUES (?, ?, ?) ON CONFLICT (token) DO NOTHING").run(token, atMs, receipt).changes > 0;
  }

  /** The receipt that a person's removal was given; null if she was not removed. */
  receiptOf(token: string): string | null {
    const row = this.#db.prepare("SELECT receipt FROM tombstones WHERE token = ?").get(token);
    return row === undefined ? null : textOf(row, "receipt");
  }

  count(): number {
    return integerOf(this.#db.prepare("SELECT count(*) AS n FROM tombstones").get() ?? {}, "n");
  }

  tokens(): readonly string[] {
    return this.#db.prepare("SELECT token FROM tombstones ORDER BY n").all().map((row) => textOf(row, "token"));
  }

  pads(): { readonly inner: string; readonly outer: string } {
    return this.#secret.lend((secret) => ({ inner: padded(secret, INNER), outer: padded(secret, OUTER) }));
  }
}

/** @throws RangeError for a key longer than a block, which RFC 2104 would hash first; ours are 32 bytes. */
function padded(secret: Uint8Array, pad: number): string {
  if (secret.length > BLOCK_BYTES) throw new RangeError("a key is one block at most");
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(secret);
  return toHex(block.map((byte) => byte ^ pad));
}
