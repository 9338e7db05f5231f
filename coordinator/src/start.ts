import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { toBase64 } from "@cohortium/crypto/bytes";
import { openAdminServer } from "@cohortium/protocol/host/admin-server";
import { loadConfig, type Flag } from "@cohortium/protocol/host/config";
import { readConfigText } from "@cohortium/protocol/host/config-file";
import { openAuthority, openServerCredentials } from "@cohortium/protocol/host/credentials";
import { openEnrolmentServer, type EnrolmentServer } from "@cohortium/protocol/host/enrolment-server";
import { ExchangeServer, type ExchangeEvent } from "@cohortium/protocol/host/exchange-server";
import { IdempotencyTable } from "@cohortium/protocol/host/idempotency-table";
import { openSigningKey } from "@cohortium/protocol/host/keys";
import { lockFolder } from "@cohortium/protocol/host/lock";
import { createLogger, type Logger } from "@cohortium/protocol/host/logger";
import { createMetrics, type Metrics } from "@cohortium/protocol/host/metrics";
import type { Shutdown } from "@cohortium/protocol/host/shutdown";
import { parsePartyId, type PartyId } from "@cohortium/protocol/session/ids";
import { adminRoutes } from "./admin-api.js";
import { COORDINATOR_FILE, coordinatorConfig, type CoordinatorConfig } from "./config.js";
import { Coordinator } from "./coordinator.js";
import { openLogStore } from "./log-store.js";
import { openCoordinatorDatabase } from "./store.js";
import { Uploads } from "./uploads.js";

export interface StartInput {
  readonly folder: string;
  readonly flags: readonly Flag[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts a coordinator over its folder and goes on with what was under way. Returns once it can be reached. */
export async function startCoordinator(input: StartInput, shutdown: Shutdown): Promise<{ readonly ready: string }> {
  const { folder } = input;
  const config = loadConfig(coordinatorConfig, { file: readConfigText(join(folder, COORDINATOR_FILE)), environment: input.environment, flags: input.flags }).values;
  const lock = lockFolder(folder);
  shutdown.onClose("lock", () => lock.release());
  const logger = createLogger("coordinator", config.log.level, config.log.file === undefined ? { kind: "stdout" } : { kind: "file", path: config.log.file });
  const metrics = createMetrics();

  const process = await assemble(folder, config, { logger, metrics }, shutdown);
  const ready = `coordinator ${config.name} of ${config.consortium}: nodes on port ${process.exchangePort}, enrolment on ${process.enrolmentPort}, admin on ${config.admin.listen}:${process.adminPort}`;
  logger.info("the coordinator is ready", { exchangePort: process.exchangePort, enrolmentPort: process.enrolmentPort, adminPort: process.adminPort });
  return { ready };
}

async function assemble(folder: string, config: CoordinatorConfig, watch: { readonly logger: Logger; readonly metrics: Metrics }, shutdown: Shutdown) {
  const { logger, metrics } = watch;
  const nowMs = () => Date.now();
  const self = parsePartyId(config.name);
  const signer = openSigningKey(folder, "signing");
  const logIdentity = { origin: `cohortium.log/${config.consortium}`, signer: openSigningKey(folder, "log") };
  const authority = await openAuthority(folder, config.consortium, nowMs());
  const credentials = await openServerCredentials(folder, authority, config.hosts, nowMs());
  const published = join(folder, "public");
  mkdirSync(published, { recursive: true });

  const database = openCoordinatorDatabase(join(folder, "coordinator.db"));
  shutdown.onClose("database", () => database.close());
  const uploads = new Uploads(published);
  shutdown.onClose("uploads", () => uploads.close());
  const presence = new Presence(metrics);
  const ports: { exchange?: ExchangeServer; enrolment?: EnrolmentServer } = {};
  const coordinator = new Coordinator({
    self, signer, logIdentity, authority, database, uploads, logger, metrics, nowMs,
    log: openLogStore(published, logIdentity),
    kick: (party) => ports.exchange?.kick(party), decided: (codeId) => ports.enrolment?.decided(codeId),
  });
  shutdown.onClose("trainings", () => coordinator.trainings.close());
  coordinator.recover();

  ports.enrolment = await openEnrolmentServer({
    host: config.enrolment.listen, port: config.enrolment.port, credentials, authorityPem: authority.keyed.certificatePem,
    identity: { name: config.name, consortium: config.consortium, signingKey: toBase64(signer.publicKey), logKey: coordinator.logKey },
    store: coordinator.parties, nowMs, logger,
  });
  const { enrolment } = ports;
  shutdown.onClose("enrolment", () => enrolment.close());

  ports.exchange = await ExchangeServer.listen({
    listen: { host: config.exchange.listen, port: config.exchange.port },
    credentials: { ...credentials, authorityPem: authority.keyed.certificatePem, consortium: config.consortium },
    host: coordinator,
    mayConnect: (peer, certificate) => isCurrent(coordinator, peer, certificate),
    onEvent: (event) => onExchange(event, presence, logger),
    onFailure: (peer, error) => logger.error("a conversation failed on our side", { party: peer, error: error instanceof Error ? error.message : "unknown" }),
  });
  const { exchange } = ports;
  shutdown.onClose("exchange", () => exchange.close());

  const [host = "localhost"] = config.hosts;
  const admin = await openAdminServer({
    folder, host: config.admin.listen, port: config.admin.port, allowRemote: config.admin.allowRemote, metrics, logger,
    idempotency: { store: new IdempotencyTable(database), nowMs }, waitingFor: () => [],
    routes: adminRoutes({
      coordinator, disconnect: (party) => exchange.disconnect(party),
      connected: () => presence.list(coordinator.parties.parties().filter(({ revoked }) => !revoked).map(({ name }) => name)),
      facts: {
        name: config.name, consortium: config.consortium, origin: logIdentity.origin,
        exchange: `${host}:${exchange.port}`, enrolment: `https://${host}:${enrolment.port}`,
      },
    }),
  });
  shutdown.onClose("admin", () => admin.close());
  return { exchangePort: exchange.port, enrolmentPort: enrolment.port, adminPort: admin.port };
}

function isCurrent(coordinator: Coordinator, peer: PartyId, certificate: string): boolean {
  const party = coordinator.parties.party(peer);
  return party !== null && !party.revoked && party.certificate === certificate;
}

/** Who is connected, and since when they are or are not. */
class Presence {
  readonly #since = new Map<string, { readonly connected: boolean; readonly sinceMs: number }>();
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  note(party: string, connected: boolean): void {
    this.#since.set(party, { connected, sinceMs: Date.now() });
    this.#metrics.setConnectedNodes([...this.#since.values()].filter((one) => one.connected).length);
  }

  list(parties: readonly string[]): readonly { readonly party: string; readonly connected: boolean; readonly sinceMs: number }[] {
    return parties.map((party) => ({ party, ...(this.#since.get(party) ?? { connected: false, sinceMs: 0 }) }));
  }
}

function onExchange(event: ExchangeEvent, presence: Presence, logger: Logger): void {
  switch (event.kind) {
    case "connected":
      presence.note(event.peer, true);
      logger.info("a node connected", { party: event.peer });
      return;
    case "ended": {
      const replaced = event.ending.by !== "network" && event.ending.code === "WIRE_REPLACED";
      if (!replaced) presence.note(event.peer, false);
      logger.info("a node's connection ended", { party: event.peer, by: event.ending.by, code: event.ending.by === "network" ? "" : event.ending.code });
      return;
    }
    case "turned-away": logger.warn("somebody was turned away", { address: event.address, code: event.code, detail: event.detail });
  }
}
