import { integerOf, textOf, type Database, type Row } from "@cohortium/protocol/host/sqlite";
import { Charges, type SpentElsewhere } from "./charges.js";

/** One thing that left this node. `meaning` is in plain words; `digest` is the SHA-256 of the exact bytes. */
export interface EgressLine {
  readonly n: number;
  readonly atMs: number;
  readonly recipient: string;
  readonly session: string;
  readonly round: number;
  readonly kind: string;
  readonly bytes: number;
  readonly meaning: string;
  readonly digest: string;
}

/** A masked vector that was released, and lies in a file until the coordinator has it. */
export interface Release {
  readonly session: string;
  readonly round: number;
  readonly charter: string;
  readonly question: string;
  readonly model: string;
  readonly root: string;
  readonly words: number;
  readonly bytes: number;
  readonly path: string;
}

/**
 * Something this node shows under encrypted sums, which lies in a file until the coordinator has it. `list` is the survivors' list a decryption
 * is for, else empty.
 */
export interface KeptPart {
  readonly session: string;
  readonly round: number;
  readonly part: "share" | "c0" | "c1" | "decryption";
  readonly root: string;
  readonly bytes: number;
  readonly path: string;
  readonly list: string;
}

/**
 * A sum that this node agreed to open: the question, the rows it was asked of, and over whom. `rowSet` is the same for the same rows in any
 * order, and empty where the session began under a version that knew rows by their order alone.
 */
export interface Opening {
  readonly session: string;
  readonly round: number;
  readonly charter: string;
  readonly question: string;
  readonly model: string;
  readonly rows: string;
  readonly rowSet: string;
  readonly survivors: string;
  /** The company that the session does without, by the charter's leave; empty where it asks all. */
  readonly without: string;
}

/** What the people in this node's rows bear under other charters than one. Exact sums have no price, and no ε covers them. */
export interface BorneElsewhere extends SpentElsewhere {
  readonly exactSums: number;
}

/** What a node must know of a sum to compare it with others: sessions that do without one company, by the charter's leave, are apart. */
export const LEFT_OUT_SCHEMA = `
  ALTER TABLE openings ADD COLUMN without TEXT NOT NULL DEFAULT '';
`;

