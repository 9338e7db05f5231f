import { toHex } from "@cohortium/crypto/bytes";
import { freshEntropy } from "@cohortium/crypto/entropy";
import type { Signer } from "@cohortium/crypto/signing";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { transaction, type Database } from "@cohortium/protocol/host/sqlite";
import type { SignedDocument } from "@cohortium/protocol/session/signed-document";
import type { CountedKeys } from "./count-keys.js";
import { DeletionStore, type KeptReceipt } from "./deletion-store.js";
import { receiptOf } from "./receipts.js";
import type { Tombstones } from "./tombstones.js";

/** What removing people needs of the node around it. */
export interface DeletionParts {
  readonly self: string;
  readonly signer: Signer;
  readonly database: Database;
  readonly tombstones: Tombstones;
  /** The column of the rows that says who a row is about, as the node's settings name it; null where they do not. */
  readonly keyColumn: string | null;
  readonly nowMs: () => number;
  /** How many rows each key has now; null where the feed cannot be read. Never throws a value. */
  count(keys: readonly string[]): Promise<CountedKeys>;
  /** Names of charters in force here whose sums are exact. */
  exactCharters(): readonly string[];
  log(): { readonly size: number; readonly checkpoint: string };
}

/** `isNew` is false for somebody who was removed before: the receipt is the one of that time. */
export interface Removed {
  readonly receipt: SignedDocument;
  readonly isNew: boolean;
}

/** As a tombstone may have it: a hundred thousand persons' keys of a line each are no file of keys but a table. */
const KEY_LENGTH_MAX = 1_024;

/** Removes people at this node: by a tombstone that every reader of rows obeys, and with a signed receipt. No key is kept, told or logged. */
export class DeletionDesk {
  readonly #parts: DeletionParts;
  readonly #store: DeletionStore;

  constructor(parts: DeletionParts) {
    this.#parts = parts;
    this.#store = new DeletionStore(parts.database);
  }

  /**
   * Removes whoever has these keys, each once, however often it is asked.
   *
   * @throws Refusal DATA_KEY_UNSET if the node's settings do not say who a row is about, DATA_COLUMN_MISSING if the feed has no such column,
   *   REQUEST_KEYS for a key that is none. Then nobody was removed.
   */
  async remove(keys: readonly string[]): Promise<readonly Removed[]> {
    const { keyColumn, tombstones } = this.#parts;
    if (keyColumn === null) throw keyUnset();
    if (keys.length === 0 || !keys.every((key) => key.length >= 1 && key.length <= KEY_LENGTH_MAX)) throw notKeys();
    const asked = [...new Set(keys)];
    const counted = await this.#parts.count(asked.filter((key) => tombstones.receiptOf(tombstones.tokenOf(key)) === null));
    return asked.map((key) => this.#removeOne(key, keyColumn, counted));
  }

  receipts(): readonly KeptReceipt[] {
    return this.#store.receipts();
  }

  marksOf(session: string): readonly number[] {
    return this.#store.marksOf(session);
  }

  #removeOne(key: string, keyColumn: string, counted: CountedKeys): Removed {
    const { database, tombstones, signer, self, nowMs, exactCharters, log } = this.#parts;
    const token = tombstones.tokenOf(key);
    return transaction(database, () => {
      const earlier = this.#receiptUnder(tombstones.receiptOf(token));
      if (earlier !== null) return { receipt: earlier, isNew: false };
      const [id, atMs, before] = [toHex(freshEntropy().subarray(0, 16)), nowMs(), this.#store.sessions()];
      const of = (rows: ReadonlyMap<string, number> | null) => (rows === null ? null : rows.get(key) ?? 0);
      const receipt = receiptOf({
        id, party: self, atMs, token, keyColumn, rows: of(counted.rows), purchases: of(counted.purchases), before, exactUnder: exactCharters(), log: log(),
      }, signer);
      tombstones.keep(token, { atMs, receipt: id });
      this.#store.keep({ id, atMs, receipt }, before);
      return { receipt, isNew: true };
    });
  }

  #receiptUnder(id: string | null): SignedDocument | null {
    return id === null ? null : this.#store.receipts().find((one) => one.id === id)?.receipt ?? null;
  }
}

function keyUnset(): Refusal {
  return new Refusal({
    code: "DATA_KEY_UNSET", title: "this node does not know which rows are a person's", detail: "rows.key is not set in node.yaml",
    fix: "set rows.key to the column that says who a row is about, start the node again, then run this command again",
  });
}

function notKeys(): Refusal {
  return new Refusal({ code: "REQUEST_KEYS", title: "these are no keys", detail: `a key is 1 to ${KEY_LENGTH_MAX} characters long; one or more are asked for`, fix: "give the value of the key column, with --key or one a line in a file" });
}
