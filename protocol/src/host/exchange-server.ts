import { Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer, type Server as TlsServer, type TLSSocket } from "node:tls";
import { parsePartyId, type PartyId } from "../session/ids.js";
import { encodeFrame } from "../wire/frame.js";
import { WIRE_REFUSALS, type WireCode } from "../wire/wire-error.js";
import { readCertificate, type KeyedCertificate } from "./certificates.js";
import { Conversation, REFUSAL_TIMEOUT_MS, type Ending } from "./conversation.js";
import { partyNamedBy } from "./credentials.js";
import type { ExchangeHost } from "./exchange-host.js";
import { CHANNEL_OPTIONS, EXCHANGE } from "./exchange-method.js";

/** What the operator may see of the port. Never payloads. */
export type ExchangeEvent =
  | { readonly kind: "connected"; readonly peer: PartyId }
  | { readonly kind: "ended"; readonly peer: PartyId; readonly ending: Ending }
  /** Somebody at `address` was turned away before or in place of a conversation. */
  | { readonly kind: "turned-away"; readonly address: string; readonly code: "TLS_REFUSED" | WireCode; readonly detail: string };

export interface ExchangeServerGiven {
  readonly listen: { readonly host: string; readonly port: number };
  readonly credentials: KeyedCertificate & { readonly authorityPem: string; readonly consortium: string };
  readonly host: ExchangeHost;
  /** Whether an enrolled, unrevoked party may connect with this certificate (SHA-256 of its DER, hex). */
  mayConnect(peer: PartyId, certificateSha256: string): boolean;
  onEvent(event: ExchangeEvent): void;
  /** Our own host threw while it served `peer`: a bug, or a full disk. */
  onFailure(peer: PartyId, error: unknown): void;
}

type Call = ServerDuplexStream<Uint8Array, Uint8Array>;

interface Connection {
  readonly socket: TLSSocket;
  /** Drops whoever connects but never opens the stream. */
  readonly admission: NodeJS.Timeout;
}

interface Held {
  readonly conversation: Conversation;
  readonly over: Promise<void>;
}

/** Parties, twice over while they reconnect, and some strangers. */
const CONNECTIONS_MAX = 256;
/** How long somebody may take for the TLS handshake, and again to open the one stream there is. */
const ADMISSION_TIMEOUT_MS = 10_000;

/** Every refusal is cut after half of it; what is left then is a host that is busy, or a line that is dead. */
const GOODBYE_TIMEOUT_MS = 2 * REFUSAL_TIMEOUT_MS;

/** The coordinator's port: TLS 1.3 with certificates on both sides, one stream per party. */
export class ExchangeServer {
  readonly #given: ExchangeServerGiven;
  readonly #tls: TlsServer;
  readonly #grpc = new Server({ ...CHANNEL_OPTIONS, "grpc.max_concurrent_streams": 1 });
  readonly #connections = new Map<string, Connection>();
  readonly #conversations = new Map<PartyId, Held>();

