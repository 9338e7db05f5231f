import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { CHARTER_WORDS, type OwnWords } from "@cohortium/node/data/recipe/own-words";
import { NO_NODE } from "@cohortium/node/data/import-rows";
import { DEFAULT_GATE } from "@cohortium/node/rows/session-rows";
import { readCoordinator } from "@cohortium/node/settings/enroll";
import { CohortiumNode } from "@cohortium/node/node";
import { openNodeDatabase } from "@cohortium/node/database";
import { openNodeCredentials } from "@cohortium/protocol/host/credentials";
import { ExchangeClient } from "@cohortium/protocol/host/exchange-client";
import { openAgreementSecret, openSigningKey } from "@cohortium/protocol/host/keys";
import { createLogger } from "@cohortium/protocol/host/logger";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import type { PartyId } from "@cohortium/protocol/session/ids";
import type { LocalProcess } from "../../src/consortium/processes.js";

/** What a dishonest member makes of its masked words before it signs and uploads them. */
export type Forgery = (words: Buffer) => Buffer;

/**
 * A member whose process is replaced by one that keeps to the protocol in everything but its uploads, over the same TLS and with the same keys.
 *
 * @param party - Its own process must have been stopped.
 */
export async function joinAsRogue(party: LocalProcess, given: { readonly port: number; readonly rows: string; readonly words?: OwnWords }, forgery: () => Forgery): Promise<() => Promise<void>> {
  const { folder } = party;
  const database = openNodeDatabase(join(folder, "node.db"));
  const coordinator = readCoordinator(folder);
  const credentials = await openNodeCredentials(folder);
  if (credentials === null) throw new Error("the rogue is not enrolled");
  const line: { client?: ExchangeClient } = {};
  const node = new CohortiumNode({
    self: party.name as PartyId, signer: openSigningKey(folder, "signing"), agreementSecret: openAgreementSecret(folder), coordinator, database, spool: join(folder, "spool"),
    feed: { rows: { path: given.rows, delimiter: ";", quote: "\"", keyColumn: null }, transactions: null, holdout: null, words: given.words ?? CHARTER_WORDS, gate: DEFAULT_GATE, named: null, settings: NO_NODE },
    logger: createLogger("rogue", "silent", { kind: "stdout" }), metrics: createMetrics(), nowMs: () => Date.now(),
    kick: () => line.client?.kick(), cosign: (cosignature) => line.client?.cosign(cosignature),
  });
  forgeUploads(node, forgery);
  node.recover();
  line.client = new ExchangeClient({ address: `localhost:${given.port}`, credentials, peer: coordinator.name, host: node, onState: () => undefined, onFailure: () => undefined });
  const running = line.client.run();
  return async () => {
    line.client?.stop();
    await running;
    node.trainings.close();
    database.close();
  };
}

/** The honest words are released and listed; then the file is changed, and the root with it. */
function forgeUploads({ egress }: CohortiumNode, forgery: () => Forgery): void {
  const honest = egress.release.bind(egress);
  egress.release = async (session, ask, compute) => {
    const egressed = await honest(session, ask, compute);
    if (egressed.kind !== "released") return egressed;
    const { release } = egressed;
    const forged = forgery()(readFileSync(release.path));
    writeFileSync(release.path, forged);
    return { kind: "released", release: { ...release, root: toHex(chunkRoot(forged)) } };
  };
}
