import type { Signer } from "@cohortium/crypto/signing";
import type { NodeConfig } from "../settings/config.js";
import { feedSettings } from "../rows/feed-settings.js";
import { feedAt } from "../rows/feed-at.js";
import type { CohortiumNode } from "../node.js";
import { countKeys, type CountedKeys, type KeyedFeed } from "./count-keys.js";
import { DeletionDesk } from "./deletion-desk.js";
import type { Tombstones } from "./tombstones.js";

interface Around {
  readonly folder: string;
  readonly config: NodeConfig;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly node: CohortiumNode;
  readonly tombstones: Tombstones;
  readonly signer: Signer;
}

/** A removal does not wait longer for a count: an admin answer that comes too late is none. */
const COUNT_MAX_MS = 30_000;

/** The desk over a node that runs. */
export function openDeletionDesk({ folder, config, environment, node, tombstones, signer }: Around): DeletionDesk {
  const { rows, transactions } = config;
  const settings = feedSettings(folder, environment, () => undefined);
  const own: KeyedFeed | null = rows?.key === undefined ? null : { open: () => feedAt(folder, "rows", rows), keyColumn: rows.key };
  const bought: KeyedFeed | null = transactions?.key === undefined ? null
    : { open: () => feedAt(folder, "transactions", transactions), keyColumn: transactions.key };
  const of = async (feed: KeyedFeed | null, keys: readonly string[]) => (feed === null || keys.length === 0 ? null : inTime(countKeys(feed, keys, settings)));
  return new DeletionDesk({
    self: config.party, signer, database: node.store.database, tombstones, keyColumn: rows?.key ?? null, nowMs: () => Date.now(),
    count: async (keys): Promise<CountedKeys> => ({ rows: await of(own, keys), purchases: await of(bought, keys) }),
    exactCharters: () => exactCharters(node), log: () => ({ size: node.witness.seen.size, checkpoint: node.witness.seen.checkpoint }),
  });
}

async function inTime<T>(count: Promise<T>): Promise<T | null> {
  const late: { timer?: NodeJS.Timeout } = {};
  const timeout = new Promise<null>((resolve) => {
    late.timer = setTimeout(() => resolve(null), COUNT_MAX_MS);
  });
  try {
    return await Promise.race([count, timeout]);
  } finally {
    clearTimeout(late.timer);
  }
}

function exactCharters(node: CohortiumNode): readonly string[] {
  return node.charters.views().flatMap(({ digest, name, state }) => (state === "in-force" && isExact(node.charters.charterInForce(digest)?.privacy ?? null) ? [name] : []));
}

function isExact(privacy: { readonly mechanism: string } | null): boolean {
  return privacy?.mechanism === "none";
}
