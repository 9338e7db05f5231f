import { expect, test } from "@jest/globals";
import { Frame as Raw } from "../../src/gen/cohortium/v1/frame.js";
import type { SessionId } from "../../src/session/ids.js";
import { encodeFrame, parseFrame, type Frame } from "../../src/wire/frame.js";

const SESSION = "0123456789abcdef0123456789abcdef" as SessionId;
const hash = (value: number) => new Uint8Array(32).fill(value);

const FRAMES: readonly Frame[] = [
  { kind: "hello", protocolVersion: 1, lastSeqReceived: 12, logSize: 345 },
  { kind: "letter", envelope: Uint8Array.of(4, 5, 6), evidence: null },
  {
    kind: "letter", envelope: Uint8Array.of(4, 5, 6),
    evidence: { checkpoint: "log\n7\nroot\n\n— log sig\n", items: [{ index: 6, proof: [hash(2), hash(3)] }, { index: 0, proof: [] }], consistency: [hash(4)] },
  },
  { kind: "ack", seq: 2 ** 40 },
  { kind: "chunk", session: SESSION, round: 3, index: 2, total: 3, bytes: Uint8Array.of(7, 8) },
  { kind: "cosignature", line: "— witness AAAA" },
  { kind: "refusal", code: "WIRE_SIGNATURE", detail: "from mill" },
];

test.each(FRAMES.map((frame) => [frame.kind, frame] as const))("a %s comes out as it went in", (_, frame) => {
  expect(parseFrame(encodeFrame(frame))).toStrictEqual(frame);
});

test("a frame in a Buffer of the transport gives bytes of its own", () => {
  const buffer = Buffer.from(encodeFrame(FRAMES[1] as Frame));
  const parsed = parseFrame(buffer);
  buffer.fill(0);
  expect(parsed).toStrictEqual(FRAMES[1]);
});

test("a newer peer may say more than we know", () => {
  expect(parseFrame(Uint8Array.from([...encodeFrame(FRAMES[3] as Frame), 0x7a, 1, 5]))).toStrictEqual(FRAMES[3]);
});

const chunk = (change: Partial<Extract<Frame, { kind: "chunk" }>>) =>
  Raw.encode({ frame: { $case: "chunk", value: { session: SESSION, round: 3, index: 2, total: 3, bytes: Uint8Array.of(7), ...change } } }).finish();

test.each<[string, Uint8Array]>([
  ["nothing", new Uint8Array()],
  ["a cut frame", encodeFrame(FRAMES[2] as Frame).subarray(0, 20)],
  ["an HTTP request", new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")],
  ["a chunk past the end", chunk({ index: 3 })],
  ["a chunk of no session", chunk({ session: "../../etc" as SessionId })],
  ["a refusal that would print escapes", Raw.encode({ frame: { $case: "refusal", value: { code: "\u001b[31m", detail: "" } } }).finish()],
])("%s is refused", (_, bytes) => expect(() => parseFrame(bytes)).toThrow("WIRE_MALFORMED"));

test.each<[string, Uint8Array]>([
  ["a short chunk in the middle", chunk({ index: 1 })],
  ["an empty chunk", chunk({ bytes: new Uint8Array() })],
  ["a bulk of no chunks", chunk({ index: 0, total: 0 })],
  ["an empty letter", Raw.encode({ frame: { $case: "letter", value: { envelope: new Uint8Array() } } }).finish()],
])("%s is refused for its length", (_, bytes) => expect(() => parseFrame(bytes)).toThrow("WIRE_LENGTH"));

test("a refusal's detail cannot move the cursor", () => {
  const bytes = Raw.encode({ frame: { $case: "refusal", value: { code: "WIRE_LENGTH", detail: "a\u001b[2Kb\nc" } } }).finish();
  expect(parseFrame(bytes)).toMatchObject({ detail: "a?[2Kb?c" });
});
