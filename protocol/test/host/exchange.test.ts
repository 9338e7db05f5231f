import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectHttp2, constants } from "node:http2";
import { createServer as createHttpServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { concat } from "@cohortium/crypto/bytes";
import type { NodeCredentials } from "../../src/host/credentials.js";
import type { KeyedCertificate } from "../../src/host/certificates.js";
import type { SessionId } from "../../src/session/ids.js";
import { encodeFrame, type Frame } from "../../src/wire/frame.js";
import { FRAME_SIZE_MAX_BYTES } from "../../src/wire/limits.js";
import { authority, Cable, CENTRE, HARBOUR, MILL, nodeCertificate, serverCertificate, TestHost, TestNode, TestServer, until, uriOf, type Authority } from "./exchange-fixture.js";

let ca: Authority;
let serverKeyed: KeyedCertificate;
let millKeyed: NodeCredentials;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  ca = await authority();
  [serverKeyed, millKeyed] = [await serverCertificate(ca), await nodeCertificate(ca, uriOf("mill"))];
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(port = 0): Promise<TestServer & { readonly port: number }> {
  const server = new TestServer();
  const bound = await server.listen(serverKeyed, ca, port);
  cleanups.push(() => server.exchange?.close());
  return Object.assign(server, { port: bound });
}

function dial(port: number, credentials = millKeyed, host = new TestHost(MILL)): TestNode {
  const node = new TestNode(host, credentials, `127.0.0.1:${port}`);
  cleanups.push(() => node.stop());
  return node;
}

const texts = (from: string, count: number) => Array.from({ length: count }, (_, i) => `${from}:${i + 1}`);

/** Speaks gRPC by hand as mill, frame by frame, as no honest node would. */
function rogue(port: number, credentials: Partial<NodeCredentials> = millKeyed, hangsUp = true) {
  const session = connectHttp2(`https://127.0.0.1:${port}`, {
    ...(credentials.privateKeyPem === undefined ? {} : { key: credentials.privateKeyPem }), ...(credentials.certificatePem === undefined ? {} : { cert: credentials.certificatePem }), ca: ca.keyed.certificatePem,
  });
  session.on("error", () => undefined);
  const call = session.request({ [constants.HTTP2_HEADER_METHOD]: "POST", [constants.HTTP2_HEADER_PATH]: "/cohortium.v1.ExchangeService/Exchange", "content-type": "application/grpc", te: "trailers" });
  call.on("error", () => undefined);
  call.on("end", () => { if (hangsUp) call.close(); });
  call.resume();
  cleanups.push(() => session.destroy());
  const raw = (bytes: Uint8Array) => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    call.write(Buffer.concat([head, bytes]));
  };
  return { say: (frame: Frame) => raw(encodeFrame(frame)), raw, closed: () => call.closed || session.destroyed };
}

const HELLO: Frame = { kind: "hello", protocolVersion: 1, lastSeqReceived: 0, logSize: 0 };

