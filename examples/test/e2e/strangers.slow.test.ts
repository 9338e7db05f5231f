import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { utf8 } from "@cohortium/crypto/bytes";
import { signerFromSeed, type Signer } from "@cohortium/crypto/signing";
import { issueLeaf, publicKeyOf } from "@cohortium/protocol/host/certificates";
import { issueNodeCertificate, openAuthority, openNodeCredentials, partyUri, type NodeCredentials } from "@cohortium/protocol/host/credentials";
import { openSigningKey } from "@cohortium/protocol/host/keys";
import { parseDigest, parseSessionId, type Digest, type PartyId, type SessionId } from "@cohortium/protocol/session/ids";
import { sealEnvelope, type Envelope } from "@cohortium/protocol/wire/envelope";
import { encodeFromNode } from "@cohortium/protocol/wire/from-node";
import { FRAME_SIZE_MAX_BYTES, PROTOCOL_VERSION } from "@cohortium/protocol/wire/limits";
import { z } from "zod";
import type { LocalProcess } from "../../src/consortium/processes.js";
import { entriesIn } from "./published-log.js";
import { openRawStream, refusalOf, type RawStream } from "./raw-stream.js";
import { exchangePortOf, foundTiny, NO_STEPS, nodeStatus, processLog, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";
import { filesHolding, needlesOf } from "./traces-of-values.js";

/** Three keep to the rules under one charter. The fourth is enrolled, too, but in no charter. */
const NAMES = ["alder", "birch", "cedar"];
const ROGUE = "dogwood" as PartyId;
const COORDINATOR = "coordinator" as PartyId;
const CIRCLE = "test-circle";
const DAY_MS = 86_400_000;
/** Stands in what is sent, and must not stand in what is written down about it. */
const CANARY = "canary-5531-in-a-payload";

let tiny: TinyConsortium;
let port: number;
let charter: Digest;
/** One that is over, and whose letters change nothing any more. */
let session: SessionId;
let rogue: NodeCredentials;
let rogueSigner: Signer;

beforeAll(async () => {
  tiny = await foundTiny([...NAMES, ROGUE]);
  const { consortium } = tiny;
  port = exchangePortOf(tiny);
  await consortium.enrol(NO_STEPS);
  const { digest } = await consortium.coordinator.admin.post("/v1/charters", { draft: tinyDraft(NAMES) }, z.object({ digest: z.string() }));
  charter = parseDigest(digest);
  for (const name of NAMES) await signAt(consortium.node(name));
  await untilTrue("it is in force", async () => (await consortium.coordinator.admin.get(`/v1/charters/${digest}`, z.object({ state: z.string() }))).state === "in-force");
  session = parseSessionId(await consortium.launch(charter));
  await consortium.follow(session, () => undefined);

  const { folder } = consortium.node(ROGUE);
  await consortium.node(ROGUE).stop("SIGTERM");
  const credentials = await openNodeCredentials(folder);
  if (credentials === null) throw new Error("the rogue is not enrolled");
  [rogue, rogueSigner] = [credentials, openSigningKey(folder, "signing")];
});
afterAll(async () => tiny.end());

describe("bytes that are none of ours", () => {
  test.each(["exchange", "enrolment", "admin"] as const)("at the %s port end the connection and nothing else", async (which) => {
    const yaml = readFileSync(join(tiny.consortium.coordinator.folder, "coordinator.yaml"), "utf8");
    const target = Number(new RegExp(`${which}: \\{ port: (\\d+) \\}`).exec(yaml)?.[1]);
    for (const garbage of [Buffer.from(`${CANARY}\r\n\r\n`), Buffer.alloc(70_000, 0xff), Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Buffer.from([0x16, 3, 1, 0xff, 0xff, 1])]) {
      await sendGarbage(target, garbage);
    }
    await expectServing();
  });
});

describe("TLS", () => {
  test("without a certificate opens nothing", async () => {
    const { over, frames } = openRawStream(port, { authorityPem: rogue.authorityPem });
    expect(await over).toMatch(/ALERT|ERR_|ECONNRESET|closed/);
    expect(frames).toEqual([]);
  });

  test.each<{ readonly what: string; readonly issued: () => Promise<string>; readonly logged: RegExp }>([
    { what: "of another authority of the same name", logged: /TLS_REFUSED/, issued: async () => issueNodeCertificate(await openAuthority(join(tiny.folder, "other"), CIRCLE, Date.now()), "alder" as PartyId, await rogueKey(), Date.now()) },
    { what: "that has expired", logged: /TLS_REFUSED.*expired/i, issued: async () => issuedHere({ notBeforeMs: Date.now() - 3 * DAY_MS, notAfterMs: Date.now() - DAY_MS }) },
    { what: "that is not valid yet", logged: /TLS_REFUSED.*not.yet.valid/i, issued: async () => issuedHere({ notBeforeMs: Date.now() + DAY_MS, notAfterMs: Date.now() + 2 * DAY_MS }) },
    { what: "in which one bit of the signature was changed", logged: /TLS_REFUSED/, issued: async () => Promise.resolve(tampered(rogue.certificatePem)) },
  ])("with a certificate $what is refused in the handshake, and the log says why", async ({ issued, logged }) => {
    const before = coordinatorLog().length;
    const { over, frames } = openRawStream(port, { ...rogue, certificatePem: await issued() });
    expect(await over).toMatch(/ALERT|ERR_|ECONNRESET|closed/);
    expect(frames).toEqual([]);
    await untilTrue("the log says why", () => logged.test(coordinatorLog().slice(before)));
  });

  test.each<{ readonly what: string; readonly issued: () => Promise<string> }>([
    { what: "that was issued for an enrolled party but is not the one it enrolled with", issued: async () => issuedHere({ notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + DAY_MS }) },
    { what: "for a party that nobody enrolled", issued: async () => issuedHere({ notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + DAY_MS }, "elder" as PartyId) },
  ])("with a certificate $what is a stranger's", async ({ issued }) => {
    const before = coordinatorLog().length;
    expect(await refusalOf(openRawStream(port, { ...rogue, certificatePem: await issued() }))).toBe("WIRE_STRANGER");
    await untilTrue("the log has the code", () => coordinatorLog().slice(before).includes("WIRE_STRANGER"));
  });
});

describe("an enrolled party that breaks the rules on its own connection", () => {
  test.each<{ readonly what: string; readonly code: string; readonly say: (stream: RawStream) => void }>([
    { what: "a message that is no frame", code: "WIRE_MALFORMED", say: (stream) => stream.sendMessage(utf8(CANARY)) },
    { what: "an envelope that is none", code: "WIRE_MALFORMED", say: (stream) => say(stream, utf8(CANARY)) },
    { what: "a payload that is none", code: "WIRE_MALFORMED", say: (stream) => say(stream, letter({ payload: utf8(CANARY) })) },
    { what: "a letter in another party's name", code: "WIRE_SENDER", say: (stream) => say(stream, letter({ from: "alder" as PartyId })) },
    { what: "a letter in a name that nobody has", code: "WIRE_SENDER", say: (stream) => say(stream, letter({ from: "nobody" as PartyId })) },
    { what: "a letter to another party", code: "WIRE_SENDER", say: (stream) => say(stream, letter({ to: "alder" as PartyId })) },
    { what: "a letter signed with another key", code: "WIRE_SIGNATURE", say: (stream) => say(stream, letter({}, signerFromSeed(new Uint8Array(32).fill(7)))) },
    { what: "a letter about a session there never was", code: "WIRE_CHARTER", say: (stream) => say(stream, letter({ session: parseSessionId("5".repeat(32)) })) },
    { what: "a letter about a session under a charter that does not name it", code: "WIRE_CHARTER", say: (stream) => say(stream, letter({})) },
    { what: "letters with one missing", code: "WIRE_SEQUENCE", say: (stream) => say(stream, answer(3)) },
    { what: "a second Hello", code: "WIRE_MALFORMED", say: (stream) => stream.sendFrame(HELLO) },
    { what: "an acknowledgement of letters nobody sent", code: "WIRE_SEQUENCE", say: (stream) => stream.sendFrame({ kind: "ack", seq: 99 }) },
    { what: "an envelope above the limit", code: "WIRE_LENGTH", say: (stream) => say(stream, new Uint8Array(FRAME_SIZE_MAX_BYTES - 1_000)) },
    { what: "a chunk without those before it", code: "WIRE_BULK", say: (stream) => stream.sendFrame({ kind: "chunk", session, round: 1, index: 5, total: 6, bytes: utf8(CANARY) }) },
  ])("is refused with $code for $what, and the log keeps the code and not a byte of it", async ({ code, say: speak }) => {
    const before = coordinatorLog().length;
    const stream = await greeted();
    speak(stream);
    expect(await refusalOf(stream)).toBe(code);
    await untilTrue("the log has the code", () => coordinatorLog().slice(before).includes(code));
    expect(filesHolding([tiny.consortium.coordinator.folder], needlesOf(CANARY))).toEqual([]);
  });

  test("a frame above the limit of the transport is not even read", async () => {
    const stream = await greeted();
    stream.sendMessage(new Uint8Array(FRAME_SIZE_MAX_BYTES + 1));
    // RESOURCE_EXHAUSTED, or the line is cut while the frame is still on its way.
    expect(await stream.over).toMatch(/grpc-status 8|ERR_|ECONNRESET|closed/);
    await expectServing();
  });

  test("a letter that is sent again counts once; an older one is acknowledged and changes nothing; a contradiction is refused", async () => {
    const first = await greeted();
    for (const seq of [1, 2, 1, 2, 2]) say(first, answer(seq));
    await untilTrue("all are acknowledged", () => first.frames.some((frame) => frame.kind === "ack" && frame.seq === 2));
    first.close();

    const second = await greeted();
    expect(second.frames[0]).toMatchObject({ kind: "hello", lastSeqReceived: 2 });
    say(second, answer(1));
    await untilTrue("the old one is acknowledged", () => second.frames.some(({ kind }) => kind === "ack"));
    say(second, letter({ seq: 2, payload: answerPayload("another reason") }));
    expect(await refusalOf(second)).toBe("WIRE_SEQUENCE");
    expect(entriesIn(tiny.published).filter(({ statement }) => statement.actor === ROGUE)).toEqual([]);
  });

  test("cannot end the training of others by joining it", async () => {
    const { consortium } = tiny;
    const cedar = consortium.node("cedar");
    process.kill(cedar.pid ?? 0, "SIGSTOP");
    const running = parseSessionId(await consortium.launch(charter));
    const stream = await greeted();
    say(stream, letter({ seq: 3, session: running, payload: encodeFromNode({ kind: "declined", from: ROGUE, code: "NODE_REFUSED", clause: "none", atMs: 0 }) }));
    const code = await refusalOf(stream);
    process.kill(cedar.pid ?? 0, "SIGCONT");
    expect(code).toBe("WIRE_CHARTER");
    expect(await consortium.follow(running, () => undefined)).toMatchObject({ state: "done" });
  });
});

describe("a revoked party", () => {
  test("is cut off at once, stays out after a restart, and reads why; the log shows it and the others train on", async () => {
    const { consortium } = tiny;
    const node = consortium.node(ROGUE);
    // Its own journal knows nothing of what the test said in its name: it says nothing more itself.
    await node.start();
    await consortium.coordinator.admin.post(`/v1/enrolments/${ROGUE}/revoke`, { reason: "left the circle" }, z.unknown());
    await untilTrue("it is turned away", async () => (await nodeStatus(node)).link.says.includes("WIRE_STRANGER"));
    await node.stop("SIGTERM");
    await node.start();
    await untilTrue("it is turned away again", async () => (await nodeStatus(node)).link.says.includes("WIRE_STRANGER"));
    await node.stop("SIGTERM");

    expect(await refusalOf(openRawStream(port, rogue))).toBe("WIRE_STRANGER");
    const revocations = entriesIn(tiny.published).filter(({ statement }) => statement.type === "revocation").map(({ statement }) => statement.body);
    expect(revocations).toEqual([expect.objectContaining({ party: ROGUE, reason: "left the circle" })]);
    await expectServing();
  });
});

test("through all of this the nodes that keep to the rules were never disconnected", () => {
  const ended = coordinatorLog().split("\n").filter((line) => line.includes("connection ended") && NAMES.some((name) => line.includes(`"party":"${name}"`)));
  expect(ended).toEqual([]);
});

const HELLO = { kind: "hello", protocolVersion: PROTOCOL_VERSION, lastSeqReceived: 0, logSize: 0 } as const;

async function greeted(): Promise<RawStream> {
  const stream = openRawStream(port, rogue);
  stream.sendFrame(HELLO);
  await untilTrue("the coordinator says Hello", () => stream.frames.some(({ kind }) => kind === "hello"));
  return stream;
}

function say(stream: RawStream, envelope: Uint8Array): void {
  stream.sendFrame({ kind: "letter", envelope, evidence: null });
}

/** A well-formed letter by the rogue, but for what is changed. */
function letter(change: Partial<Envelope>, signer = rogueSigner): Uint8Array {
  const payload = encodeFromNode({ kind: "declined", from: ROGUE, code: "NODE_REFUSED", clause: CANARY, atMs: 0 });
  return sealEnvelope({ from: ROGUE, to: COORDINATOR, session, charter, seq: 1, payload, ...change }, signer);
}

/** The one kind of letter a party may send outside its charters: an answer, here to a charter that does not ask it. */
function answer(seq: number): Uint8Array {
  return letter({ seq, session: "-", charter: "-", payload: answerPayload(`reason ${seq}`) });
}

function answerPayload(reason: string): Uint8Array {
  const entry = entriesIn(tiny.published).find(({ statement }) => statement.type === "charter.signature");
  if (entry === undefined) throw new Error("nobody signed");
  return encodeFromNode({ kind: "charter-answered", from: ROGUE, answer: reason === "another reason" ? entriesIn(tiny.published)[0] ?? entry : entry, atMs: 0 });
}

async function rogueKey(): Promise<Uint8Array> {
  return publicKeyOf(rogue.privateKeyPem);
}

/** What only somebody with the coordinator's own authority could make. */
async function issuedHere(validity: { readonly notBeforeMs: number; readonly notAfterMs: number }, party = "alder" as PartyId): Promise<string> {
  const { keyed } = await openAuthority(tiny.consortium.coordinator.folder, CIRCLE, Date.now());
  return issueLeaf(keyed, await rogueKey(), { kind: "client", commonName: party, uriName: partyUri(CIRCLE, party) }, validity);
}

function tampered(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
  return `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

async function sendGarbage(target: number, bytes: Uint8Array): Promise<void> {
  const socket = connect(target, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.end(bytes);
  await Promise.race([new Promise((resolve) => socket.once("close", resolve)), sleep(300, undefined, { ref: false })]);
  socket.destroy();
}

async function expectServing(): Promise<void> {
  expect(await tiny.consortium.follow(await tiny.consortium.launch(charter), () => undefined)).toMatchObject({ state: "done" });
}

async function signAt(node: LocalProcess): Promise<void> {
  await untilTrue(`${node.name} has the charter`, async () => (await node.admin.get("/v1/charters", z.object({ charters: z.array(z.unknown()) }))).charters.length > 0);
  await node.admin.post(`/v1/charters/${charter}/sign`, {}, z.unknown());
}

function coordinatorLog(): string {
  return processLog(tiny.consortium.coordinator);
}