/** This node's own list of what left it. It never shrinks, and a repeat after a crash adds nothing. */
export class Ledger {
  readonly charges: Charges;
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
    this.charges = new Charges(database);
  }

  record(key: string, line: Omit<EgressLine, "n">): void {
    this.#db.prepare("INSERT INTO egress (key, at_ms, recipient, session, round, kind, bytes, meaning, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING")
      .run(key, line.atMs, line.recipient, line.session, line.round, line.kind, line.bytes, line.meaning, line.digest);
  }

  /** @param round - `null` for everything. */
  lines(session: string | null, round: number | null): readonly EgressLine[] {
    return this.#db.prepare("SELECT * FROM egress WHERE (?1 IS NULL OR session = ?1) AND (?2 IS NULL OR round = ?2) ORDER BY n").all(session, round).map(lineOf);
  }

  release(session: string, round: number): Release | null {
    const row = this.#db.prepare("SELECT * FROM releases WHERE session = ? AND round = ?").get(session, round);
    return row === undefined ? null : releaseOf(row);
  }

  keepRelease({ session, round, charter, question, model, root, words, bytes, path }: Release): void {
    this.#db.prepare("INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").run(session, round, charter, question, model, root, words, bytes, path);
  }

  part(session: string, round: number, part: KeptPart["part"]): KeptPart | null {
    const row = this.#db.prepare("SELECT * FROM parts WHERE session = ? AND round = ? AND part = ?").get(session, round, part);
    if (row === undefined) return null;
    return { session, round, part, root: textOf(row, "root"), bytes: integerOf(row, "bytes"), path: textOf(row, "path"), list: textOf(row, "list") };
  }

  /** A part that was kept before stays what it was: a second one of one round is an error. */
  keepParts(parts: readonly KeptPart[]): void {
    for (const { session, round, part, root, bytes, path, list } of parts) {
      const before = this.part(session, round, part);
      if (before === null) this.#db.prepare("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)").run(session, round, part, root, bytes, path, list);
      else if (before.root !== root || before.list !== list) throw new Error("another part of one round than before");
    }
  }

  /** How many vectors this node has released under a charter. */
  releasesUnder(charter: string): number {
    return integerOf(this.#db.prepare("SELECT count(*) AS n FROM releases WHERE charter = ?").get(charter) ?? {}, "n");
  }

  /**
   * How many exact sums this node has released, under all charters or all but one. A charter's sums are exact or they are not: under noise what leaves first
   * is charged, and what is charged 0 after it, such as the last sum of a training that is paid for, carries noise all the same.
   */
  exactSums(besides = ""): number {
    return integerOf(this.#db.prepare(`
      SELECT count(*) AS n FROM releases WHERE charter <> ? AND charter NOT IN (SELECT charter FROM charges WHERE nano_rho > 0)`).get(besides) ?? {}, "n");
  }

  /** What this node's rows, as they are or as they were, have told under other charters. */
  elsewhere(charter: string): BorneElsewhere {
    return { ...this.charges.elsewhere(charter), exactSums: this.exactSums(charter) };
  }

  /**
   * Whether this node opened, or is about to open, a sum on the same rows over other survivors, so that the difference would tell: the same
   * question at the same model, or `any` question, because sums at neighbouring models differ by nearly as much. A statistic that was opened is compared
   * in either case: it may count what a training's sums count. The same rows are those of one set, or of one list: what an older version kept knows only
   * its list, and must not be forgotten with an upgrade.
   *
   * Only sums that do without the same company are compared. That a training without one, next to one with all, tells that company's part is what
   * the charter says in words and every company signed; a second list of survivors of either is as forbidden as ever.
   */
  contradicts({ charter, question, model, rows, rowSet, survivors, without }: Opening, which: "same" | "any"): boolean {
    return this.#db.prepare(`
      SELECT 1 FROM openings AS o LEFT JOIN session_rows AS s ON s.session = o.session
      WHERE o.charter = ?1 AND o.survivors <> ?2 AND o.without = ?8 AND (?3 = 'any' OR o.question GLOB 'statistic/*' OR (o.question = ?4 AND o.model = ?5))
        AND (o.rows IN (?6, ?7) OR s.rows = ?6 OR s.row_set = ?7)`)
      .get(charter, survivors, which, question, model, rows, rowSet === "" ? rows : rowSet, without) !== undefined;
  }

  /** Remembers what this node agrees to, before it says so. */
  agree({ session, round, charter, question, model, rows, rowSet, survivors, without }: Opening): void {
    this.#db.prepare(`INSERT INTO openings (session, round, charter, question, model, rows, survivors, without) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING`).run(session, round, charter, question, model, rowSet === "" ? rows : rowSet, survivors, without);
  }

  /** The answer of this round is on its way: from now on the sum counts as open. */
  opened(session: string, round: number): void {
    this.#db.prepare("UPDATE openings SET opened = 1 WHERE session = ? AND round = ?").run(session, round);
  }

  /**
   * The session is over: what this node agreed to and never answered is forgotten, so that the question can be asked again over whoever is there
   * then. The others may still have opened such a sum without it, through its shares; but then t of them have answered, and keep their own
   * line. Any t that answer another list have more than a third of the parties in common with those: while fewer collude, an honest one that
   * refuses.
   */
  forgetUnopened(session: string): void {
    this.#db.prepare("DELETE FROM openings WHERE session = ? AND opened = 0").run(session);
  }

  /** The digest of the rows a session was admitted with; a session that comes back with others is refused. */
  rowsOf(session: string): string | null {
    const row = this.#db.prepare("SELECT rows FROM session_rows WHERE session = ?").get(session);
    return row === undefined ? null : textOf(row, "rows");
  }

  /** The same rows, whatever their order: an export of the same table in another order is no other set of rows to compare sums over. */
  rowSetOf(session: string): string | null {
    const row = this.#db.prepare("SELECT row_set FROM session_rows WHERE session = ?").get(session);
    return row === undefined ? null : textOf(row, "row_set");
  }

  pinRows(session: string, rows: { readonly digest: string; readonly setDigest: string }, charter: string): void {
    this.#db.prepare("INSERT INTO session_rows (session, rows, charter, row_set) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
      .run(session, rows.digest, charter, rows.setDigest);
  }
}

function lineOf(row: Row): EgressLine {
  return {
    n: integerOf(row, "n"), atMs: integerOf(row, "at_ms"), recipient: textOf(row, "recipient"), session: textOf(row, "session"), round: integerOf(row, "round"),
    kind: textOf(row, "kind"), bytes: integerOf(row, "bytes"), meaning: textOf(row, "meaning"), digest: textOf(row, "digest"),
  };
}

function releaseOf(row: Row): Release {
  return {
    session: textOf(row, "session"), round: integerOf(row, "round"), charter: textOf(row, "charter"), question: textOf(row, "question"),
    model: textOf(row, "model"), root: textOf(row, "root"), words: integerOf(row, "words"), bytes: integerOf(row, "bytes"), path: textOf(row, "path"),
  };
}
