/** What a test of the exchange plays on: an authority, certificates, and everything that must be closed afterwards. */
import { connect as connectHttp2, constants } from "node:http2";
import type { KeyedCertificate } from "../../src/host/certificates.js";
import type { NodeCredentials } from "../../src/host/credentials.js";
import { encodeFrame, type Frame } from "../../src/wire/frame.js";
import { authority, Cable, MILL, nodeCertificate, serverCertificate, TestHost, TestNode, TestServer, uriOf, type Authority } from "./exchange-fixture.js";

export const HELLO = { kind: "hello", protocolVersion: 1, lastSeqReceived: 0, logSize: 0 } as const satisfies Frame;

/** Somebody who speaks gRPC by hand, frame by frame, as no honest node would. */
export interface Rogue {
  say(frame: Frame): void;
  /** One gRPC message of any bytes. */
  raw(bytes: Uint8Array): void;
  closed(): boolean;
}

export class Stage {
  readonly cleanups: (() => unknown)[] = [];
  readonly authority: Authority;
  readonly serverKeyed: KeyedCertificate;
  readonly millKeyed: NodeCredentials;

  private constructor(ca: Authority, serverKeyed: KeyedCertificate, millKeyed: NodeCredentials) {
    this.authority = ca;
    this.serverKeyed = serverKeyed;
    this.millKeyed = millKeyed;
  }

  static async set(): Promise<Stage> {
    const ca = await authority();
    return new Stage(ca, await serverCertificate(ca), await nodeCertificate(ca, uriOf("mill")));
  }

  async clear(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
  }

  async serve(serverKeyed = this.serverKeyed): Promise<TestServer & { readonly port: number }> {
    const server = new TestServer();
    const port = await server.listen(serverKeyed, this.authority);
    this.cleanups.push(() => server.exchange?.close());
    return Object.assign(server, { port });
  }

  async lay(toPort: number): Promise<Cable> {
    const cable = await Cable.lay(toPort);
    this.cleanups.push(() => cable.close());
    return cable;
  }

  dial(port: number, credentials = this.millKeyed, host = new TestHost(MILL)): TestNode {
    const node = new TestNode(host, credentials, `127.0.0.1:${port}`);
    this.cleanups.push(() => node.stop());
    return node;
  }

  /** @param keyed - What it presents; nothing if null. */
  rogue(port: number, keyed: KeyedCertificate | null = this.millKeyed): Rogue {
    const presented = keyed === null ? {} : { key: keyed.privateKeyPem, cert: keyed.certificatePem };
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ...presented, ca: this.authority.keyed.certificatePem });
    session.on("error", () => undefined);
    const call = session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST", [constants.HTTP2_HEADER_PATH]: "/cohortium.v1.ExchangeService/Exchange", "content-type": "application/grpc", te: "trailers",
    });
    call.on("error", () => undefined);
    call.on("end", () => call.close());
    call.resume();
    this.cleanups.push(() => session.destroy());
    const raw = (bytes: Uint8Array) => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(bytes.length, 1);
      call.write(Buffer.concat([head, bytes]));
    };
    return { say: (frame) => raw(encodeFrame(frame)), raw, closed: () => call.closed || session.destroyed };
  }
}
