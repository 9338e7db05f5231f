import { afterEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { concat } from "@cohortium/crypto/bytes";
import type { SessionId } from "../../src/session/ids.js";
import { CENTRE, MILL, serverCertificate, TestHost, TestNode, until } from "./exchange-fixture.js";
import { HELLO, Stage } from "./exchange-stage.js";

const stage = await Stage.set();
afterEach(() => stage.clear());
jest.setTimeout(60_000);

const texts = (from: string, count: number) => Array.from({ length: count }, (_, i) => `${from}:${i + 1}`);

describe("a link", () => {
  test("carries letters both ways, in order, until both outboxes are empty", async () => {
    const [server] = [await stage.serve()];
    const node = stage.dial(server.port);
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
    const server = await stage.serve();
    const shown: number[] = [];
    server.host.show = (letter, peerLogSize) => {
      shown.push(peerLogSize);
      return letter.seq === 2 ? null : { evidence: { checkpoint: `size ${letter.seq * 10}`, items: [], consistency: [] }, logSize: letter.seq * 10 };
    };
    for (const text of ["a", "b", "c", "d"]) server.host.say(MILL, text);
    const host = new TestHost(MILL);
    host.size = 7;
    stage.dial(server.port, stage.millKeyed, host);
    await until(() => host.heard.length === 4);
    expect(shown).toEqual([7, 10, 10, 30]);
    expect(host.evidence.map((evidence) => evidence?.checkpoint ?? null)).toEqual(["size 10", null, "size 30", "size 40"]);
  });

  test("carries a cosignature to the coordinator", async () => {
    const server = await stage.serve();
    const node = stage.dial(server.port);
    await until(() => node.states.length === 1);
    node.link.cosign("— mill AAAA");
    await until(() => server.host.cosignatures.length === 1);
    expect(server.host.cosignatures).toEqual(["mill:— mill AAAA"]);
  });

  test("loses and doubles nothing when it breaks again and again", async () => {
    const server = await stage.serve();
    const cable = await stage.lay(server.port);
    const node = stage.dial(cable.port);
    const COUNT = 60;
    for (const [index, { dice, pauseMs }] of fc.sample(fc.record({ dice: fc.nat(9), pauseMs: fc.nat(20) }), COUNT).entries()) {
      [server.host.say(MILL, `${index + 1}`), node.host.say(CENTRE, `${index + 1}`)];
      [server.exchange?.kick(MILL), node.link.kick()];
      if (dice === 9) cable.cut();
      await new Promise((resolve) => { setTimeout(resolve, pauseMs); });
    }
    cable.cut();
    await until(() => node.host.heard.length >= COUNT && server.host.heard.length >= COUNT && server.host.pending(MILL, 0).length === 0 && node.host.pending(CENTRE, 0).length === 0);
    expect([node.host.heard, server.host.heard]).toEqual([texts("centre", COUNT), texts("mill", COUNT)]);
    expect([server.failures, node.failures]).toEqual([[], []]);
  });

  test("survives a coordinator that goes away and comes back", async () => {
    const server = await stage.serve();
    const node = stage.dial(server.port);
    await until(() => node.states.length === 1);
    await server.exchange?.close();
    await until(() => node.causes.length >= 1);
    const port = server.port;
    node.host.say(CENTRE, "1");
    await server.listen(stage.serverKeyed, stage.authority, port);
    await until(() => server.host.heard.length === 1);
    expect(node.states.at(-1)).toEqual({ kind: "connected" });
  });

  test("ends with a goodbye from whichever side is told to stop, which the other takes for no failure", async () => {
    const server = await stage.serve();
    const leaving = stage.dial(server.port);
    await until(() => leaving.states.length === 1);
    await leaving.stop();
    await until(() => server.events.length === 2);
    expect(server.events[1]).toEqual({ kind: "ended", peer: MILL, ending: { by: "peer", code: "WIRE_STOPPING", detail: "" } });

    const staying = stage.dial(server.port);
    await until(() => staying.states.length === 1);
    await server.exchange?.close();
    await until(() => staying.causes.length >= 1);
    expect(staying.causes[0]).toBe("the other side is shutting down");
    expect(server.events.at(-1)).toMatchObject({ kind: "ended", ending: { by: "us", code: "WIRE_STOPPING" } });
  });

  test("ends although the other side neither reads nor hangs up when a coordinator is told to stop", async () => {
    const server = await stage.serve();
    stage.rogue(server.port).say(HELLO);
    await until(() => server.events.length === 1);
    await server.exchange?.close();
    expect(server.exchange?.connected).toEqual([]);
  });

  test("is replaced by the party's newer one", async () => {
    const server = await stage.serve();
    const first = stage.dial(server.port);
    await until(() => first.states.length === 1);
    const second = stage.rogue(server.port);
    second.say(HELLO);
    await until(() => first.causes.length >= 1);
    expect(first.causes[0]).toContain("WIRE_REPLACED; the same party opened a newer stream");
    await first.stop();
    expect(server.exchange?.connected).toEqual([MILL]);
  });

  test("ends when a party is revoked, and does not come back", async () => {
    const server = await stage.serve();
    const node = stage.dial(server.port);
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
  const server = await stage.serve();
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
  stage.cleanups.push(() => proxy.close(), () => { delete process.env["grpc_proxy"]; });
  process.env["grpc_proxy"] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const node = stage.dial(server.port);
  await until(() => node.states[0]?.kind === "connected");
  expect(asked).toEqual([`127.0.0.1:${server.port}`]);
});

describe("bulk", () => {
  const SESSION = "0123456789abcdef0123456789abcdef" as SessionId;
  const CONTENT = Uint8Array.from({ length: 5 * 1024 * 1024 + 77 }, (_, i) => (i * 31 + (i >> 12)) & 255);
  let folder = "";

  function bulkFile() {
    folder = mkdtempSync(join(tmpdir(), "cohortium-bulk-"));
    stage.cleanups.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "upload");
    writeFileSync(path, CONTENT);
    return { path, session: SESSION, round: 4 };
  }

  test("of 5 MiB arrives whole, before its letter, and is given back when acknowledged", async () => {
    const server = await stage.serve();
    const node = stage.dial(server.port);
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
    const server = await stage.serve();
    const cable = await stage.lay(server.port);
    let cut = false;
    server.host.beforeChunk = () => {
      if (!cut && server.host.chunks.length === 2) [cable.cut(), cut = true];
      return Promise.resolve();
    };
    const node = stage.dial(cable.port);
    node.host.say(CENTRE, "uploaded", bulkFile());
    node.link.kick();
    await until(() => server.host.heard.length === 1);
    const last = server.host.chunks.slice(-6);
    expect(server.host.chunks.length).toBeGreaterThan(6);
    expect(last.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(chunkRoot(concat(...last.map(({ bytes }) => bytes)))).toEqual(chunkRoot(CONTENT));
  });

  test("does not hold up the acknowledgements of what comes the other way", async () => {
    const server = await stage.serve();
    let release = () => undefined as void;
    const gate = new Promise<void>((resolve) => { release = resolve; });
    server.host.beforeChunk = () => gate;
    const node = stage.dial(server.port);
    node.host.say(CENTRE, "uploaded", bulkFile());
    server.host.say(MILL, "hurry");
    await until(() => node.host.heard.length === 1);
    expect(server.host.heard).toEqual([]);
    release();
    await until(() => server.host.heard.length === 1 && server.host.pending(MILL, 0).length === 0);
  });
});

test("a node whose state is older than what its coordinator has seen of it hears so, whose side that is, and what to do", async () => {
  const server = await stage.serve();
  const before = stage.dial(server.port);
  before.host.say(CENTRE, "1");
  await until(() => server.host.heard.length === 1);
  await before.stop();
  const restored = stage.dial(server.port);
  await until(() => restored.causes.length >= 1);
  expect(restored.causes[0]).toMatch(/^this node's state is older than what the coordinator has seen of it.*newest copy of its folder.*received 1, sent 0/);
});

test("a node that is told what it missed and its coordinator has forgotten hears the same", async () => {
  const server = await stage.serve();
  const before = stage.dial(server.port);
  server.host.say(MILL, "1");
  server.exchange?.kick(MILL);
  await until(() => server.host.pending(MILL, 0).length === 0 && before.host.heard.length === 1);
  await before.stop();
  server.host.say(MILL, "2");
  const restored = stage.dial(server.port);
  await until(() => restored.causes.length >= 1);
  expect(restored.causes[0]).toMatch(/^this node's state is older.*gap/);
});

test.each([["nobody listens there", "127.0.0.1:9"], ["does not resolve", "coordinator.invalid:4000"]])("a link says when %s", async (words, address) => {
  const node = new TestNode(new TestHost(MILL), stage.millKeyed, address);
  stage.cleanups.push(() => node.stop());
  await until(() => node.causes.length >= 1);
  expect(node.causes[0]).toContain(words);
});

test("a link says when the certificate is for another host", async () => {
  const server = await stage.serve(await serverCertificate(stage.authority, ["elsewhere.example"]));
  const node = stage.dial(server.port);
  await until(() => node.causes.length >= 1);
  expect(node.causes[0]).toContain("for another host name");
});
