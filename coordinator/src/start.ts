import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, type Flag } from "@cohortium/protocol/host/config";
import { readConfigText } from "@cohortium/protocol/host/config-file";
import { openAuthority, openServerCredentials } from "@cohortium/protocol/host/credentials";
import type { EnrolmentServer } from "@cohortium/protocol/host/enrolment-server";
import type { ExchangeServer } from "@cohortium/protocol/host/exchange-server";
import { openSigningKey } from "@cohortium/protocol/host/keys";
import { lockFolder } from "@cohortium/protocol/host/lock";
import { createLogger, type Logger } from "@cohortium/protocol/host/logger";
import { createMetrics, type Metrics } from "@cohortium/protocol/host/metrics";
import type { Shutdown } from "@cohortium/protocol/host/shutdown";
import { parsePartyId } from "@cohortium/protocol/session/ids";
import { COORDINATOR_FILE, coordinatorConfig, type CoordinatorConfig } from "./config.js";
import { Coordinator } from "./coordinator.js";
import { openLogStore } from "./log-store.js";
import { openAdmin, openEnrolment, openExchange } from "./ports.js";
import { Presence } from "./presence.js";
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
  const file = readConfigText(join(folder, COORDINATOR_FILE));
  const config = loadConfig(coordinatorConfig, { file, environment: input.environment, flags: input.flags }).values;
  const lock = lockFolder(folder);
  shutdown.onClose("lock", () => lock.release());
  const logger = createLogger("coordinator", config.log.level, config.log.file === undefined ? { kind: "stdout" } : { kind: "file", path: config.log.file });
  const metrics = createMetrics();

  const { coordinator, ...ports } = await assemble(folder, config, { logger, metrics }, shutdown);
  logger.info("the coordinator is ready", ports);
  shutdown.begun.addEventListener("abort", () => sayParked(coordinator, logger), { once: true });
  const admin = `${config.admin.listen}:${ports.adminPort}`;
  return { ready: `coordinator ${config.name} of ${config.consortium}: nodes on port ${ports.exchangePort}, enrolment on ${ports.enrolmentPort}, admin on ${admin}` };
}

interface Watch {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

async function assemble(folder: string, config: CoordinatorConfig, { logger, metrics }: Watch, shutdown: Shutdown) {
  const nowMs = () => Date.now();
  const signer = openSigningKey(folder, "signing");
  const logIdentity = { origin: `cohortium.log/${config.consortium}`, signer: openSigningKey(folder, "log") };
  const authority = await openAuthority(folder, config.consortium, nowMs());
  const server = await openServerCredentials(folder, authority, config.hosts, nowMs());
  const published = join(folder, "public");
  mkdirSync(published, { recursive: true });

  const database = openCoordinatorDatabase(join(folder, "coordinator.db"));
  shutdown.onClose("database", () => database.close());
  const uploads = new Uploads(published);
  shutdown.onClose("uploads", () => uploads.close());
  const open: { exchange?: ExchangeServer; enrolment?: EnrolmentServer } = {};
  const coordinator = new Coordinator({
    self: parsePartyId(config.name), signer, logIdentity, authority, database, uploads, logger, metrics, nowMs,
    log: openLogStore(published, logIdentity),
    kick: (party) => open.exchange?.kick(party), decided: (codeId) => open.enrolment?.decided(codeId),
  });
  shutdown.onClose("trainings", () => coordinator.trainings.close());
  shutdown.onClose("schedules", () => coordinator.schedules.close());
  coordinator.recover();

  const credentials = { ...server, authorityPem: authority.keyed.certificatePem };
  const presence = new Presence(metrics);
  const parts = { folder, config, coordinator, signer, origin: logIdentity.origin, credentials, database, presence, logger, metrics, nowMs };
  const enrolment = open.enrolment = await openEnrolment(parts);
  shutdown.onClose("enrolment", () => enrolment.close());
  const exchange = open.exchange = await openExchange(parts);
  shutdown.onClose("exchange", () => exchange.close());
  const admin = await openAdmin(parts, exchange, enrolment);
  shutdown.onClose("admin", () => admin.close());
  return { coordinator, exchangePort: exchange.port, enrolmentPort: enrolment.port, adminPort: admin.port };
}

/** What whoever stops a coordinator should know: what it leaves unfinished goes on at the next start. */
function sayParked({ trainings, questions }: Coordinator, logger: Logger): void {
  const parked = trainings.views().filter(({ state }) => state === "running");
  const asked = questions.views().filter(({ state }) => state === "running");
  if (parked.length === 0) logger.info("stopping; no training is under way");
  for (const { session, round, phase } of parked) logger.info(`stopping; training ${session} is parked at round ${round} and goes on at the next start`, { session, round, phase });
  for (const { session, round } of asked) logger.info(`stopping; question ${session} is parked at sum ${round} and goes on at the next start`, { session, round });
}
