import { createServer } from "node:https";
import type { IncomingMessage } from "node:http";
import { equalBytes, fromBase64 } from "@cohortium/crypto/bytes";
import { readRequest, type KeyedCertificate } from "./certificates.js";
import {
  ENROLMENT_PATH, enrolmentRequest, enrolmentWords, isPollAuthorised, isProvedByCode, isSignedByItsKey, LONG_POLL_MAX_MS,
  type CoordinatorIdentity, type EnrolmentAnswer, type EnrolmentRequest,
} from "./enrolment.js";
import type { EnrolmentStore, JoinCodeRecord } from "./enrolment-store.js";
import { createHttpApp } from "./http-app.js";
import { listen } from "./http-listen.js";
import { json, parseInput, type RouteRequest } from "./http-route.js";
import type { Logger } from "./logger.js";
import { createRateLimit, type RateLimit } from "./rate-limit.js";
import { Refusal } from "./refusal.js";

export interface EnrolmentServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly credentials: KeyedCertificate;
  /** Sent along in the handshake, where the join code's fingerprint finds it. */
  readonly authorityPem: string;
  readonly identity: CoordinatorIdentity;
  readonly store: EnrolmentStore;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

export interface EnrolmentServer {
  readonly host: string;
  readonly port: number;
  /** Tells those who wait on this code that the store has a decision. */
  decided(codeId: string): void;
  close(): Promise<void>;
}

/** A request is about 1 KiB. */
const BODY_SIZE_MAX_BYTES = 16 * 1024;
/** A waiting node asks about three times a minute; an address may stand for a company behind one proxy. */
const REQUESTS_PER_MINUTE_MAX = { perAddress: 60, overall: 600 } as const;
/** Also bounds the questions held open. */
const CONNECTIONS_MAX = 256;
/** Time to send a request of 1 KiB, generously. */
const REQUEST_TIME_MAX_MS = 10_000;

/**
 * Where a new partner asks to be let in: TLS 1.3 without client certificates, nothing but the two enrolment routes.
 *
 * Reveals: to anybody who connects, the coordinator's certificates; to the holder of a join code, what became of its request.
 */
export async function openEnrolmentServer(options: EnrolmentServerOptions): Promise<EnrolmentServer> {
  const { host, port, credentials, authorityPem, nowMs, logger } = options;
  const closing = new AbortController();
  const waiters = new Waiters();
  const limit = createRateLimit(REQUESTS_PER_MINUTE_MAX.perAddress, REQUESTS_PER_MINUTE_MAX.overall, nowMs);
  const app = createHttpApp([
    { method: "POST", path: ENROLMENT_PATH, handle: async (request) => json(await receive(options, parseInput(enrolmentRequest, request.body))) },
    { method: "GET", path: `${ENROLMENT_PATH}/:id`, handle: async (request) => json(await report(options, waiters, request)) },
  ], {
    guard: (request) => refuseFlood(request, limit),
    bodySizeMaxBytes: BODY_SIZE_MAX_BYTES,
    // A repeated request is recognised by its keys.
    idempotency: null,
    closing: closing.signal,
    onUnexpected: (error) => logger.error("an enrolment request failed unexpectedly", { error }),
  });
  const server = createServer({
    key: credentials.privateKeyPem, cert: `${credentials.certificatePem}\n${authorityPem}`, minVersion: "TLSv1.3",
    requestTimeout: REQUEST_TIME_MAX_MS, headersTimeout: REQUEST_TIME_MAX_MS,
  }, app);
  server.maxConnections = CONNECTIONS_MAX;
  const listening = await listen(server, host, port);
  return {
    host, port: listening.port,
    decided: (codeId) => waiters.wake(codeId),
    close: () => {
      closing.abort();
      return listening.close();
    },
  };
}

/** Those who wait, by code. */
class Waiters {
  readonly #byCode = new Map<string, Set<() => void>>();

  wake(codeId: string): void {
    for (const resolve of this.#byCode.get(codeId) ?? []) resolve();
  }

  /** Until `wake`, the bound or `signal`, whichever is first. */
  async wait(codeId: string, signal: AbortSignal): Promise<void> {
    const waiting = this.#byCode.get(codeId) ?? new Set();
    this.#byCode.set(codeId, waiting);
    const over = AbortSignal.any([signal, AbortSignal.timeout(LONG_POLL_MAX_MS)]);
    let wake = (): void => undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      waiting.add(resolve);
      over.addEventListener("abort", () => resolve(), { once: true });
      if (over.aborted) resolve();
    });
    waiting.delete(wake);
    if (waiting.size === 0) this.#byCode.delete(codeId);
  }
}

