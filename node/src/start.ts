import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openAdminServer } from "@cohortium/protocol/host/admin-server";
import { loadConfig, type Flag } from "@cohortium/protocol/host/config";
import { readConfigText } from "@cohortium/protocol/host/config-file";
import { checkNodeCertificate, openNodeCredentials, type NodeCredentials } from "@cohortium/protocol/host/credentials";
import { ExchangeClient, type LinkState } from "@cohortium/protocol/host/exchange-client";
import { IdempotencyTable } from "@cohortium/protocol/host/idempotency-table";
import { openAgreementSecret, openSigningKey, openSubjectSecret } from "@cohortium/protocol/host/keys";
import { lockFolder } from "@cohortium/protocol/host/lock";
import { createLogger, type Logger } from "@cohortium/protocol/host/logger";
import { createMetrics, type Metrics } from "@cohortium/protocol/host/metrics";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Shutdown } from "@cohortium/protocol/host/shutdown";
import { parsePartyId } from "@cohortium/protocol/session/ids";
import { PROTOCOL_VERSION } from "@cohortium/protocol/wire/limits";
import { nodeAdminRoutes } from "./desks/admin-api.js";
import { deletionRoutes } from "./deletion/deletion-api.js";
import { openDeletionDesk } from "./deletion/open-deletion-desk.js";
import { Tombstones } from "./deletion/tombstones.js";
import { NODE_FILE, nodeConfig, pathIn, type NodeConfig } from "./settings/config.js";
import { checkEnrolledKey, readCoordinator, type KnownCoordinator } from "./settings/enroll.js";
import { EgressAccount } from "./evidence/egress-account.js";
import { egressRoutes } from "./evidence/egress-api.js";
import { evidenceRoutes } from "./evidence/evidence-api.js";
import { CohortiumNode } from "./node.js";
import { configuredWords } from "./data/recipe/own-words.js";
import type { Deletions } from "./data/feeds/left-out.js";
import { contractOfFeed, ROWS_FEED } from "./rows/feed-contract.js";
import { feedAt } from "./rows/feed-at.js";
import { feedSettings } from "./rows/feed-settings.js";
import type { Feed, NamedFeeds } from "./rows/session-rows.js";
import type { PrivacySettings } from "./budget/limits.js";
import { openNodeDatabase } from "./database.js";

