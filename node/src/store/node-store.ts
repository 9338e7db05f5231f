import { decodeEvent, encodeEvent } from "@cohortium/protocol/session/codec";
import type { Json } from "@cohortium/crypto/canonical-json";
import { bytesOf, integerOf, textOf, transaction, type Database, type Row } from "@cohortium/protocol/host/sqlite";
import { parseEntry, type Entry } from "@cohortium/protocol/log/entry";

/** How far a charter has come at this node. */
export type CharterState = "proposed" | "signed" | "refused" | "in-force";

export interface KeptCharter {
  readonly digest: string;
  readonly state: CharterState;
  readonly proposal: Entry;
  readonly reason: string;
  readonly signatures: readonly Entry[];
}

/** What this node gained from a training, or why it ended. Stays here. */
export interface KeptTraining {
  readonly session: string;
  readonly charter: string;
  readonly endedMs: number;
  readonly outcome: Json;
}

/** Charters and outcomes of this node. All SQL about them is here, but for their tables (`database.ts`). */
export class NodeStore {
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** All of it happens or none. */
  inOne(work: () => void): void {
    transaction(this.database, work);
  }

  /** Keeps a proposal; one already known keeps its state. */
  propose(digest: string, proposal: Entry): void {
    this.database.prepare("INSERT INTO charters (digest, state, proposal, signatures) VALUES (?, 'proposed', ?, ?) ON CONFLICT (digest) DO NOTHING")
      .run(digest, proposal.bytes, encodeEvent([]));
  }

  decide(digest: string, state: "signed" | "refused", reason: string): void {
    this.database.prepare("UPDATE charters SET state = ?, reason = ? WHERE digest = ?").run(state, reason, digest);
  }

  putInForce(digest: string, signatures: readonly Entry[]): void {
    this.database.prepare("UPDATE charters SET state = 'in-force', signatures = ? WHERE digest = ? AND state = 'signed'")
      .run(encodeEvent(signatures.map(({ bytes }) => bytes)), digest);
  }

  charter(digest: string): KeptCharter | null {
    const row = this.database.prepare("SELECT * FROM charters WHERE digest = ?").get(digest);
    return row === undefined ? null : charterOf(row);
  }

  charters(): readonly KeptCharter[] {
    return this.database.prepare("SELECT * FROM charters ORDER BY rowid").all().map(charterOf);
  }

  /** False if the training was kept before. */
  keepTraining({ session, charter, endedMs, outcome }: KeptTraining): boolean {
    const { changes } = this.database.prepare("INSERT INTO trainings VALUES (?, ?, ?, ?) ON CONFLICT (session) DO NOTHING").run(session, charter, endedMs, encodeEvent(outcome));
    return changes > 0;
  }

  /** The first that a party published stays. */
  keepComparison(session: string, party: string, entry: Entry): void {
    this.database.prepare("INSERT INTO comparisons VALUES (?, ?, ?) ON CONFLICT DO NOTHING").run(session, party, entry.bytes);
  }

  comparisons(session: string): readonly Entry[] {
    return this.database.prepare("SELECT entry FROM comparisons WHERE session = ? ORDER BY party").all(session).map((row) => parseEntry(bytesOf(row, "entry")));
  }

  trainings(): readonly KeptTraining[] {
    return this.database.prepare("SELECT * FROM trainings ORDER BY ended_ms, session").all().map((row) => ({
      session: textOf(row, "session"), charter: textOf(row, "charter"), endedMs: integerOf(row, "ended_ms"), outcome: parseJson(bytesOf(row, "outcome")),
    }));
  }
}

function charterOf(row: Row): KeptCharter {
  return {
    digest: textOf(row, "digest"), state: parseState(textOf(row, "state")), proposal: parseEntry(bytesOf(row, "proposal")),
    reason: textOf(row, "reason"), signatures: parseEntries(bytesOf(row, "signatures")),
  };
}

function parseState(text: string): CharterState {
  const state = (["proposed", "signed", "refused", "in-force"] as const).find((known) => known === text);
  if (state === undefined) throw new RangeError("a charter is in no known state");
  return state;
}

/** Reads back what `encodeEvent` wrote of JSON. */
function parseJson(bytes: Uint8Array): Json {
  return decodeEvent(bytes) as Json;
}

function parseEntries(bytes: Uint8Array): readonly Entry[] {
  return (decodeEvent(bytes) as readonly Uint8Array[]).map(parseEntry);
}
