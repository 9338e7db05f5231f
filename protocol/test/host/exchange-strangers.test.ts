import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Frame } from "../../src/wire/frame.js";
import { FRAME_SIZE_MAX_BYTES } from "../../src/wire/limits.js";
import { authority, CENTRE, HARBOUR, MILL, nodeCertificate, TestHost, until, uriOf } from "./exchange-fixture.js";
import { HELLO, Stage, type Rogue } from "./exchange-stage.js";

const stage = await Stage.set();
afterEach(() => stage.clear());
jest.setTimeout(60_000);

describe("a stranger is turned away:", () => {
  test("somebody without a certificate", async () => {
    const server = await stage.serve();
    stage.rogue(server.port, null);
    await until(() => server.events.length === 1);
    expect(server.events[0]).toMatchObject({ kind: "turned-away", code: "TLS_REFUSED", detail: expect.stringContaining("peer did not return a certificate") });
  });

  test("a node with a certificate of another authority, who learns why", async () => {
    const server = await stage.serve();
    const node = stage.dial(server.port, await nodeCertificate(await authority(), uriOf("mill"), stage.authority.keyed));
    await until(() => node.causes.length >= 1 && server.events.length >= 1);
    expect(server.events[0]).toMatchObject({ kind: "turned-away", code: "TLS_REFUSED", detail: expect.stringMatching(/UNABLE_TO_|signature failure/) });
    expect(node.causes[0]).toContain("may not accept our certificate");
  });

  test("a coordinator with a certificate of another authority", async () => {
    const server = await stage.serve();
    const node = stage.dial(server.port, { ...stage.millKeyed, authorityPem: (await authority()).keyed.certificatePem });
    await until(() => node.causes.length >= 1);
    expect(node.causes[0]).toBe("the certificate is not from the authority of the invitation");
  });

  test("a node that holds itself out as the coordinator", async () => {
    const server = await stage.serve(await nodeCertificate(stage.authority, uriOf("harbour")));
    const node = stage.dial(server.port);
    await until(() => node.causes.length >= 1);
    expect(node.states.some(({ kind }) => kind === "connected")).toBe(false);
  });

  test.each([["another consortium", "spiffe://cohortium/vineyard/party/mill"], ["no party's name", "spiffe://cohortium/orchard/party/Mill%20"], ["something else", "https://orchard.example/mill"]])(
    "a certificate of our authority that names %s",
    async (_, uri) => {
      const server = await stage.serve();
      const node = stage.dial(server.port, await nodeCertificate(stage.authority, uri));
      await until(() => node.causes.length >= 1);
      expect(node.causes[0]).toContain("WIRE_STRANGER");
      expect(server.events[0]).toMatchObject({ kind: "turned-away", code: "WIRE_STRANGER" });
    },
  );

  test.each([["garbage", Buffer.alloc(4_096, 0x5a)], ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nhost: a\r\n\r\n")], ["half a TLS hello", Buffer.from("160301020001", "hex")]])("%s on the port", async (_, bytes) => {
    const server = await stage.serve();
    const socket = connect(server.port, "127.0.0.1", () => socket.end(bytes));
    socket.on("error", () => undefined);
    await until(() => server.events.length === 1);
    expect(server.events[0]).toMatchObject({ kind: "turned-away", code: "TLS_REFUSED", address: expect.stringMatching(/^(127\.0\.0\.1:\d+|unknown:0)$/) });
    const node = stage.dial(server.port);
    await until(() => node.states[0]?.kind === "connected");
  });

  test("TLS below 1.3", async () => {
    const server = await stage.serve();
    const socket = connectTls({ port: server.port, host: "127.0.0.1", key: stage.millKeyed.privateKeyPem, cert: stage.millKeyed.certificatePem, ca: stage.authority.keyed.certificatePem, maxVersion: "TLSv1.2", ALPNProtocols: ["h2"] });
    socket.on("error", () => undefined);
    await until(() => server.events.length === 1);
    expect(server.events[0]).toMatchObject({ code: "TLS_REFUSED" });
  });
});

describe("an enrolled party that misbehaves loses its stream, and only that:", () => {
  const letter = (envelope: Uint8Array): Frame => ({ kind: "letter", envelope, evidence: null });
  const mill = new TestHost(MILL);

  test.each<[string, string, (peer: Rogue) => void]>([
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
    const server = await stage.serve();
    const peer = stage.rogue(server.port);
    misbehave(peer);
    await until(() => server.events.some(({ kind }) => kind === "ended") && peer.closed());
    expect(server.events.at(-1)).toMatchObject({ kind: "ended", peer: MILL, ending: { by: "us", code } });
    expect(server.failures).toEqual([]);
  });

  test("a repeated letter is acknowledged and otherwise ignored", async () => {
    const server = await stage.serve();
    const peer = stage.rogue(server.port);
    peer.say(HELLO);
    for (const seq of [1, 2, 1, 2]) peer.say(letter(mill.seal(CENTRE, seq, `${seq}`)));
    await until(() => server.host.repeats === 2);
    expect(server.host.heard).toEqual(["mill:1", "mill:2"]);
  });

  test("a frame above the limit", async () => {
    const server = await stage.serve();
    const peer = stage.rogue(server.port);
    peer.say(HELLO);
    peer.raw(new Uint8Array(FRAME_SIZE_MAX_BYTES + 1));
    await until(() => server.events.some(({ kind }) => kind === "ended") && peer.closed());
    const node = stage.dial(server.port);
    await until(() => node.states[0]?.kind === "connected");
  });

  test("and if our own host fails, the process is told and the link tries again", async () => {
    const server = await stage.serve();
    let fails = 2;
    server.host.beforeLetter = () => { if (fails-- > 0) throw new Error("disk full"); };
    const node = stage.dial(server.port);
    node.host.say(CENTRE, "1");
    await until(() => server.host.heard.length === 1);
    expect(server.failures.map(String)).toEqual(["Error: disk full", "Error: disk full"]);
  });
});