async function receive(options: EnrolmentServerOptions, request: EnrolmentRequest): Promise<EnrolmentAnswer> {
  const { store, nowMs, logger } = options;
  const code = findCode(store, request.codeId);
  if (!isProvedByCode(request, code.verifier)) throw refused("PROOF", "the join code's secret is not the one this code was made with", "enter the code again");
  if (!isSignedByItsKey(request)) throw refused("PROOF", "the request is not signed with the signing key in it", "update this node");
  const csr = await readRequest(fromBase64(request.csr));
  if (csr === null) throw refused("CSR", "the certificate request is not for a P-256 key, or not signed with it", "update this node");
  if (csr.commonName !== request.party) throw refused("CSR", "the certificate request names another party", "update this node");

  const before = store.findRequest(request.codeId);
  if (before !== null) return answerAgain(options, before.request, request, csr.publicKey);
  if (!(nowMs() < code.expiresAtMs)) throw refused("CODE_EXPIRED", "the join code's day is over, or a newer code has taken its place", "ask the coordinator's operator for a new one");
  refuseTakenName(store, request);
  if (!store.saveRequest(request, nowMs())) throw codeUsed();
  logger.info("a party asks to be enrolled", { party: request.party, codeId: request.codeId });
  return answerFor(options, request.codeId);
}

/** The same party with the same keys lost our answer, or its memory of it. Anybody else came late. */
async function answerAgain(options: EnrolmentServerOptions, before: EnrolmentRequest, now: EnrolmentRequest, tlsKey: Uint8Array): Promise<EnrolmentAnswer> {
  const same = before.party === now.party && before.signingKey === now.signingKey && before.agreementKey === now.agreementKey
    && equalBytes(await tlsKeyOf(before), tlsKey);
  if (!same) throw codeUsed();
  return answerFor(options, now.codeId);
}

async function report(options: EnrolmentServerOptions, waiters: Waiters, request: RouteRequest): Promise<EnrolmentAnswer> {
  const codeId = request.params["id"] ?? "";
  const code = findCode(options.store, codeId);
  if (!isPollAuthorised(request.headers.authorization, codeId, code.verifier)) throw refused("PROOF", "the question is not signed with this join code's secret");
  const found = options.store.findRequest(codeId);
  if (found?.decision.kind === "waiting" && request.query["wait"] !== undefined) await waiters.wait(codeId, request.signal);
  return answerFor(options, codeId);
}

async function answerFor({ store, authorityPem, identity }: EnrolmentServerOptions, codeId: string): Promise<EnrolmentAnswer> {
  const found = store.findRequest(codeId);
  if (found === null) throw refused("UNKNOWN", "nobody has asked with this join code yet");
  switch (found.decision.kind) {
    case "waiting": return { state: "waiting", fingerprintWords: enrolmentWords(found.request, await tlsKeyOf(found.request)) };
    case "approved": return { state: "approved", certificate: found.decision.certificatePem, caCertificate: authorityPem, coordinator: identity };
    case "refused": return { state: "refused", reason: found.decision.reason };
  }
}

function findCode(store: EnrolmentStore, codeId: string): JoinCodeRecord {
  const code = store.findCode(codeId);
  if (code === null) throw refused("CODE_UNKNOWN", "this coordinator never made this join code", "check that the code and the address are of the same coordinator");
  return code;
}

/** A name stands for one set of keys; the same keys may come again, with a new code, for a new certificate. */
function refuseTakenName(store: EnrolmentStore, request: EnrolmentRequest): void {
  const enrolled = store.findEnrolled(request.party);
  if (enrolled === null) return;
  if (enrolled.signingKey === request.signingKey && enrolled.agreementKey === request.agreementKey) return;
  throw refused("NAME_TAKEN", `${request.party} is enrolled with other keys`, "choose another name, restore this node's keys from its backup, or have the old ones revoked");
}

async function tlsKeyOf(request: EnrolmentRequest): Promise<Uint8Array> {
  const facts = await readRequest(fromBase64(request.csr));
  if (facts === null) throw new Error("a stored enrolment request has a certificate request that once was good and is not now");
  return facts.publicKey;
}

function refuseFlood(request: IncomingMessage, limit: RateLimit): void {
  if (limit.admit(request.socket.remoteAddress ?? "")) return;
  throw new Refusal({ code: "REQUEST_RATE", title: "too many requests", detail: "at most 60 a minute from one address", fix: "wait a minute", status: 429 });
}

function codeUsed(): Refusal {
  return refused("CODE_USED", "this join code is used, or made for another party", "check that it is the code for your party's name; if it is and you have not used it, tell the coordinator's operator, and ask for a new one");
}

function refused(kind: string, detail: string, fix?: string): Refusal {
  return new Refusal({ code: `ENROL_${kind}`, title: "enrolment is refused", detail, fix });
}
