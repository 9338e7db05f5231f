import { createServer, type IncomingMessage } from "node:http";
import { utf8 } from "@cohortium/crypto/bytes";
import { adminFiles, isAuthorised, openAdminToken } from "./admin-token.js";
import { writeFileAtomic } from "./atomic-file.js";
import { createHttpApp } from "./http-app.js";
import { listen } from "./http-listen.js";
import { json, type Route } from "./http-route.js";
import type { Idempotency } from "./idempotency.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";
import { openPrivateFolder, PRIVATE_FILE_MODE } from "./private-file.js";
import { Refusal } from "./refusal.js";

export interface AdminServerOptions {
  /** The process's data folder; `admin/address` and `admin/token` appear in it. */
  readonly folder: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The operator's explicit word that `host` may be reachable from other machines. The connection is not encrypted. */
  readonly allowRemote: boolean;
  /** All under `/v1/`. */
  readonly routes: readonly Route[];
  /** What the process still waits for, one phrase each; empty when it is ready. */
  readonly waitingFor: () => readonly string[];
  readonly idempotency: Idempotency;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface AdminServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Far above any request of ours, far below what hurts. */
export const ADMIN_BODY_SIZE_MAX_BYTES = 256 * 1024;

/**
 * The process's own HTTP surface: `/healthz`, `/readyz`, `/metrics`, and `/v1/…` behind the folder's bearer token.
 *
 * @throws Refusal CONFIG_ADMIN_HOST for an address beyond this machine without `allowRemote`, NETWORK_PORT if the port is taken.
 */
export async function openAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { folder, host, port, allowRemote, routes, logger } = options;
  if (!isLoopback(host) && !allowRemote) throw notLoopback(host);
  const stray = routes.find((route) => !route.path.startsWith(`${GUARDED}/`));
  if (stray !== undefined) throw new RangeError(`the route ${stray.path} would be open to everybody: admin routes begin with ${GUARDED}/`);

  const token = openAdminToken(folder);
  const closing = new AbortController();
  const app = createHttpApp([...openRoutes(options), ...routes], {
    guard: (request, path) => guard(request, path, token, host),
    bodySizeMaxBytes: ADMIN_BODY_SIZE_MAX_BYTES,
    idempotency: options.idempotency,
    closing: closing.signal,
    onUnexpected: (error) => logger.error("an admin request failed unexpectedly", { error }),
  });
  const listening = await listen(createServer(app), host, port);
  openPrivateFolder(`${folder}/admin`);
  writeFileAtomic(adminFiles(folder).address, `${authority(host, listening.port)}\n`, PRIVATE_FILE_MODE);
  return {
    host, port: listening.port,
    close: () => {
      closing.abort();
      return listening.close();
    },
  };
}

const GUARDED = "/v1";

function openRoutes({ waitingFor, metrics }: AdminServerOptions): readonly Route[] {
  return [
    { method: "GET", path: "/healthz", handle: () => json({ status: "ok" }) },
    {
      method: "GET", path: "/readyz", handle: () => {
        const waiting = waitingFor();
        return json({ status: waiting.length === 0 ? "ready" : "waiting", waitingFor: waiting }, waiting.length === 0 ? 200 : 503);
      },
    },
    {
      method: "GET", path: "/metrics", handle: async () => {
        const { contentType, text } = await metrics.scrape();
        return { kind: "bytes", contentType, bytes: utf8(text) };
      },
    },
  ];
}

function guard(request: IncomingMessage, path: string, token: string, boundHost: string): void {
  // A page in a browser can make its own name resolve to this machine (DNS rebinding); the Host header then still carries the page's name.
  if (isLoopback(boundHost) && !isLoopback(hostNameOf(request.headers.host ?? ""))) {
    throw new Refusal({ code: "ACCESS_HOST", title: "not the name of this server", detail: "the Host header does not name this machine", status: 421 });
  }
  if (path === "/healthz" || path === "/readyz") return;
  if (path === "/metrics" && isLoopback(request.socket.remoteAddress ?? "")) return;
  if (isAuthorised(request.headers.authorization, token)) return;
  throw new Refusal({
    code: "ACCESS_TOKEN", title: "no valid admin token", detail: "send it as Authorization: Bearer", fix: "read it from admin/token in the process's data folder",
  });
}

/** Host without port, also of `[::1]:7001`. */
function hostNameOf(header: string): string {
  return /^(\[[^\]]*\]|[^:]*)/.exec(header)?.[0].replace(/^\[|\]$/g, "") ?? "";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(host);
}

function authority(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function notLoopback(host: string): Refusal {
  return new Refusal({
    code: "CONFIG_ADMIN_HOST",
    title: "the admin address would be reachable from other machines",
    detail: `${host} is not a loopback address, and the admin connection is not encrypted`,
    fix: "listen on 127.0.0.1, or allow it explicitly behind something that encrypts",
  });
}
