import { bytesOf, textOf, type Database } from "@cohortium/protocol/host/sqlite";
import type { Backend } from "./tensors.js";

/** What a node must remember of a network's training beside its journal. */
export const NETWORK_SCHEMA = `
  CREATE TABLE network_sessions (session TEXT PRIMARY KEY, backend TEXT NOT NULL) STRICT;
  CREATE TABLE network_controls (session TEXT NOT NULL, round INTEGER NOT NULL, control BLOB NOT NULL, PRIMARY KEY (session, round)) STRICT;
`;

/**
 * What one session's local training depends on that no message says: which backend it began on, and SCAFFOLD's own control variate after each round.
 *
 * A round's variate is kept under its round and never changed, so the same round computed again, after a crash at whatever line, starts from the same
 * numbers. What a round starts from is that of the last round before it whose survivors this node agreed to be among; if a round went on
 * without it, its variate is as if it had never trained.
 */
export class NetworkMemory {
  readonly #db: Database;
  readonly #session: string;

  constructor(database: Database, session: string) {
    this.#db = database;
    this.#session = session;
  }

  /** The backend this session began on; `chosen`, and from now on that, if it has none yet. */
  backend(chosen: Backend): Backend {
    this.#db.prepare("INSERT INTO network_sessions VALUES (?, ?) ON CONFLICT DO NOTHING").run(this.#session, chosen);
    const row = this.#db.prepare("SELECT backend FROM network_sessions WHERE session = ?").get(this.#session);
    return row === undefined ? chosen : parseBackend(textOf(row, "backend"));
  }

  /** This party's control variate before `round`: zeros before it trained. */
  controlBefore(round: number, length: number): Float32Array {
    const row = this.#db.prepare(`SELECT control FROM network_controls AS c WHERE session = ?1 AND round < ?2
      AND EXISTS (SELECT 1 FROM openings AS o WHERE o.session = c.session AND o.round = c.round) ORDER BY round DESC LIMIT 1`).get(this.#session, round);
    return row === undefined ? new Float32Array(length) : parseFloats(bytesOf(row, "control"), length);
  }

  keepControl(round: number, control: Float32Array): void {
    this.#db.prepare("INSERT INTO network_controls VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
      .run(this.#session, round, new Uint8Array(control.buffer, control.byteOffset, control.byteLength));
  }

  /** The session is over. */
  forget(): void {
    this.#db.prepare("DELETE FROM network_controls WHERE session = ?").run(this.#session);
    this.#db.prepare("DELETE FROM network_sessions WHERE session = ?").run(this.#session);
  }
}

function parseBackend(text: string): Backend {
  const backend = (["wasm", "tensorflow", "cpu"] as const).find((known) => known === text);
  if (backend === undefined) throw new RangeError("a training began on a backend that is not known");
  return backend;
}

/** In fresh, hence aligned, memory. */
function parseFloats(bytes: Uint8Array, length: number): Float32Array {
  const floats = new Float32Array(new Uint8Array(bytes).buffer);
  if (floats.length !== length) throw new RangeError("a control variate of another network");
  return floats;
}