export interface StartInput {
  readonly folder: string;
  readonly flags: readonly Flag[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts a node over its folder and goes on with what was under way. Returns once its admin port answers; the link keeps trying. */
export async function startNode(input: StartInput, shutdown: Shutdown): Promise<{ readonly ready: string }> {
  const { folder } = input;
  const config = loadConfig(nodeConfig, { file: readConfigText(join(folder, NODE_FILE)), environment: input.environment, flags: input.flags }).values;
  const coordinator = readCoordinator(folder);
  const credentials = await openNodeCredentials(folder);
  if (credentials === null) throw new Refusal({ code: "ENROL_REQUIRED", title: "this node has no certificate yet", detail: folder, fix: "cohortium node enroll --code CODE" });
  checkEnrolledKey(folder, coordinator);
  const party = parsePartyId(config.party);
  await checkNodeCertificate(credentials, coordinator.consortium, party, Date.now());

  const lock = lockFolder(folder);
  shutdown.onClose("lock", () => lock.release());
  const logger = createLogger("node", config.log.level, config.log.file === undefined ? { kind: "stdout" } : { kind: "file", path: config.log.file }).child({ party });
  const metrics = createMetrics();
  const { node, tombstones, connect } = assemble(folder, config, { coordinator, logger, metrics, environment: input.environment }, shutdown);
  const link = connect(credentials);

  const feed = { rows: config.rows?.path ?? config.rows?.feed ?? null, holdout: config.holdout?.path ?? null };
  const [signer, account] = [openSigningKey(folder, "signing"), new EgressAccount(node.store.database)];
  const deletions = openDeletionDesk({ folder, config, environment: input.environment, node, tombstones, signer });
  const admin = await openAdminServer({
    folder, host: config.admin.listen, port: config.admin.port, allowRemote: config.admin.allowRemote, metrics, logger,
    idempotency: { store: new IdempotencyTable(node.store.database), nowMs: () => Date.now() },
    waitingFor: () => (link().kind === "connected" ? [] : ["the connection to the coordinator"]),
    routes: [
      ...nodeAdminRoutes({ node, link, deletions, facts: { party, coordinator: coordinator.name, feed }, nowMs: () => Date.now() }),
      ...deletionRoutes(deletions), ...egressRoutes(account, party),
      ...evidenceRoutes({ party, signer, signingKey: signer.publicKey, node, account, deletions, versions: versions(), nowMs: () => Date.now() }),
    ],
  });
  shutdown.onClose("admin", () => admin.close());
  logger.info("the node is ready", { adminPort: admin.port });
  shutdown.begun.addEventListener("abort", () => sayParked(node, logger), { once: true });
  return { ready: `node ${party}: dials ${config.coordinator.exchange}, admin on ${config.admin.listen}:${admin.port}` };
}

function versions(): Readonly<Record<string, string>> {
  return { protocol: String(PROTOCOL_VERSION), runtime: process.version };
}

/** What whoever stops a node should know: what it leaves unfinished goes on at the next start. */
function sayParked(node: CohortiumNode, logger: Logger): void {
  const parked = node.trainings.statuses();
  if (parked.length === 0) logger.info("stopping; no training is under way");
  for (const { session, doing } of parked) logger.info(`stopping; training ${session} is parked and goes on at the next start`, { session, doing });
}

interface Around {
  readonly coordinator: KnownCoordinator;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly environment: StartInput["environment"];
}

const MIB = 1024 * 1024;

function assemble(folder: string, config: NodeConfig, around: Around, shutdown: Shutdown) {
  const { coordinator, logger, metrics, environment } = around;
  const spool = join(folder, "spool");
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  const database = openNodeDatabase(join(folder, "node.db"));
  shutdown.onClose("database", () => database.close());
  const tombstones = new Tombstones(database, openSubjectSecret(folder));
  const line: { client?: ExchangeClient; state: LinkState } = { state: { kind: "retrying", cause: "not tried yet", inMs: 0 } };
  const node = new CohortiumNode({
    self: parsePartyId(config.party), signer: openSigningKey(folder, "signing"), agreementSecret: openAgreementSecret(folder), coordinator,
    database, spool, feed: feedOf(folder, config, environment, tombstones), privacy: privacyOf(config), logger, metrics, nowMs: () => Date.now(),
    retention: { days: config.evidence.keepDays, sizeMaxBytes: config.evidence.keepMiB * MIB },
    kick: () => line.client?.kick(), cosign: (cosignature) => line.client?.cosign(cosignature),
  });
  shutdown.onClose("trainings", () => node.trainings.close());
  node.recover();

  const connect = (credentials: NodeCredentials) => {
    const client = new ExchangeClient({
      address: config.coordinator.exchange, credentials, peer: coordinator.name, host: node,
      onState: (state) => {
        line.state = state;
        if (state.kind === "connected") logger.info("connected to the coordinator");
        else logger.warn("not connected to the coordinator", { cause: state.cause, inMs: state.inMs });
      },
      onFailure: (error) => logger.error("the link failed on our side", { error: error instanceof Error ? error.message : "unknown" }),
    });
    line.client = client;
    const running = client.run();
    shutdown.onClose("link", async () => {
      client.stop();
      await running;
    });
    return () => line.state;
  };
  return { node, tombstones, connect };
}

/** Null where rows and purchases are plain files. */
function namedFeeds(folder: string, { rows, transactions }: NodeConfig): NamedFeeds | null {
  if (rows?.feed === undefined && transactions?.feed === undefined) return null;
  return {
    open: () => ({ rows: feedAt(folder, "rows", rows ?? {}), transactions: transactions === undefined ? null : feedAt(folder, "transactions", transactions) }),
  };
}

function privacyOf({ privacy: { epsilonMax, delta, openReserve }, statistics: { cellRows } }: NodeConfig): PrivacySettings {
  return { ceiling: epsilonMax === undefined ? null : { epsilon: epsilonMax, delta }, opensReserve: openReserve, cellRows: cellRows ?? null };
}

function feedOf(folder: string, config: NodeConfig, environment: StartInput["environment"], deletions: Deletions): Feed {
  const { rows, transactions, holdout } = config;
  const settings = { ...feedSettings(folder, environment, () => undefined), deletions };
  const at = (path: string) => pathIn(folder, path);
  return {
    named: namedFeeds(folder, config), settings, consents: rows?.consent === undefined ? [] : [rows.consent],
    rows: { path: rows?.path === undefined ? "" : at(rows.path), delimiter: rows?.delimiter ?? ",", quote: rows?.quote ?? "\"", keyColumn: rows?.key ?? null },
    transactions: transactions?.path === undefined ? null : { path: at(transactions.path), delimiter: transactions.delimiter, quote: transactions.quote },
    words: configuredWords(rows?.columns ?? {}, transactions?.columns ?? {}),
    holdout: holdout === undefined ? null : { path: at(holdout.path), delimiter: holdout.delimiter, quote: holdout.quote, keyColumn: null },
    gate: { contract: () => contractOfFeed(folder, config, ROWS_FEED), folder },
  };
}
