import { afterEach, expect, jest, test } from "@jest/globals";
import { Duplex } from "node:stream";
import { Conversation, REFUSAL_TIMEOUT_MS, type Ending } from "../../src/host/conversation.js";
import { FrameRate, FRAMES_PER_SECOND_MAX } from "../../src/host/frame-rate.js";
import { encodeFrame, parseFrame, type Frame } from "../../src/wire/frame.js";
import { CENTRE, MILL, TestHost, until } from "./exchange-fixture.js";

const HELLO = { kind: "hello", protocolVersion: 1, lastSeqReceived: 0, logSize: 0 } as const satisfies Frame;

afterEach(() => { jest.useRealTimers(); });

/** A line whose far end takes a frame only when told to. */
class Line extends Duplex {
  readonly said: Frame[] = [];
  taking = true;
  writes = 0;
  cuts = 0;
  #take: (() => void) | null = null;

  constructor() {
    super({ objectMode: true, highWaterMark: 1, read: () => undefined });
  }

  hear(frame: Frame): void {
    this.push(encodeFrame(frame));
  }

  override write(frame: Uint8Array): boolean {
    this.writes++;
    return super.write(frame);
  }

  override _write(bytes: Uint8Array, _: string, taken: () => void): void {
    this.said.push(parseFrame(bytes));
    if (this.taking) taken();
    else this.#take = taken;
  }

  takeOne(): void {
    this.#take?.();
  }

  converse(host: TestHost): { readonly conversation: Conversation; readonly ending: Promise<Ending> } {
    const conversation = new Conversation(this, MILL, host, { onGreeted: () => undefined, cut: () => { this.cuts++; this.destroy(); } });
    return { conversation, ending: conversation.run() };
  }
}

const kinds = (line: Line) => line.said.map(({ kind }) => kind);

test("nothing more is written while the line is full", async () => {
  const [line, host] = [new Line(), new TestHost(CENTRE)];
  for (const text of ["a", "b", "c"]) host.say(MILL, text);
  line.taking = false;
  const { ending } = line.converse(host);
  line.hear(HELLO);
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  // Our Hello is on its way and one letter waits behind it.
  expect([line.writes, kinds(line)]).toEqual([2, ["hello"]]);
  line.takeOne();
  await until(() => line.said.length === 2);
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  expect(line.writes).toBe(2);
  line.takeOne();
  await until(() => line.writes === 3);
  line.destroy();
  expect(await ending).toMatchObject({ by: "network" });
});

test("a peer that does not introduce itself is let go after ten seconds", async () => {
  jest.useFakeTimers();
  const line = new Line();
  const { ending } = line.converse(new TestHost(CENTRE));
  await jest.advanceTimersByTimeAsync(9_900);
  expect(line.cuts).toBe(0);
  await jest.advanceTimersByTimeAsync(200 + REFUSAL_TIMEOUT_MS);
  expect(await ending).toEqual({ by: "us", code: "WIRE_SILENT", detail: "" });
});

test("a peer that has introduced itself may be silent for as long as it likes", async () => {
  jest.useFakeTimers();
  const line = new Line();
  const { ending } = line.converse(new TestHost(CENTRE));
  line.hear(HELLO);
  await jest.advanceTimersByTimeAsync(3_600_000);
  expect(line.cuts).toBe(0);
  line.destroy();
  expect(await ending).toMatchObject({ by: "network" });
});

test("a peer that is refused and does not hang up is cut off", async () => {
  jest.useFakeTimers();
  const line = new Line();
  const { conversation, ending } = line.converse(new TestHost(CENTRE));
  line.hear(HELLO);
  await jest.advanceTimersByTimeAsync(5);
  conversation.refuse("WIRE_REPLACED", { peer: MILL });
  await jest.advanceTimersByTimeAsync(REFUSAL_TIMEOUT_MS - 10);
  expect([line.cuts, line.said.at(-1)]).toEqual([0, { kind: "refusal", code: "WIRE_REPLACED", detail: "peer mill" }]);
  await jest.advanceTimersByTimeAsync(20);
  expect(await ending).toEqual({ by: "us", code: "WIRE_REPLACED", detail: "peer mill" });
});

test("a conversation refused before it began ends as soon as it begins", async () => {
  const line = new Line();
  const conversation = new Conversation(line, MILL, new TestHost(CENTRE), { onGreeted: () => undefined, cut: () => line.destroy() });
  conversation.refuse("WIRE_REPLACED", { peer: MILL });
  expect(await conversation.run()).toMatchObject({ by: "us", code: "WIRE_REPLACED" });
});

test("of several cosignatures that wait, the newest is sent, and none before the peer has introduced itself", async () => {
  const line = new Line();
  const { conversation } = line.converse(new TestHost(MILL));
  conversation.cosign("older");
  conversation.cosign("newer");
  await new Promise((resolve) => { setTimeout(resolve, 10); });
  expect(kinds(line)).toEqual(["hello"]);
  line.hear(HELLO);
  await until(() => line.said.length === 2);
  expect(line.said[1]).toEqual({ kind: "cosignature", line: "newer" });
  line.destroy();
});

test("what the host throws reaches whoever runs the conversation", async () => {
  const [line, host] = [new Line(), new TestHost(CENTRE)];
  host.receiveCosignature = () => Promise.reject(new Error("disk full"));
  const { ending } = line.converse(host);
  line.hear(HELLO);
  line.hear({ kind: "cosignature", line: "— mill AAAA" });
  await expect(ending).rejects.toThrow("disk full");
  expect(line.cuts).toBeGreaterThan(0);
});

test("a second's worth of frames comes at once, and more is slowed down to the rate", async () => {
  const rate = new FrameRate(() => performance.now());
  const startMs = performance.now();
  for (let n = 0; n < FRAMES_PER_SECOND_MAX; n++) await rate.admit();
  expect(performance.now() - startMs).toBeLessThan(90);
  for (let n = 0; n < 100; n++) await rate.admit();
  expect(performance.now() - startMs).toBeGreaterThan(90);
});
