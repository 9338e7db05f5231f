/** A coordinator and its nodes as small as they can be, over real TLS on 127.0.0.1. */
import { createServer, connect, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed, type Signer } from "@cohortium/crypto/signing";
import { issueLeaf, newTlsKeyPem, publicKeyOf, selfSignAuthority, type KeyedCertificate } from "../../src/host/certificates.js";
import type { NodeCredentials } from "../../src/host/credentials.js";
import { ExchangeClient, type LinkState } from "../../src/host/exchange-client.js";
import type { ExchangeHost, Receipt, ShownEvidence } from "../../src/host/exchange-host.js";
import { ExchangeServer, type ExchangeEvent } from "../../src/host/exchange-server.js";
import { Inbox } from "../../src/host/inbox.js";
import { JOURNAL_SCHEMA } from "../../src/host/journal.js";
import { Outbox, type Bulk, type OutgoingLetter } from "../../src/host/outbox.js";
import { openDatabase, transaction } from "../../src/host/sqlite.js";
import type { Evidence } from "../../src/log/proof.js";
import type { Digest, PartyId } from "../../src/session/ids.js";
import { openEnvelope, sealEnvelope } from "../../src/wire/envelope.js";
import type { Chunk } from "../../src/wire/frame.js";

export const [CENTRE, MILL, HARBOUR] = ["centre", "mill", "harbour"] as [PartyId, PartyId, PartyId];
export const signerOf = (party: PartyId): Signer => signerFromSeed(sha256(utf8(party)));

