import { toBase64 } from "@cohortium/crypto/bytes";
import type { Signer } from "@cohortium/crypto/signing";
import { openAdminServer, type AdminServer } from "@cohortium/protocol/host/admin-server";
import type { KeyedCertificate } from "@cohortium/protocol/host/certificates";
import { openEnrolmentServer, type EnrolmentServer } from "@cohortium/protocol/host/enrolment-server";
import { ExchangeServer } from "@cohortium/protocol/host/exchange-server";
import { IdempotencyTable } from "@cohortium/protocol/host/idempotency-table";
import type { Logger } from "@cohortium/protocol/host/logger";
import type { Metrics } from "@cohortium/protocol/host/metrics";
import type { Database } from "@cohortium/protocol/host/sqlite";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { adminRoutes } from "./admin-api.js";
import type { CoordinatorConfig } from "./config.js";
import type { Coordinator } from "./coordinator.js";
import { noteExchange, type Presence } from "./presence.js";

/** What the three ports of a coordinator are opened with. */
export interface PortParts {
  readonly folder: string;
  readonly config: CoordinatorConfig;
  readonly coordinator: Coordinator;
  readonly signer: Signer;
  readonly origin: string;
  readonly credentials: KeyedCertificate & { readonly authorityPem: string };
  readonly database: Database;
  readonly presence: Presence;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
}

/** The port where new nodes ask to be let in. */
export function openEnrolment({ config, coordinator, signer, credentials, logger, nowMs }: PortParts): Promise<EnrolmentServer> {
  return openEnrolmentServer({
    host: config.enrolment.listen, port: config.enrolment.port, credentials, authorityPem: credentials.authorityPem,
    identity: { name: config.name, consortium: config.consortium, signingKey: toBase64(signer.publicKey), logKey: coordinator.logKey },
    store: coordinator.parties, nowMs, logger,
  });
}

/** The port of enrolled nodes. */
export function openExchange({ config, coordinator, credentials, presence, logger }: PortParts): Promise<ExchangeServer> {
  return ExchangeServer.listen({
    listen: { host: config.exchange.listen, port: config.exchange.port },
    credentials: { ...credentials, consortium: config.consortium },
    host: coordinator,
    mayConnect: (peer, certificate) => isCurrent(coordinator, peer, certificate),
    onEvent: (event) => noteExchange(event, presence, logger),
    onFailure: (party, error) => logger.error("a conversation failed on our side", { party, error: error instanceof Error ? error.message : "unknown" }),
  });
}

/** The operator's own port. */
export function openAdmin(parts: PortParts, exchange: ExchangeServer, enrolment: EnrolmentServer): Promise<AdminServer> {
  const { folder, config, coordinator, origin, database, presence, logger, metrics, nowMs } = parts;
  const [host = "localhost"] = config.hosts;
  const enrolled = () => coordinator.parties.parties().filter(({ revoked }) => !revoked).map(({ name }) => name);
  return openAdminServer({
    folder, host: config.admin.listen, port: config.admin.port, allowRemote: config.admin.allowRemote, metrics, logger,
    idempotency: { store: new IdempotencyTable(database), nowMs }, waitingFor: () => [],
    routes: adminRoutes({
      coordinator, disconnect: (party) => exchange.disconnect(party), connected: () => presence.list(enrolled()),
      facts: {
        name: config.name, consortium: config.consortium, origin,
        exchange: `${host}:${exchange.port}`, enrolment: `https://${host}:${enrolment.port}`,
      },
    }),
  });
}

function isCurrent(coordinator: Coordinator, peer: PartyId, certificate: string): boolean {
  const party = coordinator.parties.party(peer);
  return party !== null && !party.revoked && party.certificate === certificate;
}
