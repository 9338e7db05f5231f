import { existsSync, readFileSync } from "node:fs";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { integerOf, textOf, type Database, type Row } from "@cohortium/protocol/host/sqlite";
import { KeptLetters } from "../store/kept-letters.js";
import type { EgressLine } from "../store/ledger.js";
import { LogPlaces } from "../log/log-places.js";

/** One thing that left, with what this node knows about it. */
export interface EgressRecord extends EgressLine {
  /** The digest of the signed statement it carries or belongs to; null where there is none, or where it left under an older version. */
  readonly entry: string | null;
  /** The number of that entry in the log, where this node was shown it. */
  readonly logEntry: number | null;
  /** What the sum cost, in 10^-9 of ρ; null where nothing is charged for it. */
  readonly nanoRho: number | null;
}

/** Bounds in time: from the first, up to but not including the second. */
export interface EgressFilter {
  readonly session?: string | undefined;
  readonly round?: number | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** The bytes of a line: as they left, or why they are not here. */
export type EgressBytes =
  | { readonly kind: "letter"; readonly bytes: Uint8Array; readonly digestFits: boolean }
  /** `words`: how many numbers a masked vector has; null for part of a ciphertext. */
  | { readonly kind: "bulk"; readonly bytes: Uint8Array; readonly digestFits: boolean; readonly words: number | null }
  | { readonly kind: "gone"; readonly because: string };

/** What is charged for: the vectors, not the letters about them. */
const CHARGED: ReadonlySet<string> = new Set(["masked-vector", "c0"]);
const VECTOR = "/vector";

/** The ledger of egress as its owner reads it: with log entries, charges and bytes beside the lines. */
export class EgressAccount {
  readonly #db: Database;
  readonly #letters: KeptLetters;
  readonly #places: LogPlaces;

  constructor(database: Database) {
    this.#db = database;
    this.#letters = new KeptLetters(database);
    this.#places = new LogPlaces(database);
  }

  records({ session, round, fromMs, toMs }: EgressFilter): readonly EgressRecord[] {
    const charges = this.#charges();
    return this.#db.prepare(`
      SELECT * FROM egress WHERE (?1 IS NULL OR session = ?1) AND (?2 IS NULL OR round = ?2) AND (?3 IS NULL OR at_ms >= ?3) AND (?4 IS NULL OR at_ms < ?4) ORDER BY n`)
      .all(session ?? null, round ?? null, fromMs ?? null, toMs ?? null).map((row) => this.#recordOf(row, charges));
  }

  /** Null if there is no such line. */
  record(n: number): EgressRecord | null {
    const row = this.#row(n);
    return row === null ? null : this.#recordOf(row, this.#charges());
  }

  /** The exact bytes of a line, and whether they are those the ledger has the digest of. Null if there is no such line. */
  bytesOf(n: number): EgressBytes | null {
    const row = this.#row(n);
    if (row === null) return null;
    const [key, digest] = [textOf(row, "key"), textOf(row, "digest")];
    if (key.endsWith(VECTOR)) return this.#bulk(row, digest);
    const payload = this.#letters.payload(key);
    if (payload === null) return { kind: "gone", because: "its bytes were dropped by this node's own setting, or it left under an older version" };
    return { kind: "letter", bytes: payload, digestFits: toHex(sha256(payload)) === digest };
  }

  #bulk(row: Row, digest: string): EgressBytes {
    const place = this.#placeOf(textOf(row, "session"), integerOf(row, "round"), textOf(row, "kind"));
    if (place === null || !existsSync(place.path)) return { kind: "gone", because: `the coordinator has it, and publishes it as upload/${digest}; this node's copy was deleted then` };
    const bytes = new Uint8Array(readFileSync(place.path));
    return { kind: "bulk", bytes, digestFits: toHex(chunkRoot(bytes)) === digest, words: place.words };
  }

  #placeOf(session: string, round: number, kind: string): { readonly path: string; readonly words: number | null } | null {
    const isMasked = kind === "masked-vector";
    const row = isMasked
      ? this.#db.prepare("SELECT path, words FROM releases WHERE session = ? AND round = ?").get(session, round)
      : this.#db.prepare("SELECT path FROM parts WHERE session = ? AND round = ? AND part = ?").get(session, round, kind);
    return row === undefined ? null : { path: textOf(row, "path"), words: isMasked ? integerOf(row, "words") : null };
  }

  #row(n: number): Row | null {
    return this.#db.prepare("SELECT * FROM egress WHERE n = ?").get(n) ?? null;
  }

  #recordOf(row: Row, charges: ReadonlyMap<string, number>): EgressRecord {
    const key = textOf(row, "key");
    const entry = this.#letters.entry(key.endsWith(VECTOR) ? key.slice(0, -VECTOR.length) : key);
    const [session, round, kind] = [textOf(row, "session"), integerOf(row, "round"), textOf(row, "kind")];
    return {
      n: integerOf(row, "n"), atMs: integerOf(row, "at_ms"), recipient: textOf(row, "recipient"), session, round, kind, bytes: integerOf(row, "bytes"),
      meaning: textOf(row, "meaning"), digest: textOf(row, "digest"), entry, logEntry: entry === null ? null : this.#places.of(entry),
      nanoRho: CHARGED.has(kind) ? charges.get(`${session}/${round}`) ?? null : null,
    };
  }

  #charges(): ReadonlyMap<string, number> {
    const rows = this.#db.prepare("SELECT session, round, nano_rho FROM charges").all();
    return new Map(rows.map((row) => [`${textOf(row, "session")}/${integerOf(row, "round")}`, integerOf(row, "nano_rho")]));
  }
}
