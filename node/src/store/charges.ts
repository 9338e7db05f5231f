import { ORDER_MAX, rhoOfSampled } from "@cohortium/protocol/budget/sampled-charge";
import { NANO } from "@cohortium/protocol/charter/privacy-budget";
import { integerOf, textOf, type Database, type Row } from "@cohortium/protocol/host/sqlite";

/** What one released vector cost, in 10^-9 of ρ. `rowSet` names the rows it was computed from, whatever their order; `query` the question as it was asked. */
export interface Charge {
  readonly atMs: number;
  readonly charter: string;
  readonly session: string;
  readonly round: number;
  readonly query: string;
  readonly kind: string;
  readonly nanoRho: number;
  readonly rowSet: string;
  /** Of a step on a sample of the rows, whose charge is enough at its charter's order alone; absent where a charge is enough at any. */
  readonly sample?: Sample;
}

/** With which probability a row entered, and what the step would have cost if all had, in 10^-9 of ρ. */
export interface Sample {
  readonly rate: number;
  readonly nanoRho: number;
}

/** In 10^-9 of ρ: what costs the same at any order, and steps on samples, by the sample. */
export interface Tally {
  readonly plain: number;
  readonly steps: readonly { readonly sample: Sample; readonly count: number; readonly charged: number }[];
}

/** How much may be spent, in 10^-9 of ρ: under one charter, and at this node under all of them; null where the node sets itself no ceiling. */
export interface SpendingLimits {
  readonly charter: number;
  readonly own: number | null;
  /** The order at which this node's own ceiling is read off; where it is not known, steps on samples count as if on all rows. */
  readonly order?: number;
}

/** Which of the limits a charge would exceed. */
export type Overspent = "charter" | "own";

/** What was charged at this node under other charters. */
export interface SpentElsewhere {
  readonly nanoRho: number;
  readonly charters: number;
}

/** Lines come in order and stay as they are: what was spent never comes back. */
export const CHARGES_SCHEMA = `
  CREATE TABLE charges (
    n INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, charter TEXT NOT NULL, session TEXT NOT NULL, round INTEGER NOT NULL, query TEXT NOT NULL,
    kind TEXT NOT NULL, nano_rho INTEGER NOT NULL CHECK (nano_rho >= 0), row_set TEXT NOT NULL, UNIQUE (session, round)
  ) STRICT;
  CREATE INDEX charges_by_charter ON charges (charter);
  CREATE TRIGGER charges_stay BEFORE DELETE ON charges BEGIN SELECT RAISE(ABORT, 'what was spent never comes back'); END;
  CREATE TRIGGER charges_stay_as_they_are BEFORE UPDATE ON charges BEGIN SELECT RAISE(ABORT, 'what was spent never changes'); END;
`;

/** What a step on a sample costs at other orders than its charter's. */
export const SAMPLES_SCHEMA = `
  ALTER TABLE charges ADD COLUMN sample_rate TEXT NOT NULL DEFAULT '';
  ALTER TABLE charges ADD COLUMN unsampled INTEGER NOT NULL DEFAULT 0;
`;

