import { integerOf, type Database } from "@cohortium/protocol/host/sqlite";
import type { Entry } from "@cohortium/protocol/log/entry";
import type { Evidence } from "@cohortium/protocol/log/proof";

/** Where in the log this node's own statements stand, as far as it was shown. */
export const LOG_PLACES_SCHEMA = `
  CREATE TABLE log_places (entry TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT;
`;

/**
 * What this node knows of places in the log. The coordinator numbers entries, and a node learns the number of one of its own only where a message shows
 * it back with a proof: of what it stated, its bundle, its uploads and agreements, its signature; not of its shares and its unmasking answers, which the
 * log has and no message cites. Those are found by their digest.
 */
export class LogPlaces {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** @param evidence - Checked: each item was proved to be the entry at the same place of the list. */
  note(own: string, entries: readonly Entry[], evidence: Evidence): void {
    const insert = this.#db.prepare("INSERT INTO log_places VALUES (?, ?) ON CONFLICT DO NOTHING");
    entries.forEach(({ id, statement }, i) => {
      const item = evidence.items[i];
      if (statement.actor === own && item !== undefined) insert.run(id, item.index);
    });
  }

  of(entry: string): number | null {
    const row = this.#db.prepare("SELECT place FROM log_places WHERE entry = ?").get(entry);
    return row === undefined ? null : integerOf(row, "place");
  }
}