/** Everything a party has received, and everything it still has to say. */
export class TestHost implements ExchangeHost {
  readonly #db = openDatabase(":memory:", [JOURNAL_SCHEMA]);
  readonly outbox = new Outbox(this.#db);
  readonly inbox = new Inbox(this.#db);
  readonly self: PartyId;
  /** `from:text`, once per letter that was new. */
  readonly heard: string[] = [];
  readonly evidence: (Evidence | null)[] = [];
  readonly cosignatures: string[] = [];
  readonly chunks: Chunk[] = [];
  readonly freed: Bulk[] = [];
  repeats = 0;
  size = 0;
  /** What this host waits for before it takes a chunk in. */
  beforeChunk: () => Promise<void> = () => Promise.resolve();
  beforeLetter: (peer: PartyId) => void = () => undefined;
  show: (letter: OutgoingLetter, peerLogSize: number) => ShownEvidence | null = () => null;

  constructor(self: PartyId) {
    this.self = self;
  }

  say(peer: PartyId, text: string, bulk: Bulk | null = null): void {
    const payload = utf8(text);
    this.outbox.enqueue({ peer, key: text, payloadDigest: toHex(sha256(payload)) as Digest, bulk }, (seq) => this.seal(peer, seq, text));
  }

  seal(peer: PartyId, seq: number, text: string): Uint8Array {
    return sealEnvelope({ from: this.self, to: peer, session: "-", charter: "-", seq, payload: utf8(text) }, signerOf(this.self));
  }

  lastSeqReceived(peer: PartyId): number { return this.inbox.lastSeq(peer); }
  logSize(): number { return this.size; }
  doubt(): null { return null; }
  pending(peer: PartyId, afterSeq: number): readonly OutgoingLetter[] { return this.outbox.pending(peer, afterSeq, 4); }
  highestSeq(peer: PartyId): number { return this.outbox.highest(peer); }
  evidenceFor(_: PartyId, letter: OutgoingLetter, peerLogSize: number): ShownEvidence | null { return this.show(letter, peerLogSize); }
  acknowledged(peer: PartyId, seq: number): void { this.freed.push(...this.outbox.acknowledge(peer, seq)); }

  receive(peer: PartyId, bytes: Uint8Array, evidence: Evidence | null): Promise<Receipt> {
    this.beforeLetter(peer);
    const opened = openEnvelope(bytes, { from: peer, to: this.self, publicKey: signerOf(peer).publicKey });
    if (opened.kind === "refused") return Promise.resolve({ kind: "refused", code: opened.code, detail: "" });
    const { seq, payload } = opened.envelope;
    const verdict = transaction(this.#db, () => this.inbox.accept(peer, seq, opened.digest));
    switch (verdict) {
      case "new":
        this.heard.push(`${peer}:${new TextDecoder().decode(payload)}`);
        this.evidence.push(evidence);
        return Promise.resolve({ kind: "received", seq });
      case "repeat":
        this.repeats++;
        return Promise.resolve({ kind: "received", seq });
      case "gap": case "contradiction": return Promise.resolve({ kind: "refused", code: "WIRE_SEQUENCE", detail: verdict });
    }
  }

  async receiveChunk(_: PartyId, chunk: Chunk): Promise<void> {
    await this.beforeChunk();
    this.chunks.push(chunk);
  }

  receiveCosignature(peer: PartyId, line: string): Promise<void> {
    this.cosignatures.push(`${peer}:${line}`);
    return Promise.resolve();
  }
}

const NOW_MS = Date.now();
const VALID = { notBeforeMs: NOW_MS - 60_000, notAfterMs: NOW_MS + 3_600_000 };

export interface Authority {
  readonly keyed: KeyedCertificate;
}

export async function authority(): Promise<Authority> {
  const privateKeyPem = await newTlsKeyPem();
  return { keyed: { privateKeyPem, certificatePem: await selfSignAuthority(privateKeyPem, "Cohortium test", VALID) } };
}

export async function serverCertificate({ keyed }: Authority, hostNames: readonly string[] = ["127.0.0.1", "localhost"]): Promise<KeyedCertificate> {
  const privateKeyPem = await newTlsKeyPem();
  return { privateKeyPem, certificatePem: await issueLeaf(keyed, await publicKeyOf(privateKeyPem), { kind: "server", commonName: "centre", hostNames }, VALID) };
}

export async function nodeCertificate({ keyed }: Authority, uriName: string, trusted = keyed): Promise<NodeCredentials> {
  const privateKeyPem = await newTlsKeyPem();
  const certificatePem = await issueLeaf(keyed, await publicKeyOf(privateKeyPem), { kind: "client", commonName: "node", uriName }, VALID);
  return { privateKeyPem, certificatePem, authorityPem: trusted.certificatePem };
}

export const uriOf = (party: string) => `spiffe://cohortium/orchard/party/${party}`;

/** A listening coordinator, and what it saw. */
export class TestServer {
  readonly events: ExchangeEvent[] = [];
  readonly failures: unknown[] = [];
  readonly revoked = new Set<string>();
  readonly host = new TestHost(CENTRE);
  exchange: ExchangeServer | null = null;

  async listen(credentials: KeyedCertificate, { keyed }: Authority, port = 0): Promise<number> {
    this.exchange = await ExchangeServer.listen({
      listen: { host: "127.0.0.1", port },
      credentials: { ...credentials, authorityPem: keyed.certificatePem, consortium: "orchard" },
      host: this.host,
      mayConnect: (peer, certificateSha256) => /^[0-9a-f]{64}$/.test(certificateSha256) && !this.revoked.has(peer),
      onEvent: (event) => this.events.push(event),
      onFailure: (_, error) => this.failures.push(error),
    });
    return this.exchange.port;
  }
}

/** A running node, and what it saw. */
export class TestNode {
  readonly states: LinkState[] = [];
  readonly failures: unknown[] = [];
  readonly host: TestHost;
  readonly link: ExchangeClient;
  readonly #running: Promise<void>;

  constructor(host: TestHost, credentials: NodeCredentials, address: string) {
    this.host = host;
    this.link = new ExchangeClient({ address, credentials, peer: CENTRE, host, onState: (state) => this.states.push(state), onFailure: (error) => this.failures.push(error) });
    this.#running = this.link.run();
  }

  get causes(): readonly string[] {
    return this.states.flatMap((state) => (state.kind === "retrying" ? [state.cause] : []));
  }

  async stop(): Promise<void> {
    this.link.stop();
    await this.#running;
  }
}

/** A wire one can cut: forwards every connection to `port`, until `cut`. */
export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async lay(toPort: number): Promise<Cable> {
    const server = createServer();
    const cable = new Cable(server);
    server.on("connection", (near) => {
      const far = connect(toPort, "127.0.0.1");
      for (const socket of [near, far]) {
        cable.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => { near.destroy(); far.destroy(); });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
    return cable;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    // Ended first: if it is reset while Node's HTTP/2 writes, the client sees nothing until its next ping, and a test should not wait so long.
    for (const socket of this.#sockets) {
      socket.end();
      setTimeout(() => socket.destroy(), 20);
    }
    this.#sockets.clear();
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => { this.#server.close(() => resolve()); });
    this.cut();
    return closed;
  }
}

/** Waits until `condition` holds, or fails after 15 s, which outlasts a connection that died unnoticed. */
export async function until(condition: () => boolean): Promise<void> {
  for (const startMs = performance.now(); !condition();) {
    if (performance.now() - startMs > 15_000) throw new Error(`still not: ${String(condition)}`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}
