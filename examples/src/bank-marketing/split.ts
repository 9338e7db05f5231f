import { columnIndex, type TextRow } from "./columns.js";
import { seededUniform, shuffled } from "../story/seeded.js";

/** Who holds which rows. No row is in two places. */
export interface PartnerRows {
  /** A fifth of everything, that every partner keeps and nobody trains on. */
  readonly holdout: readonly TextRow[];
  /** A large bank that calls mobile phones. */
  readonly harbour: readonly TextRow[];
  /** A middling one that calls landlines. */
  readonly meadow: readonly TextRow[];
  /** A newcomer with a few hundred calls of both kinds. */
  readonly lantern: readonly TextRow[];
}

export const ROWS = { harbour: 20_000, meadow: 8_000, lantern: 300 } as const;
const HOLDOUT_SHARE = 0.2;

/**
 * Deals the rows out, the same way for the same seed. `lantern` is dealt first, so its rows are a fair sample of all calls.
 *
 * @throws RangeError if there are too few rows of either kind.
 */
export function splitRows(rows: readonly TextRow[], seed: number): PartnerRows {
  const order = shuffled(rows, seededUniform(seed));
  const held = Math.floor(rows.length * HOLDOUT_SHARE);
  const rest = order.slice(held + ROWS.lantern);
  const harbour = contactedBy(rest, "cellular").slice(0, ROWS.harbour);
  const meadow = contactedBy(rest, "telephone").slice(0, ROWS.meadow);
  if (harbour.length < ROWS.harbour || meadow.length < ROWS.meadow) throw new RangeError(`too few calls to deal out: ${harbour.length} and ${meadow.length}`);
  return { holdout: order.slice(0, held), lantern: order.slice(held, held + ROWS.lantern), harbour, meadow };
}

function contactedBy(rows: readonly TextRow[], contact: string): readonly TextRow[] {
  const index = columnIndex("contact");
  return rows.filter((row) => row[index] === contact);
}