describe("a link", () => {
  test("carries letters both ways, in order, until both outboxes are empty", async () => {
    const [server] = [await serve()];
    const node = dial(server.port);
    for (let n = 1; n <= 10; n++) [server.host.say(MILL, `${n}`), node.host.say(CENTRE, `${n}`)];
    await until(() => node.host.heard.length === 10 && server.host.heard.length === 10);
    expect([node.host.heard, server.host.heard]).toEqual([texts("centre", 10), texts("mill", 10)]);
    await until(() => server.host.pending(MILL, 0).length === 0 && node.host.pending(CENTRE, 0).length === 0);

    server.host.say(MILL, "11");
    server.exchange?.kick(MILL);
    node.host.say(CENTRE, "11");
    node.link.kick();
    await until(() => node.host.heard.length === 11 && server.host.heard.length === 11);
    expect([server.exchange?.connected, server.events, node.states]).toEqual([[MILL], [{ kind: "connected", peer: MILL }], [{ kind: "connected" }]]);
  });

  test("carries evidence from what the peer will have seen when it reads the letter", async () => {
    const server = await serve();
    const shown: number[] = [];
    server.host.show = (letter, peerLogSize) => {
      shown.push(peerLogSize);
      return letter.seq === 2 ? null : { evidence: { checkpoint: `size ${letter.seq * 10}`, items: [], consistency: [] }, logSize: letter.seq * 10 };
    };
    for (const text of ["a", "b", "c", "d"]) server.host.say(MILL, text);
    const host = new TestHost(MILL);
    host.size = 7;
    dial(server.port, millKeyed, host);
    await until(() => host.heard.length === 4);
    expect(shown).toEqual([7, 10, 10, 30]);
    expect(host.evidence.map((evidence) => evidence?.checkpoint ?? null)).toEqual(["size 10", null, "size 30", "size 40"]);
  });

  test("carries a cosignature to the coordinator", async () => {
    const server = await serve();
    const node = dial(server.port);
    await until(() => node.states.length === 1);
    node.link.cosign("— mill AAAA");
    await until(() => server.host.cosignatures.length === 1);
    expect(server.host.cosignatures).toEqual(["mill:— mill AAAA"]);
  });

  test("loses and doubles nothing when it breaks again and again", async () => {
    const server = await serve();
    const cable = await Cable.lay(server.port);
    cleanups.push(() => cable.close());
    const node = dial(cable.port);
    const COUNT = 60;
    for (let n = 1; n <= COUNT; n++) {
      [server.host.say(MILL, `${n}`), node.host.say(CENTRE, `${n}`)];
      [server.exchange?.kick(MILL), node.link.kick()];
      if (Math.random() < 0.1) cable.cut();
      await new Promise((resolve) => { setTimeout(resolve, Math.random() * 20); });
    }
    cable.cut();
    await until(() => node.host.heard.length >= COUNT && server.host.heard.length >= COUNT && server.host.pending(MILL, 0).length === 0 && node.host.pending(CENTRE, 0).length === 0);
    expect([node.host.heard, server.host.heard]).toEqual([texts("centre", COUNT), texts("mill", COUNT)]);
    expect([server.failures, node.failures]).toEqual([[], []]);
  });

  test("survives a coordinator that goes away and comes back", async () => {
    const server = await serve();
    const node = dial(server.port);
    await until(() => node.states.length === 1);
    await server.exchange?.close();
    await until(() => node.causes.length >= 1);
    const port = server.port;
    node.host.say(CENTRE, "1");
    await server.listen(serverKeyed, ca, port);
    await until(() => server.host.heard.length === 1);
    expect(node.states.at(-1)).toEqual({ kind: "connected" });
  });

  test("is replaced by the party's newer one", async () => {
    const server = await serve();
    const first = dial(server.port);
    await until(() => first.states.length === 1);
    const second = rogue(server.port);
    second.say(HELLO);
    await until(() => first.causes.length >= 1);
    expect(first.causes[0]).toContain("WIRE_REPLACED; the same party opened a newer stream");
    await first.stop();
    expect(server.exchange?.connected).toEqual([MILL]);
  });

  test("ends when a party is revoked, and does not come back", async () => {
    const server = await serve();
    const node = dial(server.port);
    await until(() => node.states.length === 1);
    server.revoked.add(MILL);
    server.exchange?.disconnect(MILL);
    await until(() => node.causes.length >= 2);
    expect(node.causes[1]).toContain("WIRE_STRANGER");
    expect(server.exchange?.connected).toEqual([]);
    expect(server.events.at(-1)).toMatchObject({ kind: "turned-away", code: "WIRE_STRANGER" });
  });
});

