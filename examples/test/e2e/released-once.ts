import { auditFolder } from "../../src/consortium/audit-folder.js";
import { entriesIn, tally } from "./published-log.js";
import { checkpointOf, ledgerOf, type TinyConsortium } from "./tiny-consortium.js";

/** What a training left behind, in the numbers that must hold however often somebody was killed. */
export interface Traces {
  /** Uploads per round and party; each must be 1. */
  readonly uploads: readonly number[];
  /** The most unmask entries any party has in any round. */
  readonly unmasksMax: number;
  /** Lines of all ledgers whose round and kind stand there twice. */
  readonly repeatedInLedgers: readonly string[];
  /** What an audit objects to, with each node's kept checkpoint as the anchor. */
  readonly objections: readonly string[];
}

export async function tracesOf({ consortium, published }: TinyConsortium, session: string): Promise<Traces> {
  const entries = entriesIn(published, session);
  const ledgers = await Promise.all(consortium.nodes.map((node) => ledgerOf(node, session)));
  const kept = await Promise.all(consortium.nodes.map(checkpointOf));
  return {
    uploads: [...tally(entries, "round.upload").values()],
    unmasksMax: Math.max(...tally(entries, "round.unmask").values()),
    repeatedInLedgers: ledgers.flatMap((lines) => repeatedIn(lines.map(({ round, kind }) => `${round} ${kind}`))),
    // Most often all have kept the same one, and a second audit of the same would say the same.
    objections: [...new Set(kept.map(({ checkpoint }) => checkpoint))].flatMap((anchor) => objectionsTo(published, anchor)),
  };
}

/** What `tracesOf` must say after `rounds` rounds of `parties` that all answered. */
export function onceEach(parties: number, rounds: number): Traces {
  return { uploads: Array.from({ length: parties * rounds }, () => 1), unmasksMax: 1, repeatedInLedgers: [], objections: [] };
}

/** An audit's findings, in words a failing test can show; none means verified. */
export function objectionsTo(published: string, anchor: string | null): readonly string[] {
  const { verified, findings } = auditFolder(published, anchor);
  return verified ? [] : ["not verified", ...findings.map(({ entry, code, says }) => `${code} at ${entry ?? "-"}: ${says}`)];
}

function repeatedIn(keys: readonly string[]): readonly string[] {
  return keys.filter((key, i) => keys.indexOf(key) !== i);
}