  private constructor(given: ExchangeServerGiven) {
    this.#given = given;
    const { privateKeyPem: key, certificatePem: cert, authorityPem: ca } = given.credentials;
    // grpc-js would listen itself, but it has no TLS minimum and tells nobody about failed handshakes.
    this.#tls = createServer({
      key, cert, ca, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3", ALPNProtocols: ["h2"], handshakeTimeout: ADMISSION_TIMEOUT_MS,
    });
    this.#tls.maxConnections = CONNECTIONS_MAX;
    this.#grpc.register(EXCHANGE.path, (call: Call) => this.#admit(call), EXCHANGE.responseSerialize, EXCHANGE.requestDeserialize, "bidi");
    const injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#tls.on("secureConnection", (socket) => {
      this.#watch(socket);
      injector.injectConnection(socket);
    });
    this.#tls.on("tlsClientError", (error, socket) => {
      // OpenSSL's word about the certificate tells more than the closed socket that follows from it; Node's types promise an Error.
      this.#turnAway(addressOf(socket), "TLS_REFUSED", String(socket.authorizationError ?? error.message));
    });
  }

  /** @throws Error if the port cannot be had. */
  static async listen(given: ExchangeServerGiven): Promise<ExchangeServer> {
    const server = new ExchangeServer(given);
    await new Promise<void>((resolve, reject) => {
      server.#tls.once("error", reject);
      server.#tls.listen(given.listen, () => {
        server.#tls.removeListener("error", reject);
        resolve();
      });
    });
    return server;
  }

  /** Where it listens, also if any free port was asked for. */
  get port(): number {
    const address = this.#tls.address();
    if (address === null || typeof address === "string") throw new Error("the port is closed");
    return address.port;
  }

  /** The parties that are connected now. */
  get connected(): readonly PartyId[] {
    return [...this.#conversations.keys()];
  }

  /** There is a new letter for `peer`. */
  kick(peer: PartyId): void {
    this.#conversations.get(peer)?.conversation.kick();
  }

  /** Ends a party's conversation, as when its certificate was revoked; whether it may come back `mayConnect` says. */
  disconnect(peer: PartyId): void {
    this.#conversations.get(peer)?.conversation.refuse("WIRE_STRANGER", { peer });
  }

  /** Stops listening, says goodbye and ends every conversation. Letters wait in their outboxes. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => { this.#tls.close(() => resolve()); });
    const held = [...this.#conversations.values()];
    for (const { conversation } of held) conversation.refuse("WIRE_STOPPING", {});
    await Promise.race([Promise.all(held.map(({ over }) => over)), sleep(GOODBYE_TIMEOUT_MS, undefined, { ref: false })]);
    for (const { socket } of this.#connections.values()) socket.destroy();
    this.#grpc.forceShutdown();
    await Promise.all([closed, ...held.map(({ over }) => over)]);
  }

  #watch(socket: TLSSocket): void {
    const address = addressOf(socket);
    const admission = setTimeout(() => socket.destroy(), ADMISSION_TIMEOUT_MS);
    this.#connections.set(address, { socket, admission });
    // A connection that breaks is an everyday event; its conversation ends by it.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearTimeout(admission);
      this.#connections.delete(address);
    });
  }

  #admit(call: Call): void {
    const address = call.getPeer();
    const connection = this.#connections.get(address);
    clearTimeout(connection?.admission);
    const cut = () => connection?.socket.destroy();
    const peer = this.#peerOf(call);
    if (peer !== null) return this.#hold(call, peer, cut);

    this.#turnAway(address, "WIRE_STRANGER", WIRE_REFUSALS.WIRE_STRANGER);
    call.on("error", () => undefined);
    call.write(encodeFrame({ kind: "refusal", code: "WIRE_STRANGER", detail: "" }));
    call.end();
    setTimeout(cut, REFUSAL_TIMEOUT_MS);
  }

  /** TLS has checked the chain; here the name in it, and whether it may still connect. */
  #peerOf(call: Call): PartyId | null {
    const certificate = call.getAuthContext().sslPeerCertificate?.raw;
    if (certificate === undefined) return null;
    const name = partyNamedBy(certificate, this.#given.credentials.consortium);
    if (name === null || !isPartyId(name)) return null;
    return this.#given.mayConnect(name, readCertificate(certificate).fingerprint) ? name : null;
  }

  #hold(call: Call, peer: PartyId, cut: () => void): void {
    const { host, onEvent } = this.#given;
    const earlier = this.#conversations.get(peer);
    earlier?.conversation.refuse("WIRE_REPLACED", { peer });
    const conversation = new Conversation(call, peer, host, { cut, onGreeted: () => onEvent({ kind: "connected", peer }) });
    // The earlier one first finishes the letter it is at, so the Hello of this one counts it.
    const held = { conversation, over: (earlier?.over ?? Promise.resolve()).then(() => this.#carry(conversation)) };
    this.#conversations.set(peer, held);
    void held.over.then(() => {
      if (this.#conversations.get(peer) === held) this.#conversations.delete(peer);
    });
  }

  async #carry(conversation: Conversation): Promise<void> {
    const { peer } = conversation;
    try {
      this.#given.onEvent({ kind: "ended", peer, ending: await conversation.run() });
    } catch (error) {
      this.#given.onFailure(peer, error);
    }
  }

  #turnAway(address: string, code: "TLS_REFUSED" | WireCode, detail: string): void {
    this.#given.onEvent({ kind: "turned-away", address, code, detail });
  }
}

function addressOf(socket: TLSSocket): string {
  return `${socket.remoteAddress ?? "unknown"}:${socket.remotePort ?? 0}`;
}

function isPartyId(name: string): name is PartyId {
  try {
    return parsePartyId(name) === name;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