test("a link goes through the proxy that the environment names", async () => {
  const server = await serve();
  const asked: string[] = [];
  const proxy = createHttpServer().on("connect", (request, near: Socket) => {
    asked.push(request.url ?? "");
    const far = connect(server.port, "127.0.0.1", () => {
      near.write("HTTP/1.1 200 OK\r\n\r\n");
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => { proxy.listen(0, "127.0.0.1", resolve); });
  cleanups.push(() => proxy.close(), () => { delete process.env["grpc_proxy"]; });
  process.env["grpc_proxy"] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const node = dial(server.port);
  await until(() => node.states[0]?.kind === "connected");
  expect(asked).toEqual([`127.0.0.1:${server.port}`]);
});

describe("bulk", () => {
  const SESSION = "0123456789abcdef0123456789abcdef" as SessionId;
  const CONTENT = Uint8Array.from({ length: 5 * 1024 * 1024 + 77 }, (_, i) => (i * 31 + (i >> 12)) & 255);
  let folder = "";

  function bulkFile() {
    folder = mkdtempSync(join(tmpdir(), "cohortium-bulk-"));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "upload");
    writeFileSync(path, CONTENT);
    return { path, session: SESSION, round: 4 };
  }

  test("of 5 MiB arrives whole, before its letter, and is given back when acknowledged", async () => {
    const server = await serve();
    const node = dial(server.port);
    const bulk = bulkFile();
    server.host.beforeLetter = () => expect(server.host.chunks).toHaveLength(6);
    node.host.say(CENTRE, "uploaded", bulk);
    node.link.kick();
    await until(() => node.host.freed.length === 1);
    expect([server.host.heard, node.host.freed]).toEqual([["mill:uploaded"], [bulk]]);
    expect(server.host.chunks.map(({ session, round, index, total }) => ({ session, round, index, total })))
      .toEqual(Array.from({ length: 6 }, (_, index) => ({ session: SESSION, round: 4, index, total: 6 })));
    expect(chunkRoot(concat(...server.host.chunks.map(({ bytes }) => bytes)))).toEqual(chunkRoot(CONTENT));
  });

  test("is sent again from the beginning when the link breaks in the middle", async () => {
    const server = await serve();
    const cable = await Cable.lay(server.port);
    cleanups.push(() => cable.close());
    let cut = false;
    server.host.beforeChunk = () => {
      if (!cut && server.host.chunks.length === 2) [cable.cut(), cut = true];
      return Promise.resolve();
    };
    const node = dial(cable.port);
    node.host.say(CENTRE, "uploaded", bulkFile());
    node.link.kick();
    await until(() => server.host.heard.length === 1);
    const last = server.host.chunks.slice(-6);
    expect(server.host.chunks.length).toBeGreaterThan(6);
    expect(last.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(chunkRoot(concat(...last.map(({ bytes }) => bytes)))).toEqual(chunkRoot(CONTENT));
  });

  test("does not hold up the acknowledgements of what comes the other way", async () => {
    const server = await serve();
    let release = () => undefined as void;
    const gate = new Promise<void>((resolve) => { release = resolve; });
    server.host.beforeChunk = () => gate;
    const node = dial(server.port);
    node.host.say(CENTRE, "uploaded", bulkFile());
    server.host.say(MILL, "hurry");
    await until(() => node.host.heard.length === 1);
    expect(server.host.heard).toEqual([]);
    release();
    await until(() => server.host.heard.length === 1 && server.host.pending(MILL, 0).length === 0);
  });
});

describe("a stranger is turned away:", () => {
  test("somebody without a certificate", async () => {
    const server = await serve();
    rogue(server.port, {});
    await until(() => server.events.length === 1);
    expect(server.events[0]).toMatchObject({ kind: "turned-away", code: "TLS_REFUSED", detail: expect.stringContaining("peer did not return a certificate") });
  });

  test("a node with a certificate of another authority, who learns why", async () => {
    const server = await serve();
    const node = dial(server.port, await nodeCertificate(await authority(), uriOf("mill"), ca.keyed));
    await until(() => node.causes.length >= 1 && server.events.length >= 1);
    expect(server.events[0]).toMatchObject({ kind: "turned-away", code: "TLS_REFUSED", detail: expect.stringMatching(/UNABLE_TO_|signature failure/) });
    expect(node.causes[0]).toContain("may not accept our certificate");
  });

  test("a coordinator with a certificate of another authority", async () => {
    const server = await serve();
    const node = dial(server.port, { ...millKeyed, authorityPem: (await authority()).keyed.certificatePem });
    await until(() => node.causes.length >= 1);
    expect(node.causes[0]).toBe("the certificate is not from the authority of the invitation");
  });

  test("a node that holds itself out as the coordinator", async () => {
    const server = new TestServer();
    const port = await server.listen({ ...(await nodeCertificate(ca, uriOf("harbour"))) }, ca);
    cleanups.push(() => server.exchange?.close());
    const node = dial(port);
    await until(() => node.causes.length >= 1);
    expect(node.states.some(({ kind }) => kind === "connected")).toBe(false);
  });

  test.each([["another consortium", "spiffe://cohortium/vineyard/party/mill"], ["no party's name", "spiffe://cohortium/orchard/party/Mill%20"], ["something else", "https://orchard.example/mill"]])(
    "a certificate of our authority that names %s",
    async (_, uri) => {
      const server = await serve();
      const node = dial(server.port, await nodeCertificate(ca, uri));
      await until(() => node.causes.length >= 1);
      expect(node.causes[0]).toContain("WIRE_STRANGER");
      expect(server.events[0]).toMatchObject({ kind: "turned-away", code: "WIRE_STRANGER" });
    },
  );

  test.each([["garbage", Buffer.alloc(4_096, 0x5a)], ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nhost: a\r\n\r\n")], ["half a TLS hello", Buffer.from("160301020001", "hex")]])("%s on the port", async (_, bytes) => {
    const server = await serve();
    const socket = connect(server.port, "127.0.0.1", () => socket.end(bytes));
    socket.on("error", () => undefined);
    await until(() => server.events.length === 1);
    expect(server.events[0]).toMatchObject({ kind: "turned-away", code: "TLS_REFUSED", address: expect.stringMatching(/^(127\.0\.0\.1:\d+|unknown:0)$/) });
    const node = dial(server.port);
    await until(() => node.states[0]?.kind === "connected");
  });

  test("TLS below 1.3", async () => {
    const server = await serve();
    const socket = connectTls({ port: server.port, host: "127.0.0.1", key: millKeyed.privateKeyPem, cert: millKeyed.certificatePem, ca: ca.keyed.certificatePem, maxVersion: "TLSv1.2", ALPNProtocols: ["h2"] });
    socket.on("error", () => undefined);
    await until(() => server.events.length === 1);
    expect(server.events[0]).toMatchObject({ code: "TLS_REFUSED" });
  });
});

describe("an enrolled party that misbehaves loses its stream, and only that:", () => {
  const letter = (envelope: Uint8Array): Frame => ({ kind: "letter", envelope, evidence: null });
  const mill = new TestHost(MILL);

  test.each<[string, string, (peer: ReturnType<typeof rogue>) => void]>([
    ["garbage in a frame", "WIRE_MALFORMED", (peer) => [peer.say(HELLO), peer.raw(Buffer.alloc(99, 0xff))]],
    ["no Hello", "WIRE_MALFORMED", (peer) => peer.say({ kind: "ack", seq: 0 })],
    ["two Hellos", "WIRE_MALFORMED", (peer) => [peer.say(HELLO), peer.say(HELLO)]],
    ["another version", "WIRE_VERSION", (peer) => peer.say({ ...HELLO, protocolVersion: 2 })],
    ["a claim to letters never sent", "WIRE_SEQUENCE", (peer) => peer.say({ ...HELLO, lastSeqReceived: 5 })],
    ["an acknowledgement of a letter never sent", "WIRE_SEQUENCE", (peer) => [peer.say(HELLO), peer.say({ kind: "ack", seq: 3 })]],
    ["a letter too early", "WIRE_SEQUENCE", (peer) => [peer.say(HELLO), peer.say(letter(mill.seal(CENTRE, 1, "one"))), peer.say(letter(mill.seal(CENTRE, 3, "three")))]],
    ["two letters with one number", "WIRE_SEQUENCE", (peer) => [peer.say(HELLO), peer.say(letter(mill.seal(CENTRE, 1, "one"))), peer.say(letter(mill.seal(CENTRE, 1, "other")))]],
    ["a letter by somebody else", "WIRE_SENDER", (peer) => [peer.say(HELLO), peer.say(letter(new TestHost(HARBOUR).seal(CENTRE, 1, "one")))]],
    ["a letter to somebody else", "WIRE_SENDER", (peer) => [peer.say(HELLO), peer.say(letter(mill.seal(HARBOUR, 1, "one")))]],
  ])("%s", async (_, code, misbehave) => {
    const server = await serve();
    const peer = rogue(server.port);
    misbehave(peer);
    await until(() => server.events.some(({ kind }) => kind === "ended") && peer.closed());
    expect(server.events.at(-1)).toMatchObject({ kind: "ended", peer: MILL, ending: { by: "us", code } });
    expect(server.failures).toEqual([]);
  });

  test("a repeated letter is acknowledged and otherwise ignored", async () => {
    const server = await serve();
    const peer = rogue(server.port);
    peer.say(HELLO);
    for (const seq of [1, 2, 1, 2]) peer.say(letter(mill.seal(CENTRE, seq, `${seq}`)));
    await until(() => server.host.repeats === 2);
    expect(server.host.heard).toEqual(["mill:1", "mill:2"]);
  });

  test("a frame above the limit", async () => {
    const server = await serve();
    const peer = rogue(server.port);
    peer.say(HELLO);
    peer.raw(new Uint8Array(FRAME_SIZE_MAX_BYTES + 1));
    await until(() => server.events.some(({ kind }) => kind === "ended") && peer.closed());
    const node = dial(server.port);
    await until(() => node.states[0]?.kind === "connected");
  });

  test("and if our own host fails, the process is told and the link tries again", async () => {
    const server = await serve();
    let fails = 2;
    server.host.beforeLetter = () => { if (fails-- > 0) throw new Error("disk full"); };
    const node = dial(server.port);
    node.host.say(CENTRE, "1");
    await until(() => server.host.heard.length === 1);
    expect(server.failures.map(String)).toEqual(["Error: disk full", "Error: disk full"]);
  });
});

test.each([["nobody listens there", "127.0.0.1:9"], ["does not resolve", "coordinator.invalid:4000"]])("a link says when %s", async (words, address) => {
  const node = new TestNode(new TestHost(MILL), millKeyed, address);
  cleanups.push(() => node.stop());
  await until(() => node.causes.length >= 1);
  expect(node.causes[0]).toContain(words);
});

test("a link says when the certificate is for another host", async () => {
  const server = new TestServer();
  const port = await server.listen(await serverCertificate(ca, ["elsewhere.example"]), ca);
  cleanups.push(() => server.exchange?.close());
  const node = dial(port);
  await until(() => node.causes.length >= 1);
  expect(node.causes[0]).toContain("for another host name");
});