/** This node's own account of privacy. A charge is kept in the transaction that keeps the words it was paid for. */
export class Charges {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** @throws Error if this round was charged before. */
  keep({ atMs, charter, session, round, query, kind, nanoRho, rowSet, sample }: Charge): void {
    this.#db.prepare(`
      INSERT INTO charges (at_ms, charter, session, round, query, kind, nano_rho, row_set, sample_rate, unsampled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(atMs, charter, session, round, query, kind, nanoRho, rowSet, sample === undefined ? "" : String(sample.rate), sample?.nanoRho ?? 0);
  }

  /** Null where the round was not charged. */
  of(session: string, round: number): Charge | null {
    const row = this.#db.prepare("SELECT * FROM charges WHERE session = ? AND round = ?").get(session, round);
    return row === undefined ? null : chargeOf(row);
  }

  /** What a session was charged in all, in 10^-9 of ρ. */
  inSession(session: string): number {
    // Rounds count from 1.
    return this.besides(session, 0);
  }

  /** What a session was charged for its other rounds, in 10^-9 of ρ. */
  besides(session: string, round: number): number {
    return integerOf(this.#db.prepare("SELECT coalesce(sum(nano_rho), 0) AS spent FROM charges WHERE session = ? AND round <> ?").get(session, round) ?? {}, "spent");
  }

  /** The limit that another charge of this size would exceed; null if it exceeds none. What is no whole number exceeds the charter's. */
  exceeds({ charter, nanoRho }: Pick<Charge, "charter" | "nanoRho">, limits: SpendingLimits): Overspent | null {
    if (!(Number.isSafeInteger(nanoRho) && nanoRho >= 0 && this.under(charter) + nanoRho <= limits.charter)) return "charter";
    return limits.own === null || this.inAll(limits.order) + nanoRho <= limits.own ? null : "own";
  }

  /** In 10^-9 of ρ. */
  under(charter: string): number {
    return integerOf(this.#db.prepare("SELECT coalesce(sum(nano_rho), 0) AS spent FROM charges WHERE charter = ?").get(charter) ?? {}, "spent");
  }

  /**
   * In 10^-9 of ρ, under all charters: ρ adds up, also over questions that were asked of other rows of the same people. Steps on samples were charged at
   * their charter's order; they count as what they cost at this one, if that is more.
   */
  inAll(order?: number): number {
    return spentAt(this.tally("all"), order);
  }

  /** What was spent under all charters, under one, or under all others: steps on samples apart. @param untilMs - Exclusive. */
  tally(which: "all" | "under" | "besides", charter = "", untilMs = Number.MAX_SAFE_INTEGER): Tally {
    const where = "(?1 = 'all' OR (?1 = 'under' AND charter = ?2) OR (?1 = 'besides' AND charter <> ?2)) AND at_ms < ?3";
    const plain = this.#db.prepare(`SELECT coalesce(sum(nano_rho), 0) AS spent FROM charges WHERE sample_rate = '' AND ${where}`).get(which, charter, untilMs) ?? {};
    const steps = this.#db.prepare(`
      SELECT sample_rate, unsampled, count(*) AS n, sum(nano_rho) AS spent FROM charges WHERE sample_rate <> '' AND ${where}
      GROUP BY sample_rate, unsampled`).all(which, charter, untilMs);
    return { plain: integerOf(plain, "spent"), steps: steps.map((row) => ({ sample: sampleOf(row), count: integerOf(row, "n"), charged: integerOf(row, "spent") })) };
  }

  /** What this node's rows, as they are or as they were, have cost under other charters: one row more or less does not make them other people. */
  elsewhere(charter: string): SpentElsewhere {
    const row = this.#db.prepare(`
      SELECT coalesce(sum(nano_rho), 0) AS spent, count(DISTINCT charter) AS charters FROM charges
      WHERE charter <> ? AND nano_rho > 0`).get(charter) ?? {};
    return { nanoRho: integerOf(row, "spent"), charters: integerOf(row, "charters") };
  }

  /** In the order they were made. @param charter - null for all. */
  lines(charter: string | null): readonly Charge[] {
    return this.#db.prepare("SELECT * FROM charges WHERE ?1 IS NULL OR charter = ?1 ORDER BY n").all(charter).map(chargeOf);
  }
}

/** What a tally comes to at one order, in 10^-9 of ρ; without an order, steps on samples count as if on all rows. */
export function spentAt({ plain, steps }: Tally, order?: number): number {
  return steps.reduce((sum, { sample, count, charged }) => sum + Math.max(charged, count * costAt(sample, order)), plain);
}

/** One step's, in 10^-9 of ρ, rounded up. Without sampling no step costs less, at whatever order. */
function costAt({ rate, nanoRho }: Sample, order: number | undefined): number {
  if (order === undefined || !(order <= ORDER_MAX)) return nanoRho;
  return Math.ceil(NANO * rhoOfSampled({ q: rate, rho: nanoRho / NANO }, order));
}

function sampleOf(row: Row): Sample {
  return { rate: Number(textOf(row, "sample_rate")), nanoRho: integerOf(row, "unsampled") };
}

function chargeOf(row: Row): Charge {
  return {
    ...(textOf(row, "sample_rate") === "" ? {} : { sample: sampleOf(row) }),
    atMs: integerOf(row, "at_ms"), charter: textOf(row, "charter"), session: textOf(row, "session"), round: integerOf(row, "round"), query: textOf(row, "query"),
    kind: textOf(row, "kind"), nanoRho: integerOf(row, "nano_rho"), rowSet: textOf(row, "row_set"),
  };
}
